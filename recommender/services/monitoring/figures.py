"""What the database knows about jobs, models, drift and storage, for Prometheus, read when it asks."""

import logging
import shutil
from collections.abc import Iterable
from statistics import median

from django.conf import settings
from django.db import Error
from django.db.models import Count, F, Sum
from django.utils import timezone
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from recommender.models import DriftReport, Job, JobChunk, ModelVersion, Worker
from recommender.services.jobs.backlog import queued_seconds
from recommender.services.monitoring import operations
from recommender.services.versions import retention

logger = logging.getLogger(__name__)
FORECASTS = 20
"""How many of a kind's last jobs the error of the forecast is the median of."""
QUALITY = ("rank_agreement", "rmse", "ndcg_10", "recall_20", "regret_10")


class Database(Collector):
    """Reads everything anew in each collection; with the database away it says only that."""

    def collect(self) -> Iterable[Metric]:
        """Return the figures."""
        yield from _machine()
        try:
            found = [*_jobs(), *_chunks(), *_forecasts(), *_workers(), *_models(), *_drift()]
        except Error:
            logger.warning("Figures of the database are missing from /metrics: it does not answer.")
            found = []
        yield GaugeMetricFamily("movierec_database_up", "Whether the database answers", value=int(bool(found)))
        yield from found


def _gauge(name: str, text: str, labels: tuple[str, ...], rows: Iterable[tuple[tuple[str, ...], float]]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=labels)
    for values, number in rows:
        family.add_metric(values, number)
    return family


def _jobs() -> Iterable[Metric]:
    unfinished = GaugeMetricFamily("movierec_jobs", "Jobs that are not finished", labels=("kind", "state"))
    finished = CounterMetricFamily("movierec_jobs_finished", "Finished jobs", labels=("kind", "state"))
    seconds = CounterMetricFamily("movierec_job_seconds", "Time from start to end of jobs", labels=("kind",))
    took = Sum(F("finished_at") - F("started_at"))
    totals: dict[str, float] = {}
    for kind, state, n, total in Job.objects.values_list("kind", "state").annotate(n=Count("pk"), took=took).order_by():
        (finished if state in Job.FINISHED else unfinished).add_metric((kind, state), n)
        totals[kind] = totals.get(kind, 0.0) + (total.total_seconds() if total else 0.0)
    for kind, total in totals.items():
        seconds.add_metric((kind,), total)
    return unfinished, finished, seconds


def _chunks() -> Iterable[Metric]:
    waiting = JobChunk.objects.filter(state__in=(JobChunk.State.QUEUED, JobChunk.State.RUNNING))
    counted = waiting.filter(job__state__in=Job.UNFINISHED).values_list("state").annotate(n=Count("pk")).order_by()
    queued = (((kind,), seconds) for kind, seconds in queued_seconds().items())
    yield _gauge("movierec_chunks", "Chunks that wait or run", ("state",), (((state,), n) for state, n in counted))
    yield _gauge("movierec_queued_seconds", "Work that waits, in seconds of one worker", ("kind",), queued)


def _forecasts() -> Iterable[Metric]:
    """Say how far forecasts were from what jobs took, as a share of that; a forecast is recorded before the start."""
    if not hasattr(Job, "forecast_seconds"):
        return
    errors: dict[str, list[float]] = {}
    done = Job.objects.filter(state=Job.State.SUCCEEDED, started_at__isnull=False)
    done = done.exclude(**{"forecast_seconds": None})
    for job in done.order_by("-pk")[: FORECASTS * len(Job.Kind)]:
        seconds = job.duration.total_seconds() if job.duration else 0.0
        of_kind = errors.setdefault(job.kind, [])
        if seconds > 0 and len(of_kind) < FORECASTS:
            of_kind.append(abs(getattr(job, "forecast_seconds") - seconds) / seconds)  # noqa: B009
    rows = (((kind,), median(found)) for kind, found in errors.items() if found)
    yield _gauge("movierec_job_forecast_error_ratio", "Median error of the last forecasts", ("kind",), rows)


def _workers() -> Iterable[Metric]:
    n_workers = Worker.objects.seen_within(2 * settings.JOB_LOST_AFTER).count()
    yield GaugeMetricFamily("movierec_workers", "Workers that were there a moment ago", value=n_workers)


def _models() -> Iterable[Metric]:
    now = timezone.now()
    versions = list(ModelVersion.objects.active())
    ages = (((each.algorithm,), (now - each.created_at).total_seconds()) for each in versions)
    quality = (
        ((each.algorithm, name), each.metrics[name]["mean"])
        for each in versions
        for name in QUALITY
        if each.metrics.get(name)
    )
    storage = retention.usage()
    yield _gauge("movierec_model_age_seconds", "Time since a version in service was made", ("algorithm",), ages)
    yield _gauge("movierec_model_quality", "Figures of the models in service", ("algorithm", "metric"), quality)
    yield GaugeMetricFamily("movierec_artifact_bytes", "Bytes of all stored versions", value=storage.used)
    yield GaugeMetricFamily("movierec_artifact_budget_bytes", "ARTIFACT_BUDGET", value=storage.budget)


def _drift() -> Iterable[Metric]:
    report = DriftReport.objects.first()
    if report is None:
        return
    figures = [(figure["name"], figure) for figure in report.figures if figure["value"] is not None]
    age = (timezone.now() - report.measured_at).total_seconds()
    yield GaugeMetricFamily("movierec_drift_age_seconds", "Time since drift was measured", value=age)
    values = (((name,), figure["value"]) for name, figure in figures)
    outside = (((name,), int(figure["outside"])) for name, figure in figures)
    yield _gauge("movierec_drift", "Figures of the last week of ratings", ("figure",), values)
    yield _gauge("movierec_drift_outside", "Whether a figure is outside its bounds", ("figure",), outside)


def _machine() -> Iterable[Metric]:
    disk = shutil.disk_usage(settings.DATA_DIR)
    yield GaugeMetricFamily("movierec_disk_free_bytes", "Free bytes on the data folder's disk", value=disk.free)
    yield GaugeMetricFamily("movierec_disk_bytes", "Size of the data folder's disk", value=disk.total)
    runs = [(name, run) for name in operations.NAMES if (run := operations.last(name)) is not None]
    for suffix, text, number in (
        ("timestamp_seconds", "When the last backup or drill ended", lambda run: run.finished_at.timestamp()),
        ("ok", "Whether the last backup or drill went well", lambda run: int(run.ok)),
        ("duration_seconds", "How long the last backup or drill took", lambda run: run.seconds),
    ):
        yield _gauge(f"movierec_last_run_{suffix}", text, ("name",), (((name,), number(run)) for name, run in runs))
