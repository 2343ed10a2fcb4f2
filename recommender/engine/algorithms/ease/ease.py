"""EASE, rating-weighted: an item-item model in closed form that ranks what a person would watch and like."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack

from recommender.engine.algorithms.baselines import MIDDLE_OF_SCALE, Mean
from recommender.engine.algorithms.ease.rows import content_rows, rater_rows, sitting_rows
from recommender.engine.algorithms.ease.solve import Progress, solve
from recommender.engine.algorithms.ease.weights import ItemWeights, largest_of_rows
from recommender.engine.data.array_shapes import ArrayShape
from recommender.engine.data.movie_features import MovieFeatures
from recommender.engine.data.ratings import RatingMatrix
from recommender.engine.data.types import Arrays, Float32, Float64, Int32, Int64
from recommender.engine.model.item_features import UserProfile
from recommender.engine.model.model import LinearModel, ParameterGroup
from recommender.engine.model.search_space import (
    NDCG,
    REGULARIZATION,
    Hyperparameter,
    Objective,
    Range,
    SearchSpace,
)
from recommender.engine.model.training import TrainingOptions

WELL_LIKED_STARS = 4.0
SMALL_CATALOGUE = 2_000
INDICES_PER_BLOCK = 1_000_000


@dataclass(frozen=True)
class EASE:
    """Item-item weights by ridge regression of every movie on all others (Steck 2019).

    The rows are raters, with ``1 + c · (r − mu − bias)`` where they rated, their sittings, and genres, tags and years
    as further rows. Movies beyond the `max_movies` most rated get no weights.

    Attributes
    ----------
    regularization : float
        ``λ``.
    rating_weight : float
        ``c``, per star; with 0 only whether a movie was rated counts, not how.
    activity_exponent : float
        The row of a rater with n ratings is scaled by ``n ** −activity_exponent``.
    sitting_weight, genre_weight, tag_weight, year_weight : float
        Of the further rows.
    prior_weight : float
        Score of a movie that everybody liked (4 stars or more), for a user without ratings.
    damping : float
        Of movie means and rater biases.
    min_ratings, max_movies : int
        Movies with fewer ratings get no weights, unless the catalogue is small: little is known about what is
        watched together with them. Leaving them out ranks better (inner splits of ml-latest-small, nDCG@10: 0.2185
        with all, 0.2222 with 5, 0.2202 with 10), and the cost grows with the cube of the number of movies.
    max_weights : int
        How many weights are kept in total; each movie keeps the same number.
    """

    name: ClassVar[str] = "ease"
    label: ClassVar[str] = "Watched together"
    description: ClassVar[str] = "Finds what people who rated the same movies as you watched and liked."
    minimum_ratings: ClassVar[int] = 1
    offered: ClassVar[tuple[Hyperparameter, ...]] = (REGULARIZATION,)
    search_space: ClassVar[SearchSpace] = {
        "regularization": Range(20.0, 2000.0, log=True),
        "rating_weight": Range(0.0, 1.0),
        "activity_exponent": Range(0.0, 0.5),
        "sitting_weight": Range(0.0, 1.5),
        "genre_weight": Range(0.0, 10.0),
        "tag_weight": Range(0.0, 10.0),
        "year_weight": Range(0.0, 15.0),
    }
    objective: ClassVar[Objective] = NDCG

    regularization: float = 220.0
    rating_weight: float = 0.4
    activity_exponent: float = 0.15
    sitting_weight: float = 0.5
    genre_weight: float = 3.0
    tag_weight: float = 2.0
    year_weight: float = 5.0
    prior_weight: float = 0.8
    damping: float = 4.0
    min_ratings: int = 5
    max_movies: int = 20_000
    max_weights: int = 50_000_000

    def __post_init__(self) -> None:
        """Reject values that cannot be fitted."""
        if self.regularization <= 0:
            raise ValueError(f"regularization must be above 0, not {self.regularization}.")
        if min(self.max_movies, self.max_weights) < 1:
            raise ValueError(
                f"max_movies and max_weights must be at least 1, not {self.max_movies} and {self.max_weights}."
            )

    def fit(
        self, ratings: RatingMatrix, movies: MovieFeatures, options: TrainingOptions = TrainingOptions()
    ) -> "EASEModel":
        """Solve for the item-item weights; nothing in it is random.

        Parameters
        ----------
        ratings : RatingMatrix
        movies : MovieFeatures
        options : TrainingOptions
            `on_progress` is called between the blocks of every step; no seed is used.
        """
        means_only = Mean(movie_damping=self.damping, rater_damping=self.damping, n_sweeps=8, popularity_weight=1.0)
        baseline = means_only.fit(ratings, movies)
        means = baseline.item_features.offsets
        rows = self._rows(ratings, movies, means)
        counts = ratings.movie_counts()
        n_chosen = min(max(np.count_nonzero(counts >= self.min_ratings), SMALL_CATALOGUE), self.max_movies)
        chosen = np.sort(np.argsort(-counts, kind="stable")[:n_chosen])
        n_kept = self.max_weights // max(chosen.size, 1)
        weights = csr_array((ratings.n_movies, ratings.n_movies), dtype=np.float32)
        for step in solve(csr_array(rows[:, chosen]), self.regularization, n_kept, n_threads=options.n_threads):
            if isinstance(step, Progress):
                options.on_progress(step.share)
            else:
                weights = _in_catalogue(step, chosen, ratings.n_movies)
        options.on_progress(1.0)
        liked = ratings.half_stars >= 2 * WELL_LIKED_STARS
        share = np.bincount(ratings.movie_indices[liked], minlength=ratings.n_movies) / max(ratings.n_raters, 1)
        item_weights = ItemWeights(
            weights=weights,
            popularity=(self.prior_weight * share).astype(np.float32),
            means=means,
            global_mean=_global_mean(ratings),
            rating_weight=self.rating_weight,
            bias_damping=self.damping,
            alike=largest_of_rows(weights),
        )
        return EASEModel(baseline.item_features, item_weights=item_weights, widths=baseline.widths)

    def _rows(self, ratings: RatingMatrix, movies: MovieFeatures, means: Float32) -> csr_array:
        """Return ``X``."""
        raters, stars = ratings.row_of_each_rating(), ratings.half_stars / 2.0
        residuals = np.bincount(raters, stars - means[ratings.movie_indices], minlength=ratings.n_raters)
        biases = residuals / np.maximum(ratings.rater_counts() + self.damping, 1.0)
        values = 1.0 + self.rating_weight * (stars - _global_mean(ratings) - biases[raters])
        by_rater = rater_rows(ratings, values, self.activity_exponent)
        sittings = sitting_rows(ratings, by_rater, self.sitting_weight)
        content = content_rows(movies, self.genre_weight, self.tag_weight, self.year_weight)
        return csr_array(vstack([by_rater, sittings, content], format="csr", dtype=np.float32))


@dataclass(frozen=True, eq=False)
class EASEModel(LinearModel):
    """Ranks by item-item weights; predicts stars as damped means do."""

    array_shapes: ClassVar[tuple[ArrayShape, ...]] = (*LinearModel.array_shapes, *ItemWeights.array_shapes)

    item_weights: ItemWeights = None  # type: ignore[assignment]  # follows a field with a default

    def scores(self, profile: UserProfile) -> Float32:
        """Return the score of each movie for the ratings of the user."""
        return self.item_weights.scores(profile.movie_indices, profile.half_stars)

    @property
    def ranks_by_ratings(self) -> bool:
        """Always: the ranking depends on nothing else."""
        return True

    def ranking_contributions(self, profile: UserProfile, movie_indices: Int32) -> Float64:
        """Return what each of the user's ratings adds to some scores (`ItemWeights.contributions`)."""
        return self.item_weights.contributions(movie_indices, profile.movie_indices, profile.half_stars)

    def parameters(self, profile: UserProfile) -> list[ParameterGroup]:
        """Return the user bias: the weights belong to the movies, not to the user."""
        return [ParameterGroup("Your average against the crowd", (("bias", profile.bias),))]

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Means and weights as named arrays."""
        return super().to_arrays() | self.item_weights.to_arrays()

    @classmethod
    def from_arrays(cls, arrays: Arrays, metadata: Mapping[str, str]) -> Self:
        """Rebuild from `to_arrays`."""
        baseline = LinearModel.from_arrays(arrays, metadata)
        return cls(baseline.item_features, item_weights=ItemWeights.from_arrays(arrays), widths=baseline.widths)


def _global_mean(ratings: RatingMatrix) -> float:
    return float(ratings.half_stars.mean(dtype=np.float64)) / 2 if ratings.n_ratings else MIDDLE_OF_SCALE


def _in_catalogue(weights: csr_array, chosen: Int64, n_movies: int) -> csr_array:
    """Return the weights between the chosen movies as weights between all."""
    indptr = np.zeros(n_movies + 1, dtype=weights.indptr.dtype)
    indptr[chosen + 1] = np.diff(weights.indptr)
    np.cumsum(indptr, out=indptr)
    scored = weights.indices
    for start in range(0, scored.size, INDICES_PER_BLOCK):
        block = slice(start, start + INDICES_PER_BLOCK)
        scored[block] = chosen[scored[block]]
    return csr_array((weights.data, scored, indptr), shape=(n_movies, n_movies))
