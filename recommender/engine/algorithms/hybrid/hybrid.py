"""The best model of the project: EASE puts movies in order, a ridge fit on kernel features predicts stars."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from recommender.engine.algorithms.als import ALS
from recommender.engine.algorithms.baselines import Mean
from recommender.engine.algorithms.calibration import calibrated, most_ratings
from recommender.engine.algorithms.ease.ease import EASE
from recommender.engine.algorithms.ease.weights import ItemWeights
from recommender.engine.algorithms.hybrid.kernel_features import (
    N_ITERATIONS,
    genre_features,
    leading_factors,
    people_features,
    tag_features,
    unwatched,
    watched_features,
    weighted,
    year_features,
)
from recommender.engine.algorithms.hybrid.latent import LatentTaste
from recommender.engine.algorithms.hybrid.model import HybridModel
from recommender.engine.algorithms.hybrid.offsets import Offsets
from recommender.engine.algorithms.hybrid.strengths import measured_strengths
from recommender.engine.algorithms.hybrid.tastes import tastes
from recommender.engine.algorithms.hybrid.watched import WatchedFactors, fit_watched
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

MEANS_SHARE = 0.7
"""Of damped means in the offsets for somebody without ratings: people rate what they expect to like, and about somebody
whose taste is unknown, offsets without the tastes of others say too little (measured, see docs/algorithms.md)."""
OFFSET_SCALE, POPULARITY_SCALE = 3.0, 0.4
STARS_SHARE, WIDTH_SHARE, EASE_SHARE = 0.35, 0.65, 0.95
"""Progress when stars can be predicted, when the intervals have been measured, and after EASE; factors are the rest."""
FACTORS_SHARE, TASTES_SHARE = 0.5, 0.9
"""Of the first two, after the factors and after the tastes; ALS is the rest."""


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
    watched_weight, genre_weight, tag_weight, year_weight, people_weight, offset_weight, popularity_weight : float
        Variance of a user's taste, in stars squared, that each group of features explains.
    bias_variance : float
        Of user biases, in stars squared; 0 estimates it from the ratings (`Offsets.bias_variance`).
    noise : float
        Variance of a rating around what the kernel knows, in stars squared.
    spread : float
        Variance of movie offsets around what popularity, year and genres predict, in stars squared.
    n_rounds : int
        How often tastes and offsets are fitted alternately.
    n_latent : int
        Factors of ALS.
    n_watched : int
        Factors of who watches what.
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
        "people_weight": Range(0.01, 1.0, log=True),
        "offset_weight": Range(0.001, 0.1, log=True),
        "popularity_weight": Range(0.005, 0.5, log=True),
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
    tag_weight: float = 0.22
    year_weight: float = 0.1
    people_weight: float = 0.1
    offset_weight: float = 0.0075
    popularity_weight: float = 0.16
    bias_variance: float = 0.0
    noise: float = 0.9
    spread: float = 0.03
    n_rounds: int = 2
    n_latent: int = 32
    n_watched: int = 64
    latent_offset_share: float = 0.2
    latent_taste_share: float = 0.5
    regularization: float = 220.0

    def __post_init__(self) -> None:
        """Reject values that cannot be fitted."""
        if self.n_factors < 1 or self.n_rounds < 0:
            raise ValueError(f"n_factors must be at least 1 and n_rounds 0, not {self.n_factors} and {self.n_rounds}.")
        if min(self.noise, self.spread, self.regularization) <= 0 or self.bias_variance < 0:
            raise ValueError("noise, spread and regularization must be above 0, and bias_variance not below.")
        if not 0 <= self.latent_offset_share <= 1 or self.latent_taste_share < 0:
            raise ValueError("latent_offset_share must be 0 to 1, and latent_taste_share not below 0.")

    def fit(
        self, ratings: RatingMatrix, movies: MovieFeatures, options: TrainingOptions = TrainingOptions()
    ) -> HybridModel:
        """Learn what predicts stars, once more without a tenth of the ratings to measure intervals on, and EASE.

        Parameters
        ----------
        ratings : RatingMatrix
        movies : MovieFeatures
        options : TrainingOptions
            The seed is that of the eigenvectors' random start and of the sample that calibrates intervals. The
            checkpoint saves the factors, every round of tastes, ALS and EASE.
        """
        steps = Steps(options.checkpoint)
        model = self._stars(ratings, movies, steps, "", options.for_part(0.0, STARS_SHARE))
        model = replace(model, strengths=measured_strengths(model.taste, ratings, options.seed))
        seen = most_ratings(ratings, options.seed)
        unseen = movies.without(ratings.rater_ids[ratings.row_of_each_rating()[~seen]], ratings.movie_indices[~seen])
        of_seen = self._stars(ratings.take(seen), unseen, steps, " of kept", options.for_part(STARS_SHARE, WIDTH_SHARE))
        of_seen = replace(of_seen, strengths=model.strengths)
        model = calibrated(model, of_seen, ratings, seen, options.seed)
        ease = EASE(regularization=self.regularization)
        weights = steps.run(
            "ease",
            lambda: ease.fit(ratings, movies, options.for_part(WIDTH_SHARE, EASE_SHARE)).item_weights.to_arrays(),
        )
        factors = steps.run(
            "watched",
            lambda: fit_watched(ratings, movies, self.n_watched, options.for_part(EASE_SHARE, 1.0)).to_arrays(),
        )
        options.on_progress(1.0)
        return replace(
            model, item_weights=ItemWeights.from_arrays(weights), watched=WatchedFactors.from_arrays(factors)
        )

    def _stars(
        self, ratings: RatingMatrix, movies: MovieFeatures, steps: Steps, suffix: str, options: TrainingOptions
    ) -> HybridModel:
        """Learn item features, then tastes and offsets alternately, then latent factors: all but the item weights."""
        offsets = Offsets.damped(ratings, movies, self.spread)
        leading = steps.run(
            f"factors{suffix}", lambda: self._factors(ratings, movies, offsets, options.for_part(0.0, FACTORS_SHARE))
        )
        factors: Float32 = leading["factors"]
        noise = np.asarray(leading["rest"] + np.float32(self.noise), dtype=np.float32)
        options.on_progress(FACTORS_SHARE)
        offsets.refit()
        bias_precision = 1 / (self.bias_variance or offsets.bias_variance(factors, noise, options.seed))
        tastes_part = subrange(options.on_progress, FACTORS_SHARE, TASTES_SHARE)
        for number in range(self.n_rounds):
            on_round = subrange(tastes_part, number / self.n_rounds, (number + 1) / self.n_rounds)
            refitted = steps.run(
                f"tastes {number + 1}{suffix}",
                partial(_refit_offsets, ratings, offsets, factors, noise, bias_precision, options.n_threads, on_round),
            )
            offsets.movie, offsets.rater = refitted["movie"], refitted["rater"]
        learned = steps.run(f"latent{suffix}", lambda: self._als(ratings, options.for_part(TASTES_SHARE, 1.0)))
        own = offsets.mean + offsets.movie
        rated = ratings.movie_counts() > 0  # of the others, only their content tells anything
        latent_share = np.where(rated, self.latent_offset_share, 0.0)
        settled = ((1 - latent_share) * own + latent_share * learned["offsets"]).astype(np.float32)
        means_share = np.where(rated, np.float32(MEANS_SHARE), np.float32(0))
        start = (1 - means_share) * settled + means_share * Mean().learn(ratings).offsets
        return HybridModel(
            ItemFeatures(
                movie_ids=ratings.movie_ids,
                offsets=start,
                factors=factors,
                prior_precision=np.ones(self.n_factors, dtype=np.float32),
                bias_precision=bias_precision,
                noise=self.noise,
            ),
            latent=self._latent(learned, start),
            movie_noise=noise,
            offset_variance=(offsets.variance() + self.watched_weight * unwatched(ratings)).astype(np.float32),
            genre_names=movies.genre_names,
            genre_factors=_means_of_genres(movies, factors),
            settled_offsets=settled,
        )

    def _factors(
        self, ratings: RatingMatrix, movies: MovieFeatures, offsets: Offsets, options: TrainingOptions
    ) -> dict[str, Float32]:
        """Return the leading eigenvectors of the kernel, and the rest of its diagonal."""
        features = self._features(ratings, movies, offsets)
        iterations = leading_factors(features, ratings.movie_counts(), self.n_factors, options.seed)
        for number, (factors, rest) in enumerate(iterations, start=1):  # noqa: B007
            options.on_progress(number / N_ITERATIONS)
        return {"factors": factors, "rest": rest}

    def _als(self, ratings: RatingMatrix, options: TrainingOptions) -> dict[str, NDArray[Any]]:
        """Return the offsets and latent factors of ALS."""
        return LinearModel(ALS(n_factors=self.n_latent).learn(ratings, options)).to_arrays()

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
                (self.people_weight, people_features(movies)),
                (self.offset_weight, csr_array(OFFSET_SCALE * offsets.movie[:, None])),
                (self.popularity_weight, csr_array(POPULARITY_SCALE * _popularity(ratings)[:, None])),
            ]
        )


def _refit_offsets(
    ratings: RatingMatrix,
    offsets: Offsets,
    factors: Float32,
    noise: Float32,
    bias_precision: float,
    n_threads: int,
    on_progress: OnProgress,
) -> dict[str, Float64]:
    """Fit the raters' tastes, then the biases to the ratings minus the tastes."""
    taste = tastes(
        ratings,
        (offsets.mean + offsets.movie).astype(np.float32),
        factors,
        noise,
        bias_precision,
        n_threads=n_threads,
        on_progress=on_progress,
    )
    offsets.refit(taste)
    return {"movie": offsets.movie, "rater": offsets.rater}


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
