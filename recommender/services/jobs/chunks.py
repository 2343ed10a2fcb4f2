"""What a worker does for a message: take one chunk of a job, run it and write its end down."""

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
    """Take a queued chunk of a job and run it; return whether there was one.

    Safe to call at any time, from any number of workers, for any job. Notifies workers again while chunks are queued.
    """
    if shutdown.announced():
        notify_workers(job_id=job_id)
        return False
    chunk = claim(job_id=job_id, worker=worker)
    if chunk is None:
        return False
    try:
        _run(chunk)
    except JobCancelled:
        transitions.hand_back(chunk=chunk, why="Stopped")
    except WorkerStopping:
        transitions.hand_back(chunk=chunk, why="The worker stops")
    except ChunkLost:
        logger.warning("%s was given to another worker meanwhile; this end of it does not count.", chunk)
    except Exception as error:
        if isinstance(error, (OperationalError, InterfaceError)) and not is_full(error):
            logger.exception("%s waits: the database went away; it is taken up again.", chunk)
        else:
            logger.exception("%s failed", chunk)
            transitions.fail(chunk=chunk, error=sentence(error), trace=traceback.format_exc())
    if JobChunk.objects.queued().filter(job_id=job_id, job__state=Job.State.RUNNING).exists():
        notify_workers(job_id=job_id)
    return True


def claim(*, job_id: int, worker: str) -> JobChunk | None:
    """Give a queued chunk of a job to a worker, if the job is still active and has one queued."""
    with transaction.atomic():
        live = Job.objects.filter(pk=job_id, state__in=(Job.State.QUEUED, Job.State.RUNNING))
        job = live.select_for_update(no_key=True).first()
        chunk = JobChunk.objects.claim(job_id=job_id, worker=worker) if job else None
        if job is None or chunk is None:
            return None
        transitions.take_up(job, worker=worker)
        chunk.job = job
        return chunk


def _run(chunk: JobChunk) -> None:
    stage = stages_of(chunk.job)[chunk.stage]
    with Heartbeat(chunk, abandon=partial(_abandon, chunk)) as on_progress:
        outcome = stage.run(chunk, on_progress)
    transitions.succeed(chunk=chunk, outcome=outcome)


def _abandon(chunk: JobChunk) -> None:
    """Hand a chunk back that does not stop by itself (a long kernel, a long transaction), and end this process."""
    try:
        transitions.hand_back(chunk=chunk, why="The worker stops")
    except Error:
        logger.exception("%s could not be handed back; it is taken up when it is missed.", chunk)
    os._exit(0)
