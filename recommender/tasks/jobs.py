"""The one task of the job system."""

from celery import Task, shared_task

from recommender.services import doorbell, jobs


@shared_task(name=doorbell.TASK, bind=True)
def run_chunk(self: Task, job_id: int) -> None:
    """Run a chunk of the job with this id, if one waits."""
    jobs.run_chunk(job_id=job_id, worker=self.request.hostname or "")
