"""Alternating least squares: latent factors of movies and raters, learned alternately."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from recommender.engine.algorithms.als_factorisation import Factorisation
from recommender.engine.algorithms.baselines import MIDDLE_OF_SCALE, movie_medians
from recommender.engine.algorithms.calibration import calibrated, most_ratings
from recommender.engine.algorithms.popularity import with_popularity
from recommender.engine.data.movie_features import MovieFeatures
from recommender.engine.data.ratings import RatingMatrix
from recommender.engine.data.types import Bool
from recommender.engine.model.checkpoint import Checkpoint
from recommender.engine.model.item_features import ItemFeatures
from recommender.engine.model.model import LinearModel
from recommender.engine.model.search_space import (
    N_FACTORS,
    RANK_AGREEMENT,
    REGULARIZATION,
    Hyperparameter,
    Objective,
    Range,
    SearchSpace,
)
from recommender.engine.model.training import TrainingOptions
from recommender.engine.progress import subrange

INITIAL_SCALE = 0.1
NOISE_SAMPLE = 300
WARM_UP_RATINGS = 2_000_000
FULL_EPOCHS = 3
MAX_LEVERAGE = 0.99
EPOCHS_TO_FORGET = 3
LEARNED = 0.8
"""Progress when the factors are learned; measuring the intervals is the rest."""


@dataclass(frozen=True)
class ALS:
    """Matrix factorisation with biases, ridge by number of ratings (ALS-WR).

    ``r ≈ offset_i + bias_u + m_i · w_u``; raters and movies are solved alternately (Zhou et al. 2008, "Large-scale
    Parallel Collaborative Filtering for the Netflix Prize"). With ``regularization=0`` it is the plain definition:
    offsets are the movies' medians and stay, and raters with fewer than ``n_factors + 1`` and movies with fewer than
    `n_factors` ratings are dropped repeatedly until all have enough (`eligible`).

    Attributes
    ----------
    n_factors : int
    regularization : float
        Ridge on every weight for each rating of the row; 0 switches to the plain definition.
    prior_precision : float
        Ridge on every weight, whatever the number of ratings.
    movie_damping, rater_damping : float
        Ridge on the biases: it pulls towards the average like so many average ratings.
    n_epochs : int
        One epoch solves all raters, then all movies. With more than 4 million ratings all but the last three epochs
        run on a random tenth or so of the raters (about 2 million ratings): good starting factors at little cost.
    popularity_weight : float
        Stars added in rankings per unit of ``log1p(n_ratings)``; 0 learns it (`with_popularity`).
    """

    name: ClassVar[str] = "als"
    label: ClassVar[str] = "Latent factors"
    description: ClassVar[str] = "Finds hidden dimensions of taste in everyone's ratings and where you stand on them."
    minimum_ratings: ClassVar[int] = 1
    offered: ClassVar[tuple[Hyperparameter, ...]] = (N_FACTORS, REGULARIZATION)
    search_space: ClassVar[SearchSpace] = {
        "n_factors": Range(2, 128, log=True),
        "regularization": Range(0.005, 0.5, log=True),
        "prior_precision": Range(0.1, 50.0, log=True),
        "movie_damping": Range(0.1, 50.0, log=True),
        "rater_damping": Range(0.1, 50.0, log=True),
        "n_epochs": Range(3, 15),
    }
    objective: ClassVar[Objective] = RANK_AGREEMENT

    n_factors: int = 64
    regularization: float = 0.06
    prior_precision: float = 5.0
    movie_damping: float = 2.0
    rater_damping: float = 5.0
    n_epochs: int = 8
    popularity_weight: float = 0.0

    def __post_init__(self) -> None:
        """Reject values that cannot be fitted."""
        if self.n_factors < 1 or self.n_epochs < 1:
            raise ValueError(f"n_factors and n_epochs must be at least 1, not {self.n_factors} and {self.n_epochs}.")
        if min(self.regularization, self.prior_precision, self.movie_damping, self.rater_damping) < 0:
            raise ValueError("regularization, prior_precision, movie_damping and rater_damping must not be negative.")

    def fit(
        self, ratings: RatingMatrix, movies: MovieFeatures, options: TrainingOptions = TrainingOptions()
    ) -> LinearModel:
        """Learn movie offsets and factors; the bytes depend on the data and the seed, not on the threads.

        An epoch begins with the raters, who follow from the movies, so a checkpoint after it holds only the offsets
        and factors of the movies. In the end, two more epochs on most of the ratings give a model that has forgotten
        the others, and intervals are measured on them.

        Parameters
        ----------
        ratings : RatingMatrix
        movies : MovieFeatures
            Not used: the factors come from ratings alone.
        options : TrainingOptions
            The seed is that of the initial factors; progress is reported between blocks of about a million ratings.
        """
        rng = np.random.default_rng(options.seed)
        learning = replace(options, on_progress=subrange(options.on_progress, 0.0, LEARNED))
        features = self._features(ratings, self._learned(ratings, learning, rng))
        noise = noise_variance(features, ratings, rng)
        seen = most_ratings(ratings, options.seed)
        of_seen = self._forgotten(ratings.take(seen), features, options)
        options.on_progress(1.0)
        model, without = (LinearModel(replace(each, noise=noise)) for each in (features, of_seen))
        model = calibrated(model, without, ratings, seen, options.seed)
        return with_popularity(model, ratings, movies, self.popularity_weight, lambda *_: without, options.seed)

    def learn(self, ratings: RatingMatrix, options: TrainingOptions = TrainingOptions()) -> ItemFeatures:
        """Learn movie offsets and factors as `fit` does, without measuring noise and intervals."""
        return self._features(ratings, self._learned(ratings, options, np.random.default_rng(options.seed)))

    def _learned(self, ratings: RatingMatrix, options: TrainingOptions, rng: np.random.Generator) -> Factorisation:
        state = self._start(ratings, options.n_threads)
        rated = state.by_movie.movie_counts() > 0
        state.factors[rated] = INITIAL_SCALE * rng.standard_normal((int(rated.sum()), self.n_factors))
        n_warm_up = self._n_warm_up_epochs(ratings)
        warm_up = state.of_some_raters(WARM_UP_RATINGS, rng) if n_warm_up else state
        epochs = [warm_up] * n_warm_up + [state] * (self.n_epochs - n_warm_up)
        n_done = _resume(state, options.checkpoint)
        sizes = [fitted.ratings_per_epoch for fitted in epochs]
        done, total = sum(sizes[:n_done]), sum(sizes)
        for number, fitted in enumerate(epochs[n_done:], start=n_done + 1):
            for n_ratings in fitted.epoch():
                done += n_ratings
                options.on_progress(done / max(total, 1))
            saved = {"n_epochs": np.array([number]), "offsets": state.offsets, "factors": state.factors}
            options.checkpoint.save(saved)
        return state

    def _forgotten(self, seen: RatingMatrix, learned: ItemFeatures, options: TrainingOptions) -> ItemFeatures:
        """Return what was learned, without what only the ratings that are not among those seen have taught."""
        state = self._start(seen, options.n_threads)
        state.factors[:] = learned.factors
        for number in range(EPOCHS_TO_FORGET):
            for _ in state.epoch():
                options.on_progress(LEARNED + (1 - LEARNED) * number / EPOCHS_TO_FORGET)
        return self._features(seen, state)

    def _features(self, ratings: RatingMatrix, state: Factorisation) -> ItemFeatures:
        return ItemFeatures(
            movie_ids=ratings.movie_ids,
            offsets=state.offsets - np.float32(state.shift),
            factors=np.ascontiguousarray(state.factors),
            prior_precision=state.ridge,
            prior_precision_per_rating=state.ridge_per_rating,
            bias_precision=state.rater_damping,
        )

    def _n_warm_up_epochs(self, ratings: RatingMatrix) -> int:
        """With many ratings, a sample of them gives good starting factors for a fraction of the work."""
        if self.regularization == 0 or ratings.n_ratings < 2 * WARM_UP_RATINGS:
            return 0
        return max(self.n_epochs - FULL_EPOCHS, 0)

    def _start(self, ratings: RatingMatrix, n_threads: int) -> Factorisation:
        state = self._damped_start(ratings) if self.regularization else self._plain_start(ratings)
        state.n_threads = n_threads
        return state

    def _damped_start(self, ratings: RatingMatrix) -> Factorisation:
        """Damped movie means around the global mean."""
        mean = float(ratings.half_stars.mean(dtype=np.float64)) / 2 if ratings.n_ratings else MIDDLE_OF_SCALE
        totals = np.bincount(ratings.movie_indices, ratings.half_stars / 2 - mean, minlength=ratings.n_movies)
        offsets = totals / np.maximum(ratings.movie_counts() + self.movie_damping, 1)
        state = Factorisation.at_zero(ratings, self.n_factors, offsets.astype(np.float32))
        state.shift = -mean
        state.ridge[:] = self.prior_precision
        state.ridge_per_rating = self.regularization
        state.rater_damping = self.rater_damping
        state.movie_damping = self.movie_damping
        return state

    def _plain_start(self, ratings: RatingMatrix) -> Factorisation:
        """Fixed medians; movies are fitted to eligible ratings only."""
        state = Factorisation.at_zero(ratings, self.n_factors, movie_medians(ratings))
        raters, movies = eligible(ratings, self.n_factors)
        state.by_movie = ratings.take(raters[ratings.row_of_each_rating()] & movies[ratings.movie_indices])
        return state


def _resume(state: Factorisation, checkpoint: Checkpoint) -> int:
    """Load offsets and factors from a checkpoint; return the number of epochs behind them."""
    saved = checkpoint.load()
    if saved is None:
        return 0
    state.offsets[:], state.factors[:] = saved["offsets"], saved["factors"]
    return int(saved["n_epochs"][0])


def eligible(ratings: RatingMatrix, n_factors: int) -> tuple[Bool, Bool]:
    """Return the raters and movies that have enough ratings for the plain definition.

    Raters with fewer than ``n_factors + 1`` and movies with fewer than `n_factors` ratings are dropped repeatedly
    until all have enough.

    Returns
    -------
    raters : (n_raters,) bool
    movies : (n_movies,) bool
    """
    rows, columns = ratings.row_of_each_rating(), ratings.movie_indices
    keep = np.ones(ratings.n_ratings, dtype=np.bool_)
    while True:
        raters = np.bincount(rows[keep], minlength=ratings.n_raters) > n_factors
        movies = np.bincount(columns[keep], minlength=ratings.n_movies) >= n_factors
        remaining = keep & raters[rows] & movies[columns]
        if remaining.sum() == keep.sum():
            return raters, movies
        keep = remaining


def noise_variance(features: ItemFeatures, ratings: RatingMatrix, rng: np.random.Generator) -> float:
    """Estimate the variance of ratings around their predictions from a sample of raters, in stars squared.

    A rating pulls its own prediction towards it by its leverage ``h = xᵀ (XᵀX + P)⁻¹ x``, so its residual is
    divided by ``1 − h`` (the leave-one-out residual of a linear fit).
    """
    chosen = rng.permutation(np.flatnonzero(ratings.rater_counts() > 0))[:NOISE_SAMPLE]
    squares, count = 0.0, 0
    for rater in chosen:
        stored = slice(ratings.rater_indptr[rater], ratings.rater_indptr[rater + 1])
        movies, half_stars = ratings.movie_indices[stored], ratings.half_stars[stored]
        profile = features.fold_in(movies, half_stars)
        leverage = profile.fitted.leverage if profile.fitted else np.zeros(movies.size)
        residuals = half_stars / 2 - features.predict(profile, movies)
        keep = leverage < MAX_LEVERAGE
        squares += float(np.square(residuals[keep] / (1 - leverage[keep])).sum())
        count += int(keep.sum())
    return squares / count if count else 1.0
