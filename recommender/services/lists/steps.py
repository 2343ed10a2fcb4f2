"""The steps from what a rater said to the order of their list, which `recommendations.make_list` puts together."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from recommender.engine.data.types import Bool, Float32, Int32
from recommender.engine.lists.fresh import FIRST_DRAWN, drawn
from recommender.engine.lists.reranking import POOL, proven_first, reranked
from recommender.engine.lists.series import in_order, sequels_of_disliked
from recommender.engine.model.item_features import UserProfile, indices_of
from recommender.engine.model.model import Model, top_n
from recommender.engine.model.opinions import TOLERANCE, is_disliked, is_liked, middle_of
from recommender.models import Mark, Rater, Rating
from recommender.services.catalogue.movies import Excluded, Mine
from recommender.services.lists import movie_arrays
from recommender.services.lists.dials import Dials
from recommender.services.lists.served_model import Served

N_HITS = 500
"""Where gems are wanted, so many of the most rated movies are left out, or a tenth of a small catalogue."""


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
    """Return the indices of the movies that `exclude` keeps off a user's list, sorted, each once.

    Of two that are the same film, one never appears, nor does a movie before the day of its release.
    """
    kinds = [kind for kind in Mark.Kind if kind.value in exclude]
    marked = np.array([movie_id for movie_id, kind in mine.marks.items() if kind in kinds], dtype=np.int32)
    found, _ = indices_of(model.movie_ids, marked)
    rated = profile.movie_indices if "seen" in exclude else profile.movie_indices[:0]
    never = (movie_arrays.duplicates_of(model), movie_arrays.not_out_yet(model))
    return np.unique(np.concatenate([found, rated, *never]))


def leave_out(model: Model, profile: UserProfile, scores: Float32, unwanted: Int32, dials: Dials) -> Candidates:
    """Leave out the unwanted movies, those shown before, and those outside the filters; where gems are wanted, hits.

    Where only new movies are wanted, also those that would disappoint; then those that nobody has rated are mixed in.
    """
    matching = np.ones(scores.size, dtype=np.bool_)
    if dials.filters:
        matching = movie_arrays.of(model).matching(genre=dials.genre, decade=dials.decade)
        matching &= movie_arrays.having(model, dials.facts)
        if dials.among is not None:
            matching &= _among(model, dials.among)
    if dials.gems_only:
        matching &= ~_hits(movie_arrays.of(model).rating_counts)
    left_out = np.union1d(unwanted, _shown_before(model, dials)).astype(np.int32)
    if dials.new_only:
        stars = model.predict(profile)
        matching &= movie_arrays.of(model).released(n_years=dials.new_years) & (stars >= content_with(profile))
        scores = _with_unproven(model, scores, stars, matching, left_out)
    if not matching.all():
        scores = np.where(matching, scores, np.float32(-np.inf))
    return Candidates(scores, left_out, int(np.count_nonzero(matching)) - int(np.count_nonzero(matching[left_out])))


def _among(model: Model, movie_ids: frozenset[int]) -> Bool:
    """Return which movies have one of these ids, (n_movies,)."""
    listed = np.zeros(model.movie_ids.size, dtype=np.bool_)
    listed[indices_of(model.movie_ids, np.array(sorted(movie_ids), dtype=np.int32))[0]] = True
    return listed


def _with_unproven(model: Model, scores: Float32, stars: Float32, matching: Bool, left_out: Int32) -> Float32:
    """Return scores by which movies that nobody has rated stand below those predicted at least as good."""
    listed = matching.copy()
    listed[left_out] = False
    proven = movie_arrays.of(model).rating_counts[listed] > 0
    mixed = scores.copy()
    mixed[listed] = proven_first(scores[listed], stars[listed], proven)
    return mixed


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """Movie indices, best first, and the movies that stand where a later one of their series stood."""

    movie_indices: Int32
    stands_for: Mapping[int, int] = field(default_factory=dict)


def rerank(
    model: Model,
    profile: UserProfile,
    candidates: Candidates,
    dials: Dials,
    *,
    n: int,
    last: Bool | None = None,
) -> Ranking:
    """Return the first `n` movies of a list; longer lists with the same dials start with the same ones.

    The dials move the first 300 movies of a ranking, and no others. `last` says which movies come after all others,
    (n_movies,); by default those of `comes_last`.
    """
    n = min(n, candidates.count)
    if not dials.move_movies:
        return Ranking(top_n(candidates.scores, n=n, exclude=candidates.left_out))
    last = comes_last(model, profile, dials) if last is None else last
    best = _best(candidates, last, n=min(max(POOL, n), candidates.count))
    pool, rest = _by_dials(model, candidates, dials, best[:POOL]), best[POOL:]
    pool = pool[np.argsort(last[pool], kind="stable")]
    if dials.seed is not None and not dials.new_only:
        pool = pool[drawn(pool, _may_be_drawn(model, profile, last, pool), seed=dials.seed, n_movies=last.size)]
    if not dials.series_in_order:
        return Ranking(np.concatenate([pool, rest])[:n])
    series = movie_arrays.series_of(model)
    ordered = in_order(pool, series.numbers, series.members, may_come_first(candidates, last))
    pushed_out = pool[~np.isin(pool, ordered.ranking)]
    rest = np.concatenate([pushed_out, rest[~np.isin(rest, ordered.ranking)]])
    return Ranking(np.concatenate([ordered.ranking, rest])[:n], ordered.stands_for)


def comes_last(model: Model, profile: UserProfile, dials: Dials) -> Bool:
    """Return which movies come after all others, (n_movies,): what the user would probably not like.

    These are movies predicted below their middle, where a quarter of a star is tolerated unless gems are wanted, and
    the sequels of a disliked movie, if the user likes no movie of its series. None before the first rating.
    """
    if dials.below_average or not profile.n_ratings:
        return np.zeros(model.movie_ids.size, dtype=np.bool_)
    tolerance = 0.0 if dials.gems_only else TOLERANCE
    last = np.asarray(model.predict(profile) < content_with(profile, tolerance))
    series, said = movie_arrays.series_of(model), profile.half_stars
    liked, disliked = is_liked(said), is_disliked(said)
    sequels = sequels_of_disliked(series.numbers, series.members, profile.movie_indices, liked=liked, disliked=disliked)
    last[sequels] = True
    return last


def content_with(profile: UserProfile, tolerance: float = TOLERANCE) -> float:
    """Return the lowest predicted stars with which the user is not disappointed; -inf before the first rating."""
    return middle_of(profile.half_stars) - tolerance if profile.n_ratings else -np.inf


def may_come_first(candidates: Candidates, last: Bool) -> Bool:
    """Return which movies may take the places of their sequels: those on offer that do not come last, (n_movies,)."""
    allowed = ~last & np.isfinite(candidates.scores)
    allowed[candidates.left_out] = False
    return np.asarray(allowed)


def _best(candidates: Candidates, last: Bool, *, n: int) -> Int32:
    """Return the first `n` movies by score, those that come last after all others."""
    never = np.float32(-np.inf)
    best = top_n(np.where(last, never, candidates.scores), n=n, exclude=candidates.left_out)
    best = best[~last[best] & np.isfinite(candidates.scores[best])]
    if best.size == n:
        return best
    others = top_n(np.where(last, candidates.scores, never), n=n - best.size, exclude=candidates.left_out)
    return np.concatenate([best, others])


def _by_dials(model: Model, candidates: Candidates, dials: Dials, pool: Int32) -> Int32:
    diversity, popularity = dials.diversity or 0.0, dials.popularity
    newness = 0.0 if dials.new_only else dials.newness
    if not (diversity or popularity or newness):
        return pool
    order = reranked(
        candidates.scores[pool],
        popularity=popularity,
        counts=movie_arrays.of(model).rating_counts[pool] if popularity else None,
        diversity=diversity,
        features=_features(model, pool) if diversity else None,
        newness=newness,
        ages=movie_arrays.of(model).ages(pool) if newness else None,
    )
    return pool[order]


def _may_be_drawn(model: Model, profile: UserProfile, last: Bool, pool: Int32) -> Bool:
    """Return which movies may stand in the drawn places: those whose stars lie within the intervals of the ones above.

    Not those that come last, nor those predicted below the interval of one of the first five movies.
    """
    first = pool[: FIRST_DRAWN - 1]
    bounds = model.interval(profile, first) if first.size else None
    lowest = float(bounds[0].max()) if bounds else -np.inf
    return np.asarray(~last[pool] & (model.predict(profile, pool) >= lowest))


def _hits(counts: Int32) -> Bool:
    """Return which movies are the 500 most rated ones, or the most rated tenth of a small catalogue, (n_movies,)."""
    n_hits = min(N_HITS, counts.size // 10)
    hits = np.zeros(counts.size, dtype=np.bool_)
    hits[np.argsort(-counts, kind="stable")[:n_hits]] = True
    return hits & (counts > 0)


def _shown_before(model: Model, dials: Dials) -> Int32:
    """Return the movies that were shown before, with what follows in their series: that would come too early."""
    shown, _ = indices_of(model.movie_ids, np.array(sorted(dials.shown_before), dtype=np.int32))
    if not shown.size or not dials.series_in_order:
        return shown
    series = movie_arrays.series_of(model)
    numbers = np.unique(series.numbers[shown])
    later = [members[np.isin(members, shown).argmax() :] for members in (series.members[k] for k in numbers if k >= 0)]
    return np.unique(np.concatenate([shown, *later]))


def ranking_of(served: Served, mine: Mine, dials: Dials, *, n: int) -> Int32:
    """Return the first movies of the list that `make_list` would make, as indices, without describing them."""
    profile = served.fold_in(mine.half_stars)
    scores = served.model.scores(profile)
    candidates = leave_out(served.model, profile, scores, unwanted(served.model, profile, mine, dials.exclude), dials)
    dials = dials.with_defaults(n_ratings=profile.n_ratings)
    return rerank(served.model, profile, candidates, dials, n=n).movie_indices


def _features(model: Model, movie_indices: Int32) -> Float32:
    """Return the features by which movies are compared: the model's, or genres where it has none."""
    if model.item_features.n_factors:
        features: Float32 = model.item_features.factors[movie_indices]
        return features
    return movie_arrays.of(model).genres[movie_indices]
