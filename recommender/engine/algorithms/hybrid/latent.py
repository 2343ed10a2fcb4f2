"""What latent factors add to the hybrid's predictions: tastes that only show in ratings."""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from recommender.engine.data.array_shapes import ArrayShape
from recommender.engine.data.types import Arrays, Float32, Float64, Int8, Int32
from recommender.engine.model.item_features import ItemFeatures, UserProfile


@dataclass(frozen=True, eq=False)
class LatentTaste:
    """Factors of ALS and how much of what they say about a user's taste is added to a prediction.

    The kernel of the hybrid knows who watched a movie, not what they thought of it; ALS learns from that. Its factors
    cannot be further features of the same fit: they have seen the ratings, and the fit would trust them too much
    (measured, see docs/algorithms.md). The sum of two fits, each with its own ridge, avoids this.

    Attributes
    ----------
    features : ItemFeatures
        With the offsets of the hybrid; the user's bias is fitted, but not added a second time.
    share : float
        Of the taste, 0 to 1.
    width : float
        Width of intervals with the added taste, relative to the width without it.
    """

    array_shapes: ClassVar[tuple[ArrayShape, ...]] = (
        ArrayShape("latent_factors", ("float32",), ("movies", "latent factors")),
        ArrayShape("latent_precision", ("float32",), ("latent factors",)),
        ArrayShape("latent_scalars", ("float64",), (4,)),
    )

    features: ItemFeatures
    share: float
    width: float = 1.0

    def fold_in(self, movie_indices: Int32, half_stars: Int8, offsets: Float64) -> UserProfile:
        """Ridge fit of one user (`ItemFeatures.fold_in`)."""
        return self.features.fold_in(movie_indices, half_stars, offsets)

    def stars(self, profile: UserProfile, movie_indices: Int32 | None) -> Float32:
        """Return what is added to the predictions of some or all movies, (n,) float32."""
        factors = self.features.factors if movie_indices is None else self.features.factors[movie_indices]
        return np.asarray(factors @ (np.float32(self.share) * profile.weights), dtype=np.float32)

    def contributions(self, profile: UserProfile, movie_indices: Int32) -> Float64:
        """Return the part of each of the user's ratings in `stars`, (n, n_ratings) float64; they sum to it."""
        design = self.features.design(movie_indices)
        design[:, 0] = 0
        return self.share * profile.contributions(design)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Everything but the offsets, which are the hybrid's, as named arrays."""
        features = self.features
        scalars = (self.share, self.width, features.prior_precision_per_rating, features.bias_precision)
        return {
            "latent_factors": np.ascontiguousarray(features.factors),
            "latent_precision": features.prior_precision,
            "latent_scalars": np.array(scalars, dtype=np.float64),
        }

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        """Rebuild from `to_arrays` and the hybrid's own arrays."""
        share, width, per_rating, bias_precision = (float(value) for value in arrays["latent_scalars"])
        return cls(
            ItemFeatures(
                movie_ids=arrays["movie_ids"],
                offsets=arrays["offsets"],
                factors=arrays["latent_factors"],
                prior_precision=arrays["latent_precision"],
                prior_precision_per_rating=per_rating,
                bias_precision=bias_precision,
            ),
            share,
            width,
        )
