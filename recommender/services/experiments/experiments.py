"""Start, stop and judge experiments."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Count, Q
from django.db.models.functions import TruncDate
from django.utils import timezone

from recommender.engine.algorithms.registry import ALGORITHMS
from recommender.engine.experiments.interleaving import TEAM_A, TEAM_B
from recommender.engine.experiments.sequential_test import Bounds, Verdict, bounds, verdict
from recommender.models import Experiment, Impression, ModelVersion, Outcome
from recommender.services.experiments.outcomes import CREDIT_WINDOW

SENTENCES: dict[Verdict, str] = {
    "a_is_better": "Version A is better.",
    "b_is_better": "Version B is better.",
    "no_difference": "There is no meaningful difference.",
    "go_on": "It is too early to tell; let it continue.",
}
ONE_AT_A_TIME = "An experiment is already running; stop it first."


class InvalidExperiment(ValueError):
    """An experiment that cannot be started; the text says why."""


@dataclass(frozen=True, slots=True)
class Point:
    """The totals after a day: lists that A and B have won so far, and ties."""

    day: str
    wins_a: int
    wins_b: int
    ties: int


@dataclass(frozen=True, slots=True)
class Progress:
    """The current state of an experiment; `bounds` are those of A's share of wins, one for each point."""

    points: list[Point]
    bounds: list[Bounds]
    verdict: Verdict
    sentence: str


def check(*, version_a: ModelVersion, version_b: ModelVersion, share: float) -> None:
    """Raise `InvalidExperiment`, with the reason, if such an experiment cannot be started now."""
    for version in (version_a, version_b):
        if version.kind != ModelVersion.Kind.MODEL or version.algorithm not in ALGORITHMS:
            raise InvalidExperiment(f"{version} does not rank movies; choose a version of an algorithm.")
        if version.state == ModelVersion.State.REJECTED:
            raise InvalidExperiment(f"{version} was rejected; choose another one.")
        if version.artifact_removed_at is not None:
            raise InvalidExperiment(f"The artifact of {version} has been removed; choose another one.")
    if version_a == version_b:
        raise InvalidExperiment("Version A and version B are the same; choose two.")
    if not 0 < share <= 1:
        raise InvalidExperiment("The share of users must be above 0 and at most 1.")
    if Experiment.objects.running() is not None:
        raise InvalidExperiment(ONE_AT_A_TIME)


def start(*, version_a: ModelVersion, version_b: ModelVersion, share: float, started_by: User | None) -> Experiment:
    """Start interleaving both versions for a share of the consenting users, or raise `InvalidExperiment`."""
    check(version_a=version_a, version_b=version_b, share=share)
    try:
        with transaction.atomic():
            return Experiment.objects.create(
                version_a=version_a,
                version_b=version_b,
                share=share,
                started_by=started_by,
                started_at=timezone.now(),
            )
    except IntegrityError as error:  # somebody else has just started one
        raise InvalidExperiment(ONE_AT_A_TIME) from error


@transaction.atomic
def stop(*, experiment: Experiment) -> Experiment:
    """End an experiment and keep its wins; lists are back to normal from the next request on.

    Days whose lists can still receive ratings do not count. Stopping it twice changes nothing.
    """
    locked = Experiment.objects.select_for_update(of=("self",)).get(pk=experiment.pk)
    if locked.ended_at is None:
        locked.ended_at = timezone.now()
        locked.tally = [asdict(point) for point in _count(locked)]
        locked.save(update_fields=["ended_at", "tally"])
    return locked


def progress(*, experiment: Experiment) -> Progress:
    """Return the wins by day and the verdict of the stopping rule."""
    points = _count(experiment) if experiment.ended_at is None else [Point(**point) for point in experiment.tally]
    shares = [bounds(point.wins_a, point.wins_b) for point in points]
    answer = verdict(points[-1].wins_a, points[-1].wins_b) if points else "go_on"
    return Progress(points, shares, answer, SENTENCES[answer])


def stop_overdue() -> int:
    """Stop an experiment whose first impressions are about to be deleted, so that its wins stay; return how many."""
    first_kept = timezone.now() - timedelta(days=settings.IMPRESSION_RETENTION_DAYS - 1)
    overdue = Experiment.objects.filter(ended_at=None, started_at__lt=first_kept)
    return len([stop(experiment=experiment) for experiment in overdue])


def _count(experiment: Experiment) -> list[Point]:
    """Count the lists of the days whose winners can no longer change.

    A list is what one rater saw on one day. The winner is the version with more movies that were then rated 4 stars or
    more or put on the watchlist. Two queries read all of it.
    """
    closed = {"day__lt": (timezone.now() - CREDIT_WINDOW).date()}
    shown = Impression.objects.filter(experiment=experiment).annotate(day=TruncDate("shown_at")).filter(**closed)
    lists = dict(shown.values_list("day").annotate(n_lists=Count("rater", distinct=True)).order_by("day"))
    good = Q(kind=Outcome.Kind.WATCHLIST) | Q(half_stars__gte=Outcome.GOOD_HALF_STARS)
    credited = (
        Outcome.objects.filter(good, impression__experiment=experiment)
        .annotate(day=TruncDate("impression__shown_at"))
        .filter(**closed)
        .values("day", "impression__rater_id")
        .annotate(
            a=Count("movie_id", distinct=True, filter=Q(team=TEAM_A)),
            b=Count("movie_id", distinct=True, filter=Q(team=TEAM_B)),
        )
    )
    return _cumulative(lists, [(row["day"], row["a"], row["b"]) for row in credited])


def _cumulative(lists: dict[date, int], credited: Sequence[tuple[date, int, int]]) -> list[Point]:
    of_a = Counter(day for day, a, b in credited if a > b)
    of_b = Counter(day for day, a, b in credited if b > a)
    points, wins_a, wins_b, n_lists = [], 0, 0, 0
    for day, n_of_day in lists.items():
        n_lists, wins_a, wins_b = n_lists + n_of_day, wins_a + of_a[day], wins_b + of_b[day]
        points.append(Point(day.isoformat(), wins_a, wins_b, n_lists - wins_a - wins_b))
    return points
