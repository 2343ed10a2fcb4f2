"""Baselines: the median of a movie's ratings, and its damped mean with a damped user bias."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from recommender.engine.algorithms.calibration import calibrated, most_ratings
from recommender.engine.algorithms.popularity import with_popularity
from recommender.engine.data.movie_features import MovieFeatures
from recommender.engine.data.ratings import RatingMatrix
from recommender.engine.data.types import Float32, Float64, Int8, Int32, Int64
from recommender.engine.model.item_features import ItemFeatures, UserProfile
from recommender.engine.model.model import LinearModel
from recommender.engine.model.search_space import (
    NDCG,
    POPULARITY_WEIGHT,
    RANK_AGREEMENT,
    Hyperparameter,
    Objective,
    Range,
    SearchSpace,
)
from recommender.engine.model.training import TrainingOptions

MIDDLE_OF_SCALE = 3.0


def movie_medians(ratings: RatingMatrix) -> Float32:
    """Return the median rating of every movie in stars, (n_movies,) float32.

    A movie that nobody rated gets the median of all ratings (the middle of the scale if there are none).
    """
    histogram = np.zeros((ratings.n_movies, 11), dtype=np.int64)
    movies = ratings.movie_indices.astype(np.int64)
    histogram += np.bincount(movies * 11 + ratings.half_stars, minlength=histogram.size).reshape(histogram.shape)
    if not ratings.n_ratings:
        return np.full(ratings.n_movies, MIDDLE_OF_SCALE, dtype=np.float32)
    overall = _median_of_histogram(histogram.sum(axis=0, keepdims=True))
    return np.where(histogram.any(axis=1), _median_of_histogram(histogram), overall).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Median:
    """The median of the movie's ratings, the same for everyone."""

    name: ClassVar[str] = "median"
    label: ClassVar[str] = "Median"
    description: ClassVar[str] = "The median rating of each movie, the same for everyone."
    minimum_ratings: ClassVar[int] = 0
    offered: ClassVar[tuple[Hyperparameter, ...]] = ()
    search_space: ClassVar[SearchSpace] = POPULARITY_WEIGHT
    objective: ClassVar[Objective] = NDCG

    popularity_weight: float = 0.0

    def fit(
        self, ratings: RatingMatrix, movies: MovieFeatures, options: TrainingOptions = TrainingOptions()
    ) -> "MedianModel":
        """Take the median of every movie, and learn how much popularity counts in lists."""
        model = self._medians(ratings)
        model = with_popularity(
            model, ratings, movies, self.popularity_weight, lambda seen, _: self._medians(seen), options.seed
        )
        options.on_progress(1.0)
        return model

    def _medians(self, ratings: RatingMatrix) -> "MedianModel":
        medians = movie_medians(ratings)
        errors = ratings.half_stars / 2.0 - medians[ratings.movie_indices]
        return MedianModel(_without_factors(ratings, medians, errors, 0.0))


@dataclass(frozen=True, eq=False)
class MedianModel(LinearModel):
    """Offsets only: a user's ratings have no effect except that rated movies are left out of the list."""

    def fold_in(self, movie_indices: Int32, half_stars: Int8) -> UserProfile:
        """Return the profile of an average user who has rated these movies; nothing is fitted, so none contributes."""
        return UserProfile(0.0, np.zeros(0, dtype=np.float32), movie_indices, half_stars)


@dataclass(frozen=True, slots=True)
class Mean:
    """Damped mean of each movie after removing the damped bias of each rater.

    With ``mu`` the global mean, alternates ``b_u = sum(r − m_i) / (n_u + rater_damping)`` and
    ``m_i = mu + sum(r − b_u − mu) / (n_i + movie_damping)``; the prediction is ``m_i + b_u``
    (Funk 2006; Ekstrand, Riedl and Konstan 2011, section 2.1).
    """

    name: ClassVar[str] = "mean"
    label: ClassVar[str] = "Mean"
    description: ClassVar[str] = "The mean rating of each movie, corrected for strict and generous raters."
    minimum_ratings: ClassVar[int] = 0
    offered: ClassVar[tuple[Hyperparameter, ...]] = ()
    search_space: ClassVar[SearchSpace] = {
        "movie_damping": Range(0.1, 50.0, log=True),
        "rater_damping": Range(0.1, 50.0, log=True),
    }
    objective: ClassVar[Objective] = RANK_AGREEMENT

    movie_damping: float = 2.0
    rater_damping: float = 5.0
    n_sweeps: int = 5
    popularity_weight: float = 0.0

    def fit(
        self, ratings: RatingMatrix, movies: MovieFeatures, options: TrainingOptions = TrainingOptions()
    ) -> LinearModel:
        """Alternate between rater biases and movie means; what intervals and lists need is measured on a tenth."""
        seen = most_ratings(ratings, options.seed)
        learned, of_seen = self.learn(ratings, options), LinearModel(self.learn(ratings.take(seen)))
        model = calibrated(LinearModel(learned), of_seen, ratings, seen, options.seed)
        return with_popularity(model, ratings, movies, self.popularity_weight, lambda *_: of_seen, options.seed)

    def learn(self, ratings: RatingMatrix, options: TrainingOptions = TrainingOptions()) -> ItemFeatures:
        """Learn the means as `fit` does, without measuring intervals."""
        rows, columns = ratings.row_of_each_rating(), ratings.movie_indices
        stars = ratings.half_stars / np.float32(2)
        mu = float(stars.mean(dtype=np.float64)) if stars.size else MIDDLE_OF_SCALE
        rater_divisor = np.maximum(ratings.rater_counts() + self.rater_damping, 1e-9)
        movie_divisor = np.maximum(ratings.movie_counts() + self.movie_damping, 1e-9)
        means = np.full(ratings.n_movies, mu)
        biases = np.zeros(ratings.n_raters)
        for sweep in range(self.n_sweeps):
            biases = np.bincount(rows, stars - means[columns], minlength=biases.size) / rater_divisor
            means = mu + np.bincount(columns, stars - biases[rows] - mu, minlength=means.size) / movie_divisor
            options.on_progress((sweep + 1) / self.n_sweeps)
        errors = stars - means[columns] - biases[rows]
        return _without_factors(ratings, means, errors, self.rater_damping)


def _without_factors(
    ratings: RatingMatrix, offsets: Float32 | Float64, errors: Float64, bias_precision: float
) -> ItemFeatures:
    return ItemFeatures(
        movie_ids=ratings.movie_ids,
        offsets=offsets.astype(np.float32),
        factors=np.zeros((ratings.n_movies, 0), dtype=np.float32),
        prior_precision=np.zeros(0, dtype=np.float32),
        bias_precision=bias_precision,
        noise=float(np.mean(np.square(errors))) if errors.size else 1.0,
    )


def _median_of_histogram(histogram: Int64) -> Float64:
    """Return the median of each row of counts per half-star, in stars."""
    cumulative = histogram.cumsum(axis=1)
    total = cumulative[:, -1:]
    lower = (cumulative < (total + 1) // 2).sum(axis=1)
    upper = (cumulative < total // 2 + 1).sum(axis=1)
    return np.asarray((lower + upper) / 4.0)
