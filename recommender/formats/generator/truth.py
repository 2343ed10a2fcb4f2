"""The model behind generated ratings: how popular and how good each movie is, its style, and what raters like."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]

GLOBAL_MEAN = 3.4
NOISE = 0.74
RATER_BIAS = 0.40
MOVIE_BIAS = 0.42
TASTE_VARIANCE = 0.20
N_FACTORS = 12
N_GROUPS = 16
GROUP_SHARE = 0.5
TASTE_IN_CHOICE = 0.6

MINIMUM_ACTIVITY = 20
ACTIVITY_SPREAD = 1.53
POPULARITY_EXPONENT = 2.0
FLAT_HEAD = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class GroundTruth:
    """What ratings are drawn from, in stars.

    Attributes
    ----------
    movie_biases : (n_movies,) float32
    movie_factors : (n_movies, n_factors) float32
        Style of each movie, unit variance per factor.
    factor_scales : (n_factors,) float32
        Standard deviation that each factor contributes to a rating.
    group_factors : (n_groups, n_factors) float32
        Taste that the raters of a group share.
    choices : (n_groups * n_movies,) float64
        For group ``g``, the cumulative probability of each movie to be rated next, plus ``g``.
    """

    movie_biases: Float32
    movie_factors: Float32
    factor_scales: Float32
    group_factors: Float32
    choices: Float64

    @property
    def n_movies(self) -> int:
        """Number of movies."""
        return int(self.movie_biases.size)

    def weights(self, group: int) -> Float64:
        """Return the probability of each movie to be rated next by a rater of a group, (n_movies,) float64."""
        cumulative = self.choices[group * self.n_movies : (group + 1) * self.n_movies] - group
        return np.diff(cumulative, prepend=0.0)


def ground_truth(genres: Float32, *, mean_activity: float, seed: int) -> GroundTruth:
    """Draw the movies' part of the model.

    Popularity falls with rank by the Zipf-Mandelbrot law; movies of the same genres are similar in style.

    Parameters
    ----------
    genres : (n_movies, n_genres) float32
        1 where the movie has the genre. The first movies tend to be the most popular.
    mean_activity : float
        Ratings per rater; the more there are, the more movies share the head of the popularity curve.
    seed : int
    """
    rng = np.random.default_rng([seed, 1])
    n_movies = genres.shape[0]
    order = np.argsort(np.arange(1, n_movies + 1) * rng.lognormal(sigma=1.5, size=n_movies))
    ranks = np.empty(n_movies)
    ranks[order] = np.arange(1, n_movies + 1)
    popularity = (ranks + FLAT_HEAD * mean_activity) ** -POPULARITY_EXPONENT
    by_genre = genres @ rng.standard_normal((genres.shape[1], N_FACTORS))
    factors = _standardised(_standardised(by_genre) + rng.standard_normal((n_movies, N_FACTORS)))
    biases = MOVIE_BIAS * _standardised(rng.standard_normal(n_movies) - 0.25 * np.log(ranks))
    scales = 1 / np.arange(1, N_FACTORS + 1)
    scales = np.sqrt(TASTE_VARIANCE * scales / scales.sum())
    groups = rng.standard_normal((N_GROUPS, N_FACTORS))
    liking = np.exp(TASTE_IN_CHOICE / np.sqrt(N_FACTORS) * groups @ factors.T)
    weights = popularity * liking
    weights /= weights.sum(axis=1, keepdims=True)
    choices = np.cumsum(weights, axis=1)
    choices[:, -1] = 1.0
    choices += np.arange(N_GROUPS, dtype=np.float64)[:, None]
    return GroundTruth(
        movie_biases=biases.astype(np.float32),
        movie_factors=factors.astype(np.float32),
        factor_scales=scales.astype(np.float32),
        group_factors=groups.astype(np.float32),
        choices=choices.ravel(),
    )


def activity(*, n_raters: int, n_movies: int, n_ratings: int, seed: int) -> Int64:
    """Draw how many movies each rater rates, (n_raters,) int64: log-normal above a minimum, `n_ratings` in all.

    The minimum is 20 as in MovieLens, or less where there are too few ratings for that.

    Raises
    ------
    ValueError
        If there are fewer ratings than raters, or more than pairs of rater and movie.
    """
    if min(n_raters, n_movies) < 1:
        raise ValueError(f"Ratings need raters and movies, not {n_raters} raters and {n_movies} movies.")
    if not n_raters <= n_ratings <= n_raters * n_movies:
        raise ValueError(
            f"{n_raters} raters and {n_movies} movies can have {n_raters} to {n_raters * n_movies} ratings, "
            f"not {n_ratings}."
        )
    mean = n_ratings / n_raters
    most = n_movies if mean > 0.3 * n_movies else max(int(0.6 * n_movies), 1)
    least = min(MINIMUM_ACTIVITY, int(mean), most)
    spread = np.random.default_rng([seed, 2]).lognormal(sigma=ACTIVITY_SPREAD, size=n_raters)
    low, high = 0.0, 2.0 * most / spread.min()
    for _ in range(100):
        middle = (low + high) / 2
        total = np.minimum(least + middle * spread, most).sum()
        low, high = (middle, high) if total < n_ratings else (low, middle)
    exact = np.minimum(least + low * spread, most)
    counts = np.floor(exact).astype(np.int64)
    order = np.argsort(-(exact - counts), kind="stable")
    order = order[counts[order] < most]
    missing = n_ratings - int(counts.sum())
    counts[order[:missing]] += 1
    return counts


def _standardised(values: Float64) -> Float64:
    spread = values.std(axis=0)
    centred: Float64 = (values - values.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    return centred
