"""Jobs: start, run, follow, cancel, retry and recover them. Their state is in the database."""

from recommender.services.jobs.chunks import run_chunk
from recommender.services.jobs.control import JobFailed, JobRefused, cancel, follow, retry, run_here, start, start_over
from recommender.services.jobs.recovery import clean_up, recover

__all__ = [
    "JobFailed",
    "JobRefused",
    "cancel",
    "clean_up",
    "follow",
    "recover",
    "retry",
    "run_chunk",
    "run_here",
    "start",
    "start_over",
]
