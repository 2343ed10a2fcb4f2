"""The one task of the job system."""

from celery import Task, shared_task

from recommender.services import jobs


@shared_task(name=jobs.TASK, bind=True)
def run_job(self: Task, job_id: int) -> None:
    """Run the job with this id, if it still waits."""
    jobs.run(job_id=job_id, worker=self.request.hostname or "")
