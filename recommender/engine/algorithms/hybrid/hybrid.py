"""The best model of the project: EASE puts movies in order, a ridge fit on kernel features predicts stars."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from recommender.engine.algorithms.als import ALS
from recommender.engine.algorithms.ease.ease import EASE
from recommender.engine.algorithms.ease.weights import ItemWeights
from recommender.engine.algorithms.hybrid.intervals import calibrated, ratings_seen_by_factors
from recommender.engine.algorithms.hybrid.kernel_features import (
    N_ITERATIONS,
    genre_features,
    leading_factors,
    tag_features,
    watched_features,
    weighted,
    year_features,
)
from recommender.engine.algorithms.hybrid.latent import LatentTaste
from recommender.engine.algorithms.hybrid.model import HybridModel
from recommender.engine.algorithms.hybrid.offsets import Offsets
from recommender.engine.algorithms.hybrid.tastes import tastes
from recommender.engine.data.movie_features import MovieFeatures
from recommender.engine.data.ratings import RatingMatrix
from recommender.engine.data.types import Float32, Float64
from recommender.engine.model.checkpoint import Steps
from recommender.engine.model.item_features import ItemFeatures
from recommender.engine.model.model import LinearModel
from recommender.engine.model.search_space import (
    N_FACTORS,
    RANK_AGREEMENT_AND_NDCG,
    REGULARIZATION,
    Hyperparameter,
    Objective,
    Range,
    SearchSpace,
)
from recommender.engine.model.training import TrainingOptions
from recommender.engine.progress import OnProgress, subrange

OFFSET_SCALE, POPULARITY_SCALE = 3.0, 0.4
FACTORS_SHARE, TASTES_SHARE, LATENT_SHARE, WIDTH_SHARE = 0.3, 0.55, 0.6, 0.65
"""Progress after the factors, after the tastes, after ALS and after ALS on most ratings; EASE is the rest."""


@dataclass(frozen=True)
class Hybrid:
    """Two heads over one user: a ranking score for lists, a predicted rating with an interval for tiles.

    The predicted rating is a Gaussian process per user (Rasmussen and Williams 2006, chapter 2) on residuals of
    movie offsets. Its kernel is a weighted sum of genre, tag, year and co-occurrence cosines, a movie's offset and its
    popularity; the leading eigenvectors of the kernel are the item features, the rest of its diagonal is noise of
    the movie. Offsets and tastes are fitted alternately. Part of the offsets and of the taste that ALS finds is added,
    because ALS learns how people rated what they watched.

    Attributes
    ----------
    n_factors : int
    watched_weight, genre_weight, tag_weight, year_weight, offset_weight, popularity_weight : float
        Variance of a user's taste, in stars squared, that each group of features explains.
    bias_variance : float
        Of user biases, in stars squared.
    noise : float
        Variance of a rating around what the kernel knows, in stars squared.
    spread : float
        Variance of movie offsets around what popularity, year and genres predict, in stars squared.
    n_rounds : int
        How often tastes and offsets are fitted alternately.
    n_latent : int
        Factors of ALS.
    latent_offset_share : float
        Share of ALS in the movie offsets, 0 to 1.
    latent_taste_share : float
        Share of the taste found by ALS that is added.
    regularization : float
        Of EASE, which has more hyper-parameters of its own.
    """

    name: ClassVar[str] = "hybrid"
    label: ClassVar[str] = "Best of all"
    description: ClassVar[str] = "Combines what people like you watched with how you rate genres, tags and years."
    minimum_ratings: ClassVar[int] = 0
    offered: ClassVar[tuple[Hyperparameter, ...]] = (N_FACTORS, REGULARIZATION)
    search_space: ClassVar[SearchSpace] = {
        "watched_weight": Range(0.02, 2.0, log=True),
        "genre_weight": Range(0.01, 1.0, log=True),
        "tag_weight": Range(0.01, 1.0, log=True),
        "year_weight": Range(0.01, 1.0, log=True),
        "offset_weight": Range(0.003, 0.3, log=True),
        "popularity_weight": Range(0.005, 0.5, log=True),
        "bias_variance": Range(0.1, 2.0, log=True),
        "noise": Range(0.3, 3.0, log=True),
        "spread": Range(0.005, 0.2, log=True),
        "latent_offset_share": Range(0.0, 0.8),
        "latent_taste_share": Range(0.0, 1.0),
        "regularization": Range(20.0, 2000.0, log=True),
    }
    objective: ClassVar[Objective] = RANK_AGREEMENT_AND_NDCG

    n_factors: int = 256
    watched_weight: float = 0.2
    genre_weight: float = 0.15
    tag_weight: float = 0.15
    year_weight: float = 0.1
    offset_weight: float = 0.03
    popularity_weight: float = 0.08
    bias_variance: float = 0.4
    noise: float = 0.9
    spread: float = 0.03
    n_rounds: int = 2
    n_latent: int = 32
    latent_offset_share: float = 0.2
    latent_taste_share: float = 0.5
    regularization: float = 220.0

    def __post_init__(self) -> None:
        """Reject values that cannot be fitted."""
        if self.n_factors < 1 or self.n_rounds < 0:
            raise ValueError(f"n_factors must be at least 1 and n_rounds 0, not {self.n_factors} and {self.n_rounds}.")
        if min(self.noise, self.spread, self.bias_variance, self.regularization) <= 0:
            raise ValueError("noise, spread, bias_variance and regularization must be above 0.")
        if not 0 <= self.latent_offset_share <= 1 or self.latent_taste_share < 0:
            raise ValueError("latent_offset_share must be 0 to 1, and latent_taste_share not below 0.")

    def fit(
        self, ratings: RatingMatrix, movies: MovieFeatures, options: TrainingOptions = TrainingOptions()
    ) -> HybridModel:
        """Learn item features, then tastes and offsets alternately, then the item-item weights.

        Parameters
        ----------
        ratings : RatingMatrix
        movies : MovieFeatures
        options : TrainingOptions
            The seed is that of the eigenvectors' random start and of the sample that calibrates intervals. The
            checkpoint saves the factors, every round of tastes, ALS and EASE.
        """
        steps = Steps(options.checkpoint)
        offsets = Offsets.damped(ratings, movies, self.spread)
        leading = steps.run(
            "factors", lambda: self._factors(ratings, movies, offsets, options.for_part(0.0, FACTORS_SHARE))
        )
        factors: Float32 = leading["factors"]
        noise = np.asarray(leading["rest"] + np.float32(self.noise), dtype=np.float32)
        options.on_progress(FACTORS_SHARE)
        offsets.refit()
        tastes_part = subrange(options.on_progress, FACTORS_SHARE, TASTES_SHARE)
        for number in range(self.n_rounds):
            on_round = subrange(tastes_part, number / self.n_rounds, (number + 1) / self.n_rounds)
            refitted = steps.run(
                f"tastes {number + 1}",
                partial(self._refit_offsets, ratings, offsets, factors, noise, options.n_threads, on_round),
            )
            offsets.movie, offsets.rater = refitted["movie"], refitted["rater"]
        seen = ratings_seen_by_factors(ratings, options.seed)
        learned = steps.run("latent", lambda: self._als(ratings, movies, options.for_part(TASTES_SHARE, LATENT_SHARE)))
        of_seen = steps.run(
            "latent of kept",
            lambda: self._als(ratings.take(seen), movies, options.for_part(LATENT_SHARE, WIDTH_SHARE)),
        )
        own = (1 - self.latent_offset_share) * (offsets.mean + offsets.movie)
        mixed = (own + self.latent_offset_share * learned["offsets"]).astype(np.float32)
        ease = EASE(regularization=self.regularization)
        watched = steps.run(
            "ease",
            lambda: ease.fit(ratings, movies, options.for_part(WIDTH_SHARE, 1.0)).item_weights.to_arrays(),
        )
        options.on_progress(1.0)
        model = HybridModel(
            ItemFeatures(
                movie_ids=ratings.movie_ids,
                offsets=mixed,
                factors=factors,
                prior_precision=np.ones(self.n_factors, dtype=np.float32),
                bias_precision=1 / self.bias_variance,
                noise=self.noise,
            ),
            latent=self._latent(learned, mixed),
            movie_noise=noise,
            offset_variance=offsets.variance().astype(np.float32),
            item_weights=ItemWeights.from_arrays(watched),
            genre_names=movies.genre_names,
            genre_factors=_means_of_genres(movies, factors),
        )
        return calibrated(model, ratings, offsets.reliability, options.seed, seen, self._latent(of_seen, mixed))

    def _factors(
        self, ratings: RatingMatrix, movies: MovieFeatures, offsets: Offsets, options: TrainingOptions
    ) -> dict[str, Float32]:
        """Return the leading eigenvectors of the kernel, and the rest of its diagonal."""
        features = self._features(ratings, movies, offsets)
        iterations = leading_factors(features, self.n_factors, options.seed)
        for number, (factors, rest) in enumerate(iterations, start=1):  # noqa: B007
            options.on_progress(number / N_ITERATIONS)
        return {"factors": factors, "rest": rest}

    def _refit_offsets(
        self,
        ratings: RatingMatrix,
        offsets: Offsets,
        factors: Float32,
        noise: Float32,
        n_threads: int,
        on_progress: OnProgress,
    ) -> dict[str, Float64]:
        """Fit the raters' tastes, then the biases to the ratings minus the tastes."""
        taste = tastes(
            ratings,
            (offsets.mean + offsets.movie).astype(np.float32),
            factors,
            noise,
            1 / self.bias_variance,
            n_threads=n_threads,
            on_progress=on_progress,
        )
        offsets.refit(taste)
        return {"movie": offsets.movie, "rater": offsets.rater}

    def _als(self, ratings: RatingMatrix, movies: MovieFeatures, options: TrainingOptions) -> dict[str, NDArray[Any]]:
        """Return the offsets and latent factors of ALS."""
        return ALS(n_factors=self.n_latent).fit(ratings, movies, options).to_arrays()

    def _latent(self, learned: dict[str, NDArray[Any]], offsets: Float32) -> LatentTaste:
        """Return what the factors add to predictions that have these offsets."""
        features = LinearModel.from_arrays(learned, {}).item_features
        return LatentTaste(replace(features, offsets=offsets), self.latent_taste_share)

    def _features(self, ratings: RatingMatrix, movies: MovieFeatures, offsets: Offsets) -> csr_array:
        """Return the features whose products are the kernel, (n_movies, many)."""
        return weighted(
            [
                (self.watched_weight, watched_features(ratings)),
                (self.genre_weight, genre_features(movies)),
                (self.tag_weight, tag_features(movies)),
                (self.year_weight, year_features(movies)),
                (self.offset_weight, csr_array(OFFSET_SCALE * offsets.movie[:, None])),
                (self.popularity_weight, csr_array(POPULARITY_SCALE * _popularity(ratings)[:, None])),
            ]
        )


def _popularity(ratings: RatingMatrix) -> Float64:
    """Return the log number of ratings, standardised over ratings: rare movies are far from zero, (n_movies,)."""
    counts = ratings.movie_counts()
    if not counts.any():
        return np.zeros(counts.size)
    logs = np.log(np.maximum(counts, 1))
    mean = np.average(logs, weights=counts)
    deviation = np.sqrt(np.average(np.square(logs - mean), weights=counts))
    return np.asarray((logs - mean) / max(deviation, 1.0))


def _means_of_genres(movies: MovieFeatures, factors: Float32) -> Float32:
    """Return the mean features of each genre's movies less those of all movies, (n_genres, n_factors)."""
    counts = np.asarray(movies.genres.sum(axis=0)).reshape(-1, 1)
    means = (movies.genres.T @ factors) / np.maximum(counts, 1)
    return np.asarray(means - factors.mean(axis=0), dtype=np.float32)
