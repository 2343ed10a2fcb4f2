"""Recover chunks that have lost their worker or message, and remove files that are no longer needed.

Every worker calls both from a timer of its own, so this depends on no single machine.
"""

import logging
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from recommender.models import Job, JobChunk
from recommender.services.jobs import log, outputs, transitions, waiting
from recommender.services.jobs.broker import notify_workers
from recommender.services.jobs.stages import stages_of

logger = logging.getLogger(__name__)
MAX_LOSSES = 3
MAX_MESSAGES = 16
KEPT_FOR_RETRY = timedelta(days=1)


def recover(*, lost_after: timedelta | None = None) -> int:
    """Queue stale chunks again and announce those that no worker has claimed; return how many chunks.

    Jobs that wait for storage are announced when their pause is over.

    `lost_after` is JOB_LOST_AFTER by default. With zero (no worker is running), every unfinished chunk is queued again
    and this does not count as a loss.
    """
    if lost_after is None:
        lost_after = timedelta(seconds=settings.JOB_LOST_AFTER)
    waiting.end_pauses()
    active = Q(job__state__in=(Job.State.QUEUED, Job.State.RUNNING), job__waits_until=None)
    lost = JobChunk.objects.stale(lost_after).filter(Q(state=JobChunk.State.RUNNING) | active)
    job_ids = list(lost.order_by("job_id").values_list("job_id", flat=True).distinct())
    return sum(_recover(job_id, lost_after) for job_id in job_ids)


def clean_up() -> int:
    """Remove the files of jobs that succeeded, or that failed or were cancelled a day ago; return how many jobs."""
    done = Q(state=Job.State.SUCCEEDED) | Q(state__in=Job.FINISHED, finished_at__lt=Now() - KEPT_FOR_RETRY)
    jobs = Job.objects.filter(done, has_outputs=True).order_by("finished_at")[:20]
    return sum(_clean(job_id) for job_id in jobs.values_list("pk", flat=True))


@transaction.atomic
def _recover(job_id: int, lost_after: timedelta) -> int:
    job = Job.objects.select_for_update(no_key=True, skip_locked=True).filter(pk=job_id).first()
    if job is None:  # somebody else has locked it
        return 0
    chunks = list(job.chunks.stale(lost_after).select_for_update())
    for chunk in chunks:
        if chunk.state == JobChunk.State.RUNNING:
            _requeue(job, chunk, counts=lost_after > timedelta(0))
    job.chunks.filter(pk__in=[chunk.pk for chunk in chunks], state=JobChunk.State.QUEUED).update(heartbeat_at=Now())
    transitions.sync_state(job)
    if job.state in (Job.State.QUEUED, Job.State.RUNNING):
        transaction.on_commit(partial(notify_workers, job_id=job_id, times=min(len(chunks), MAX_MESSAGES)))
        return len(chunks)
    return 0


def _requeue(job: Job, chunk: JobChunk, *, counts: bool) -> None:
    chunk.losses += counts
    JobChunk.objects.same_attempt(chunk).update(losses=F("losses") + int(counts))
    if chunk.losses >= MAX_LOSSES and job.state == Job.State.RUNNING:
        label = stages_of(job)[chunk.stage].label
        error = (
            f"{label}: chunk {chunk.number + 1} has lost its worker {chunk.losses} times, the last time "
            f"{chunk.worker or 'an unnamed worker'}. Most likely it ran out of memory: give the workers more memory "
            "or lower WORKER_CONCURRENCY, then retry."
        )
        transitions.fail(chunk=chunk, error=error)
        job.refresh_from_db()
        return
    JobChunk.objects.same_attempt(chunk).update(state=JobChunk.State.QUEUED, progress=0)
    log.write(job_id=job.pk, text=f"No heartbeat from {chunk.worker or 'an unnamed worker'}: {chunk} is queued again.")


def _clean(job_id: int) -> int:
    """Remove the files of a job; if it did not succeed, a retry then starts from the beginning."""
    with transaction.atomic():
        job = Job.objects.select_for_update(no_key=True, skip_locked=True).filter(pk=job_id).first()
        if job is None or job.state not in Job.FINISHED or job.chunks.running().exists():
            return 0
        if job.state != Job.State.SUCCEEDED:
            job.chunks.all().delete()
            Job.objects.filter(pk=job_id).update(stage=0, progress=0)
        outputs.remove(job_id=job_id)
    return 1
