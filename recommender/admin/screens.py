"""All screens; importing them registers them."""

from recommender.admin import (
    audit_entries,
    drift_reports,
    experiments,
    jobs,
    model_versions,
    movies,
    other_apps,
    raters,
    users,
)

__all__ = [
    "audit_entries",
    "drift_reports",
    "experiments",
    "jobs",
    "model_versions",
    "movies",
    "other_apps",
    "raters",
    "users",
]
