"""A fitted hybrid: predictions with intervals, rankings, and what each of the user's ratings did to them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

from recommender.engine.array_shapes import ArrayShape
from recommender.engine.ease_weights import ItemWeights
from recommender.engine.item_features import UserProfile
from recommender.engine.recommender import LinearModel, ParameterGroup

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
Int8 = NDArray[np.int8]
Int32 = NDArray[np.int32]

MISFIT_DAMPING = 10.0
N_GENRES_SHOWN = 20


@dataclass(frozen=True, eq=False)
class HybridModel(LinearModel):
    """Two heads over one user.

    Attributes
    ----------
    movie_noise : (n_movies,) float32
        Variance of a rating of the movie around the prediction, in stars squared; ratings weigh one over it.
    offset_variance : (n_movies,) float32
        How well the movie's offset is known, in stars squared.
    item_weights : ItemWeights
        The ranking head.
    genre_names : tuple of str
    genre_factors : (n_genres, n_factors) float32
        Mean features of a genre's movies less those of all.
    half_width : float
        Half an 80 % interval in standard deviations, measured on left-out ratings.
    """

    array_shapes: ClassVar[tuple[ArrayShape, ...]] = (
        *LinearModel.array_shapes,
        *ItemWeights.array_shapes,
        ArrayShape("movie_noise", ("float32",), ("movies",)),
        ArrayShape("offset_variance", ("float32",), ("movies",)),
        ArrayShape("genre_names", ("uint8",), ("bytes of genre names",)),
        ArrayShape("genre_factors", ("float32",), ("genres", "factors")),
        ArrayShape("half_width", ("float64",), (1,)),
    )

    movie_noise: Float32 = field(default_factory=lambda: np.zeros(0, dtype=np.float32))
    offset_variance: Float32 = field(default_factory=lambda: np.zeros(0, dtype=np.float32))
    item_weights: ItemWeights = None  # type: ignore[assignment]  # follows fields with a default
    genre_names: tuple[str, ...] = ()
    genre_factors: Float32 = field(default_factory=lambda: np.zeros((0, 0), dtype=np.float32))
    half_width: float = 1.2816

    def fold_in(self, movie_indices: Int32, half_stars: Int8) -> UserProfile:
        """Weighted ridge fit of one user: a rating weighs one over the noise of its movie."""
        features = self.item_features
        root = np.sqrt(self.movie_noise[movie_indices].astype(np.float64))
        residuals = (half_stars / 2.0 - features.offsets[movie_indices]) / root
        precision = np.concatenate([[features.bias_precision], features.prior_precision])
        design = self._design(movie_indices) / root[:, None]
        return UserProfile.fit(design, residuals, precision, movie_indices=movie_indices, half_stars=half_stars)

    def scores(self, profile: UserProfile) -> Float32:
        """Return what speaks for each movie: what was watched and liked together with the user's movies."""
        return self.item_weights.scores(profile.movie_indices, profile.half_stars)

    def interval(self, profile: UserProfile, movie_indices: Int32) -> tuple[Float32, Float32]:
        """Return the bounds that a rating falls between with 80 % probability, in stars, cut to the scale.

        Parameters
        ----------
        profile : UserProfile
        movie_indices : (n,) int32

        Returns
        -------
        low, high : (n,) float32
        """
        solve = _solver(profile)
        design = self._design(movie_indices)
        variance = np.einsum("ij,ji->i", design, solve(design.T))
        variance += self.movie_noise[movie_indices] + self.offset_variance[movie_indices]
        width = self.half_width * np.sqrt(variance * self.misfit(profile))
        predicted = self.predict(profile, movie_indices)
        return (
            np.clip(predicted - width, 0.5, 5.0).astype(np.float32),
            np.clip(predicted + width, 0.5, 5.0).astype(np.float32),
        )

    def contributions(self, profile: UserProfile, movie_index: int) -> Float64:
        """Return what each of the user's ratings adds to a predicted rating, (n_ratings,) float64 in stars.

        ``x_iᵀ A⁻¹ x_j · (r_j − offset_j) / noise_j``; with the movie's offset they sum to the prediction.
        """
        rated = profile.movie_indices
        direction = _solver(profile)(self._design(np.array([movie_index], dtype=np.int32))[0])
        residuals = profile.half_stars / 2.0 - self.item_features.offsets[rated]
        return np.asarray((self._design(rated) @ direction) * residuals / self.movie_noise[rated])

    def ranking_contributions(self, profile: UserProfile, movie_index: int) -> Float64:
        """Return what each of the user's ratings adds to the score of a movie, (n_ratings,) float64."""
        return self.item_weights.contributions(movie_index, profile.movie_indices, profile.half_stars)

    def left_out(self, profile: UserProfile, own_leverage: Float64 | float = 0.0) -> tuple[Float64, Float64]:
        """Return how far each rating is from what the user's others predict, and the variance of that difference.

        Parameters
        ----------
        profile : UserProfile
        own_leverage : (n_ratings,) float64, optional
            How much of a rating its movie's offset has taken up, for raters of the training data.

        Returns
        -------
        residuals, variance : (n_ratings,) float64
            In stars, and in stars squared.
        """
        rated = profile.movie_indices
        noise = self.movie_noise[rated].astype(np.float64)
        leverage = profile.leverage
        errors = profile.half_stars / 2.0 - self.predict(profile, rated)
        remaining = np.maximum(1 - leverage - own_leverage, 0.05)
        variance = noise + noise * leverage / np.maximum(1 - leverage, 0.05) + self.offset_variance[rated]
        return errors / remaining, variance

    def misfit(self, profile: UserProfile) -> float:
        """Return how much wider than usual this user's ratings scatter, as a ratio of variances around 1."""
        if not profile.n_ratings:
            return 1.0
        residuals, variance = self.left_out(profile)
        typical = self.half_width / 1.2816
        squares = float((np.square(residuals) / variance).sum()) / typical**2
        return (squares + MISFIT_DAMPING) / (profile.n_ratings + MISFIT_DAMPING)

    def parameters(self, profile: UserProfile) -> list[ParameterGroup]:
        """Return the user bias, and how far each genre lies above or below their average."""
        groups = [ParameterGroup("Your average against the crowd", (("bias", profile.bias),))]
        tastes = self.genre_factors @ profile.weights
        order = np.argsort(-np.abs(tastes), kind="stable")[:N_GENRES_SHOWN]
        groups.append(ParameterGroup("Genres", tuple((self.genre_names[k], float(tastes[k])) for k in order)))
        return groups

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Both heads as named arrays."""
        return (
            super().to_arrays()
            | self.item_weights.to_arrays()
            | {
                "movie_noise": self.movie_noise,
                "offset_variance": self.offset_variance,
                "genre_names": np.frombuffer(json.dumps(self.genre_names).encode(), dtype=np.uint8),
                "genre_factors": self.genre_factors,
                "half_width": np.array([self.half_width]),
            }
        )

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]], metadata: Mapping[str, str]) -> Self:
        """Rebuild from `to_arrays`."""
        genre_names = tuple(json.loads(arrays["genre_names"].tobytes()))
        if len(genre_names) != arrays["genre_factors"].shape[0]:
            raise ValueError(f"there are {len(genre_names)} names for {arrays['genre_factors'].shape[0]} genres")
        return cls(
            LinearModel.from_arrays(arrays, metadata).item_features,
            movie_noise=arrays["movie_noise"],
            offset_variance=arrays["offset_variance"],
            item_weights=ItemWeights.from_arrays(arrays),
            genre_names=genre_names,
            genre_factors=arrays["genre_factors"],
            half_width=float(arrays["half_width"][0]),
        )

    def _design(self, movie_indices: Int32) -> Float64:
        """Return ``(1, features)`` of some movies, (n, 1 + n_factors) float64."""
        design = np.ones((movie_indices.size, self.item_features.n_factors + 1))
        design[:, 1:] = self.item_features.rows(movie_indices)
        return design


def _solver(profile: UserProfile) -> Any:
    """Return a function that multiplies by the inverse of the profile's gram matrix."""
    factor = cho_factor(profile.gram, lower=True)
    return lambda right: cho_solve(factor, right)
