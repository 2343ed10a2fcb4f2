"""Similar movies: which movies the same people rated alike."""

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray

from native.co_rating import pack_by_rater, similar_movies
from recommender.engine.data.array_shapes import ArrayShape, check
from recommender.engine.data.artifact import ArtifactError
from recommender.engine.data.movie_features import MovieFeatures
from recommender.engine.data.ratings import RATINGS_PER_BLOCK, RatingMatrix, row_blocks
from recommender.engine.data.types import Arrays, Float32, Float64, Int8, Int32, Int64, UInt32, UInt64
from recommender.engine.progress import OnProgress, no_progress
from recommender.engine.similar_movies.boost import common_raters_boost, genre_masks, tune

Measure = Literal["blend", "cosine"]

CO_RATINGS_PER_BLOCK = 500_000_000
CANDIDATES_PER_NEIGHBOUR = 20
COSINE_WEIGHT = 0.3
COSINE_SHRINKAGE = 20
BLEND_MIN_SCORE = 0.1
GRID = 8
"""Centred half-stars are kept in eighths."""


@dataclass(frozen=True, slots=True)
class SimilarMovies:
    """Movies that the same people watched and rated alike; they share at least half of their genres.

    ``measure="cosine"`` is the cosine of two movies' ratings over their common raters, boosted where those are many
    (`limit`, `point`). ``measure="blend"``, the default, adds the co-occurrence cosine ``n / √(n₁ n₂)`` to 0.3 times
    the cosine of centred ratings, shrunk by ``n / (n + 20)``. Measured on ml-latest-small, neighbours of liked movies
    among the held-out liked ones, each counted by how rare it is: 0.58 for the blend, 0.54 for co-occurrence, 0.43
    for the shrunk cosine, 0.47 for the boosted one with ``limit=0.216``, 0.30 with the tuned limit.

    Attributes
    ----------
    n : int
        Neighbours per movie.
    measure : {"blend", "cosine"}
    min_common : int
        Fewest raters in common.
    min_score : float
        Neighbours by cosine score more than this; the blend uses 0.1.
    limit, point : float and int, or None
        The boost of the cosine reaches ``1 + limit`` at `point` common raters; None tunes them on `reference_pair`.
    reference_pair : (int, int)
        Movie ids; the second must be among the two most similar to the first.
    """

    n: int = 20
    measure: Measure = "blend"
    min_common: int = 3
    min_score: float = 0.3
    limit: float | None = None
    point: int | None = None
    reference_pair: tuple[int, int] = (1196, 1210)

    def fit(
        self,
        ratings: RatingMatrix,
        movies: MovieFeatures,
        *,
        n_threads: int = 1,
        on_progress: OnProgress = no_progress,
    ) -> "Neighbours":
        """Compare all pairs of movies, a block of movies at a time."""
        tuned = self.tuned(ratings, movies)
        comparison = Comparison.of(ratings, movies, tuned)
        found = comparison.neighbours_of(0, ratings.n_movies, n_threads=n_threads, on_progress=on_progress)
        return Neighbours(ratings.movie_ids, *found)

    def tuned(self, ratings: RatingMatrix, movies: MovieFeatures) -> "SimilarMovies":
        """Return the same with `limit` and `point` set if the measure uses them."""
        if self.measure == "blend" or (self.limit is not None and self.point is not None):
            return self
        limit, point = tune(ratings, movies, self.reference_pair, min_common=self.min_common, min_score=self.min_score)
        return replace(
            self,
            limit=limit if self.limit is None else self.limit,
            point=point if self.point is None else self.point,
        )


