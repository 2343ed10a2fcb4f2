"""The tasks of the job system: the one that runs a chunk, and those that a schedule starts."""

import logging
from typing import Any

from celery import Task, shared_task

from recommender.models import Job
from recommender.services import job_kinds, jobs
from recommender.services.jobs import broker
from recommender.services.versions import retention

logger = logging.getLogger(__name__)


@shared_task(name=broker.TASK, bind=True)
def run_chunk(self: Task, job_id: int) -> None:
    """Run a chunk of the job with this id, if one is queued."""
    jobs.run_chunk(job_id=job_id, worker=self.request.hostname or "")


@shared_task
def start_job(kind: str, arguments: dict[str, Any] | None = None) -> None:
    """Start a scheduled job, unless the same one is still queued or running."""
    try:
        wanted = job_kinds.checked(kind=kind, arguments=arguments)
    except job_kinds.BadRequest as error:
        logger.error("A scheduled job cannot be started: %s", error)
        return
    jobs.start(kind=Job.Kind(kind), arguments=wanted)


@shared_task
def remove_old_versions() -> None:
    """Remove the artifacts of model versions beyond the retention count and the budget."""
    retention.collect()


@shared_task
def clean_up_jobs() -> None:
    """Remove the files of finished jobs from artifact storage."""
    jobs.clean_up()
