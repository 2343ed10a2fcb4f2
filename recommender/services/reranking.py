"""The dials of a list: filters by genre and decade, popularity and diversity."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.engine.item_features import UserProfile
from recommender.engine.recommender import Model, top_n
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
    scores, count = _offered(model, profile, dials)
    stop = min(offset + limit, count)
    diversity = dials.diversity
    if diversity is None:
        diversity = 0.0 if profile.n_ratings else FIRST_LIST_DIVERSITY
    n_best = max(min(POOL, count), stop) if diversity or dials.popularity else stop
    best = top_n(scores, n=n_best, rated=profile.movie_indices)
    if diversity or dials.popularity:
        pool = best[:POOL]
        order = reranked(
            scores[pool],
            popularity=dials.popularity,
            counts=catalogue.of(model).rating_counts[pool] if dials.popularity else None,
            diversity=diversity,
            features=_features(model, pool) if diversity else None,
        )
        best = np.concatenate([pool[order], best[POOL:]])
    return Slice(best[offset:stop], count)


def _offered(model: Model, profile: UserProfile, dials: Dials) -> tuple[NDArray[np.float32], int]:
    """Return the ranking scores, filtered movies at the very end, and the length of the list."""
    scores = model.scores(profile)
    offered = np.ones(scores.size, dtype=np.bool_)
    if dials.genre is not None or dials.decade is not None:
        offered = catalogue.of(model).inside(genre=dials.genre, decade=dials.decade)
        scores = np.where(offered, scores, np.float32(-np.inf))
    return scores, int(np.count_nonzero(offered)) - int(np.count_nonzero(offered[profile.movie_indices]))


def _features(model: Model, movie_indices: Int32) -> NDArray[np.float32]:
    """Return what makes movies alike: the model's features, or genres where it has none."""
    if model.item_features.n_factors:
        features: NDArray[np.float32] = model.item_features.factors[movie_indices]
        return features
    return catalogue.of(model).genres[movie_indices]
