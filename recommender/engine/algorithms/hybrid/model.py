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
from recommender.engine.algorithms.hybrid.ranking import of_product, of_the_middle, value_of
from recommender.engine.algorithms.hybrid.strengths import JUST_ONE, LEAST_REMAINING, Taste, fit_taste
from recommender.engine.algorithms.hybrid.watched import WatchedFactors
from recommender.engine.data.array_shapes import ArrayShape
from recommender.engine.data.types import Arrays, Float32, Float64, Int8, Int32
from recommender.engine.model.item_features import UserProfile
from recommender.engine.model.model import LinearModel, ParameterGroup
from recommender.engine.model.ridge_fit import Fit
from recommender.engine.model.widths import Widths

RATINGS_TO_SETTLE = 20.0
FACTORS_WEIGHT = 0.5
"""Of what factors say about who watches a movie, against 1 for what item weights say."""
MISFIT_DAMPING = 10.0
NO_RATINGS: Int8 = np.zeros(0, dtype=np.int8)
N_GENRES_SHOWN = 20


@dataclass(frozen=True, eq=False, kw_only=True)
class HybridProfile(UserProfile):
    """One user's fit on the kernel features, and their fits on latent factors and on those of who watches what.

    Attributes
    ----------
    latent : UserProfile
    watched : UserProfile or None
    left_out : (n_ratings,) float64
        Distance of each rating from the prediction by the others, by the kernel features alone, in stars.
    """

    latent: UserProfile
    watched: UserProfile | None
    left_out: Float64


