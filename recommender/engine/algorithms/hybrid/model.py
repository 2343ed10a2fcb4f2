"""A fitted hybrid: predictions with intervals, rankings, and the contribution of each rating to them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from recommender.engine.algorithms.ease.ease import EASEModel
from recommender.engine.algorithms.ease.weights import ItemWeights
from recommender.engine.algorithms.hybrid.latent import LatentTaste
from recommender.engine.data.array_shapes import ArrayShape
from recommender.engine.data.types import Arrays, Float32, Float64, Int8, Int32
from recommender.engine.model.item_features import UserProfile
from recommender.engine.model.model import EIGHTY_PERCENT, LinearModel, ParameterGroup, around
from recommender.engine.model.ridge_fit import RidgeFit

MISFIT_DAMPING = 10.0
N_GENRES_SHOWN = 20


@dataclass(frozen=True, eq=False, kw_only=True)
class HybridProfile(UserProfile):
    """One user's fit on the kernel features, and their fit on latent factors."""

    latent: UserProfile


@dataclass(frozen=True, eq=False)
class HybridModel(EASEModel):
    """Two heads over one user: EASE's for rankings, a weighted ridge fit and part of a latent one for stars.

    Attributes
    ----------
    latent : LatentTaste
    movie_noise : (n_movies,) float32
        Variance of a rating of the movie around the prediction, in stars squared; ratings weigh one over it.
    offset_variance : (n_movies,) float32
        Variance of the movie's offset, in stars squared.
    genre_names : tuple of str
    genre_factors : (n_genres, n_factors) float32
        Mean features of a genre's movies minus those of all.
    half_widths : (2, n_groups) float64
        First row: numbers of ratings, increasing. Second row: half an 80 % interval in standard deviations, measured on
        left-out ratings of raters with about that many.
    """

    array_shapes: ClassVar[tuple[ArrayShape, ...]] = (
        *LinearModel.array_shapes,
        *ItemWeights.array_shapes,
        ArrayShape("movie_noise", ("float32",), ("movies",)),
        ArrayShape("offset_variance", ("float32",), ("movies",)),
        ArrayShape("genre_names", ("uint8",), ("bytes of genre names",)),
        ArrayShape("genre_factors", ("float32",), ("genres", "factors")),
        ArrayShape("half_widths", ("float64",), (2, "groups")),
        *LatentTaste.array_shapes,
    )

    latent: LatentTaste = None  # type: ignore[assignment]  # follows a field with a default
    movie_noise: Float32 = field(default_factory=lambda: np.zeros(0, dtype=np.float32))
    offset_variance: Float32 = field(default_factory=lambda: np.zeros(0, dtype=np.float32))
    genre_names: tuple[str, ...] = ()
    genre_factors: Float32 = field(default_factory=lambda: np.zeros((0, 0), dtype=np.float32))
    half_widths: Float64 = field(default_factory=lambda: np.array([[0.0], [EIGHTY_PERCENT]]))

    def fold_in(self, movie_indices: Int32, half_stars: Int8) -> HybridProfile:
        """Two ridge fits of one user; in the one on kernel features a rating weighs one over the noise of its movie."""
        features = self.item_features
        root = np.sqrt(self.movie_noise[movie_indices].astype(np.float64))
        residuals = (half_stars / 2.0 - features.offsets[movie_indices]) / root
        precision = np.concatenate([[features.bias_precision], features.prior_precision])
        design = features.design(movie_indices) / root[:, None]
        known = UserProfile.fit(design, residuals, precision, movie_indices=movie_indices, half_stars=half_stars)
        latent = self.latent.fold_in(movie_indices, half_stars)
        return HybridProfile(known.bias, known.weights, movie_indices, half_stars, known.fitted, latent=latent)

    def predict(self, profile: UserProfile, movie_indices: Int32 | None = None) -> Float32:
        """Predicted stars by the kernel's features, plus the share of the latent taste."""
        return super().predict(profile, movie_indices) + self.latent.stars(_hybrid(profile).latent, movie_indices)

    def rating_contributions(self, profile: UserProfile, movie_indices: Int32) -> Float64:
        """What each rating adds by both fits together: they are linear in the ratings, and so is their sum."""
        by_latent = self.latent.contributions(_hybrid(profile).latent, movie_indices)
        return super().rating_contributions(profile, movie_indices) + by_latent

    def interval(self, profile: UserProfile, movie_indices: Int32) -> tuple[Float32, Float32]:
        """Bounds from the uncertainty about user, movie and rating, and from how consistent the user is.

        The variance of the user's weights (posterior of the ridge fit), of the movie's offset and of a rating are added
        up and scaled by `misfit`; the width is calibrated on left-out ratings.
        """
        variance = _fitted(profile).variance(self.item_features.design(movie_indices))
        variance += self.movie_noise[movie_indices] + self.offset_variance[movie_indices]
        width = self.latent.width * self.half_width(profile.n_ratings) * np.sqrt(variance * self.misfit(profile))
        return around(self.predict(profile, movie_indices), width)

    def left_out(self, profile: UserProfile, own_leverage: Float64 | float = 0.0) -> tuple[Float64, Float64]:
        """Return how far each rating is from the prediction by the user's other ratings, and its variance.

        Only the kernel features predict here: latent factors have learned from the very ratings that are left out, and
        would look better than they are.

        Parameters
        ----------
        profile : UserProfile
        own_leverage : (n_ratings,) float64, optional
            How much each rating has influenced its movie's offset, for raters of the training data.

        Returns
        -------
        residuals, variance : (n_ratings,) float64
            In stars, and in stars squared.
        """
        rated = profile.movie_indices
        noise = self.movie_noise[rated].astype(np.float64)
        leverage = _fitted(profile).leverage
        errors = profile.half_stars / 2.0 - self.item_features.predict(profile, rated)
        remaining = np.maximum(1 - leverage - own_leverage, 0.05)
        variance = noise + noise * leverage / np.maximum(1 - leverage, 0.05) + self.offset_variance[rated]
        return errors / remaining, variance

    def half_width(self, n_ratings: int) -> float:
        """Return half an 80 % interval of a user with so many ratings, in standard deviations."""
        counts, widths = self.half_widths
        return float(np.interp(np.log1p(n_ratings), np.log1p(counts), widths))

    def misfit(self, profile: UserProfile) -> float:
        """Return how much wider than usual this user's ratings scatter, as a ratio of variances around 1."""
        if not profile.n_ratings:
            return 1.0
        residuals, variance = self.left_out(profile)
        typical = self.half_width(profile.n_ratings) / EIGHTY_PERCENT
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
            | self.latent.to_arrays()
            | {
                "movie_noise": self.movie_noise,
                "offset_variance": self.offset_variance,
                "genre_names": np.frombuffer(json.dumps(self.genre_names).encode(), dtype=np.uint8),
                "genre_factors": self.genre_factors,
                "half_widths": self.half_widths,
            }
        )

    @classmethod
    def from_arrays(cls, arrays: Arrays, metadata: Mapping[str, str]) -> Self:
        """Rebuild from `to_arrays`."""
        genre_names = tuple(json.loads(arrays["genre_names"].tobytes()))
        if len(genre_names) != arrays["genre_factors"].shape[0]:
            raise ValueError(f"there are {len(genre_names)} names for {arrays['genre_factors'].shape[0]} genres")
        return cls(
            LinearModel.from_arrays(arrays, metadata).item_features,
            latent=LatentTaste.from_arrays(arrays),
            movie_noise=arrays["movie_noise"],
            offset_variance=arrays["offset_variance"],
            item_weights=ItemWeights.from_arrays(arrays),
            genre_names=genre_names,
            genre_factors=arrays["genre_factors"],
            half_widths=arrays["half_widths"],
        )


def _hybrid(profile: UserProfile) -> HybridProfile:
    if not isinstance(profile, HybridProfile):
        raise TypeError("This profile is not the hybrid's.")
    return profile


def _fitted(profile: UserProfile) -> RidgeFit:
    fitted = _hybrid(profile).fitted
    assert fitted is not None  # every fold-in of the hybrid is a ridge fit
    return fitted
