"""How long a job will take: what its stages took in past jobs, by kind of chunk and size of the data.

For each stage and kind of chunk (such as the training of one algorithm), ``seconds = a + b · amount · size`` is fitted
to the newest observations by medians, which one slow night does not move: `b` is the median slope between observations
of different sizes and `a` the median rest, neither below zero. With one size, seconds grow in proportion.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from recommender.models import Job, Movie, Rater, Rating
from recommender.models.postgres import estimated_counts
from recommender.services.jobs.history import History
from recommender.services.jobs.stages import Stage, stages_of

NEWEST = 10
"""Observations of each kind that count: older ones may be of another machine or release."""
SAME_SIZE = 0.05
"""Sizes that differ by less than this share say nothing about growth."""
Observations = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Forecast:
    """Seconds of the whole job, of each stage in order, and of all machines together."""

    seconds: float
    stages: list[float]
    machine_seconds: float

    def as_json(self) -> dict[str, Any]:
        """Return it as the job keeps it."""
        return {name: value for name, value in asdict(self).items() if name != "seconds"}


def data_size(job: Job) -> dict[str, float]:
    """Return how much there is to work on: counts of the database and what the job's stages measure."""
    return _counts() | _measured(job)


def _counts() -> dict[str, float]:
    counts = estimated_counts(Rating, Rater, Movie)
    ratings, raters, movies = (float(counts[model]) for model in (Rating, Rater, Movie))
    found = {"ratings": ratings, "raters": raters, "movies": movies}
    found |= {"co_ratings": ratings**2 / max(raters, 1.0), "movie_pairs": movies**2}
    return found


def _measured(job: Job) -> dict[str, float]:
    return {name: number for stage in stages_of(job) for name, number in stage.measure(job).items()}


def forecast(*, job: Job, size: Mapping[str, float], history: History) -> Forecast | None:
    """Return the forecast of a job, which need not be stored; None as long as one of its stages has never been seen."""
    stages = []
    for stage in stages_of(job):
        seconds = _of_stage(stage, job, size, history)
        if seconds is None:
            return None
        stages.append(seconds / history.chunks_at_once(stage.name))
    rest = median(history.rest(job.kind)[:NEWEST] or [0.0])
    machines = sum(
        seconds * history.machines_at_once(stage.name) for stage, seconds in zip(stages_of(job), stages, strict=True)
    )
    return Forecast(sum(stages) + rest, stages, machines)


def expected(jobs: Sequence[Job]) -> list[Forecast | None]:
    """Return the forecasts of jobs that somebody may start now, from one reading of the history."""
    history, counts = History.read(), _counts()
    return [forecast(job=job, size=counts | _measured(job), history=history) for job in jobs]


def _of_stage(stage: Stage, job: Job, size: Mapping[str, float], history: History) -> float | None:
    total = 0.0
    for name, amount in history.amounts(stage, job).items():
        seen = [
            (
                history.amounts(stage, past.job).get(name, 1.0) * stage.size_for(name, past.job.data_size or {}),
                past.seconds,
            )
            for past in history.of(stage.name, name)
        ]
        known = [(work, seconds) for work, seconds in seen if work > 0]
        seconds = extrapolated(known[:NEWEST], amount * stage.size_for(name, size))
        if seconds is None:
            return None
        total += seconds
    return total


def extrapolated(seen: Observations, size: float) -> float | None:
    """Return the seconds at a size, given (size, seconds) of past jobs; None without any, or if the size is unknown."""
    if not seen or size <= 0:
        return None
    slopes = [
        (later[1] - earlier[1]) / (later[0] - earlier[0])
        for place, earlier in enumerate(seen)
        for later in seen[place + 1 :]
        if abs(later[0] - earlier[0]) > SAME_SIZE * max(later[0], earlier[0])
    ]
    slope = max(median(slopes), 0.0) if slopes else median(seconds / at for at, seconds in seen)
    start = median(seconds - slope * at for at, seconds in seen)
    if start < 0:
        slope, start = median(seconds / at for at, seconds in seen), 0.0
    return start + slope * size
