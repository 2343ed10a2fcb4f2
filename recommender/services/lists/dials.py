"""The dials of a list: filters by genre, decade and facts, popularity, diversity, newness, what is left out."""

from dataclasses import dataclass, replace
from typing import Self

from django.utils import timezone

from recommender.engine.experiments.interleaving import seed_of
from recommender.models import Rater
from recommender.services.catalogue.movies import Excluded
from recommender.titles.query import Facts

FIRST_LIST_DIVERSITY = 0.3
GEMS_ONLY = -2.0
NEW_ONLY = 1.0
USUALLY_EXCLUDED: frozenset[Excluded] = frozenset({"seen", "hidden"})


@dataclass(frozen=True, slots=True)
class Dials:
    """How a user wants their list.

    Only movies that have one of each set of `facts` (`catalogue/indexed_facts.py`) are listed. `popularity` goes
    from -2 (hidden gems) to 2 (well-known), `diversity` from 0 to 1; None means the default, which varies the list
    of a user without ratings. `exclude` says what is left out: movies the user has rated ("seen"), hidden ones,
    those on the watchlist. `series_in_order` lets a series begin with its first unseen movie, and shows at most two
    of its movies in twenty. Movies predicted well below the user's middle come after all others, unless
    `below_average`. With a `seed`, places 6 to 20 are drawn from a few more movies. `shown_before` holds the ids of
    movies that the user wants no more, because they were shown lately. `newness` goes from 0 (no preference) to 1:
    only movies of the last `new_years` years of the catalogue that the user will probably not be disappointed by.
    With `among`, only movies with these ids are listed.
    """

    genre: str | None = None
    decade: int | None = None
    facts: Facts = ()
    popularity: float = 0.0
    diversity: float | None = None
    exclude: frozenset[Excluded] = USUALLY_EXCLUDED
    series_in_order: bool = True
    below_average: bool = False
    seed: int | None = None
    shown_before: frozenset[int] = frozenset()
    newness: float = 0.0
    new_years: int = 2
    among: frozenset[int] | None = None

    @property
    def filters(self) -> bool:
        """Whether some movies are outside the filters."""
        return self.genre is not None or self.decade is not None or bool(self.facts) or self.among is not None

    @property
    def gems_only(self) -> bool:
        """Whether the popularity dial is at its lowest: the most rated movies are left out."""
        return self.popularity <= GEMS_ONLY

    @property
    def new_only(self) -> bool:
        """Whether the newness dial is at its end: only new movies that may please are listed."""
        return self.newness >= NEW_ONLY

    @property
    def move_movies(self) -> bool:
        """Whether the list differs from the order of the scores."""
        moved = self.diversity or self.popularity or self.newness or self.series_in_order or not self.below_average
        return bool(moved) or self.seed is not None

    def with_defaults(self, *, n_ratings: int) -> Self:
        """Fill in the default diversity, which depends on whether the user has ratings, unless they chose one."""
        if self.diversity is not None:
            return self
        return replace(self, diversity=0.0 if n_ratings else FIRST_LIST_DIVERSITY)


def seed_of_today(rater: Rater) -> int:
    """Return the seed of a rater's list, which stays the same for a day."""
    return seed_of(f"list of rater {rater.pk} {timezone.now():%Y-%m-%d}")
