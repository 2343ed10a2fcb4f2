"""Charts of figures with their intervals: a dot, a line and numbers for each, all on one scale."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from recommender.engine.evaluation import report
from recommender.engine.evaluation.report import Metric

Figure = dict[str, Any]


_LESS_ASKED_FOR = ("mae", "coverage", "novelty")
FURTHER = tuple(metric for metric in report.METRICS.values() if metric.name in _LESS_ASKED_FOR)
METRICS = tuple(metric for metric in report.METRICS.values() if metric.name not in _LESS_ASKED_FOR)


@dataclass(frozen=True, slots=True)
class Row:
    """One figure as text, and as percentages of the chart's width."""

    label: str
    mean_words: str
    interval_words: str
    note: str
    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Chart:
    """One metric of several versions, algorithms or segments; `best` is the position of the best mean."""

    metric: Metric
    rows: list[Row]
    start: str
    end: str
    best: float


def charts(
    figures: Iterable[tuple[str, dict[str, Any]]], metrics: Sequence[Metric] = METRICS, *, ranked: bool = False
) -> list[Chart]:
    """Return a chart for each metric that any of the labelled figures has; with `ranked`, the best comes first."""
    labelled = list(figures)
    drawn = []
    for metric in metrics:
        found = [(label, each[metric.name], each) for label, each in labelled if each.get(metric.name)]
        if ranked:
            found.sort(key=lambda row: metric.loss(row[1]["mean"]))
        if found:
            drawn.append(_chart(metric, [(label, figure, _note(metric, each)) for label, figure, each in found]))
    return drawn


def _note(metric: Metric, figures: dict[str, Any]) -> str:
    note: str = figures.get("notes", {}).get(metric.name, "")
    return note


def _chart(metric: Metric, rows: list[tuple[str, Figure, str]]) -> Chart:
    means = [figure["mean"] for _, figure, _ in rows]
    start, end, digits = _scale(min(f["low"] for _, f, _ in rows), max(f["high"] for _, f, _ in rows))

    def place(value: float) -> float:
        return round(100 * min(max((value - start) / (end - start), 0.0), 1.0), 2)

    return Chart(
        metric,
        [
            Row(label, _number(f["mean"]), f"{_number(f['low'])} to {_number(f['high'])}", note, *map(place, _three(f)))
            for label, f, note in rows
        ],
        start=f"{start:.{digits}f}",
        end=f"{end:.{digits}f}",
        best=place(min(means, key=metric.loss)),
    )


def _scale(low: float, high: float) -> tuple[float, float, int]:
    """Return round numbers below and above the range, and their number of decimals."""
    span = high - low or abs(high) or 1.0
    exponent = math.floor(math.log10(span)) - 1
    step = 2 * 10.0**exponent
    start, end = math.floor(low / step) * step, math.ceil(high / step) * step
    return start, end if end > start else start + step, max(0, -exponent)


def _three(figure: Figure) -> tuple[float, float, float]:
    return figure["mean"], figure["low"], figure["high"]


def _number(value: float) -> str:
    return f"{value:.4f}"
