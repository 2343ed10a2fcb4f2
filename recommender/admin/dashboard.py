"""The dashboard: what an operator wants to see at a glance. No query here counts ratings."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from recommender.admin.dot_chart import Chart, charts
from recommender.engine.evaluation.report import METRICS
from recommender.models import DayCount, Job, ModelVersion, Movie, Rater, Rating, Tag, TagApplication
from recommender.models.postgres import estimated_counts
from recommender.services.monitoring import overview
from recommender.services.monitoring.overview import Check
from recommender.services.versions import retention

COUNTED = (
    ("Movies", Movie),
    ("Raters", Rater),
    ("Ratings", Rating),
    ("Tags", Tag),
    ("Tag applications", TagApplication),
)


N_DAYS = 7
N_VERSIONS = 8
QUALITY = METRICS["rank_agreement"]


@dataclass(frozen=True, slots=True)
class Day:
    """How many lists were served and ratings given on a day."""

    day: date
    lists: int
    ratings: int


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Is all well; data, versions in service, unfinished jobs, storage, and the last retraining and import."""

    counts: list[tuple[str, int]]
    versions: list[ModelVersion]
    jobs: list[Job]
    storage: retention.Usage
    last_retrain: Job | None
    last_import: Job | None
    checks: list[Check]
    days: list[Day]
    quality: list[Chart]

    @property
    def most_lists(self) -> int:
        """Return how many lists were served on the busiest of the days, at least 1."""
        return max([1, *(each.lists for each in self.days)])

    @property
    def most_ratings(self) -> int:
        """Return how many ratings there were on the busiest of the days, at least 1."""
        return max([1, *(each.ratings for each in self.days)])


def current() -> Dashboard:
    """Read the current dashboard, in eleven queries, a few more when chunks wait."""
    counts = estimated_counts(*(model for _, model in COUNTED))
    versions = list(ModelVersion.objects.active().order_by("algorithm"))
    return Dashboard(
        counts=[(label, counts[model]) for label, model in COUNTED],
        versions=versions,
        jobs=list(Job.objects.unfinished()[:50]),
        storage=retention.usage(),
        last_retrain=Job.objects.last_succeeded(Job.Kind.RETRAIN, Job.Kind.TRAIN),
        last_import=Job.objects.last_succeeded(Job.Kind.IMPORT),
        checks=overview.checks(versions),
        days=_days(),
        quality=_quality_over_time(versions),
    )


def _days() -> list[Day]:
    """Return the last days, today first."""
    today = timezone.now().date()
    days = [today - timedelta(days=back) for back in range(N_DAYS)]
    rows = DayCount.objects.filter(day__in=days).values_list("day", "name", "count")
    found = {(day, name): count for day, name, count in rows}
    return [
        Day(day, found.get((day, DayCount.Name.LISTS), 0), found.get((day, DayCount.Name.RATINGS), 0)) for day in days
    ]


def _quality_over_time(versions: list[ModelVersion]) -> list[Chart]:
    """Return how well the best algorithm's versions ranked when they went into service, the newest first."""
    # Imported only when the page is shown, because it imports numerical libraries.
    from recommender.engine.algorithms.registry import BY_PREFERENCE

    in_service = {version.algorithm for version in versions}
    best = next((name for name in BY_PREFERENCE if name in in_service), None)
    if best is None:
        return []
    shown = ModelVersion.objects.filter(algorithm=best, activated_at__isnull=False, metrics__has_key=QUALITY.name)
    rows = [
        (f"{version}, {version.activated_at:%-d %b %Y}", version.metrics)
        for version in shown.order_by("-activated_at")[:N_VERSIONS]
    ]
    return charts(rows, (QUALITY,))
