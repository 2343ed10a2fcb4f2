"""The chart of an experiment: version A's share of wins and its bounds, day by day, as points of an SVG."""

from dataclasses import dataclass
from typing import Self

from recommender.services.experiments.experiments import Progress

WIDTH, HEIGHT = 640, 280
LEFT, RIGHT, TOP, BOTTOM = 48, 16, 16, 40


@dataclass(frozen=True, slots=True)
class Tick:
    """A labelled line across the chart."""

    label: str
    y: float


@dataclass(frozen=True, slots=True)
class WinChart:
    """What the template draws: `band` is a polygon, `line` a polyline, both as SVG points."""

    band: str
    line: str
    last: tuple[float, float]
    ticks: list[Tick]
    half: float
    first_day: str
    last_day: str

    @classmethod
    def of(cls, progress: Progress) -> Self | None:
        """Lay out the chart; None if there is no day to show yet."""
        if not progress.points:
            return None
        n = len(progress.points)
        xs = [LEFT + (WIDTH - LEFT - RIGHT) * (i / (n - 1) if n > 1 else 0.5) for i in range(n)]
        shares = [p.wins_a / (p.wins_a + p.wins_b) if p.wins_a + p.wins_b else 0.5 for p in progress.points]
        lows = [(x, _y(each.low)) for x, each in zip(xs, progress.bounds, strict=True)]
        highs = [(x, _y(each.high)) for x, each in zip(xs, progress.bounds, strict=True)]
        line = [(x, _y(share)) for x, share in zip(xs, shares, strict=True)]
        return cls(
            band=_points([*highs, *reversed(lows)]),
            line=_points(line),
            last=(round(line[-1][0], 1), round(line[-1][1], 1)),
            ticks=[Tick(f"{share:.0%}", _y(share)) for share in (0, 0.25, 0.5, 0.75, 1)],
            half=_y(0.5),
            first_day=progress.points[0].day,
            last_day=progress.points[-1].day,
        )


def _y(share: float) -> float:
    return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - share), 1)


def _points(points: list[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
