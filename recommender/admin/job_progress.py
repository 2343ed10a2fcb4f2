"""A job's progress, for the element that shows it live."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.html import format_html

from recommender.models import Job
from recommender.services.jobs.costs import duration


def bar(job: Job, *, follow: bool = False) -> str:
    """Return the progress bar of a job, live while the job is unfinished.

    With `follow`, the page is reloaded when the job enters another stage or state.
    """
    return format_html(
        '<job-progress job="{}" src="{}" step="{}"{}{}><progress max="1" value="{}" aria-label="Progress of {}">'
        "</progress><output>{}</output><small>{}</small></job-progress>",
        job.pk,
        reverse("admin:recommender_job_progress"),
        _step(job),
        " live" if job.state in Job.UNFINISHED else "",
        " follow" if follow else "",
        f"{job.progress:.3f}",
        job,
        _words(job),
        _message(job),
    )


def as_json(job: Job) -> dict[str, Any]:
    """Return what the element needs."""
    return {
        "progress": job.progress,
        "words": _words(job),
        "message": _message(job),
        "step": _step(job),
        "live": job.state in Job.UNFINISHED,
    }


def pill(state: str, label: str) -> str:
    """Return a state as a small label."""
    return format_html('<span class="pill pill-{}">{}</span>', state, label)


def moment(at: datetime | None) -> str:
    """Return a time such as 5 Nov 2026 17:28."""
    return f"{at:%-d %b %Y %H:%M}" if at else "–"


def _step(job: Job) -> str:
    return f"{job.state} {job.stage}"


def _message(job: Job) -> str:
    """Return the message of an unfinished job."""
    if job.waits_for_storage:
        return f"The next try is at {job.waits_until:%H:%M:%S}." if job.waits_until else "It is tried again now."
    return job.message if job.state in Job.UNFINISHED else ""


def _words(job: Job) -> str:
    left = job.seconds_left
    if job.waits_for_storage:
        return "waiting for storage"
    if job.state != Job.State.RUNNING:
        return job.get_state_display().lower()
    return f"{job.progress:.0%}" + (f", {duration(left)} left" if left is not None else "")
