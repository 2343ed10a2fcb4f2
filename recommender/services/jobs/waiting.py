"""A job waits while artifact storage is away: without a process, with growing pauses, until it is back or cancelled."""

from datetime import timedelta
from functools import partial

from django.db import transaction
from django.db.models.functions import Now

from recommender.models import Job, JobChunk
from recommender.services.jobs import log, transitions
from recommender.services.jobs.broker import notify_workers

FIRST_PAUSE = 5.0
LONGEST_PAUSE = 300.0
MAX_MESSAGES = 16


@transaction.atomic
def wait(*, chunk: JobChunk, error: BaseException) -> None:
    """Queue a chunk again and let its job rest; chunks of it that still run may finish."""
    job = Job.objects.locked(chunk.job_id)
    handed_back = JobChunk.objects.same_attempt(chunk).update(
        state=JobChunk.State.QUEUED, progress=0, heartbeat_at=Now()
    )
    if not handed_back:  # somebody else has the chunk
        return
    if job.state == Job.State.RUNNING and not Job.objects.filter(pk=job.pk, waits_until__gt=Now()).exists():
        seconds = pause(job.waits)
        Job.objects.filter(pk=job.pk).update(waits=job.waits + 1, waits_until=Now() + timedelta(seconds=seconds))
        log.write(job_id=job.pk, text=f"Waiting for storage, which is tried again in {seconds:.0f} s: {chunk}: {error}")
    transitions.sync_state(job)


def pause(n_before: int) -> float:
    """Return the seconds to the next try after so many pauses in a row: twice as long each time, up to a limit."""
    doublings = min(n_before, 16)
    return min(FIRST_PAUSE * 2.0**doublings, LONGEST_PAUSE)


def end_pauses() -> None:
    """Announce the jobs whose pause is over."""
    for job_id in list(Job.objects.due_again().values_list("pk", flat=True)):
        _end_pause(job_id)


@transaction.atomic
def _end_pause(job_id: int) -> None:
    if Job.objects.due_again().filter(pk=job_id).update(waits_until=None):
        n_queued = JobChunk.objects.queued().filter(job_id=job_id).count()
        transaction.on_commit(partial(notify_workers, job_id=job_id, times=min(n_queued, MAX_MESSAGES)))
