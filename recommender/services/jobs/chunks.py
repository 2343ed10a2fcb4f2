"""What a worker does when notified: claim one chunk of a job, run it and record how it ended."""

import logging
import os
import traceback
from functools import partial

from django.db import Error, InterfaceError, OperationalError, transaction

from recommender.models import Job, JobChunk
from recommender.services.jobs import shutdown, transitions
from recommender.services.jobs.broker import notify_workers
from recommender.services.jobs.errors import is_full, sentence
from recommender.services.jobs.heartbeat import Heartbeat
from recommender.services.jobs.progress import ChunkLost, JobCancelled, WorkerStopping
from recommender.services.jobs.stages import stages_of

logger = logging.getLogger(__name__)


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
        if isinstance(error, (OperationalError, InterfaceError)) and not is_full(error):
            logger.exception(
                "%s was interrupted: the database connection was lost. The chunk will be queued again.", chunk
            )
        else:
            logger.exception("%s failed", chunk)
            transitions.fail(chunk=chunk, error=sentence(error), trace=traceback.format_exc())
    if JobChunk.objects.queued().filter(job_id=job_id, job__state=Job.State.RUNNING).exists():
        notify_workers(job_id=job_id)
    return True


def claim(*, job_id: int, worker: str) -> JobChunk | None:
    """Claim a chunk for a worker, if the job is still active and has one queued."""
    with transaction.atomic():
        active = Job.objects.filter(pk=job_id, state__in=(Job.State.QUEUED, Job.State.RUNNING))
        job = active.select_for_update(no_key=True).first()
        chunk = JobChunk.objects.claim(job_id=job_id, worker=worker) if job else None
        if job is None or chunk is None:
            return None
        transitions.mark_claimed(job, worker=worker)
        chunk.job = job
        return chunk


def _run(chunk: JobChunk) -> None:
    stage = stages_of(chunk.job)[chunk.stage]
    with Heartbeat(chunk, abandon=partial(_abandon, chunk)) as on_progress:
        outcome = stage.run(chunk, on_progress)
    transitions.succeed(chunk=chunk, outcome=outcome)


def _abandon(chunk: JobChunk) -> None:
    """Hand back a chunk that does not stop by itself (a long kernel or transaction), and end this process."""
    try:
        transitions.hand_back(chunk=chunk, why="The worker is stopping")
    except Error:
        logger.exception("%s could not be handed back; it is queued again once its heartbeat is stale.", chunk)
    os._exit(0)
