"""The log of a job; only the newest lines are kept."""

import logging

from recommender.models import JobLogLine

logger = logging.getLogger(__name__)
LINES = 500


def write(*, job_id: int, text: str) -> None:
    """Add a line and delete all but the newest `LINES`."""
    logger.info("Job %s: %s", job_id, text)
    JobLogLine.objects.create(job_id=job_id, text=text[:500])
    lines = JobLogLine.objects.filter(job_id=job_id).order_by("-pk")
    JobLogLine.objects.filter(job_id=job_id, pk__lte=lines.values("pk")[LINES : LINES + 1]).delete()
