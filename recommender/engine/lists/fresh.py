"""A list that differs from day to day: its middle places are drawn from a few more movies."""

import numpy as np

from recommender.engine.data.types import Bool, Int32, Int64

FIRST_DRAWN, LAST_DRAWN = 6, 20
DEPTH = 40
"""Places 6 to 20 are drawn from the movies at places 6 to 40."""
HALVES_EVERY = 8
"""A movie is half as likely to be drawn as one so many places before it."""


def drawn(movies: Int32, allowed: Bool, *, seed: int, n_movies: int) -> Int64:
    """Draw the movies for places 6 to 20 from those at places 6 to 40; return positions, (n,) int64.

    The drawn ones keep their order among each other and stand before the others, which keep theirs. A movie has the
    same luck for the same seed, wherever it stands: one that climbs is never less likely to be drawn. The weighted draw
    without replacement is that of Efraimidis and Spirakis (2006, "Weighted Random Sampling with a Reservoir").

    Parameters
    ----------
    movies : (n,) int32
        Movie indices, best first.
    allowed : (n,) bool
        Which movies may be drawn; places that nothing is drawn for go to the best of the others.
    seed : int
    n_movies : int
        In the catalogue.
    """
    places = np.arange(movies.size)
    open_places = places[FIRST_DRAWN - 1 : DEPTH]
    n_drawn = LAST_DRAWN - FIRST_DRAWN + 1
    if open_places.size <= n_drawn:
        return places
    luck = np.random.default_rng(seed).random(n_movies)[movies[open_places]]
    key = np.log(luck) * 2.0 ** (np.arange(open_places.size) / HALVES_EVERY)
    key[~allowed[open_places]] = -np.inf
    order = np.argsort(-key, kind="stable")
    chosen = np.sort(open_places[order[:n_drawn]])
    others = np.setdiff1d(open_places, chosen)
    return np.concatenate([places[: FIRST_DRAWN - 1], chosen, others, places[DEPTH:]])
