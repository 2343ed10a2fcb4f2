"""The dials of a list: filters by genre and decade, popularity, diversity, and what is left out."""

from dataclasses import dataclass, replace
from typing import Self

from recommender.services.catalogue.movies import Excluded

FIRST_LIST_DIVERSITY = 0.3
USUALLY_EXCLUDED: frozenset[Excluded] = frozenset({"seen", "hidden"})


@dataclass(frozen=True, slots=True)
class Dials:
    """How a user wants their list.

    `popularity` goes from -2 (hidden gems) to 2 (well-known), `diversity` from 0 to 1; None means the default, which
    varies the list of a user without ratings. `exclude` says what is left out: movies the user has rated ("seen"),
    hidden ones, those on the watchlist.
    """

    genre: str | None = None
    decade: int | None = None
    popularity: float = 0.0
    diversity: float | None = None
    exclude: frozenset[Excluded] = USUALLY_EXCLUDED

    def with_defaults(self, *, n_ratings: int) -> Self:
        """Fill in the default diversity, which depends on whether the user has ratings, unless they chose one."""
        if self.diversity is not None:
            return self
        return replace(self, diversity=0.0 if n_ratings else FIRST_LIST_DIVERSITY)


BY_SCORE = Dials(diversity=0.0)
"""The order of the scores, without what the user has rated or hidden."""
