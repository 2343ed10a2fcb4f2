"""Start, run, follow, cancel and recover jobs. The row is the truth, the broker's message only rings the bell."""

import logging
import time
import traceback
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

from celery import current_app
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from kombu.exceptions import OperationalError

from recommender.models import Job
from recommender.services.heartbeat import Heartbeat
from recommender.services.job_kinds import RUNNERS
from recommender.services.progress import JobCancelled

logger = logging.getLogger(__name__)
TASK = "recommender.tasks.jobs.run_job"
LOST_AFTER = timedelta(seconds=30)


class JobFailed(Exception):
    """A followed job did not succeed; the text is its error."""


def start(*, kind: Job.Kind, arguments: dict[str, Any] | None = None, requested_by: User | None = None) -> Job:
    """Write the job down and ring for a worker once it is committed."""
    with transaction.atomic():
        job = Job.objects.create(
            kind=kind, arguments=arguments or {}, requested_by=requested_by, heartbeat_at=timezone.now()
        )
        transaction.on_commit(partial(ring, job_id=job.pk))
    return job


def ring(*, job_id: int) -> None:
    """Tell the workers to look at a job. A lost bell only delays: `recover` rings again."""
    try:
        current_app.send_task(TASK, args=[job_id])
    except (OperationalError, OSError):
        logger.warning("Job %s waits: the broker cannot be reached (check CELERY_BROKER_URL).", job_id)


def run(*, job_id: int, worker: str = "") -> None:
    """Run a job that waits for it; a job that another worker has, or that is finished, is left alone."""
    job = _claim(job_id=job_id, worker=worker)
    if job is None:
        return
    try:
        with Heartbeat(job.pk) as on_progress:
            result = RUNNERS[Job.Kind(job.kind)](job, on_progress)
    except JobCancelled:
        _finish(job, state=Job.State.CANCELLED)
    except Exception as error:
        logger.exception("Job %s failed", job.pk)
        sentence = str(error) or type(error).__name__
        _finish(job, state=Job.State.FAILED, error=sentence, traceback=traceback.format_exc())
    else:
        _finish(job, state=Job.State.SUCCEEDED, progress=1.0, result=result)


def cancel(*, job_id: int) -> None:
    """Stop a job: at once when it has not started, at its next step when it runs."""
    now = timezone.now()
    queued = Job.objects.filter(pk=job_id, state=Job.State.QUEUED)
    if not queued.update(state=Job.State.CANCELLED, finished_at=now):
        Job.objects.filter(pk=job_id, state=Job.State.RUNNING).update(state=Job.State.CANCELLING)


def follow(*, job_id: int, every: float = 0.3) -> Iterator[Job]:
    """Yield the job as it is now and then until it is finished; raise `JobFailed` unless it succeeded."""
    while True:
        job = Job.objects.get(pk=job_id)
        yield job
        if job.state in Job.FINISHED:
            break
        time.sleep(every)
    if job.state != Job.State.SUCCEEDED:
        raise JobFailed(job.error or f"{job} was cancelled.")


def recover(*, lost_after: timedelta = LOST_AFTER) -> int:
    """Queue again what no worker has given a sign of life for; return how many jobs that are.

    With `lost_after` zero (nothing else runs) everything unfinished is queued again.
    """
    with transaction.atomic():
        lost = list(Job.objects.unheard_since(timezone.now() - lost_after).select_for_update(skip_locked=True))
        for job in lost:
            wanted = Job.State.CANCELLED if job.state == Job.State.CANCELLING else Job.State.QUEUED
            job.state, job.heartbeat_at = wanted, timezone.now()
            job.finished_at = timezone.now() if wanted == Job.State.CANCELLED else None
        Job.objects.bulk_update(lost, ["state", "heartbeat_at", "finished_at"])
        waiting = [job.pk for job in lost if job.state == Job.State.QUEUED]
        for job_id in waiting:
            transaction.on_commit(partial(ring, job_id=job_id))
    return len(waiting)


def _claim(*, job_id: int, worker: str) -> Job | None:
    now = timezone.now()
    claimed = Job.objects.filter(pk=job_id, state=Job.State.QUEUED).update(
        state=Job.State.RUNNING,
        attempts=F("attempts") + 1,
        started_at=now,
        heartbeat_at=now,
        worker=worker[:128],
        progress=0,
        message="",
    )
    return Job.objects.get(pk=job_id) if claimed else None


def _finish(job: Job, *, state: Job.State, **fields: Any) -> None:
    """Close the row, unless the job was taken for lost meanwhile and another attempt has it."""
    mine = Job.objects.filter(pk=job.pk, attempts=job.attempts, state__in=(Job.State.RUNNING, Job.State.CANCELLING))
    mine.update(state=state, finished_at=timezone.now(), **fields)
