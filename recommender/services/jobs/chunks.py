"""What a worker does when notified: claim one chunk of a job, run it and record how it ended."""

import logging
import os
import traceback
from functools import partial

from django.conf import settings
from django.db import Error, InterfaceError, OperationalError, transaction
from django.db.models import Count
from django.db.models.functions import Now
from structlog.contextvars import bound_contextvars

from recommender.models import Job, JobChunk
from recommender.services.jobs import concurrency, pulse, shutdown, transitions, waiting
from recommender.services.jobs.broker import notify_workers
from recommender.services.jobs.errors import is_full, sentence
from recommender.services.jobs.heartbeat import Heartbeat
from recommender.services.jobs.progress import ChunkLost, JobCancelled, WorkerStopping
from recommender.services.jobs.stages import stages_of
from recommender.services.storage.outages import is_away

logger = logging.getLogger(__name__)
MAX_JOBS = 16


def run_chunk(*, job_id: int, worker: str = "") -> bool:
    """Claim a queued chunk of a job and run it; return whether there was one.

    Safe to call at any time, by any number of workers, for any job. Notifies another worker while chunks are queued.
    """
    if shutdown.requested():
        notify_workers(job_id=job_id)
        return False
    chunk = claim(job_id=job_id, worker=worker)
    if chunk is None:
        return False
    about = {"job_id": job_id, "chunk_id": chunk.pk, "kind": chunk.job.kind}
    with bound_contextvars(request_id=chunk.job.request_id, **about):
        _run_claimed(chunk)
    _notify_others(job_id)
    return True


def _run_claimed(chunk: JobChunk) -> None:
    logger.info("%s begins.", chunk)
    try:
        _run(chunk)
    except JobCancelled:
        transitions.hand_back(chunk=chunk, why="Cancelled")
    except WorkerStopping:
        transitions.hand_back(chunk=chunk, why="The worker is stopping")
    except ChunkLost:
        logger.warning(
            "%s has been claimed by another worker in the meantime; the result of this attempt is discarded.", chunk
        )
    except Exception as error:
        if is_away(error):
            waiting.wait(chunk=chunk, error=error)
        elif isinstance(error, (OperationalError, InterfaceError)) and not is_full(error):
            logger.exception(
                "%s was interrupted: the database connection was lost. The chunk will be queued again.", chunk
            )
        else:
            logger.exception("%s failed", chunk)
            transitions.fail(chunk=chunk, error=sentence(error), trace=traceback.format_exc())


def claim(*, job_id: int, worker: str) -> JobChunk | None:
    """Claim a chunk for a worker, if the job is still active and has one queued."""
    with transaction.atomic():
        active = Job.objects.filter(pk=job_id, state__in=(Job.State.QUEUED, Job.State.RUNNING))
        job = active.exclude(waits_until__gt=Now()).select_for_update(no_key=True).first()
        if job is None or not _has_room(job, worker=worker):
            return None
        chunk = JobChunk.objects.claim(job_id=job_id, worker=worker)
        if chunk is None:
            return None
        transitions.mark_claimed(job, worker=worker)
        chunk.job = job
        return chunk


def _has_room(job: Job, *, worker: str) -> bool:
    if not settings.CONCURRENCY_IS_AUTO:
        return True
    chunk = job.chunks.queued().order_by("stage", "number").first()
    return chunk is not None and concurrency.has_room_for(chunk, worker=worker)


def _notify_others(job_id: int) -> None:
    """Notify workers of what is queued: of this job and, as this machine has room again, of those it had none for."""
    queued = JobChunk.objects.queued().filter(job__state__in=(Job.State.QUEUED, Job.State.RUNNING))
    if not settings.CONCURRENCY_IS_AUTO:
        if queued.filter(job_id=job_id, job__state=Job.State.RUNNING).exists():
            notify_workers(job_id=job_id)
        return
    waiting_for = queued.order_by("job_id").values("job_id").annotate(n=Count("pk"))[:MAX_JOBS]
    for row in waiting_for:
        notify_workers(job_id=row["job_id"], times=min(row["n"], settings.N_CORES))


def _run(chunk: JobChunk) -> None:
    stage = stages_of(chunk.job)[chunk.stage]
    watched = Heartbeat(chunk, abandon=partial(_abandon, chunk))
    with pulse.running(chunk), concurrency.threads_for(chunk), watched as on_progress:
        outcome = stage.run(chunk, on_progress)
    transitions.succeed(chunk=chunk, outcome=outcome)


def _abandon(chunk: JobChunk) -> None:
    """Hand back a chunk that does not stop by itself (a long kernel or transaction), and end this process."""
    try:
        transitions.hand_back(chunk=chunk, why="The worker is stopping")
    except Error:
        logger.exception("%s could not be handed back; it is queued again once its heartbeat is stale.", chunk)
    os._exit(0)