@dataclass(frozen=True, eq=False)
class Comparison:
    """Everything the kernel needs, ready for any range of movies."""

    ratings: RatingMatrix
    settings: SimilarMovies
    levels: Int8
    order: Int32
    packed_indptr: Int64
    packed: UInt32
    genre_masks: UInt64
    boost: Float64

    @classmethod
    def of(cls, ratings: RatingMatrix, movies: MovieFeatures, settings: SimilarMovies) -> Self:
        """Prepare the comparison of all movies with at least `min_common` ratings; `settings` are tuned."""
        counts = ratings.movie_counts()
        order = np.argsort(-counts, kind="stable").astype(np.int32)
        order = order[counts[order] >= settings.min_common]
        if settings.measure == "blend":
            levels = centred_levels(ratings)
            n_common = np.arange(max(int(counts.max(initial=0)), settings.min_common) + 1)
            boost = COSINE_WEIGHT * n_common / (n_common + COSINE_SHRINKAGE)
        else:
            levels = ratings.half_stars_by_movie
            boost = common_raters_boost(settings.limit or 0.0, settings.point or 0, settings.min_common)
        packed_indptr, packed = pack_by_rater(
            ratings.movie_indptr, ratings.rater_indices, levels, order, ratings.n_raters
        )
        return cls(ratings, settings, levels, order, packed_indptr, packed, genre_masks(movies), boost)

    def neighbours_of(
        self, first_movie: int, last_movie: int, *, n_threads: int, on_progress: OnProgress = no_progress
    ) -> tuple[Int32, Float32]:
        """Return (neighbours, scores) of a range of movies, (last_movie - first_movie, n) each.

        The result does not depend on the range. `on_progress` is called about every second with the share done.
        """
        n_movies = last_movie - first_movie
        neighbours = np.full((n_movies, self.settings.n), -1, dtype=np.int32)
        scores = np.zeros((n_movies, self.settings.n), dtype=np.float32)
        indptr = co_rating_indptr(self.ratings)[first_movie : last_movie + 1]
        for first, last in row_blocks(indptr, CO_RATINGS_PER_BLOCK):
            neighbours[first:last], scores[first:last] = self._block(
                first_movie + first, first_movie + last, n_threads=n_threads
            )
            on_progress(last / n_movies)
        return neighbours, scores

    def _block(self, first_movie: int, last_movie: int, *, n_threads: int) -> tuple[Int32, Float32]:
        blend = self.settings.measure == "blend"
        return similar_movies(
            self.packed_indptr,
            self.packed,
            self.order,
            self.ratings.movie_indptr,
            self.ratings.rater_indices,
            self.levels,
            self.genre_masks,
            self.boost,
            co_occurrence=1.0 if blend else 0.0,
            min_common=self.settings.min_common,
            min_score=BLEND_MIN_SCORE if blend else self.settings.min_score,
            n_candidates=0 if blend else CANDIDATES_PER_NEIGHBOUR * self.settings.n,
            n=self.settings.n,
            first_movie=first_movie,
            last_movie=last_movie,
            n_threads=n_threads,
        )


@dataclass(frozen=True, eq=False)
class Neighbours:
    """The most similar movies of every movie.

    Attributes
    ----------
    movie_ids : (n_movies,) int32
    neighbours : (n_movies, n) int32
        Movie indices, best first, padded with -1.
    scores : (n_movies, n) float32
    """

    array_shapes: ClassVar[tuple[ArrayShape, ...]] = (
        ArrayShape("movie_ids", ("int32",), ("movies",), rises=True),
        ArrayShape("neighbours", ("int32",), ("movies", "n")),
        ArrayShape("scores", ("float32",), ("movies", "n")),
    )

    movie_ids: Int32
    neighbours: Int32
    scores: Float32

    def of(self, movie_id: int) -> list[int]:
        """Return the ids of the movies most similar to one, best first; none for an unknown movie."""
        index = int(np.searchsorted(self.movie_ids, movie_id))
        if index == self.movie_ids.size or self.movie_ids[index] != movie_id:
            return []
        found = self.neighbours[index]
        return [int(movie) for movie in self.movie_ids[found[found >= 0]]]

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return everything needed to rebuild it, as named arrays."""
        return {"movie_ids": self.movie_ids, "neighbours": self.neighbours, "scores": self.scores}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        """Rebuild from `to_arrays`; raises `ArtifactError` if they do not fit."""
        check(arrays, cls.array_shapes)
        if arrays["neighbours"].max(initial=-1) >= arrays["movie_ids"].size:
            raise ArtifactError("The neighbours are not among the movies; find similar movies again.")
        return cls(arrays["movie_ids"], arrays["neighbours"], arrays["scores"])


def co_rating_indptr(ratings: RatingMatrix) -> Int64:
    """Return where the co-ratings of each movie start: all ratings of all its raters, (n_movies + 1,) int64."""
    co_ratings = np.zeros(ratings.n_ratings + 1, dtype=np.int64)
    np.cumsum(ratings.rater_counts()[ratings.rater_indices], out=co_ratings[1:])
    return co_ratings[ratings.movie_indptr]


def movie_ranges(ratings: RatingMatrix, n_co_ratings: int) -> list[tuple[int, int]]:
    """Cut the movies into consecutive ranges of about so many co-ratings: equal work for `Comparison`."""
    return list(row_blocks(co_rating_indptr(ratings), n_co_ratings))


def centred_levels(ratings: RatingMatrix) -> Int8:
    """Return half-stars minus the rater's mean, in eighths, by movie, (n_ratings,) int8."""
    totals = np.bincount(ratings.rater_indices, ratings.half_stars_by_movie, minlength=ratings.n_raters)
    means = (totals / np.maximum(ratings.rater_counts(), 1)).astype(np.float32)
    levels = np.empty(ratings.n_ratings, dtype=np.int8)
    for first, last in row_blocks(ratings.movie_indptr, RATINGS_PER_BLOCK):
        stored = slice(ratings.movie_indptr[first], ratings.movie_indptr[last])
        centred = ratings.half_stars_by_movie[stored] - means[ratings.rater_indices[stored]]
        levels[stored] = np.rint(GRID * centred)
    return levels
