"""What a job was asked for and what came out of it, in words."""

import json
from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join

from recommender.models import Job

NAMES = {
    "n_factors": "rank",
    "regularization": "regularisation",
    "n_splits": "splits",
    "max_raters": "raters at most",
    "n_trials": "trials",
}
SHOWN_AS_CHARTS = "evaluation"


def arguments(job: Job) -> str:
    """Return the arguments: "algorithm als, rank 32"."""
    given = dict(job.arguments)
    changed = given.pop("hyperparameters", {})
    return pairs(given | changed) or "what is usual"


def result(job: Job) -> str:
    """Return the result, with a link where it is a model version."""
    found = {name: value for name, value in (job.result or {}).items() if name != SHOWN_AS_CHARTS}
    version = found.pop("model_version", None)
    parts = [pairs(found)] if found else []
    if version is not None:
        address = reverse("admin:recommender_modelversion_change", args=[version])
        parts.insert(0, format_html('<a href="{}">model version {}</a>', address, version))
    return format_html_join(", ", "{}", ((part,) for part in parts)) or "–"


def pairs(values: dict[str, Any]) -> str:
    """Return names and values: "rank 32, regularisation 0.06"."""
    return ", ".join(f"{NAMES.get(name, name.replace('_', ' '))} {_value(value)}" for name, value in values.items())


def _value(value: Any) -> str:
    if isinstance(value, list):
        return " + ".join(map(str, value))
    if isinstance(value, dict):
        return f"({pairs(value)})"
    return f"{value:,}" if isinstance(value, int) else value if isinstance(value, str) else json.dumps(value)
