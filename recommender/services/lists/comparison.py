"""One rater's lists by two model versions: what the site would show with either one in service."""

from dataclasses import dataclass

from recommender.engine.algorithms.registry import ALGORITHMS
from recommender.models import ModelVersion, Rater
from recommender.services.catalogue.movies import Mine
from recommender.services.lists.recommendations import make_list
from recommender.services.lists.rows import Recommendation
from recommender.services.lists.served_model import Served, TooFewRatings
from recommender.services.lists.steps import said_by
from recommender.services.versions import serving

SHOWN = 20
DEPTH = 100
"""How many places of the other list are searched for a movie."""


@dataclass(frozen=True, slots=True)
class Place:
    """A movie of a list: its place from 1, and its place in the other list, if that is among the first `DEPTH`."""

    rank: int
    recommendation: Recommendation
    elsewhere: int | None

    @property
    def climbed(self) -> int:
        """How many places higher it is than in the other list."""
        return (self.elsewhere or self.rank) - self.rank

    @property
    def fallen(self) -> int:
        """How many places lower it is than in the other list."""
        return -self.climbed


@dataclass(frozen=True, slots=True)
class VersionList:
    """The first places of a version's list, or a sentence that says why there is none."""

    version: ModelVersion
    places: list[Place]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ListComparison:
    """Two lists of one rater."""

    a: VersionList
    b: VersionList

    @property
    def n_both(self) -> int:
        """How many movies are among the first of both lists."""
        return sum(place.elsewhere is not None and place.elsewhere <= SHOWN for place in self.a.places)

    @property
    def n_same_place(self) -> int:
        """How many movies have the same place in both lists."""
        return sum(place.elsewhere == place.rank for place in self.a.places)


def versions() -> list[ModelVersion]:
    """Return the versions that rank movies and are still stored, by algorithm, newest first."""
    return list(ModelVersion.objects.stored().ranking().order_by("algorithm", "-created_at"))


def compare(*, rater: Rater, a: ModelVersion, b: ModelVersion) -> ListComparison:
    """Rank the movies for a rater with both versions."""
    mine = said_by(rater)
    (by_a, problem_a), (by_b, problem_b) = (_ranked(version, mine) for version in (a, b))
    return ListComparison(
        VersionList(a, _places(by_a, other=by_b), problem_a), VersionList(b, _places(by_b, other=by_a), problem_b)
    )


def _ranked(version: ModelVersion, mine: Mine) -> tuple[list[Recommendation], str]:
    model = serving.model_of(version)
    if model is None:
        return [], f"{version} cannot be loaded: its artifact is damaged or unavailable."
    try:
        return make_list(Served(version.algorithm, model), mine, limit=DEPTH).results, ""
    except TooFewRatings as error:
        return [], f"{ALGORITHMS[version.algorithm].label} needs {error.needed} more ratings than this rater has."


def _places(results: list[Recommendation], *, other: list[Recommendation]) -> list[Place]:
    elsewhere = {each.movie.pk: rank for rank, each in enumerate(other, start=1)}
    return [Place(rank, each, elsewhere.get(each.movie.pk)) for rank, each in enumerate(results[:SHOWN], start=1)]
