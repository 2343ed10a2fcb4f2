"""The tasks of the job system: the one that workers are rung for, and those that a schedule starts."""

import logging
from typing import Any

from celery import Task, shared_task

from recommender.models import Job
from recommender.services import doorbell, job_requests, jobs, retention

logger = logging.getLogger(__name__)


@shared_task(name=doorbell.TASK, bind=True)
def run_chunk(self: Task, job_id: int) -> None:
    """Run a chunk of the job with this id, if one waits."""
    jobs.run_chunk(job_id=job_id, worker=self.request.hostname or "")


@shared_task
def start_job(kind: str, arguments: dict[str, Any] | None = None) -> None:
    """Start a job, from a schedule; one that still waits or runs is left to it."""
    try:
        wanted = job_requests.checked(kind=kind, arguments=arguments)
    except job_requests.BadRequest as error:
        logger.error("A scheduled job cannot be started: %s", error)
        return
    jobs.start(kind=Job.Kind(kind), arguments=wanted)


@shared_task
def remove_old_versions() -> None:
    """Remove model versions beyond the count and the budget."""
    retention.collect()


@shared_task
def clean_up_jobs() -> None:
    """Remove what finished jobs have left in artifact storage."""
    jobs.clean_up()
