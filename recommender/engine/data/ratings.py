"""The user-item matrix, once by rater (CSR) and once by movie (CSC)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from native.counting_sort import group, transpose
from recommender.engine.data.types import Bool, Int8, Int32, Int64

MAX_TABLE = 50_000_000
"""Ids below this are looked up in a table, which takes linear time."""
RATINGS_PER_BLOCK = 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class RatingMatrix:
    """Ratings of ``n_raters`` raters for ``n_movies`` movies.

    Rows and columns are *indices*; ``rater_ids`` and ``movie_ids`` (both strictly increasing) map them to
    database keys. A movie of the catalogue that nobody rated is an empty column.

    Attributes
    ----------
    rater_ids : (n_raters,) int32
    movie_ids : (n_movies,) int32
    rater_indptr : (n_raters + 1,) int64
        The ratings of rater ``u`` are ``rater_indptr[u]:rater_indptr[u + 1]``.
    movie_indices : (n_ratings,) int32
        By rater, increasing within a rater.
    half_stars : (n_ratings,) int8
        1..10, aligned with `movie_indices`.
    movie_indptr : (n_movies + 1,) int64
    rater_indices : (n_ratings,) int32
        By movie, increasing within a movie.
    half_stars_by_movie : (n_ratings,) int8
        1..10, aligned with `rater_indices`.
    rated_at : (n_ratings,) int64 or None
        Seconds since 1970, aligned with `movie_indices`.
    """

    rater_ids: Int32
    movie_ids: Int32
    rater_indptr: Int64
    movie_indices: Int32
    half_stars: Int8
    movie_indptr: Int64
    rater_indices: Int32
    half_stars_by_movie: Int8
    rated_at: Int64 | None = None

    @classmethod
    def from_triples(
        cls,
        rater_ids: ArrayLike,
        movie_ids: ArrayLike,
        half_stars: ArrayLike,
        rated_at: ArrayLike | None = None,
        *,
        catalogue: ArrayLike | None = None,
    ) -> Self:
        """Build both orders from one row per rating, in any order.

        Parameters
        ----------
        rater_ids, movie_ids : (n_ratings,) int
            Database keys.
        half_stars : (n_ratings,) int
            1..10.
        rated_at : (n_ratings,) int, optional
            Seconds since 1970.
        catalogue : (n_movies,) int, optional
            Movie ids that get a column even when nobody rated them; must contain every rated movie.

        Raises
        ------
        ValueError
            If a rating is outside 1..10, a pair occurs twice, or a rated movie is not in `catalogue`.
        """
        raters = np.ascontiguousarray(rater_ids, dtype=np.int32)
        movies = np.ascontiguousarray(movie_ids, dtype=np.int32)
        stars = np.asarray(half_stars)
        if stars.size and (stars.min() < 1 or stars.max() > 10):
            raise ValueError(f"half_stars must be 1..10, found {stars.min()}..{stars.max()}.")
        stars = np.ascontiguousarray(stars, dtype=np.int8)
        unique_raters, rows = _positions(raters)
        if catalogue is None:
            unique_movies, columns = _positions(movies)
        else:
            unique_movies = np.unique(np.asarray(catalogue, dtype=np.int32))
            columns = np.searchsorted(unique_movies, movies).astype(np.int32)
            found = unique_movies[np.minimum(columns, unique_movies.size - 1)] if unique_movies.size else movies - 1
            if not np.array_equal(found, movies):
                raise ValueError("Every rated movie must be in the catalogue.")
        times = None if rated_at is None else np.asarray(rated_at, dtype=np.int64)
        return cls._from_indices(unique_raters, unique_movies, rows, columns, stars, times)

    @classmethod
    def _from_indices(
        cls, rater_ids: Int32, movie_ids: Int32, rows: Int32, columns: Int32, stars: Int8, times: Int64 | None
    ) -> Self:
        in_order = _is_increasing(rows, columns)
        if times is not None and not in_order:
            order = np.lexsort((columns, rows))
            rows, columns, stars, times = rows[order], columns[order], stars[order], times[order]
            in_order = True
        if in_order:
            by_rater = (_indptr(rows, rater_ids.size), columns, stars)
        else:  # movies first, then raters: each pass keeps the order of the previous one
            by_rater = transpose(*group(columns, rows, stars, movie_ids.size), rater_ids.size)
        rater_indptr, movie_indices, half_stars = by_rater
        if _has_repeats(rater_indptr, movie_indices):
            raise ValueError("A rater has rated the same movie twice.")
        movie_indptr, rater_indices, half_stars_by_movie = transpose(
            rater_indptr, movie_indices, half_stars, movie_ids.size
        )
        return cls(
            rater_ids=rater_ids,
            movie_ids=movie_ids,
            rater_indptr=rater_indptr,
            movie_indices=movie_indices,
            half_stars=half_stars,
            movie_indptr=movie_indptr,
            rater_indices=rater_indices,
            half_stars_by_movie=half_stars_by_movie,
            rated_at=times,
        )

    @property
    def n_raters(self) -> int:
        """Number of rows."""
        return int(self.rater_ids.size)

    @property
    def n_movies(self) -> int:
        """Number of columns, rated or not."""
        return int(self.movie_ids.size)

    @property
    def n_ratings(self) -> int:
        """Number of stored ratings."""
        return int(self.movie_indices.size)

    def row_of_each_rating(self) -> Int32:
        """Return the rater index of every rating in rater order, (n_ratings,) int32."""
        return np.repeat(np.arange(self.n_raters, dtype=np.int32), np.diff(self.rater_indptr))

    def take(self, keep: Bool) -> "RatingMatrix":
        """Return the ratings where `keep` (in rater order) is true; rows and columns stay as they are."""
        return RatingMatrix._from_indices(
            self.rater_ids,
            self.movie_ids,
            self.row_of_each_rating()[keep],
            self.movie_indices[keep],
            self.half_stars[keep],
            None if self.rated_at is None else self.rated_at[keep],
        )

    def rater_counts(self) -> Int64:
        """Return the number of ratings per rater, (n_raters,) int64."""
        return np.diff(self.rater_indptr)

    def movie_counts(self) -> Int64:
        """Return the number of ratings per movie, (n_movies,) int64."""
        return np.diff(self.movie_indptr)


def _positions(ids: Int32) -> tuple[Int32, Int32]:
    """Return the distinct ids, increasing, and the position of each id among them."""
    if ids.size == 0 or ids.min() < 0 or ids.max() >= MAX_TABLE:
        unique, positions = np.unique(ids, return_inverse=True)
        return unique.astype(np.int32), positions.astype(np.int32).reshape(-1)
    present = np.zeros(int(ids.max()) + 1, dtype=np.bool_)
    present[ids] = True
    table = np.cumsum(present, dtype=np.int32) - np.int32(1)
    return np.flatnonzero(present).astype(np.int32), table[ids]


def _is_increasing(rows: Int32, columns: Int32) -> bool:
    """Tell whether (row, column) pairs never decrease."""
    further = rows[1:] > rows[:-1]
    further |= (rows[1:] == rows[:-1]) & (columns[1:] >= columns[:-1])
    return bool(further.all())


def _has_repeats(indptr: Int64, indices: Int32) -> bool:
    """Tell whether an index occurs twice in a row of increasing indices."""
    same = indices[1:] == indices[:-1]
    starts = indptr[1:-1]
    starts = starts[(starts > 0) & (starts < indices.size)]
    same[starts - 1] = False
    return bool(same.any())


def _indptr(indices: Int32, length: int) -> Int64:
    indptr = np.zeros(length + 1, dtype=np.int64)
    np.cumsum(np.bincount(indices, minlength=length), out=indptr[1:])
    return indptr


def row_blocks(indptr: Int64, n_values: int) -> Iterator[tuple[int, int]]:
    """Cut rows into consecutive ranges of about `n_values` stored values, at least a row each."""
    first, n_rows = 0, indptr.size - 1
    while first < n_rows:
        last = int(np.searchsorted(indptr, indptr[first] + n_values, side="right")) - 1
        last = min(max(last, first + 1), n_rows)
        yield first, last
        first = last
