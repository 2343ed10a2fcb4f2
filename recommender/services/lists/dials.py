"""The dials of a list: filters by genre and decade, popularity and diversity, what is left out."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from recommender.engine.data.types import Float32, Int32
from recommender.engine.lists.reranking import POOL, reranked
from recommender.engine.model.item_features import UserProfile, indices_of
from recommender.engine.model.model import Model, top_n
from recommender.models import Mark
from recommender.services.catalogue.movies import Excluded
from recommender.services.lists import movie_arrays

FIRST_LIST_DIVERSITY = 0.3

USUALLY_EXCLUDED: frozenset[Excluded] = frozenset({"seen", "hidden"})


@dataclass(frozen=True, slots=True)
class Dials:
    """How a user wants their list.

    `popularity` goes from -2 (hidden gems) to 2 (well-known), `diversity` from 0 to 1; None leaves it to the site,
    which varies the list of someone who has rated nothing. `exclude` names what is left out: movies the user has rated
    ("seen"), hidden ones, those on the watchlist.
    """

    genre: str | None = None
    decade: int | None = None
    popularity: float = 0.0
    diversity: float | None = None
    exclude: frozenset[Excluded] = USUALLY_EXCLUDED


@dataclass(frozen=True, slots=True)
class Slice:
    """Movies (indices) of one slice of a list, and the length of the whole list."""

    movie_indices: Int32
    count: int


def left_out(model: Model, profile: UserProfile, marks: Mapping[int, str], exclude: frozenset[Excluded]) -> Int32:
    """Return the indices of the movies that a list leaves out, sorted, each once.

    `marks` are kinds by movie id; marks on movies newer than the model are passed over.
    """
    kinds = [kind for kind in Mark.Kind if kind.value in exclude]
    marked = np.array([movie_id for movie_id, kind in marks.items() if kind in kinds], dtype=np.int32)
    found, _ = indices_of(model.movie_ids, marked)
    return np.unique(np.concatenate([found, profile.movie_indices])) if "seen" in exclude else np.unique(found)


def ranked(
    model: Model, profile: UserProfile, dials: Dials, *, limit: int, offset: int, marks: Mapping[int, str]
) -> Slice:
    """Return one slice of a user's list; slices of one setting fit together."""
    without = left_out(model, profile, marks, dials.exclude)
    scores, count = _offered(model, profile, dials, without)
    stop = min(offset + limit, count)
    diversity = dials.diversity
    if diversity is None:
        diversity = 0.0 if profile.n_ratings else FIRST_LIST_DIVERSITY
    n_best = max(min(POOL, count), stop) if diversity or dials.popularity else stop
    best = top_n(scores, n=n_best, exclude=without)
    if diversity or dials.popularity:
        pool = best[:POOL]
        order = reranked(
            scores[pool],
            popularity=dials.popularity,
            counts=movie_arrays.of(model).rating_counts[pool] if dials.popularity else None,
            diversity=diversity,
            features=_features(model, pool) if diversity else None,
        )
        best = np.concatenate([pool[order], best[POOL:]])
    return Slice(best[offset:stop], count)


def _offered(model: Model, profile: UserProfile, dials: Dials, without: Int32) -> tuple[Float32, int]:
    """Return the ranking scores, filtered movies at the very end, and the length of the list."""
    scores = model.scores(profile)
    offered = np.ones(scores.size, dtype=np.bool_)
    if dials.genre is not None or dials.decade is not None:
        offered = movie_arrays.of(model).inside(genre=dials.genre, decade=dials.decade)
        scores = np.where(offered, scores, np.float32(-np.inf))
    return scores, int(np.count_nonzero(offered)) - int(np.count_nonzero(offered[without]))


def _features(model: Model, movie_indices: Int32) -> Float32:
    """Return what makes movies alike: the model's features, or genres where it has none."""
    if model.item_features.n_factors:
        features: Float32 = model.item_features.factors[movie_indices]
        return features
    return movie_arrays.of(model).genres[movie_indices]
