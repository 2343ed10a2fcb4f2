"""The figures of a benchmark as Markdown: a table of measures, or of conditions where there are several."""

from collections.abc import Callable, Iterable, Sequence

from recommender.engine.evaluation.intervals import Interval
from recommender.engine.evaluation.protocols.figures import Figures
from recommender.engine.evaluation.protocols.measures import Measure

Cell = Callable[[str, str, Measure], Interval | None]
"""The interval of an algorithm under a condition."""


def tables(figures: Figures, measures: Sequence[Measure]) -> str:
    """Return a table of figures, best ones in bold, and one of differences from each baseline.

    Figures have the larger half-width of their 95 % interval. A difference is in bold if it is better by more than
    this.
    """
    conditions = list(figures.n_raters)
    parts = []
    by_condition = [measures] if len(conditions) == 1 else [[each] for each in measures]
    for shown in by_condition:
        columns = [(condition, each) for each in shown for condition in conditions]
        heading = "algorithm" if len(conditions) == 1 else shown[0].heading
        parts.append(_table(heading, _headings(columns, conditions), figures.algorithms, _figures(figures, columns)))
        for baseline, others in figures.differences.items():
            rows = _differences(others, columns)
            parts.append(_table(f"minus `{baseline}`", _headings(columns, conditions), others, rows))
    return "\n\n".join(parts)


Column = tuple[str, Measure]


def _figures(figures: Figures, columns: Sequence[Column]) -> dict[str, list[str]]:
    rows: dict[str, list[str]] = {name: [] for name in figures.algorithms}
    for condition, measure in columns:
        found = {name: each[condition].get(measure.name) for name, each in figures.algorithms.items()}
        means = [interval.mean for interval in found.values() if interval is not None and measure.better]
        best = (min if measure.better == "lower" else max)(means, default=None)
        for name, interval in found.items():
            rows[name].append(_cell(interval, bold=interval is not None and interval.mean == best))
    return rows


def _differences(others: dict[str, dict[str, dict[str, Interval]]], columns: Sequence[Column]) -> dict[str, list[str]]:
    rows: dict[str, list[str]] = {name: [] for name in others}
    for condition, measure in columns:
        for name, each in others.items():
            interval = each[condition].get(measure.name)
            rows[name].append(_cell(interval, bold=interval is not None and _is_better(interval, measure), sign="+"))
    return rows


def _is_better(difference: Interval, measure: Measure) -> bool:
    gain = -difference.mean if measure.better == "lower" else difference.mean
    return bool(measure.better) and gain > _half_width(difference)


def _headings(columns: Iterable[Column], conditions: Sequence[str]) -> list[str]:
    return [measure.heading if len(conditions) == 1 else condition for condition, measure in columns]


def _table(heading: str, headings: Sequence[str], names: Iterable[str], rows: dict[str, list[str]]) -> str:
    lines = ["| " + " | ".join([heading, *headings]) + " |", "|---" * (len(headings) + 1) + "|"]
    lines += ["| " + " | ".join([f"`{name}`", *rows[name]]) + " |" for name in names]
    return "\n".join(lines)


def _half_width(interval: Interval) -> float:
    return max(interval.high - interval.mean, interval.mean - interval.low)


def _cell(interval: Interval | None, *, bold: bool, sign: str = "") -> str:
    if interval is None:
        return "–"
    text = f"{interval.mean:{sign}.4f} ± {_half_width(interval):.4f}".replace("-", "−")
    return f"**{text}**" if bold else text
