"""The dials of a list: filters by genre and decade, popularity and diversity."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.engine.item_features import UserProfile
from recommender.engine.recommender import LinearModel, Model, top_n
from recommender.engine.reranking import POOL, reranked
from recommender.services import catalogue

Int32 = NDArray[np.int32]
FIRST_LIST_DIVERSITY = 0.3


@dataclass(frozen=True, slots=True)
class Dials:
    """How a user wants their list.

    `popularity` goes from -2 (hidden gems) to 2 (well-known), `diversity` from 0 to 1; None leaves it to the site,
    which varies the list of someone who has rated nothing.
    """

    genre: str | None = None
    decade: int | None = None
    popularity: float = 0.0
    diversity: float | None = None


@dataclass(frozen=True, slots=True)
class Slice:
    """Movies (indices) of one slice of a list, and the length of the whole list."""

    movie_indices: Int32
    count: int


def ranked(model: Model, profile: UserProfile, dials: Dials, *, limit: int, offset: int) -> Slice:
    """Return one slice of a user's list; slices of one setting fit together."""
    excluded = _excluded(model, dials)
    count = int(model.movie_ids.size - np.union1d(profile.movie_indices, excluded).size)
    diversity = dials.diversity
    if diversity is None:
        diversity = 0.0 if profile.n_ratings else FIRST_LIST_DIVERSITY
    if not diversity and not dials.popularity:
        return Slice(model.recommend(profile, n=limit, offset=offset, exclude=excluded), count)
    scores = model.scores(profile)
    best = top_n(scores, n=max(POOL, offset + limit), rated=profile.movie_indices, exclude=excluded)
    pool, others = best[:POOL], best[POOL:]
    order = reranked(
        scores[pool],
        popularity=dials.popularity,
        counts=catalogue.of(model).rating_counts[pool] if dials.popularity else None,
        diversity=diversity,
        features=_features(model, pool) if diversity else None,
    )
    return Slice(np.concatenate([pool[order], others])[offset : offset + limit], count)


def _excluded(model: Model, dials: Dials) -> Int32:
    if dials.genre is None and dials.decade is None:
        return np.zeros(0, dtype=np.int32)
    return catalogue.of(model).outside(genre=dials.genre, decade=dials.decade)


def _features(model: Model, movie_indices: Int32) -> NDArray[np.float32]:
    """Return what makes movies alike: the model's features, or genres where it has none."""
    if isinstance(model, LinearModel) and model.item_features.n_factors:
        features: NDArray[np.float32] = model.item_features.factors[movie_indices]
        return features
    return catalogue.of(model).genres[movie_indices]
