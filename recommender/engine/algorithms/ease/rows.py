"""The rows EASE learns from: raters, their sittings (ratings given in one go), genres, tags and years."""

import numpy as np
from scipy.sparse import csr_array, vstack

from recommender.engine.data.movie_features import MovieFeatures
from recommender.engine.data.ratings import RatingMatrix
from recommender.engine.data.types import Float64

SECONDS_PER_DAY = 86_400
MIN_SITTING = 3
YEARS_APART = 3.0
YEAR_WIDTH = 2.0


def rater_rows(ratings: RatingMatrix, values: Float64, activity_exponent: float) -> csr_array:
    """Return `values` by rater, (n_raters, n_movies); the row of a rater with n ratings times n**-activity_exponent.

    A single rating of a heavy rater says less.
    """
    scale = np.maximum(ratings.rater_counts() / 50.0, 1e-9) ** -activity_exponent
    data = (values * scale[ratings.row_of_each_rating()]).astype(np.float32)
    shape = (ratings.n_raters, ratings.n_movies)
    return csr_array((data, ratings.movie_indices, ratings.rater_indptr), shape=shape)


def sitting_rows(ratings: RatingMatrix, rows: csr_array, weight: float, max_gap_days: float = 1.0) -> csr_array:
    """Return one further row per sitting of a rater with several, (n_sittings, n_movies).

    Movies rated in the same sitting were often seen around the same time, or come to mind together. A sitting ends
    where the next rating is more than `max_gap_days` later; sittings of fewer than 3 ratings, and the only sitting of a
    rater, add nothing.
    """
    nothing = csr_array((0, ratings.n_movies), dtype=np.float32)
    if ratings.rated_at is None or not weight or not ratings.n_ratings:
        return nothing
    raters = ratings.row_of_each_rating()
    order = np.lexsort((ratings.rated_at, raters))
    new_rater = np.diff(raters[order]) != 0
    late = np.diff(ratings.rated_at[order]) > max_gap_days * SECONDS_PER_DAY
    sitting = np.concatenate([[0], np.cumsum(new_rater | late)])
    lengths = np.bincount(sitting)
    rater_of = np.zeros(lengths.size, dtype=np.int64)
    rater_of[sitting] = raters[order]
    kept = (lengths >= MIN_SITTING) & (np.bincount(rater_of)[rater_of] > 1)
    counted = kept[sitting]
    if not counted.any():
        return nothing
    positions = (np.cumsum(kept) - 1)[sitting[counted]]
    stored = order[counted]
    data = np.float32(weight) * rows.data[stored]
    return csr_array((data, (positions, ratings.movie_indices[stored])), shape=(int(kept.sum()), ratings.n_movies))


def content_rows(movies: MovieFeatures, genre_weight: float, tag_weight: float, year_weight: float) -> csr_array:
    """Return a row per genre, per tag of at least two movies and per three years, (n, n_movies).

    They connect similar movies that few people have rated ("collective EASE", Jeunen, Van Balen and Goethals 2020).
    """
    tags = movies.tag_counts().T.tocsr()
    tags = csr_array(tags[np.diff(tags.indptr) > 1])
    tags.data = np.log1p(tags.data)
    parts = [movies.genres.T * genre_weight, tags * tag_weight, year_rows(movies) * year_weight]
    return csr_array(vstack(parts, format="csr", dtype=np.float32))


def year_rows(movies: MovieFeatures, apart: float = YEARS_APART, width: float = YEAR_WIDTH) -> csr_array:
    """Return Gaussian bumps over the years, (n_years, n_movies); a movie of unknown year has none."""
    known = movies.years > 0
    if not known.any():
        return csr_array((0, movies.years.size), dtype=np.float32)
    years = movies.years.astype(np.float64)
    centres = np.arange(years[known].min(), years[known].max() + apart, apart)
    bumps = np.exp(-0.5 * np.square((years - centres[:, None]) / width)) * known
    bumps[bumps < 1e-3] = 0
    return csr_array(bumps.astype(np.float32))
