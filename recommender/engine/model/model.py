"""What every algorithm offers: `fit` on ratings gives a `Model`; a model folds users in and ranks movies for them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from native import top_n as kernel
from recommender.engine.data.array_shapes import ArrayShape
from recommender.engine.data.movie_features import MovieFeatures
from recommender.engine.data.ratings import RatingMatrix
from recommender.engine.data.types import Arrays, Float32, Float64, Int8, Int32
from recommender.engine.model.item_features import ItemFeatures, UserProfile
from recommender.engine.model.search_space import Hyperparameter, Objective, SearchSpace
from recommender.engine.model.training import TrainingOptions
from recommender.engine.model.widths import Widths

NO_MOVIES: Int32 = np.zeros(0, dtype=np.int32)

LOWEST_STARS, HIGHEST_STARS = 0.5, 5.0


@dataclass(frozen=True, slots=True)
class ParameterGroup:
    """Parameters of one user for people to read: a heading and (name, value) pairs, most important first."""

    name: str
    values: tuple[tuple[str, float], ...]
    unit: str = "stars"


class Algorithm(Protocol):
    """Hyper-parameters (a frozen dataclass) that can be fitted.

    ``name`` is the registry key; ``label`` and ``description`` are shown to people; below ``minimum_ratings``
    the site offers another algorithm. ``offered`` are the hyper-parameters that people choose; ``search_space`` and
    ``objective`` are for the tuner.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    description: ClassVar[str]
    minimum_ratings: ClassVar[int]
    offered: ClassVar[tuple[Hyperparameter, ...]]
    search_space: ClassVar[SearchSpace]
    objective: ClassVar[Objective]

    def fit(
        self, ratings: RatingMatrix, movies: MovieFeatures, options: TrainingOptions = TrainingOptions()
    ) -> "Model":
        """Learn item features. The same data, seed and thread count give the same bytes."""
        ...


