"""The figures of model versions and evaluations, as tables and charts show them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html

from recommender.admin.dot_chart import FURTHER, METRICS, Chart, charts
from recommender.engine.evaluation.report import Metric
from recommender.models import ModelVersion

SEGMENTS = {
    "new": "New raters, up to 20 ratings",
    "light": "Light raters, up to 100 ratings",
    "heavy": "Heavy raters, more than 100",
    "popular": "Popular movies, half of all ratings",
    "rare": "All other movies",
}
SPLITS = {"random": "random ratings held out", "temporal": "the newest ratings held out"}


@dataclass(frozen=True, slots=True)
class EvaluationCharts:
    """An evaluation of several algorithms: all raters, further metrics, and each segment."""

    measured: str
    overall: list[Chart]
    further: list[Chart]
    segments: list[tuple[str, list[Chart]]]


def words(figure: dict[str, Any] | None) -> str:
    """Return a figure with its interval, or a dash if it was not measured."""
    if not figure:
        return "–"
    return f"{figure['mean']:.4f} ({figure['low']:.4f} to {figure['high']:.4f})"


def in_a_list(figure: dict[str, Any] | None) -> str:
    """Return a figure with its interval below it."""
    if not figure:
        return "–"
    return format_html("{}<br><small>{}–{}</small>", *(f"{figure[name]:.4f}" for name in ("mean", "low", "high")))


def measured(figures: dict[str, Any]) -> str:
    """Return what the figures were measured on: "random ratings held out, 606 raters, 2 splits"."""
    if "raters" not in figures:
        return ""
    n_splits = figures["splits"]
    splits = f", {n_splits} splits" if n_splits > 1 else ""
    return f"{SPLITS.get(figures['split'], figures['split'])}, {figures['raters']:,} raters{splits}"


def sentence(version: ModelVersion) -> str:
    """Return the reason for the version's state: an admin's if one rejected it, otherwise the gate's."""
    rejection = version.metrics.get("rejection") if version.state == ModelVersion.State.REJECTED else None
    found: str = (rejection or version.metrics.get("gate") or {}).get("sentence", "")
    return found


def of_version(version: ModelVersion) -> list[Chart]:
    """Return charts of the figures of all raters and of each segment."""
    segments: dict[str, dict[str, Any]] = version.metrics.get("segments", {})
    named = [(SEGMENTS.get(name, name), segments[name]) for name in in_order(segments)]
    return charts([("All raters", version.metrics), *named])


def of_evaluation(evaluation: dict[str, Any]) -> EvaluationCharts:
    """Return the charts of an evaluation, given as `Evaluation.to_json` returns it."""
    algorithms: dict[str, dict[str, Any]] = evaluation["algorithms"]
    differences = evaluation.get("differences", {})
    noted = {name: figures | {"notes": _notes(name, algorithms, differences)} for name, figures in algorithms.items()}
    names = dict.fromkeys(segment for figures in algorithms.values() for segment in figures.get("segments", {}))
    return EvaluationCharts(
        measured=measured(evaluation),
        overall=charts(noted.items(), ranked=True),
        further=charts(algorithms.items(), FURTHER, ranked=True),
        segments=[
            (
                SEGMENTS.get(segment, segment),
                charts(((name, each["segments"].get(segment, {})) for name, each in algorithms.items()), ranked=True),
            )
            for segment in in_order(names)
        ],
    )


def in_order(segments: Iterable[str]) -> list[str]:
    """Return segments in reading order, raters before movies; PostgreSQL sorts JSON keys by length."""
    known = list(SEGMENTS)
    return sorted(segments, key=lambda name: known.index(name) if name in known else len(known))


def _notes(name: str, algorithms: dict[str, dict[str, Any]], differences: dict[str, Any]) -> dict[str, str]:
    """Return how an algorithm compares with the best one, by metric."""
    notes = {}
    for metric in METRICS:
        measured_by = {other: each[metric.name]["mean"] for other, each in algorithms.items() if each.get(metric.name)}
        if name in measured_by and len(measured_by) > 1:
            best = min(measured_by, key=lambda other: metric.loss(measured_by[other]))
            notes[metric.name] = "best" if best == name else _behind(metric, name, best, differences)
    return notes


def _behind(metric: Metric, name: str, best: str, differences: dict[str, Any]) -> str:
    """Return whether an algorithm is worse than the best, by the interval of their paired difference."""
    forth, back = (differences.get(a, {}).get(b, {}).get(metric.name) for a, b in ((name, best), (best, name)))
    if not (forth or back):
        return ""
    limits = (forth["low"], forth["high"]) if forth else (-back["high"], -back["low"])
    low, high = sorted(map(metric.loss, limits))
    return f"worse by {low:.4f} to {high:.4f}" if low > 0 else "not shown to be worse than the best"
