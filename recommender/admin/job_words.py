"""The arguments and results of jobs in words."""

import json
from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join

from recommender.models import Job

NAMES = {
    "n_factors": "rank",
    "regularization": "regularisation",
    "n_splits": "splits",
    "n_epochs": "epochs",
    "max_raters": "maximum raters",
    "n_trials": "trials",
}
FIRST = ("algorithm", "algorithms")
SHOWN_AS_CHARTS = "evaluation"


def arguments(job: Job) -> str:
    """Return the arguments: "algorithm als, rank 32"."""
    given = dict(job.arguments)
    changed = given.pop("hyperparameters", {})
    first = {name: given.pop(name) for name in FIRST if name in given}  # PostgreSQL keeps no order
    return pairs(first | changed | given) or "defaults"


def result(job: Job) -> str:
    """Return the result, with a link if it is a model version."""
    found = {name: value for name, value in (job.result or {}).items() if name != SHOWN_AS_CHARTS}
    version = found.pop("model_version", None)
    parts = [pairs(found)] if found else []
    if version is not None:
        address = reverse("admin:recommender_modelversion_change", args=[version])
        parts.insert(0, format_html('<a href="{}">model version {}</a>', address, version))
    return format_html_join(", ", "{}", ((part,) for part in parts)) or "–"


def pairs(values: dict[str, Any]) -> str:
    """Return names and values: "rank 32, regularisation 0.06"."""
    return ", ".join(f"{name(each)} {value(values[each])}" for each in values)


def name(argument: str) -> str:
    """Return the display name of an argument or hyper-parameter."""
    return NAMES.get(argument, argument.replace("_", " "))


def value(given: Any) -> str:
    """Return a value as text."""
    if isinstance(given, str):
        return given
    if isinstance(given, list):
        return " + ".join(map(str, given))
    if isinstance(given, dict):
        return f"({pairs(given)})"
    if isinstance(given, float):
        return f"{given:g}"
    return f"{given:,}" if isinstance(given, int) and not isinstance(given, bool) else json.dumps(given)
