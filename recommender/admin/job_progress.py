"""How far a job is, for the element that shows it live."""

from typing import Any

from django.urls import reverse
from django.utils.html import format_html

from recommender.models import Job

MINUTE, HOUR = 60, 3600


def bar(job: Job) -> str:
    """Return the progress bar of a job, which follows it while it is unfinished."""
    return format_html(
        '<job-progress job="{}" src="{}"{}><progress max="1" value="{}" aria-label="Progress of {}"></progress>'
        "<output>{}</output></job-progress>",
        job.pk,
        reverse("admin:recommender_job_progress"),
        " live" if job.state in Job.UNFINISHED else "",
        f"{job.progress:.3f}",
        job,
        _words(job),
    )


def as_json(job: Job) -> dict[str, Any]:
    """Return what the element shows."""
    return {"progress": job.progress, "words": _words(job), "live": job.state in Job.UNFINISHED}


def in_words(seconds: float) -> str:
    """Return a duration such as 1 h 05 min, 3 min 20 s or 12 s."""
    whole = round(seconds)
    if whole >= HOUR:
        return f"{whole // HOUR} h {whole % HOUR // MINUTE:02} min"
    return f"{whole // MINUTE} min {whole % MINUTE:02} s" if whole >= MINUTE else f"{whole} s"


def _words(job: Job) -> str:
    left = job.seconds_left
    if job.state != Job.State.RUNNING:
        return job.get_state_display().lower()
    return f"{job.progress:.0%}" + (f", {in_words(left)} left" if left is not None else "")
