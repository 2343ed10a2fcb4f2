"""The dashboard: what an operator wants to see at a glance. No query here counts ratings."""

from dataclasses import dataclass

from recommender.models import Job, ModelVersion, Movie, Rater, Rating, Tag, TagApplication
from recommender.models.postgres import estimated_counts
from recommender.services.versions import retention

COUNTED = (
    ("Movies", Movie),
    ("Raters", Rater),
    ("Ratings", Rating),
    ("Tags", Tag),
    ("Tag applications", TagApplication),
)


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Data, versions in service, unfinished jobs, storage, and the last retraining and import."""

    counts: list[tuple[str, int]]
    versions: list[ModelVersion]
    jobs: list[Job]
    storage: retention.Usage
    last_retrain: Job | None
    last_import: Job | None


def current() -> Dashboard:
    """Read the current dashboard, in six queries."""
    counts = estimated_counts(*(model for _, model in COUNTED))
    return Dashboard(
        counts=[(label, counts[model]) for label, model in COUNTED],
        versions=list(ModelVersion.objects.active().order_by("algorithm")),
        jobs=list(Job.objects.unfinished()[:50]),
        storage=retention.usage(),
        last_retrain=Job.objects.last_succeeded(Job.Kind.RETRAIN, Job.Kind.TRAIN),
        last_import=Job.objects.last_succeeded(Job.Kind.IMPORT),
    )
