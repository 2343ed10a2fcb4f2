"""Finds what lost its worker or its message and has it done again; removes what nobody needs any more.

Every worker calls both from a timer of its own, so that no machine has to be there for it.
"""

import logging
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from recommender.models import Job, JobChunk
from recommender.services.jobs import log, outputs, transitions
from recommender.services.jobs.broker import notify_workers
from recommender.services.jobs.stages import stages_of

logger = logging.getLogger(__name__)
MOST_LOSSES = 3
MOST_MESSAGES = 16
KEPT_FOR_A_RETRY = timedelta(days=1)


def recover(*, lost_after: timedelta | None = None) -> int:
    """Queue stale chunks again and announce those that nobody has claimed; return how many chunks.

    `lost_after` is JOB_LOST_AFTER unless given. With zero (nothing else runs) everything unfinished is queued again,
    and nobody is blamed for it.
    """
    silence = timedelta(seconds=settings.JOB_LOST_AFTER) if lost_after is None else lost_after
    goes_on = Q(job__state__in=(Job.State.QUEUED, Job.State.RUNNING))
    lost = JobChunk.objects.stale(silence).filter(Q(state=JobChunk.State.RUNNING) | goes_on)
    job_ids = list(lost.order_by("job_id").values_list("job_id", flat=True).distinct())
    return sum(_recover(job_id, silence) for job_id in job_ids)


def clean_up() -> int:
    """Remove the chunks' files of jobs that succeeded, or ended otherwise a day ago; return how many jobs."""
    ended = Q(state=Job.State.SUCCEEDED) | Q(state__in=Job.FINISHED, finished_at__lt=Now() - KEPT_FOR_A_RETRY)
    jobs = Job.objects.filter(ended, has_outputs=True).order_by("finished_at")[:20]
    return sum(_clean(job_id) for job_id in jobs.values_list("pk", flat=True))


@transaction.atomic
def _recover(job_id: int, silence: timedelta) -> int:
    job = Job.objects.select_for_update(no_key=True, skip_locked=True).filter(pk=job_id).first()
    if job is None:  # something is happening to it
        return 0
    chunks = list(job.chunks.stale(silence).select_for_update())
    for chunk in chunks:
        if chunk.state == JobChunk.State.RUNNING:
            _lost(job, chunk, blame=silence > timedelta(0))
    job.chunks.filter(pk__in=[chunk.pk for chunk in chunks], state=JobChunk.State.QUEUED).update(heartbeat_at=Now())
    transitions.settle(job)
    if job.state in (Job.State.QUEUED, Job.State.RUNNING):
        transaction.on_commit(partial(notify_workers, job_id=job_id, times=min(len(chunks), MOST_MESSAGES)))
        return len(chunks)
    return 0


def _lost(job: Job, chunk: JobChunk, *, blame: bool) -> None:
    chunk.losses += blame
    JobChunk.objects.same_attempt(chunk).update(losses=F("losses") + int(blame))
    if chunk.losses >= MOST_LOSSES and job.state == Job.State.RUNNING:
        label = stages_of(job)[chunk.stage].label
        error = (
            f"{label}: the worker died {chunk.losses} times at chunk {chunk.number + 1}, the last time on "
            f"{chunk.worker or 'a worker without a name'}. Most likely it ran out of memory: give the workers more of "
            "it or a lower WORKER_CONCURRENCY, then retry."
        )
        transitions.fail(chunk=chunk, error=error)
        job.refresh_from_db()
        return
    JobChunk.objects.same_attempt(chunk).update(state=JobChunk.State.QUEUED, progress=0)
    log.write(job_id=job.pk, text=f"No heartbeat from {chunk.worker or 'a worker'}: {chunk} is queued again.")


def _clean(job_id: int) -> int:
    """Remove the files of a job; one that did not succeed then begins anew when it is retried."""
    with transaction.atomic():
        job = Job.objects.select_for_update(no_key=True, skip_locked=True).filter(pk=job_id).first()
        if job is None or job.state not in Job.FINISHED or job.chunks.running().exists():
            return 0
        if job.state != Job.State.SUCCEEDED:
            job.chunks.all().delete()
            Job.objects.filter(pk=job_id).update(stage=0, progress=0)
        outputs.remove(job_id=job_id)
    return 1
