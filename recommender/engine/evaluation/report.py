"""The outcome of an evaluation, as JSON and as a table."""

from dataclasses import dataclass, field
from typing import Any

from recommender.engine.evaluation.intervals import Interval
from recommender.engine.evaluation.splits import SplitKind

METRICS = ("rank_agreement", "rmse", "mae", "ndcg_10", "recall_20", "coverage", "novelty")
HEADINGS = ("rank agr.", "RMSE", "MAE", "nDCG@10", "recall@20", "coverage", "novelty")
COLUMN_WIDTH = 15


@dataclass(frozen=True, slots=True)
class AlgorithmReport:
    """Figures of one algorithm.

    Attributes
    ----------
    metrics : metric → interval
    segments : segment → metric → interval
    segment_sizes : segment of raters → how many
    seconds : float
        Fits and measurement, all splits.
    """

    metrics: dict[str, Interval]
    segments: dict[str, dict[str, Interval]]
    segment_sizes: dict[str, int]
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """Return metrics by name, then segments and seconds."""
        segments: dict[str, dict[str, Any]] = {}
        for segment, metrics in self.segments.items():
            size = {"raters": self.segment_sizes[segment]} if segment in self.segment_sizes else {}
            segments[segment] = {**size, **_to_json(metrics)}
        return {**_to_json(self.metrics), "segments": segments, "seconds": round(self.seconds, 3)}


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Figures of several algorithms on the same splits, and the paired differences between them."""

    n_splits: int
    seed: int
    split: SplitKind
    n_raters: int
    algorithms: dict[str, AlgorithmReport]
    differences: dict[tuple[str, str], dict[str, Interval]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return ``{"splits", "seed", "split", "raters", "algorithms", "differences"}`` of plain values.

        ``differences[a][b]`` is a minus b, given once for each pair.
        """
        differences: dict[str, dict[str, Any]] = {}
        for (one, other), metrics in self.differences.items():
            differences.setdefault(one, {})[other] = _to_json(metrics)
        return {
            "splits": self.n_splits,
            "seed": self.seed,
            "split": self.split,
            "raters": self.n_raters,
            "algorithms": {name: report.to_json() for name, report in self.algorithms.items()},
            "differences": differences,
        }

    def table(self) -> str:
        """Return the figures as a table, see `table`."""
        return table(self.to_json())


def table(figures: dict[str, Any]) -> str:
    """Return the figures of `Evaluation.to_json` with the larger half-width of each interval, a line per algorithm."""
    algorithms: dict[str, dict[str, Any]] = figures["algorithms"]
    width = max([len(name) for name in algorithms] + [9])
    lines = ["algorithm".ljust(width) + "".join(heading.rjust(COLUMN_WIDTH) for heading in HEADINGS) + "  seconds"]
    for name, report in algorithms.items():
        cells = [_cell(report.get(metric)).rjust(COLUMN_WIDTH) for metric in METRICS]
        lines.append(name.ljust(width) + "".join(cells) + f"{report['seconds']:9.1f}")
    return "\n".join(lines)


def _cell(interval: dict[str, float] | None) -> str:
    if interval is None:
        return "–"
    half = max(interval["high"] - interval["mean"], interval["mean"] - interval["low"])
    return f"{interval['mean']:.3f} ±{half:.3f}"


def _to_json(metrics: dict[str, Interval]) -> dict[str, Any]:
    return {metric: metrics[metric].to_json() for metric in METRICS if metric in metrics}
