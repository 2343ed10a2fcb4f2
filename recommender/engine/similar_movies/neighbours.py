"""Similar movies: which movies the same people rated alike, and which have the same content."""

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
from recommender.engine.similar_movies.content import Content

Measure = Literal["blend", "co_rating", "cosine"]

PAIRS_PER_BLOCK = 500_000_000
N_CANDIDATES = 400
COSINE_WEIGHT = 0.3
COSINE_SHRINKAGE = 20
EVIDENCE = 20
"""So many common raters say as much as the content of two movies does."""
MIN_COMMON: dict[Measure, int] = {"blend": 1, "co_rating": 3, "cosine": 3}
MIN_SCORE: dict[Measure, float] = {"blend": 0.0, "co_rating": 0.1, "cosine": 0.3}
GRID = 8
"""Centred half-stars are kept in eighths."""


@dataclass(frozen=True, slots=True)
class SimilarMovies:
    """The movies most similar to each movie, by one of three measures.

    "blend", the default
        The score of "co_rating", less the co-occurrence ``√(n₁ n₂) / n_raters`` that chance would give, counts
        ``n / (n + 20)`` for `n` common raters. Content is added (`Content`), of which genres and years count the less
        the more ratings a movie has. So every movie has neighbours, and a handful of raters decides nothing.
    "co_rating"
        The co-occurrence cosine ``n / √(n₁ n₂)`` plus 0.3 times the cosine of centred ratings, shrunk by
        ``n / (n + 20)``, for at least 3 common raters.
    "cosine", the reference
        The cosine of two movies' ratings over at least 3 common raters, boosted where those are many.

    Movies compared by ratings share at least half of the genres of the one with fewer. docs/algorithms.md compares the
    measures.

    Attributes
    ----------
    n : int
        Neighbours per movie: more than a page shows, because what a user has hidden or seen is left out.
    measure : {"blend", "co_rating", "cosine"}
    limit, point : float and int, or None
        The boost of the cosine reaches ``1 + limit`` at `point` common raters; None tunes them on `reference_pair`.
    reference_pair : (int, int)
        Movie ids; the second must be among the two most similar to the first.
    """

    n: int = 60
    measure: Measure = "blend"
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
        if self.measure != "cosine" or (self.limit is not None and self.point is not None):
            return self
        min_common, min_score = MIN_COMMON["cosine"], MIN_SCORE["cosine"]
        limit, point = tune(ratings, movies, self.reference_pair, min_common=min_common, min_score=min_score)
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
    co_occurrence: Float64
    content: Content | None

    @classmethod
    def of(cls, ratings: RatingMatrix, movies: MovieFeatures, settings: SimilarMovies) -> Self:
        """Prepare the comparison of all movies with enough ratings; `settings` are tuned."""
        measure, counts = settings.measure, ratings.movie_counts()
        min_common = MIN_COMMON[measure]
        order = np.argsort(-counts, kind="stable").astype(np.int32)
        order = order[counts[order] >= min_common]
        if measure == "cosine":
            levels = ratings.half_stars_by_movie
            boost = common_raters_boost(settings.limit or 0.0, settings.point or 0, min_common)
            co_occurrence = np.zeros(boost.size)
        else:
            levels = centred_levels(ratings)
            n_common = np.arange(max(int(counts.max(initial=0)), min_common) + 1)
            co_occurrence = n_common / (n_common + EVIDENCE) if measure == "blend" else np.ones(n_common.size)
            boost = co_occurrence * COSINE_WEIGHT * n_common / (n_common + COSINE_SHRINKAGE)
        packed_indptr, packed = pack_by_rater(
            ratings.movie_indptr, ratings.rater_indices, levels, order, ratings.n_raters
        )
        content = Content.of(movies, counts, evidence=EVIDENCE) if measure == "blend" else None
        masks = genre_masks(movies)
        return cls(ratings, settings, levels, order, packed_indptr, packed, masks, boost, co_occurrence, content)

    def neighbours_of(
        self, first_movie: int, last_movie: int, *, n_threads: int, on_progress: OnProgress = no_progress
    ) -> tuple[Int32, Float32]:
        """Return (neighbours, scores) of a range of movies, (last_movie - first_movie, n) each.

        The result does not depend on the range. `on_progress` is called about every second with the share done.
        """
        n_movies = last_movie - first_movie
        neighbours = np.full((n_movies, self.settings.n), -1, dtype=np.int32)
        scores = np.zeros((n_movies, self.settings.n), dtype=np.float32)
        indptr = pairs_indptr(self.ratings)[first_movie : last_movie + 1]
        for first, last in row_blocks(indptr, PAIRS_PER_BLOCK):
            neighbours[first:last], scores[first:last] = self._block(
                first_movie + first, first_movie + last, n_threads=n_threads
            )
            on_progress(last / n_movies)
        return neighbours, scores

    def _block(self, first_movie: int, last_movie: int, *, n_threads: int) -> tuple[Int32, Float32]:
        measure = self.settings.measure
        near, near_scores = similar_movies(
            self.packed_indptr,
            self.packed,
            self.order,
            self.ratings.movie_indptr,
            self.ratings.rater_indices,
            self.levels,
            self.genre_masks,
            self.boost,
            self.co_occurrence,
            chance=1 / max(self.ratings.n_raters, 1) if measure == "blend" else 0.0,
            min_common=MIN_COMMON[measure],
            min_score=MIN_SCORE[measure],
            n_candidates=max(N_CANDIDATES, self.settings.n) if measure == "cosine" else 0,
            n=self.settings.n,
            first_movie=first_movie,
            last_movie=last_movie,
            n_threads=n_threads,
        )
        if self.content is None:
            return near, near_scores
        return self.content.add_to(near, near_scores, first_movie, last_movie, n_threads=n_threads)


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


def pairs_indptr(ratings: RatingMatrix) -> Int64:
    """Return where the work on each movie starts, (n_movies + 1,) int64.

    A movie takes all ratings of all its raters, and the content of all movies.
    """
    co_ratings = np.zeros(ratings.n_ratings + 1, dtype=np.int64)
    np.cumsum(ratings.rater_counts()[ratings.rater_indices], out=co_ratings[1:])
    return co_ratings[ratings.movie_indptr] + ratings.n_movies * np.arange(ratings.n_movies + 1)


def movie_ranges(ratings: RatingMatrix, n_pairs: int) -> list[tuple[int, int]]:
    """Cut the movies into consecutive ranges of about so many pairs: equal work for `Comparison`."""
    return list(row_blocks(pairs_indptr(ratings), n_pairs))


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