class Model(Protocol):
    """A fitted algorithm; ``array_shapes`` are those of the arrays it is saved as."""

    array_shapes: ClassVar[tuple[ArrayShape, ...]]

    @property
    def movie_ids(self) -> Int32:
        """Database keys of the movies it knows, strictly increasing."""
        ...

    @property
    def item_features(self) -> ItemFeatures:
        """What it knows about the movies."""
        ...

    @property
    def ranks_by_ratings(self) -> bool:
        """Whether a user's ratings change the order of their list, not only which movies are left out of it."""
        ...

    def fold_in(self, movie_indices: Int32, half_stars: Int8) -> UserProfile:
        """Fit a user to their ratings. Never NaN; with no ratings, the profile of an average user."""
        ...

    def predict(self, profile: UserProfile, movie_indices: Int32 | None = None) -> Float32:
        """Predicted stars, not clipped, for some or all movies."""
        ...

    def scores(self, profile: UserProfile) -> Float32:
        """Ranking scores of all movies, (n_movies,) float32: they order lists and are never shown."""
        ...

    def recommend(self, profile: UserProfile, *, n: int, offset: int = 0, exclude: Int32 | None = None) -> Int32:
        """Top movies by score, best first; rated and excluded movies left out; ties by movie index."""
        ...

    def rating_contributions(self, profile: UserProfile, movie_indices: Int32) -> Float64:
        """What each of the user's ratings adds to some predictions, (n, n_ratings) float64 in stars, exactly.

        In the order of ``profile.movie_indices``; with the movie's offset they sum to its prediction.
        """
        ...

    def ranking_contributions(self, profile: UserProfile, movie_indices: Int32) -> Float64:
        """What each of the user's ratings adds to some ranking scores, (n, n_ratings) float64, exactly.

        They sum to the score minus the part that does not depend on the user's ratings.
        """
        ...

    def interval(self, profile: UserProfile, movie_indices: Int32) -> tuple[Float32, Float32] | None:
        """Bounds (low, high) that a rating falls between with 80 % probability, (n,) float32 each in stars, cut to
        the scale; None if the algorithm has no intervals.
        """
        ...

    def parameters(self, profile: UserProfile) -> list[ParameterGroup]:
        """What the model has learned about this user, for people to read."""
        ...

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Everything needed to rebuild it, as named arrays (safetensors)."""
        ...

    @classmethod
    def from_arrays(cls, arrays: Arrays, metadata: Mapping[str, str]) -> Self:
        """Rebuild from `to_arrays`; arrays may be memory-mapped and read-only."""
        ...


@dataclass(frozen=True, eq=False)
class LinearModel:
    """A model of item features and a ridge fold-in, without anything else."""

    array_shapes: ClassVar[tuple[ArrayShape, ...]] = (
        ArrayShape("movie_ids", ("int32",), ("movies",), rises=True),
        ArrayShape("offsets", ("float32",), ("movies",)),
        ArrayShape("factors", ("float32",), ("movies", "factors")),
        ArrayShape("prior_precision", ("float32",), ("factors",)),
        ArrayShape("scalars", ("float64",), (3,)),
        ArrayShape("ranking_offsets", ("float32",), ("movies",), optional=True),
        *Widths.array_shapes,
    )

    item_features: ItemFeatures
    names: tuple[str, ...] = field(default=())
    widths: Widths = field(default_factory=Widths, kw_only=True)

    @property
    def movie_ids(self) -> Int32:
        """Database keys of the movies it knows."""
        return self.item_features.movie_ids

    @property
    def ranks_by_ratings(self) -> bool:
        """Whether there are features: a bias alone shifts all movies equally."""
        return self.item_features.n_factors > 0

    def fold_in(self, movie_indices: Int32, half_stars: Int8) -> UserProfile:
        """Ridge fit of one user (`ItemFeatures.fold_in`)."""
        return self.item_features.fold_in(movie_indices, half_stars)

    def predict(self, profile: UserProfile, movie_indices: Int32 | None = None) -> Float32:
        """Predicted stars for some or all movies."""
        return self.item_features.predict(profile, movie_indices)

    def scores(self, profile: UserProfile) -> Float32:
        """Predictions plus the ranking offsets."""
        predicted = self.predict(profile)
        offsets = self.item_features.ranking_offsets
        return predicted if offsets is None else predicted + offsets

    def recommend(self, profile: UserProfile, *, n: int, offset: int = 0, exclude: Int32 | None = None) -> Int32:
        """Top movies by score without rated and excluded ones."""
        return top_n(self.scores(profile), n=n, offset=offset, rated=profile.movie_indices, exclude=exclude)

    def rating_contributions(self, profile: UserProfile, movie_indices: Int32) -> Float64:
        """What each rating adds to the predictions of a ridge fit (`UserProfile.contributions`)."""
        return profile.contributions(self.item_features.design(movie_indices))

    def ranking_contributions(self, profile: UserProfile, movie_indices: Int32) -> Float64:
        """The same: what is added to predictions in rankings does not depend on the user."""
        return self.rating_contributions(profile, movie_indices)

    def variance(self, profile: UserProfile, movie_indices: Int32) -> Float64 | None:
        """Variance of ratings around predictions, ``noise · (1 + xᵀ A⁻¹ x)``, in stars squared: that of the rating plus
        that of the user's weights (Bishop 2006, equation 3.59); the movie counts as known. None without a ridge fit.
        """
        if profile.fitted is None:
            return None
        return self.item_features.noise * (1 + profile.fitted.variance(self.item_features.design(movie_indices)))

    def interval(self, profile: UserProfile, movie_indices: Int32) -> tuple[Float32, Float32] | None:
        """Bounds from the standard deviation and the measured widths."""
        variance = self.variance(profile, movie_indices)
        if variance is None:
            return None
        predicted = np.clip(self.predict(profile, movie_indices), LOWEST_STARS, HIGHEST_STARS)
        widths = self.widths.for_count(profile.n_ratings) * self.widths.for_stars(predicted)
        return around(predicted, widths * np.sqrt(variance))

    def parameters(self, profile: UserProfile) -> list[ParameterGroup]:
        """User bias, and the weights under the names of the features."""
        groups = [ParameterGroup("Your average against the crowd", (("bias", profile.bias),))]
        if profile.weights.size:
            names = self.names or tuple(f"factor {k + 1}" for k in range(profile.weights.size))
            order = np.argsort(-np.abs(profile.weights), kind="stable")
            groups.append(ParameterGroup("Factors", tuple((names[k], float(profile.weights[k])) for k in order)))
        return groups

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Item features as named arrays; scalars travel as one-element arrays."""
        features = self.item_features
        scalars = (features.prior_precision_per_rating, features.bias_precision, features.noise)
        arrays: dict[str, NDArray[Any]] = {
            "movie_ids": features.movie_ids,
            "offsets": features.offsets,
            "factors": np.ascontiguousarray(features.factors),
            "prior_precision": features.prior_precision,
            "scalars": np.array(scalars, dtype=np.float64),
        }
        if features.ranking_offsets is not None:
            arrays["ranking_offsets"] = features.ranking_offsets
        return arrays | self.widths.to_arrays()

    @classmethod
    def from_arrays(cls, arrays: Arrays, metadata: Mapping[str, str]) -> Self:
        """Rebuild from `to_arrays`."""
        per_rating, bias_precision, noise = (float(value) for value in arrays["scalars"])
        return cls(
            ItemFeatures(
                movie_ids=arrays["movie_ids"],
                offsets=arrays["offsets"],
                factors=arrays["factors"],
                prior_precision=arrays["prior_precision"],
                prior_precision_per_rating=per_rating,
                bias_precision=bias_precision,
                noise=noise,
                ranking_offsets=arrays.get("ranking_offsets"),
            ),
            widths=Widths.from_arrays(arrays),
        )


def around(predicted: Float32, width: Float64) -> tuple[Float32, Float32]:
    """Return ``predicted ∓ width``, cut to the scale of ratings."""
    low, high = (np.clip(predicted + side * width, LOWEST_STARS, HIGHEST_STARS) for side in (-1, 1))
    return low.astype(np.float32), high.astype(np.float32)


def top_n(
    scores: Float32, *, n: int, offset: int = 0, rated: Int32 | None = None, exclude: Int32 | None = None
) -> Int32:
    """Return the indices of the best scores, best first, ties by index, without `rated` and `exclude`.

    Parameters
    ----------
    scores : (n_movies,) float32
    n, offset : int
        The slice ``offset:offset + n`` of the ranking.
    rated, exclude : (k,) int32, optional
        Movie indices to leave out.
    """
    if offset + n <= 0 or offset >= scores.size:
        return np.zeros(0, dtype=np.int32)
    left_out = np.unique(np.concatenate([part for part in (NO_MOVIES, rated, exclude) if part is not None]))
    indptr = np.array([0, left_out.size], dtype=np.int64)
    best = kernel.top_n(np.ascontiguousarray(scores)[None, :], offset + n, indptr, left_out)[0, offset:]
    return np.asarray(best[best >= 0])
