"""Start, run, follow, cancel and retry jobs. All state is in the database; the broker only notifies workers."""

import logging
import time
from collections.abc import Iterator
from functools import partial
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from structlog.contextvars import get_contextvars

from recommender.models import Job, JobChunk
from recommender.models.postgres import violates
from recommender.services.jobs import log, transitions
from recommender.services.jobs.broker import notify_workers, silenced
from recommender.services.jobs.chunks import run_chunk
from recommender.services.jobs.forecast import data_size, forecast
from recommender.services.jobs.history import History
from recommender.services.jobs.stages import stages_of

logger = logging.getLogger(__name__)
State = Job.State
ONE_AT_A_TIME = "job_one_at_a_time"


class JobFailed(Exception):
    """A job that was followed did not succeed; the text is its error."""


class JobRefused(Exception):
    """The job's state does not allow this; the text says why."""


def start(*, kind: Job.Kind, arguments: dict[str, Any] | None = None, requested_by: User | None = None) -> Job:
    """Create the job and its first chunks, and notify workers once they are committed.

    If a job of the same kind and arguments is already queued or running, that one is returned; a constraint ensures it.
    """
    wanted = {"kind": kind, "arguments": arguments or {}}
    expected = _expected(Job(**wanted))
    while True:
        try:
            with transaction.atomic():
                asked = {"requested_by": requested_by, "request_id": _request_id()}
                job = Job.objects.create(**wanted, **expected, **asked, heartbeat_at=Now())
                job.refresh_from_db()
                log.write(job_id=job.pk, text=f"Requested by {requested_by or 'the system'}.")
                transitions.plan(job, stages_of(job), 0)
                return job
        except IntegrityError as error:
            if not violates(error, ONE_AT_A_TIME):
                raise
        running = Job.objects.filter(**wanted, state__in=(State.QUEUED, State.RUNNING)).first()
        if running is not None:  # it may have finished in the meantime
            return running


@transaction.atomic
def cancel(*, job_id: int) -> None:
    """Cancel a job: at once if none of its chunks is running, otherwise at the next step of those that are."""
    job = Job.objects.locked(job_id)
    if job.state == State.QUEUED:
        transitions.finish(job, State.CANCELLED)
    elif job.state == State.RUNNING:
        Job.objects.filter(pk=job_id).update(state=State.CANCELLING)
        job.state = State.CANCELLING
        log.write(job_id=job_id, text="Cancellation requested.")
        transitions.sync_state(job)


def retry(*, job_id: int) -> None:
    """Queue a failed or cancelled job again; chunks that have succeeded are not repeated.

    Raises
    ------
    JobRefused
        If the job is in another state, or another job of the same kind and arguments is queued or running.
    """
    try:
        with transaction.atomic():
            job = Job.objects.locked(job_id)
            if job.state not in (State.FAILED, State.CANCELLED):
                state = job.get_state_display().lower()
                raise JobRefused(f"{job} is {state}; only a job that failed or was cancelled can be retried.")
            _requeue(job)
    except IntegrityError as error:
        if not violates(error, ONE_AT_A_TIME):
            raise
        raise JobRefused(
            f"{job} cannot be retried: another job of the same kind and arguments is already running."
        ) from error


def follow(*, job_id: int, every: float = 0.3) -> Iterator[Job]:
    """Yield the job's current state at intervals until it is finished; raise `JobFailed` unless it succeeded."""
    while True:
        job = Job.objects.get(pk=job_id)
        yield job
        if job.state in Job.FINISHED:
            break
        time.sleep(every)
    if job.state != State.SUCCEEDED:
        raise JobFailed(job.error or f"{job} was cancelled.")


@transaction.atomic
def start_over(*, job_id: int) -> None:
    """Forget what an unfinished job has done and queue it again, or cancel it if that was asked for.

    For a site that was restored from a backup, in which no worker runs and the files of its chunks are gone.
    """
    job = Job.objects.locked(job_id)
    if job.state == State.CANCELLING:
        job.chunks.all().delete()
        transitions.finish(job, State.CANCELLED)
        return
    job.chunks.all().delete()
    Job.objects.filter(pk=job_id).update(state=State.QUEUED, stage=0, progress=0, has_outputs=False)
    job.refresh_from_db()
    log.write(job_id=job_id, text="Started over after a restore.")
    with silenced():
        transitions.plan(job, stages_of(job), 0)


def run_here(*, job_id: int, worker: str = "") -> Job:
    """Run a job's chunks in this process until none is queued, and return the job."""
    while run_chunk(job_id=job_id, worker=worker):
        pass
    return Job.objects.get(pk=job_id)


def _request_id() -> str:
    """Return the id that logs have for the request that is being answered, empty outside of one."""
    return str(get_contextvars().get("request_id", ""))[:64]


def _expected(job: Job) -> dict[str, Any]:
    """Return the fields that say how much there is to do and how long that is going to take."""
    try:
        size = data_size(job)
        found = forecast(job=job, size=size, history=History.read())
    except Exception:
        logger.exception("There is no forecast for a job of kind %s", job.kind)
        return {}
    seconds = {"forecast_seconds": found.seconds, "forecast": found.as_json()} if found else {}
    return {"data_size": size, **seconds}


def _requeue(job: Job) -> None:
    job.chunks.filter(state=JobChunk.State.FAILED).update(
        state=JobChunk.State.QUEUED, error="", traceback="", progress=0, losses=0, finished_at=None, heartbeat_at=Now()
    )
    Job.objects.filter(pk=job.pk).update(state=State.QUEUED, error="", traceback="", finished_at=None)
    job.refresh_from_db()
    log.write(job_id=job.pk, text="Retried.")
    n_queued, n_running = job.chunks.queued().count(), job.chunks.running().count()
    if not job.chunks.exists():  # they were removed with their files, see `clean_up`
        transitions.plan(job, stages_of(job), 0)
    elif n_running or not n_queued:
        Job.objects.filter(pk=job.pk).update(state=State.RUNNING)
        job.state = State.RUNNING
        transitions.advance(job)  # plans the next stage again if that is where it failed
    transaction.on_commit(partial(notify_workers, job_id=job.pk, times=n_queued))
