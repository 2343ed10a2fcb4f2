"""The figures of model versions, as tables and charts show them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from recommender.models import ModelVersion

METRICS = (
    ("rank_agreement", "Rank agreement"),
    ("rmse", "RMSE"),
    ("ndcg_10", "nDCG@10"),
    ("recall_20", "Recall@20"),
)
WIDTH = 300.0
"""Of a chart, in the units of its viewBox."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One figure of a chart with its interval, in words and as lengths from the left."""

    label: str
    words: str
    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Chart:
    """One metric of several versions or segments, on one scale from 0."""

    heading: str
    bars: list[Bar]


def words(figure: dict[str, Any] | None) -> str:
    """Return a figure with its interval, or a dash where it was not measured."""
    if not figure:
        return "–"
    return f"{figure['mean']:.4f} ({figure['low']:.4f} to {figure['high']:.4f})"


def sentence(version: ModelVersion) -> str:
    """Return why the version is in the state it is in: by hand if somebody decided, by the gate otherwise."""
    said = version.metrics.get("rejection") if version.state == ModelVersion.State.REJECTED else None
    found: str = (said or version.metrics.get("gate") or {}).get("sentence", "")
    return found


def charts(rows: Iterable[tuple[str, dict[str, Any]]]) -> list[Chart]:
    """Return a chart for each metric that any of the labelled figures has."""
    labelled = list(rows)
    drawn = [
        Chart(heading, _bars([(label, figures[metric]) for label, figures in labelled if figures.get(metric)]))
        for metric, heading in METRICS
    ]
    return [chart for chart in drawn if chart.bars]


def rows_of(version: ModelVersion) -> list[tuple[str, dict[str, Any]]]:
    """Return the figures of all raters, then those of each segment."""
    segments: dict[str, dict[str, Any]] = version.metrics.get("segments", {})
    return [("All raters", version.metrics), *segments.items()]


def _bars(figures: list[tuple[str, dict[str, Any]]]) -> list[Bar]:
    most = max((figure["high"] for _, figure in figures), default=0.0) or 1.0

    def place(value: float) -> float:
        return round(min(max(value / most, 0.0), 1.0) * WIDTH, 1)

    return [
        Bar(label, words(figure), place(figure["mean"]), place(figure["low"]), place(figure["high"]))
        for label, figure in figures
    ]
