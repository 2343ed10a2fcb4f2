"""Protocols that leave raters out of the fit and fold them in: strong generalisation, and members who are new."""

from collections.abc import Iterator, Sequence

import numpy as np

from recommender.engine.data.movie_features import MovieFeatures
from recommender.engine.data.ratings import RatingMatrix
from recommender.engine.data.types import Bool, Float64, Int64
from recommender.engine.evaluation.protocols.protocol import Round
from recommender.engine.evaluation.splits import CannotEvaluate, Split

SHARE_LEFT_OUT = 0.2
SHARE_ASKED = 0.2
FEWEST_RATINGS = 5
N_PARTS = 5
N_GIVEN = (0, 1, 3, 5, 10, 20)
TOO_FEW_RATERS = "There are too few raters to leave some out: it needs two with at least 5 ratings."


def strong_generalisation(ratings: RatingMatrix, movies: MovieFeatures, seed: int) -> Iterator[Round]:
    """Leave a fifth of the raters with at least 5 ratings out of the fit, fold in 80 % of theirs, and ask about 20 %.

    As Liang et al. 2018 ("Variational Autoencoders for Collaborative Filtering"): ratings of movies that the other
    raters have not rated are dropped first, and ``floor(0.2 · n)`` of n ratings of a rater are asked about, at random.
    """
    rng = np.random.default_rng(seed)
    able = np.flatnonzero(ratings.rater_counts() >= FEWEST_RATINGS)
    if able.size < 2:
        raise CannotEvaluate(TOO_FEW_RATERS)
    left_out = np.zeros(ratings.n_raters, dtype=np.bool_)
    left_out[rng.permutation(able)[: max(int(able.size * SHARE_LEFT_OUT), 1)]] = True
    train, unseen, theirs = _without(ratings, movies, left_out)
    place, counts = _places(theirs, rng.random(theirs.n_ratings))
    rows = theirs.row_of_each_rating()
    n_asked = np.where(counts >= FEWEST_RATINGS, (counts * SHARE_ASKED).astype(np.int64), 0)
    asked = place >= (counts - n_asked)[rows]
    yield {"": Split(train, theirs.take(asked), unseen, folded_in=theirs.take(~asked))}


def new_members(ratings: RatingMatrix, movies: MovieFeatures, seed: int) -> Iterator[Round]:
    """Let every rater be new once: a model of the others gets 0, 1, 3, 5, 10 and 20 of their ratings.

    Raters are put into five parts. Everyone is asked about the same ratings each time: those after the 20th, or the
    last fifth (rounded up) if that is more; they are given the first ratings, in time and in random order. Who has
    not so many ratings besides those they are asked about is left out of a condition.
    """
    if ratings.n_raters < 2 * N_PARTS:
        raise CannotEvaluate(f"There are too few raters for {N_PARTS} parts: it needs {2 * N_PARTS}.")
    rng = np.random.default_rng(seed)
    part = rng.permutation(ratings.n_raters) % N_PARTS
    for number in range(N_PARTS):
        train, unseen, theirs = _without(ratings, movies, part == number)
        orders: dict[str, Sequence[Int64]] = {}
        if theirs.rated_at is not None:
            orders["in time"] = (rng.permutation(theirs.n_ratings), theirs.rated_at)
        orders["at random"] = (rng.permutation(theirs.n_ratings),)
        yield {
            f"{n_given} {name}": split
            for name, keys in orders.items()
            for n_given, split in _first_ratings(train, unseen, theirs, keys)
        }


def _first_ratings(
    train: RatingMatrix, unseen: MovieFeatures, theirs: RatingMatrix, keys: Sequence[Int64]
) -> Iterator[tuple[int, Split]]:
    """Yield how many ratings are given, and the split; `keys` are those of the order, the most important last."""
    place, counts = _places(theirs, *keys)
    rows = theirs.row_of_each_rating()
    n_asked = np.maximum(counts - N_GIVEN[-1], -(-counts // 5))
    asked = place >= (counts - n_asked)[rows]
    for n_given in N_GIVEN:
        enough = (counts - n_asked >= n_given)[rows]
        given = theirs.take(enough & (place < n_given))
        yield n_given, Split(train, theirs.take(enough & asked), unseen, folded_in=given)


def _places(ratings: RatingMatrix, *keys: Int64 | Float64) -> tuple[Int64, Int64]:
    """Return the place of every rating among its rater's by some keys, and how many ratings each rater has."""
    order = np.lexsort([*keys, ratings.row_of_each_rating()])
    place = np.empty(ratings.n_ratings, dtype=np.int64)
    place[order] = np.arange(ratings.n_ratings) - ratings.rater_indptr[ratings.row_of_each_rating()]
    return place, ratings.rater_counts()


def _without(
    ratings: RatingMatrix, movies: MovieFeatures, left_out: Bool
) -> tuple[RatingMatrix, MovieFeatures, RatingMatrix]:
    """Return the ratings of the others, without empty rows, what is known of movies without those left out, and theirs.

    Theirs keep their rows; ratings of movies that nobody else has rated are dropped.
    """
    rows = ratings.row_of_each_rating()
    theirs = left_out[rows]
    kept = ~theirs
    train = RatingMatrix.from_triples(
        ratings.rater_ids[rows[kept]],
        ratings.movie_ids[ratings.movie_indices[kept]],
        ratings.half_stars[kept],
        None if ratings.rated_at is None else ratings.rated_at[kept],
        catalogue=ratings.movie_ids,
    )
    unseen = movies.without(ratings.rater_ids[rows[theirs]], ratings.movie_indices[theirs])
    known = train.movie_counts()[ratings.movie_indices] > 0
    return train, unseen, ratings.take(theirs & known)
