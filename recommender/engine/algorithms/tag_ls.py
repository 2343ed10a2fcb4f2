"""Tag least squares: each user gets a fit of their own, on the genres and tags they rate most often."""

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

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
from recommender.engine.data.types import Float64, Int8, Int32, Int64
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

RATINGS_PER_FEATURE = ((10, 2), (20, 4), (40, 8), (80, 16), (160, 32))
"""(number of ratings, ratings per feature), starting from the first rating."""


def n_user_features(n_ratings: int) -> int:
    """Return how many features a user with so many ratings gets: one per 2 at first, then fewer and fewer.

    >>> [n_user_features(n) for n in (2, 10, 14, 30, 38, 70, 1000)]
    [1, 5, 6, 10, 11, 15, 25]
    """
    n_features = 0
    for n, per_feature in RATINGS_PER_FEATURE:
        n_features += min(n_ratings, n) // per_feature
        n_ratings = max(n_ratings - n, 0)
    return n_features


@dataclass(frozen=True, slots=True)
class TagLeastSquares:
    """Prediction ``median_i + bias_u + features_i · weights_u`` over the user's most frequent genres and tags.

    A genre counts 1 or 0, a tag ``(ln(count) + 1) / total count of the tag``; bias and weights are a least-squares
    fit to ``r − median_i`` of the user's ratings.
    """

    name: ClassVar[str] = "tag_ls"
    label: ClassVar[str] = "Tag least squares"
    description: ClassVar[str] = "Fits how many stars each of your most frequent genres and tags is worth to you."
    minimum_ratings: ClassVar[int] = 5
    offered: ClassVar[tuple[Hyperparameter, ...]] = ()
    search_space: ClassVar[SearchSpace] = POPULARITY_WEIGHT
    objective: ClassVar[Objective] = NDCG

    popularity_weight: float = 0.0

    def fit(
        self, ratings: RatingMatrix, movies: MovieFeatures, options: TrainingOptions = TrainingOptions()
    ) -> "TagLeastSquaresModel":
        """Collect medians and feature values; weights are fitted when a user is folded in."""
        model = with_popularity(
            self._collected(ratings, movies), ratings, movies, self.popularity_weight, self._collected, options.seed
        )
        options.on_progress(1.0)
        return model

    def _collected(self, ratings: RatingMatrix, movies: MovieFeatures) -> "TagLeastSquaresModel":
        medians = movie_medians(ratings)
        tag_scale = inverse_totals(movies.tag_counts())
        tags = tag_strengths(movies)
        tags.data *= tag_scale[tags.indices]
        factors = genres_and_tags(movies, tags)
        errors = ratings.half_stars / 2.0 - medians[ratings.movie_indices]
        features = ItemFeatures(
            movie_ids=ratings.movie_ids,
            offsets=medians,
            factors=factors,
            prior_precision=np.zeros(factors.shape[1], dtype=np.float32),
            noise=float(np.mean(np.square(errors))) if errors.size else 1.0,
        )
        return TagLeastSquaresModel(
            features,
            names=movies.genre_names + movies.tag_names,
            n_genres=len(movies.genre_names),
            scale=np.concatenate([np.ones(len(movies.genre_names), dtype=np.float32), tag_scale]),
        )


@dataclass(frozen=True, eq=False)
class TagLeastSquaresModel(TagModel):
    """Genres and scaled tag strengths per movie; ``scale`` is what one mention of a feature adds to a movie."""

    def fold_in(self, movie_indices: Int32, half_stars: Int8) -> UserProfile:
        """Choose the user's features and fit their weights; too few or equal ratings get the smallest-norm fit."""
        chosen, fitted = self._fit(movie_indices, half_stars)
        weights = np.zeros(self.item_features.n_factors, dtype=np.float32)
        weights[chosen] = fitted.weights / self.scale[chosen]
        return UserProfile(fitted.bias, weights, movie_indices, half_stars)

    def rating_contributions(self, profile: UserProfile, movie_indices: Int32) -> Float64:
        """What each rating adds to some predictions: the choice of features depends on the movies, not the stars."""
        chosen, fitted = self._fit(profile.movie_indices, profile.half_stars)
        return fitted.contributions(self._design(RatedFeatures.of(self.factors, movie_indices), chosen))

    def parameters(self, profile: UserProfile) -> list[ParameterGroup]:
        """Chosen genres and tags with the stars that one mention of each is worth, and the bias."""
        worth = profile.weights * self.scale
        return [
            ParameterGroup("Your average against the crowd", (("bias", profile.bias),)),
            ParameterGroup("Tags", self.strongest(worth, genres=False)),
            ParameterGroup("Genres", self.strongest(worth, genres=True)),
        ]

    def _fit(self, movie_indices: Int32, half_stars: Int8) -> tuple[Int32, UserProfile]:
        """Return the chosen features and the fit of their weights, in stars per mention."""
        rated = RatedFeatures.of(self.factors, movie_indices)
        chosen = self._most_frequent(rated)
        return chosen, UserProfile.fit(
            self._design(rated, chosen),
            half_stars / 2.0 - self.item_features.offsets[movie_indices],
            np.zeros(chosen.size + 1),
            movie_indices=movie_indices,
            half_stars=half_stars,
        )

    def _design(self, movies: RatedFeatures, chosen: Int32) -> Float64:
        """Return ``(1, mentions of the chosen features)`` of some movies, (n, 1 + n_chosen) float64."""
        column = np.full(self.item_features.n_factors, -1)
        column[chosen] = np.arange(1, chosen.size + 1)
        kept = column[movies.features] > 0
        design = np.zeros((movies.n_ratings, chosen.size + 1))
        design[:, 0] = 1.0
        mentions = movies.values / self.scale[movies.features]
        design[movies.ratings[kept], column[movies.features[kept]]] = mentions[kept]
        return design

    def _most_frequent(self, rated: RatedFeatures) -> Int32:
        """Features that most rated movies have; of equally frequent ones, those that are rarer in the catalogue."""
        features, frequency = np.unique(rated.features, return_counts=True)
        order = np.lexsort((features, self.n_movies_with[features], -frequency))
        return features[order[: n_user_features(rated.n_ratings)]]

    @cached_property
    def n_movies_with(self) -> Int64:
        """Number of movies that have each feature, (n_factors,) int64."""
        return np.bincount(self.factors.indices, minlength=self.scale.size)
