"""Genres and tags as sparse item features: the parts that both tag algorithms share."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack

from recommender.engine.data.array_shapes import ArrayShape, sparse
from recommender.engine.data.movie_features import MovieFeatures
from recommender.engine.data.types import Arrays, Float32, Float64, Int32, Int64
from recommender.engine.model.item_features import ItemFeatures
from recommender.engine.model.model import LinearModel


def tag_strengths(movies: MovieFeatures) -> csr_array:
    """Return ``ln(count) + 1`` for every tag of every movie, (n_movies, n_tags) csr_array of float32."""
    strengths = movies.tag_counts()
    strengths.data = np.log(strengths.data) + np.float32(1)
    return strengths


def genres_and_tags(movies: MovieFeatures, tags: csr_array) -> csr_array:
    """Return genre columns followed by tag columns, (n_movies, n_genres + n_tags) csr_array of float32."""
    factors = csr_array(hstack([movies.genres, tags], format="csr", dtype=np.float32))
    factors.sort_indices()
    return factors


def inverse_totals(counts: csr_array) -> Float32:
    """Return one over each column's sum (1 for an empty column), float32."""
    totals = np.asarray(counts.sum(axis=0), dtype=np.float32).reshape(-1)
    return np.asarray(1 / np.maximum(totals, 1), dtype=np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class RatedFeatures:
    """The features of one user's rated movies as (rating, feature, value) entries.

    Attributes
    ----------
    n_ratings : int
    ratings : (n_entries,) int64
        Which of the user's ratings an entry belongs to.
    features : (n_entries,) int32
    values : (n_entries,) float32
    """

    n_ratings: int
    ratings: Int64
    features: Int32
    values: Float32

    @classmethod
    def of(cls, factors: csr_array, movie_indices: Int32) -> "RatedFeatures":
        """Gather the rows of the rated movies."""
        starts = factors.indptr[movie_indices]
        lengths = factors.indptr[movie_indices + 1] - starts
        ratings = np.repeat(np.arange(movie_indices.size), lengths)
        first = np.cumsum(lengths) - lengths
        entries = np.arange(ratings.size) + (starts - first)[ratings]
        return cls(movie_indices.size, ratings, factors.indices[entries], factors.data[entries])


@dataclass(frozen=True, eq=False)
class TagModel(LinearModel):
    """Item features are genres, then tags; ``names`` are theirs.

    Attributes
    ----------
    n_genres : int
        How many of the features are genres; they come first.
    scale : (n_factors,) float32
        One over the number of movies with the genre, one over the tag's total count.
    """

    array_shapes: ClassVar[tuple[ArrayShape, ...]] = (
        ArrayShape("movie_ids", ("int32",), ("movies",), rises=True),
        ArrayShape("offsets", ("float32",), ("movies",)),
        ArrayShape("scale", ("float32",), ("features",)),
        *sparse("factors", "movies", "features"),
        ArrayShape("n_genres", ("int64",), (1,), below="features + 1"),
        ArrayShape("names", ("uint8",), ("bytes of names",)),
        ArrayShape("noise", ("float64",), (1,)),
        ArrayShape("ranking_offsets", ("float32",), ("movies",), optional=True),
    )

    n_genres: int = 0
    scale: Float32 = field(default_factory=lambda: np.zeros(0, dtype=np.float32))

    @property
    def factors(self) -> csr_array:
        """Features of the movies, (n_movies, n_factors) csr_array of float32."""
        return self.item_features.factors

    def strongest(self, values: Float32 | Float64, *, genres: bool, n: int = 20) -> tuple[tuple[str, float], ...]:
        """Return (name, value) of the genres, or of the tags, furthest from zero."""
        start, stop = (0, self.n_genres) if genres else (self.n_genres, values.size)
        order = start + np.argsort(-np.abs(values[start:stop]), kind="stable")[:n]
        return tuple((self.names[k], float(values[k])) for k in order if values[k] != 0)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Item features as named arrays: the sparse factors by their three parts, the names as JSON bytes."""
        features = self.item_features
        factors = self.factors
        arrays: dict[str, NDArray[Any]] = {
            "movie_ids": features.movie_ids,
            "offsets": features.offsets,
            "factors_data": np.asarray(factors.data),
            "factors_indices": np.asarray(factors.indices),
            "factors_indptr": np.asarray(factors.indptr),
            "scale": self.scale,
            "n_genres": np.array([self.n_genres], dtype=np.int64),
            "names": np.frombuffer(json.dumps(self.names).encode(), dtype=np.uint8),
            "noise": np.array([features.noise]),
        }
        if features.ranking_offsets is not None:
            arrays["ranking_offsets"] = features.ranking_offsets
        return arrays

    @classmethod
    def from_arrays(cls, arrays: Arrays, metadata: Mapping[str, str]) -> Self:
        """Rebuild from `to_arrays`."""
        movie_ids, scale = arrays["movie_ids"], arrays["scale"]
        parts = arrays["factors_data"], arrays["factors_indices"], arrays["factors_indptr"]
        features = ItemFeatures(
            movie_ids=movie_ids,
            offsets=arrays["offsets"],
            factors=csr_array(parts, shape=(movie_ids.size, scale.size)),
            prior_precision=np.zeros(scale.size, dtype=np.float32),
            noise=float(arrays["noise"][0]),
            ranking_offsets=arrays.get("ranking_offsets"),
        )
        names = tuple(json.loads(arrays["names"].tobytes()))
        if len(names) != scale.size:
            raise ValueError(f"there are {len(names)} names for {scale.size} features")
        return cls(features, names=names, n_genres=int(arrays["n_genres"][0]), scale=scale)