@dataclass(frozen=True, eq=False)
class HybridModel(EASEModel):
    """Ranks by how likely a user is to watch a movie, times how good it would be for them.

    EASE and factors of who watches what tell the first, a weighted ridge fit and part of a latent one the stars.

    Attributes
    ----------
    latent : LatentTaste
    watched : WatchedFactors or None
        None in models fitted before there were any; they rank by EASE alone, as they did.
    movie_noise : (n_movies,) float32
        Variance of a rating of the movie around the prediction, in stars squared; ratings weigh one over it.
    offset_variance : (n_movies,) float32
        Variance of the movie's offset and of what tastes too few ratings leave unknown, in stars squared.
    genre_names : tuple of str
    genre_factors : (n_genres, n_factors) float32
        Mean features of a genre's movies minus those of all.
    settled_offsets : (n_movies,) float32 or None
        Offsets for users with very many ratings. For others they are between these and those of the item features,
        which are for somebody without ratings (`offsets_for`); None where both are the same.
    strengths : (2, n_strengths) float64
        How strong tastes may be, and the mean squared left-out residual with each (`fit_taste`).
    """

    array_shapes: ClassVar[tuple[ArrayShape, ...]] = (
        *LinearModel.array_shapes,
        *ItemWeights.array_shapes,
        ArrayShape("movie_noise", ("float32",), ("movies",)),
        ArrayShape("offset_variance", ("float32",), ("movies",)),
        ArrayShape("genre_names", ("uint8",), ("bytes of genre names",)),
        ArrayShape("genre_factors", ("float32",), ("genres", "factors")),
        ArrayShape("settled_offsets", ("float32",), ("movies",), optional=True),
        ArrayShape("strengths", ("float64",), (2, "strengths"), optional=True),
        *LatentTaste.array_shapes,
        *WatchedFactors.array_shapes,
    )

    latent: LatentTaste = None  # type: ignore[assignment]  # follows a field with a default
    watched: WatchedFactors | None = None
    movie_noise: Float32 = field(default_factory=lambda: np.zeros(0, dtype=np.float32))
    offset_variance: Float32 = field(default_factory=lambda: np.zeros(0, dtype=np.float32))
    genre_names: tuple[str, ...] = ()
    genre_factors: Float32 = field(default_factory=lambda: np.zeros((0, 0), dtype=np.float32))
    settled_offsets: Float32 | None = None
    strengths: Float64 = field(default_factory=JUST_ONE.copy)

    def fold_in(self, movie_indices: Int32, half_stars: Int8) -> HybridProfile:
        """Fits on kernel features, where a rating weighs one over the noise of its movie, and one on latent factors."""
        offsets = self.offsets_for(int(movie_indices.size), movie_indices)
        taste = self.taste(movie_indices, half_stars, self.strengths)
        return HybridProfile(
            float(taste.solution[0]),
            taste.solution[1:].astype(np.float32),
            movie_indices,
            half_stars,
            taste.fitted,
            latent=self.latent.fold_in(movie_indices, half_stars, offsets),
            watched=self.watched.fold_in(movie_indices, half_stars) if self.watched else None,
            left_out=taste.left_out,
        )

    def taste(self, movie_indices: Int32, half_stars: Int8, strengths: Float64) -> Taste:
        """Fit one user on the kernel features with tastes of some strengths (`fit_taste`)."""
        features = self.item_features
        return fit_taste(
            features.design(movie_indices),
            half_stars / 2.0 - self.offsets_for(int(movie_indices.size), movie_indices),
            self.movie_noise[movie_indices].astype(np.float64),
            np.concatenate([[features.bias_precision], features.prior_precision]),
            strengths,
        )

    def predict(self, profile: UserProfile, movie_indices: Int32 | None = None) -> Float32:
        """Predicted stars by the kernel's features, plus the share of the latent taste."""
        return self._by_kernel(profile, movie_indices) + self.latent.stars(_hybrid(profile).latent, movie_indices)

    def rating_contributions(self, profile: UserProfile, movie_indices: Int32) -> Float64:
        """What each rating adds by both fits together, which are linear in the ratings, and by settling the offsets,
        which they all do alike.
        """
        by_latent = self.latent.contributions(_hybrid(profile).latent, movie_indices)
        by_settling = self._settling(profile.n_ratings, movie_indices)[:, None] / max(profile.n_ratings, 1)
        return super().rating_contributions(profile, movie_indices) + by_latent + by_settling

    def scores(self, profile: UserProfile) -> Float32:
        """How likely the user is to watch each movie, times how good it would be for them (`value_of`)."""
        by_weights, watched = super().scores(profile), _hybrid(profile).watched
        if self.watched is None or watched is None:
            return by_weights
        likely = by_weights + np.float32(FACTORS_WEIGHT) * self.watched.scores(watched)
        value = value_of(self.predict(profile).astype(np.float64), profile.half_stars)
        return np.asarray(likely * value, dtype=np.float32)

    def ranking_contributions(self, profile: UserProfile, movie_indices: Int32) -> Float64:
        """What each rating adds to both parts of some scores, and so to their product (`of_product`)."""
        by_weights, watched = super().ranking_contributions(profile, movie_indices), _hybrid(profile).watched
        if self.watched is None or watched is None:
            return by_weights
        likely = by_weights + FACTORS_WEIGHT * self.watched.contributions(watched, movie_indices)
        stars = self.rating_contributions(profile, movie_indices)
        offsets = value_of(self.item_features.offsets[movie_indices].astype(np.float64), NO_RATINGS)
        prior = self.item_weights.prior(profile.n_ratings)[movie_indices]
        return of_product(likely, prior.astype(np.float64), stars + of_the_middle(profile.half_stars), offsets)

    def variance(self, profile: UserProfile, movie_indices: Int32) -> Float64:
        """Variance of ratings around predictions, in stars squared: from the uncertainty about user, movie and rating,
        and from how consistent the user is.

        The variance of the user's weights (posterior of the ridge fit), of the movie's offset and of a rating are added
        up and scaled by `misfit` and for what latent factors add.
        """
        variance = _fitted(profile).variance(self.item_features.design(movie_indices))
        variance += self.movie_noise[movie_indices] + self.offset_variance[movie_indices]
        return np.asarray(variance * self.misfit(profile) * self.latent.width**2)

    def left_out(self, profile: UserProfile) -> tuple[Float64, Float64]:
        """Return how far each rating is from the prediction by the user's other ratings, and its variance.

        Only the kernel features predict here: latent factors have learned from the very ratings that are left out, and
        would look better than they are.

        Returns
        -------
        residuals, variance : (n_ratings,) float64
            In stars, and in stars squared.
        """
        mine = _hybrid(profile)
        noise = self.movie_noise[mine.movie_indices].astype(np.float64)
        leverage = _fitted(mine).leverage
        of_weights = noise * leverage / np.maximum(1 - leverage, LEAST_REMAINING)
        return mine.left_out, noise + of_weights + self.offset_variance[mine.movie_indices]

    def misfit(self, profile: UserProfile) -> float:
        """Return how much wider than usual this user's ratings scatter, as a ratio of variances around 1."""
        if not profile.n_ratings:
            return 1.0
        residuals, variance = self.left_out(profile)
        squares = float((np.square(residuals) / variance).sum())
        return (squares + MISFIT_DAMPING) / (profile.n_ratings + MISFIT_DAMPING)

    def offsets_for(self, n_ratings: int, movie_indices: Int32) -> Float64:
        """Return the offsets of some movies for a user with so many ratings, (n,) float64."""
        start = self.item_features.offsets[movie_indices].astype(np.float64)
        return np.asarray(start + self._settling(n_ratings, movie_indices))

    def _by_kernel(self, profile: UserProfile, movie_indices: Int32 | None) -> Float32:
        predicted = self.item_features.predict(profile, movie_indices)
        return np.asarray(predicted + self._settling(profile.n_ratings, movie_indices), dtype=np.float32)

    def _settling(self, n_ratings: int, movie_indices: Int32 | None) -> Float32:
        """Return how far the offsets of a user with so many ratings are from those without any, (n,) float32."""
        start = self.item_features.offsets
        settled = start if self.settled_offsets is None else self.settled_offsets
        if movie_indices is not None:
            start, settled = start[movie_indices], settled[movie_indices]
        return np.asarray((settled - start) * np.float32(n_ratings / (n_ratings + RATINGS_TO_SETTLE)))

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
                "strengths": self.strengths,
            }
            | ({} if self.settled_offsets is None else {"settled_offsets": self.settled_offsets})
            | (self.watched.to_arrays() if self.watched else {})
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
            watched=WatchedFactors.from_arrays(arrays),
            movie_noise=arrays["movie_noise"],
            offset_variance=arrays["offset_variance"],
            item_weights=ItemWeights.from_arrays(arrays),
            genre_names=genre_names,
            genre_factors=arrays["genre_factors"],
            settled_offsets=arrays.get("settled_offsets"),
            strengths=arrays.get("strengths", JUST_ONE),
            widths=Widths.from_arrays(arrays),
        )


def _hybrid(profile: UserProfile) -> HybridProfile:
    if not isinstance(profile, HybridProfile):
        raise TypeError("This profile is not the hybrid's.")
    return profile


def _fitted(profile: UserProfile) -> Fit:
    fitted = _hybrid(profile).fitted
    assert fitted is not None  # every fold-in of the hybrid is a ridge fit
    return fitted
