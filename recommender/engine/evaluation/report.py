"""The outcome of an evaluation, as JSON and as a table."""

from dataclasses import dataclass, field
from typing import Any

from recommender.engine.evaluation.intervals import Interval
from recommender.engine.evaluation.splits import SplitKind

COLUMN_WIDTH = 15


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric with its name and explanation for people, and which direction is better."""

    name: str
    heading: str
    hint: str
    lower_is_better: bool = False

    @property
    def better(self) -> str:
        """Which direction is better."""
        return "lower is better" if self.lower_is_better else "higher is better"

    def loss(self, value: float) -> float:
        """Return a figure, or a difference of two, so that less is better."""
        return value if self.lower_is_better else -value


METRICS = {
    metric.name: metric
    for metric in (
        Metric("rank_agreement", "Rank agreement", "share of pairs of held-out movies in the rater's order"),
        Metric("rmse", "RMSE", "typical error of predicted stars, large errors counting more", True),
        Metric("mae", "MAE", "mean error of predicted stars", True),
        Metric("ndcg_10", "nDCG@10", "liked held-out movies among the first 10, early ones counting more"),
        Metric("recall_20", "Recall@20", "share of the liked held-out movies among the first 20"),
        Metric("regret_10", "Regret@10", "share of disliked movies among the held-out ones in the first 10", True),
        Metric("hit_stars_20", "Hit stars@20", "stars above the rater's mean of the held-out movies in the first 20"),
        Metric("signed_ndcg_10", "Signed nDCG@10", "as nDCG@10, counted in stars above or below the rater's mean"),
        Metric("coverage", "Coverage", "share of all movies that any list shows"),
        Metric("novelty", "Novelty", "how surprising it is, in bits, that somebody has seen a listed movie"),
    )
}
"""By name, in the order of tables."""


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
    lines = ["algorithm".ljust(width) + "".join(metric.heading.rjust(COLUMN_WIDTH) for metric in METRICS.values())]
    lines[0] += "  seconds"
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
