"""The boost for common raters, and its tuning on a pair of movies that everyone calls similar."""

import numpy as np

from recommender.engine.data.movie_features import MovieFeatures
from recommender.engine.data.ratings import RatingMatrix
from recommender.engine.data.types import Bool, Float64, Int64, UInt64
from recommender.engine.model.item_features import indices_of

DEFAULT_LIMIT = 0.216
DEFAULT_POINT = 162
LARGEST_LIMIT = 5.0


def common_raters_boost(limit: float, point: int, min_common: int = 3) -> Float64:
    """Return the factor by which a score grows with the number of common raters, (point + 1,) float64.

    1 up to `min_common` raters, then ``1 + ln x − ln 3`` with ``x`` rising linearly from 3 to ``3·e^limit`` at
    `point` raters; the last value applies to larger numbers.
    """
    point = max(point, min_common + 1)
    x = 3 + (3 * np.exp(limit) - 3) * (np.arange(point + 1) - 3) / (point - 3)
    return np.asarray(1 + np.clip(np.log(np.maximum(x, 1.0)) - np.log(3), 0, limit))


def genre_masks(movies: MovieFeatures) -> UInt64:
    """Return one bit per genre, (n_movies,) uint64; of more than 64 genres the most frequent count."""
    genres = movies.genres.tocoo()
    n_genres = len(movies.genre_names)
    frequency = np.bincount(genres.col, minlength=n_genres)
    bits = np.empty(n_genres, dtype=np.uint64)
    bits[np.argsort(-frequency, kind="stable")] = np.arange(n_genres)
    masks = np.zeros(movies.movie_ids.size, dtype=np.uint64)
    kept = (bits[genres.col] < 64) & (genres.data > 0)
    np.bitwise_or.at(masks, genres.row[kept], np.uint64(1) << bits[genres.col[kept]])
    return masks


def co_rating_sums(ratings: RatingMatrix, movie: int) -> Int64:
    """Return {common raters, Σ r·s, Σ r², Σ s²} of one movie with every movie in half-stars, (n_movies, 4) int64."""
    stored = slice(ratings.movie_indptr[movie], ratings.movie_indptr[movie + 1])
    own = np.zeros(ratings.n_raters, dtype=np.int64)
    own[ratings.rater_indices[stored]] = ratings.half_stars_by_movie[stored]
    per_rater = own[ratings.row_of_each_rating()]
    common = per_rater > 0
    r, s, columns = per_rater[common], ratings.half_stars[common].astype(np.int64), ratings.movie_indices[common]
    terms = (np.ones_like(r), r * s, r * r, s * s)
    return np.stack([np.bincount(columns, term, ratings.n_movies) for term in terms], axis=1).astype(np.int64)


def shares_genres(masks: UInt64, movie: int) -> Bool:
    """Return which movies share at least half of the genres of the one with fewer genres, (n_movies,) bool."""
    counts = np.bitwise_count(masks)
    return np.asarray(2 * np.bitwise_count(masks & masks[movie]) >= np.minimum(counts, counts[movie]))


def tune(
    ratings: RatingMatrix, movies: MovieFeatures, pair: tuple[int, int], *, min_common: int = 3, min_score: float = 0.3
) -> tuple[float, int]:
    """Find (limit, point) for which the second movie of a pair is among the two most similar to the first.

    `point` is their number of common raters; `limit` grows from 0 by
    ``limit ← limit · top_score / pair_score + 0.01``. If the pair is not in the data, or has
    too few common raters or genres, the values found on ml-latest-small are returned.
    """
    indices, known = indices_of(ratings.movie_ids, np.array(pair, dtype=np.int32))
    if not known.all():
        return DEFAULT_LIMIT, DEFAULT_POINT
    first, second = int(indices[0]), int(indices[1])
    sums = co_rating_sums(ratings, first)
    similar = (sums[:, 0] >= min_common) & shares_genres(genre_masks(movies), first)
    similar[first] = False
    point = int(sums[second, 0])
    if not similar[second] or point <= min_common:
        return DEFAULT_LIMIT, DEFAULT_POINT
    cosines = np.zeros(ratings.n_movies)
    cosines[similar] = sums[similar, 1] / np.sqrt(sums[similar, 2].astype(np.float64) * sums[similar, 3])
    limit = 0.0
    while limit < LARGEST_LIMIT:
        scores = cosines * common_raters_boost(limit, point, min_common)[np.minimum(sums[:, 0], point)]
        if np.count_nonzero(scores > max(scores[second], min_score)) < 2:
            break
        limit = limit * float(scores.max() / scores[second]) + 0.01
    return limit, point
