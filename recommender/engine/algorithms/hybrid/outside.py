"""What other sites say of movies: votes and their mean, which stand in for ratings that a movie does not have yet."""

import numpy as np

from recommender.engine.data.movie_features import MovieFeatures
from recommender.engine.data.ratings import RatingMatrix
from recommender.engine.data.types import Bool, Float32, Float64

OUTSIDE_SD = 0.5
"""Prior standard deviation of the coefficients of `outside_design`, in stars."""


def outside_design(movies: MovieFeatures) -> Float64:
    """Return predictors of a movie's bias from the mean of its votes elsewhere, (n_movies, 4) float64.

    The standardised mean, its square, its product with the log number of votes (a mean of few votes says less), and
    whether there is one; all zero for movies without votes, and for all movies where nobody knows any.
    """
    means, votes, known = _standardised(movies)
    return OUTSIDE_SD * np.stack([means, 0.3 * means**2, means * votes, known], axis=1)


def log_counts(ratings: RatingMatrix, movies: MovieFeatures) -> Float64:
    """Return the log number of each movie's ratings; for movies without any, the number that its votes let expect.

    A movie that nobody here has rated is new, not disliked: the log number is predicted by least squares from the log
    number of votes elsewhere, over the rated movies, each weighted by the root of its ratings.
    """
    counts = ratings.movie_counts()
    logs = np.log(np.maximum(counts, 1))
    rated = counts > 0
    if rated.all() or not rated.any():
        return np.asarray(logs, dtype=np.float64)
    _, votes, known = _standardised(movies)
    predictors = np.stack([np.ones(counts.size), votes, votes**2, known], axis=1)
    weights = np.sqrt(counts[rated])
    fitted = np.linalg.lstsq(predictors[rated] * weights[:, None], logs[rated] * weights, rcond=None)[0]
    return np.asarray(np.where(rated, logs, np.clip(predictors @ fitted, 0, logs.max())), dtype=np.float64)


def _standardised(movies: MovieFeatures) -> tuple[Float64, Float64, Float64]:
    """Return mean and log number of votes over the movies that have any, standardised, else 0; and whether they do."""
    if movies.outside_means is None or movies.outside_votes is None:
        nothing = np.zeros(movies.movie_ids.size)
        return nothing, nothing, nothing
    known = (movies.outside_votes > 0) & np.isfinite(movies.outside_means)
    logs = np.log(np.maximum(movies.outside_votes, 1))
    return _unit(movies.outside_means, known), _unit(logs, known), known.astype(np.float64)


def _unit(values: Float32 | Float64, known: Bool) -> Float64:
    if not known.any():
        return np.zeros(values.size)
    chosen = values[known].astype(np.float64)
    scale = max(float(chosen.std()), 1e-6)
    return np.where(known, (values - chosen.mean()) / scale, 0.0)
