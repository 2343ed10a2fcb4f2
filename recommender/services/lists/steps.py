"""The steps from what a rater said to the order of their list, which `recommendations.make_list` puts together."""

from dataclasses import dataclass

import numpy as np

from recommender.engine.data.types import Bool, Float32, Int32
from recommender.engine.lists.ranks import rank_of
from recommender.engine.lists.reranking import POOL, reranked
from recommender.engine.lists.series import in_order, movies_of_series
from recommender.engine.model.item_features import UserProfile, indices_of
from recommender.engine.model.model import Model, top_n
from recommender.engine.model.opinions import middle_of
from recommender.models import Mark, Rater, Rating
from recommender.services.catalogue.movies import Excluded, Mine
from recommender.services.lists import movie_arrays
from recommender.services.lists.dials import Dials
from recommender.services.lists.served_model import Served

NO_MOVIES: Int32 = np.zeros(0, dtype=np.int32)
GEMS_ONLY = -2.0
N_HITS = 500
"""With the popularity dial at its lowest, the most rated movies come last: so many, or a tenth of a small catalogue."""
TOLERANCE = 0.25
"""A movie predicted more than this many stars below the user's middle is expected to disappoint."""


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """The movies that may appear on a list.

    `scores` is (n_movies,), -inf for movies outside the filters; `left_out` holds the indices of the movies that are
    left out; `count` is the length of the list.
    """

    scores: Float32
    left_out: Int32
    count: int


def said_by(rater: Rater) -> Mine:
    """Return everything a rater has said about movies: all ratings and marks, in two queries."""
    return Mine(Rating.objects.half_stars_by_movie(rater), Mark.objects.kinds_by_movie(rater))


def unwanted(model: Model, profile: UserProfile, mine: Mine, exclude: frozenset[Excluded]) -> Int32:
    """Return the indices of the movies that `exclude` keeps off a user's list, sorted, each once."""
    kinds = [kind for kind in Mark.Kind if kind.value in exclude]
    marked = np.array([movie_id for movie_id, kind in mine.marks.items() if kind in kinds], dtype=np.int32)
    found, _ = indices_of(model.movie_ids, marked)
    return np.unique(np.concatenate([found, profile.movie_indices])) if "seen" in exclude else np.unique(found)


def leave_out(model: Model, scores: Float32, unwanted: Int32, dials: Dials) -> Candidates:
    """Leave out the unwanted movies and those outside the filters."""
    matching = np.ones(scores.size, dtype=np.bool_)
    if dials.genre is not None or dials.decade is not None:
        matching = movie_arrays.of(model).matching(genre=dials.genre, decade=dials.decade)
        scores = np.where(matching, scores, np.float32(-np.inf))
    return Candidates(scores, unwanted, int(np.count_nonzero(matching)) - int(np.count_nonzero(matching[unwanted])))


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """Movie indices, best first, and those of them that stand where a later movie of their series stood."""

    movie_indices: Int32
    brought_forward: Int32


def rerank(model: Model, profile: UserProfile, candidates: Candidates, dials: Dials, *, n: int) -> Ranking:
    """Return the first `n` movies of a list; longer lists with the same dials start with the same ones.

    The dials move the first 300 movies of a ranking, and no others.
    """
    n = min(n, candidates.count)
    if not dials.move_movies:
        return Ranking(top_n(candidates.scores, n=n, exclude=candidates.left_out), NO_MOVIES)
    best = top_n(candidates.scores, n=max(min(POOL, candidates.count), n), exclude=candidates.left_out)
    pool, rest = _by_dials(model, candidates, dials, best[:POOL]), best[POOL:]
    pool = pool[np.argsort(_comes_last(model, profile, dials, pool), kind="stable")]
    if not dials.series_in_order:
        return Ranking(np.concatenate([pool, rest])[:n], NO_MOVIES)
    series = movie_arrays.series_of(model)
    in_series = movies_of_series(pool, series.numbers, series.members)
    allowed = _may_come_first(model, profile, candidates, dials, in_series)
    ordered, brought_forward = in_order(pool, series.numbers, series.members, allowed)
    pushed_out = pool[~np.isin(pool, ordered)]
    rest = np.concatenate([pushed_out, rest[~np.isin(rest, ordered)]])
    return Ranking(np.concatenate([ordered, rest])[:n], brought_forward)


def place_of(model: Model, profile: UserProfile, scores: Float32, left_out: Int32, movie_index: int) -> int:
    """Return the place of a movie in the list with default dials, from 1; beyond the first 300 that of its score."""
    candidates = Candidates(scores, left_out, scores.size - left_out.size)
    dials = Dials().with_defaults(n_ratings=profile.n_ratings)
    found = np.flatnonzero(rerank(model, profile, candidates, dials, n=POOL).movie_indices == movie_index)
    return int(found[0]) + 1 if found.size else max(rank_of(scores, movie_index, left_out), POOL + 1)


def _by_dials(model: Model, candidates: Candidates, dials: Dials, pool: Int32) -> Int32:
    diversity, popularity = dials.diversity or 0.0, dials.popularity
    if not (diversity or popularity):
        return pool
    order = reranked(
        candidates.scores[pool],
        popularity=popularity,
        counts=movie_arrays.of(model).rating_counts[pool] if popularity else None,
        diversity=diversity,
        features=_features(model, pool) if diversity else None,
    )
    return pool[order]


def _comes_last(model: Model, profile: UserProfile, dials: Dials, movies: Int32) -> Bool:
    """Return which of some movies come after the others: likely disappointments, and hits where gems are wanted."""
    last = np.zeros(movies.size, dtype=np.bool_)
    if not dials.below_average:
        last |= _disappoints(model, profile, movies)
    if dials.popularity <= GEMS_ONLY:
        counts = movie_arrays.of(model).rating_counts
        n_hits = min(N_HITS, counts.size // 10)
        last |= counts[movies] >= max(int(np.partition(counts, -n_hits - 1)[-n_hits - 1]), 1) if n_hits else False
    return last


def _disappoints(model: Model, profile: UserProfile, movies: Int32) -> Bool:
    """Return which movies the user would probably rate well below their middle; none before the first rating."""
    if not profile.n_ratings:
        return np.zeros(movies.size, dtype=np.bool_)
    return np.asarray(model.predict(profile, movies) < middle_of(profile.half_stars) - TOLERANCE)


def _may_come_first(model: Model, profile: UserProfile, candidates: Candidates, dials: Dials, movies: Int32) -> Bool:
    """Return which of some movies may take the places of their sequels: those on offer that do not come last."""
    allowed = np.zeros(candidates.scores.size, dtype=np.bool_)
    allowed[movies] = ~_comes_last(model, profile, dials, movies) & np.isfinite(candidates.scores[movies])
    allowed[candidates.left_out] = False
    return allowed


def ranking_of(served: Served, mine: Mine, dials: Dials, *, n: int) -> Int32:
    """Return the first movies of the list that `make_list` would make, as indices, without describing them."""
    profile = served.fold_in(mine.half_stars)
    scores = served.model.scores(profile)
    candidates = leave_out(served.model, scores, unwanted(served.model, profile, mine, dials.exclude), dials)
    dials = dials.with_defaults(n_ratings=profile.n_ratings)
    return rerank(served.model, profile, candidates, dials, n=n).movie_indices


def _features(model: Model, movie_indices: Int32) -> Float32:
    """Return the features by which movies are compared: the model's, or genres where it has none."""
    if model.item_features.n_factors:
        features: Float32 = model.item_features.factors[movie_indices]
        return features
    return movie_arrays.of(model).genres[movie_indices]
