"""Tag counting: a user's profile is a weighted count of the genres and tags of the movies they rated."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.sparse import diags_array

from recommender.engine.algorithms.baselines import movie_medians
from recommender.engine.algorithms.popularity import with_popularity
from recommender.engine.algorithms.tag_features import (
    RatedFeatures,
    TagModel,
    genres_and_tags,
    inverse_totals,
    tag_strengths,
)
from recommender.engine.data.movie_features import MovieFeatures
from recommender.engine.data.ratings import RatingMatrix
from recommender.engine.data.types import Float64, Int8, Int32
from recommender.engine.model.item_features import ItemFeatures, UserProfile
from recommender.engine.model.model import ParameterGroup
from recommender.engine.model.search_space import (
    NDCG,
    POPULARITY_WEIGHT,
    Hyperparameter,
    Objective,
    SearchSpace,
)
from recommender.engine.model.training import TrainingOptions

NEUTRAL_STARS = 3.0
TAG_SIGNAL = 0.1
MINIMUM_FITTED = 3


@dataclass(frozen=True, slots=True)
class TagCount:
    """Prediction ``median_i + x0·(tags_u · tags_i) + x1·(genres_u · genres_i) + x2``.

    ``tags_u`` and ``genres_u`` sum ``r − 3`` over the rated movies, weighted by ``ln(count) + 1`` for tags and
    divided by how common the tag or genre is; ``x`` is a least-squares fit to the user's own ratings.
    """

    name: ClassVar[str] = "tag_count"
    label: ClassVar[str] = "Tag counting"
    description: ClassVar[str] = "Counts the genres and tags of the movies you liked and disliked."
    minimum_ratings: ClassVar[int] = 5
    offered: ClassVar[tuple[Hyperparameter, ...]] = ()
    search_space: ClassVar[SearchSpace] = POPULARITY_WEIGHT
    objective: ClassVar[Objective] = NDCG

    popularity_weight: float = 0.0

    def fit(
        self, ratings: RatingMatrix, movies: MovieFeatures, options: TrainingOptions = TrainingOptions()
    ) -> "TagCountModel":
        """Collect medians, tag strengths and totals; there is nothing to learn across raters."""
        model = with_popularity(
            self._collected(ratings, movies), ratings, movies, self.popularity_weight, self._collected, options.seed
        )
        options.on_progress(1.0)
        return model

    def _collected(self, ratings: RatingMatrix, movies: MovieFeatures) -> "TagCountModel":
        medians = movie_medians(ratings)
        factors = genres_and_tags(movies, tag_strengths(movies))
        errors = ratings.half_stars / 2.0 - medians[ratings.movie_indices]
        features = ItemFeatures(
            movie_ids=ratings.movie_ids,
            offsets=medians,
            factors=factors,
            prior_precision=np.zeros(factors.shape[1], dtype=np.float32),
            noise=float(np.mean(np.square(errors))) if errors.size else 1.0,
        )
        return TagCountModel(
            features,
            names=movies.genre_names + movies.tag_names,
            n_genres=len(movies.genre_names),
            scale=np.concatenate([inverse_totals(movies.genres), inverse_totals(movies.tag_counts())]),
        )


@dataclass(frozen=True, eq=False)
class TagCountModel(TagModel):
    """Genres and tag strengths per movie; a user is a profile over them and three coefficients."""

    def fold_in(self, movie_indices: Int32, half_stars: Int8) -> UserProfile:
        """Count the user's tags and genres, then fit the importance of each."""
        counts, coefficients, _ = self._count(movie_indices, half_stars)
        weights = (counts * self._importance(coefficients)).astype(np.float32)
        return UserProfile(float(coefficients[2]), weights, movie_indices, half_stars)

    def rating_contributions(self, profile: UserProfile, movie_indices: Int32) -> Float64:
        """What each rating adds to the counts, times the fitted importances, plus its part of the bias.

        Counts and bias are sums over the ratings, so this is exact. The importances are fitted to all ratings
        together, so without one rating the others would count differently too.
        """
        rated = profile.movie_indices
        _, coefficients, of_bias = self._count(rated, profile.half_stars)
        worth = self.scale * self._importance(coefficients)
        shared = (self.factors[movie_indices] @ diags_array(worth) @ self.factors[rated].T).toarray()
        return np.asarray(shared * (profile.half_stars / 2.0 - NEUTRAL_STARS) + of_bias)

    def parameters(self, profile: UserProfile) -> list[ParameterGroup]:
        """Top tags and genres, and the three coefficients."""
        counts, coefficients, _ = self._count(profile.movie_indices, profile.half_stars)
        return [
            ParameterGroup("Your average against the crowd", (("bias", float(coefficients[2])),)),
            ParameterGroup("Top tags", self.strongest(counts, genres=False), unit="points"),
            ParameterGroup("Genres", self.strongest(counts, genres=True), unit="points"),
            ParameterGroup(
                "Importance",
                (("tag importance", float(coefficients[0])), ("genre importance", float(coefficients[1]))),
                unit="stars per point",
            ),
        ]

    def _importance(self, coefficients: Float64) -> Float64:
        """Return the coefficient of each feature's kind, (n_factors,) float64."""
        return np.asarray(np.where(np.arange(self.scale.size) < self.n_genres, coefficients[1], coefficients[0]))

    def _count(self, movie_indices: Int32, half_stars: Int8) -> tuple[Float64, Float64, Float64]:
        """Return the profile over (genres, tags), the coefficients (tags, genres, bias), and what each rating adds to
        the bias.
        """
        stars = half_stars / 2.0
        rated = RatedFeatures.of(self.factors, movie_indices)
        offsets = (stars - NEUTRAL_STARS)[rated.ratings]
        counts = np.bincount(rated.features, offsets * rated.values, minlength=self.scale.size)
        profile = counts.astype(np.float64) * self.scale
        signal = profile[rated.features] * rated.values
        is_tag = rated.features >= self.n_genres
        tags = np.bincount(rated.ratings, signal * is_tag, minlength=rated.n_ratings).astype(np.float64)
        genres = np.bincount(rated.ratings, signal * ~is_tag, minlength=rated.n_ratings).astype(np.float64)
        residuals = stars - self.item_features.offsets[movie_indices]
        return profile, *_coefficients(tags, genres, residuals)


def _coefficients(tags: Float64, genres: Float64, residuals: Float64) -> tuple[Float64, Float64]:
    """Least-squares (tags, genres, bias); without tag signal (0, genres, bias); with neither zeros.

    Returns
    -------
    coefficients : (3,) float64
    of_bias : (n_ratings,) float64
        What each rating adds to the bias.
    """
    coefficients, of_bias = np.zeros(3), np.zeros(residuals.size)
    fitted = np.abs(tags) > TAG_SIGNAL
    if np.count_nonzero(fitted) >= MINIMUM_FITTED:
        columns = [tags[fitted], genres[fitted], np.ones(np.count_nonzero(fitted))]
    elif genres.size >= MINIMUM_FITTED and genres.any():
        fitted[:] = True
        columns = [genres, np.ones(genres.size)]
    else:
        return coefficients, of_bias
    inverse = np.linalg.pinv(np.stack(columns, axis=1), rcond=np.finfo(np.float64).eps * residuals.size)
    coefficients[-len(columns) :] = inverse @ residuals[fitted]
    of_bias[fitted] = inverse[-1] * residuals[fitted]
    return coefficients, of_bias
