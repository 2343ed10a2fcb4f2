"""Is all well? One sentence about each part of the site, in a bounded number of queries."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.conf import settings
from django.db.models import Count
from django.utils import timezone

from recommender.models import DriftReport, Job, JobChunk, ModelVersion, Worker
from recommender.services.jobs.backlog import queued_seconds
from recommender.services.monitoring import operations

State = Literal["well", "look", "act"]
DAY = timedelta(days=1)
DISK_LOW, DISK_FULL = 0.15, 0.05
MODEL_OLD = timedelta(days=30)
BACKUP_OLD, DRILL_OLD = 2 * DAY, 8 * DAY
QUEUE_LONG = 3600.0
DRIFT_OLD = 3 * DAY


@dataclass(frozen=True, slots=True)
class Check:
    """A part of the site and how it is; `alarm` is its section in docs/operations/alarms.md if something is to do."""

    name: str
    state: State
    sentence: str
    about: Literal["jobs", "versions"] = "jobs"


def checks(versions: list[ModelVersion]) -> list[Check]:
    """Return all parts; `versions` are those in service."""
    now = timezone.now()
    return [*_work(now), _failures(now), _disk(), _models(versions, now), _drift(now), *_operations(now)]


def _work(now: datetime) -> Iterator[Check]:
    last = Worker.objects.order_by("-seen_at").values_list("seen_at", flat=True)
    here = [at for at in last if (now - at).total_seconds() < 2 * settings.JOB_LOST_AFTER]
    unfinished = JobChunk.objects.filter(
        state__in=(JobChunk.State.QUEUED, JobChunk.State.RUNNING), job__state__in=Job.UNFINISHED
    )
    counts = dict(unfinished.values_list("state").annotate(n=Count("pk")).order_by())
    n_queued, n_running = (counts.get(state, 0) for state in (JobChunk.State.QUEUED, JobChunk.State.RUNNING))
    if here:
        yield Check("Workers", "well", f"{_count(len(here), 'worker is', 'workers are')} there.")
    elif n_queued:
        yield Check("Workers", "act", "No worker is there, and jobs are waiting for one.")
    else:
        yield Check("Workers", "look", "No worker is there; nothing is waiting for one.")
    if not n_queued:
        yield Check("Queue", "well", f"Nothing waits; {_count(n_running, 'chunk is', 'chunks are')} being worked on.")
        return
    seconds = sum(queued_seconds().values())
    waits = f"{_count(n_queued, 'chunk waits', 'chunks wait')}, about {_minutes(seconds)} of work for one worker."
    yield Check("Queue", "look" if seconds > QUEUE_LONG * max(len(here), 1) else "well", waits)


def _failures(now: datetime) -> Check:
    failed = Job.objects.filter(state=Job.State.FAILED, finished_at__gt=now - DAY).order_by("-pk")
    names = [str(job) for job in failed.only("kind")[:4]]
    if not names:
        return Check("Failures", "well", "No job has failed in the last day.")
    named = ", ".join(names[:3]) + (" and others" if len(names) > 3 else "")
    return Check("Failures", "act", f"Failed in the last day: {named}.")


def _disk() -> Check:
    disk = shutil.disk_usage(settings.DATA_DIR)
    free = disk.free / disk.total
    state: State = "act" if free < DISK_FULL else "look" if free < DISK_LOW else "well"
    return Check("Disk", state, f"{free:.0%} of the data folder's disk is free, {disk.free / 2**30:,.1f} GiB.")


def _models(versions: list[ModelVersion], now: datetime) -> Check:
    models = [version for version in versions if version.kind == ModelVersion.Kind.MODEL]
    if not models:
        return Check("Models", "act", "No model is in service: import ratings and train one.", "versions")
    oldest = min(models, key=lambda version: version.created_at)
    age = now - oldest.created_at
    in_service = _count(len(models), "model is", "models are")
    sentence = f"{in_service} in service; the oldest, {oldest}, was made {_days(age)}."
    return Check("Models", "look" if age > MODEL_OLD else "well", sentence, "versions")


def _drift(now: datetime) -> Check:
    report = DriftReport.objects.first()
    if report is None:
        return Check("Drift", "look", "It has not been measured yet.", "versions")
    if report.outside:
        return Check("Drift", "act", " ".join(figure["sentence"] for figure in report.outside), "versions")
    age = now - report.measured_at
    state: State = "look" if age > DRIFT_OLD else "well"
    return Check("Drift", state, f"All figures are within their bounds, measured {_days(age)}.", "versions")


def _operations(now: datetime) -> Iterator[Check]:
    for name, title, old in (("backup", "Backup", BACKUP_OLD), ("drill", "Restore drill", DRILL_OLD)):
        run = operations.last(name)
        if run is None:
            yield Check(title, "look", "There has been none on this machine.")
            continue
        age = now - run.finished_at
        state: State = "act" if not run.ok else "look" if age > old else "well"
        yield Check(title, state, f"The last one {'went well' if run.ok else 'failed'}, {_days(age)}.")


def _count(n: int, one: str, many: str) -> str:
    return f"{n:,} {one if n == 1 else many}"


def _days(age: timedelta) -> str:
    return "today" if age < DAY else "1 day ago" if age < 2 * DAY else f"{age.days:,} days ago"


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:,.0f} min"
