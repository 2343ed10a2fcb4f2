"""The place of one movie in a user's list, and what its tile says there."""

from dataclasses import dataclass

import numpy as np

from recommender.engine.data.types import Float32, Int32
from recommender.engine.lists.ranks import rank_of
from recommender.engine.lists.reranking import POOL
from recommender.engine.model.item_features import UserProfile
from recommender.engine.model.model import Model
from recommender.services.lists import movie_arrays
from recommender.services.lists.dials import Dials
from recommender.services.lists.rows import matches_of
from recommender.services.lists.steps import Candidates, comes_last, leave_out, may_come_first, rerank


@dataclass(frozen=True, slots=True)
class Place:
    """A movie's place in a list, from 1, and its match there; None beyond the first 300 places.

    `stands_for` is the later movie of its series whose place it takes; `start_with` is an earlier one, unseen, that
    comes first. Both are indices.
    """

    rank: int
    match_percent: int | None = None
    stands_for: int | None = None
    start_with: int | None = None


def place_of(model: Model, profile: UserProfile, left_out: Int32, movie_index: int, dials: Dials) -> Place:
    """Return the place of a movie in the list with these dials; beyond the first 300 that of its score."""
    scores = model.scores(profile)
    candidates = leave_out(model, profile, scores, left_out, dials)
    ranking = rerank(model, profile, candidates, dials.with_defaults(n_ratings=profile.n_ratings), n=POOL)
    found = np.flatnonzero(ranking.movie_indices == movie_index)
    start_with = _first_of_series(model, profile, candidates, dials, movie_index)
    if not found.size:
        beyond = _place_by_score(model, profile, candidates.left_out, dials, scores, movie_index)
        return Place(max(beyond, POOL + 1), start_with=start_with)
    matches = matches_of(model, profile, ranking.movie_indices)
    return Place(int(found[0]) + 1, matches[found[0]], ranking.stands_for.get(movie_index), start_with)


def _place_by_score(
    model: Model, profile: UserProfile, left_out: Int32, dials: Dials, scores: Float32, movie_index: int
) -> int:
    """Return the place by score among the movies that come last, or among the others, which all stand before them."""
    last = comes_last(model, profile, dials)
    others = np.flatnonzero(last != last[movie_index]).astype(np.int32)
    place = rank_of(scores, movie_index, np.union1d(left_out, others).astype(np.int32))
    return place + int(np.setdiff1d(others, left_out).size) if last[movie_index] else place


def _first_of_series(
    model: Model, profile: UserProfile, candidates: Candidates, dials: Dials, movie_index: int
) -> int | None:
    """Return the earliest movie of the series that the user could see first, if that is not the movie itself."""
    series = movie_arrays.series_of(model)
    number = int(series.numbers[movie_index])
    if number < 0 or not dials.series_in_order:
        return None
    members = series.members[number]
    earlier = members[: int(np.flatnonzero(members == movie_index)[0])]
    allowed = earlier[may_come_first(candidates, comes_last(model, profile, dials))[earlier]]
    return int(allowed[0]) if allowed.size else None
