"""The baseline of every ranking: the most rated movies first, the same for everyone. The site does not offer it."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from recommender.engine.data.movie_features import MovieFeatures
from recommender.engine.data.ratings import RatingMatrix
from recommender.engine.model.item_features import ItemFeatures
from recommender.engine.model.model import LinearModel
from recommender.engine.model.search_space import Hyperparameter, Objective, SearchSpace
from recommender.engine.model.training import TrainingOptions

FIXED = 1e12
"""So strong a ridge that the bias of every user stays 0."""


@dataclass(frozen=True, slots=True)
class Popularity:
    """Ranks by the number of ratings, and predicts the mean of all ratings."""

    name: ClassVar[str] = "popularity"
    label: ClassVar[str] = "Popularity"
    description: ClassVar[str] = "The most rated movies, the same for everyone."
    minimum_ratings: ClassVar[int] = 0
    offered: ClassVar[tuple[Hyperparameter, ...]] = ()
    search_space: ClassVar[SearchSpace] = {}
    objective: ClassVar[Objective] = {}

    def fit(
        self, ratings: RatingMatrix, movies: MovieFeatures, options: TrainingOptions = TrainingOptions()
    ) -> LinearModel:
        """Count ratings."""
        counts = ratings.movie_counts().astype(np.float32)
        stars = ratings.half_stars / 2.0
        mean, noise = (float(stars.mean()), float(stars.var())) if stars.size else (0.0, 1.0)
        options.on_progress(1.0)
        return LinearModel(
            ItemFeatures(
                movie_ids=ratings.movie_ids,
                offsets=np.full(ratings.n_movies, mean, dtype=np.float32),
                factors=np.zeros((ratings.n_movies, 0), dtype=np.float32),
                prior_precision=np.zeros(0, dtype=np.float32),
                bias_precision=FIXED,
                noise=noise,
                ranking_offsets=counts,
            )
        )
