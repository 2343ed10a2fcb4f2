"""The user-item matrix, once by rater (CSR) and once by movie (CSC)."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

Int8 = NDArray[np.int8]
Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]


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
        raters = np.asarray(rater_ids, dtype=np.int32)
        movies = np.asarray(movie_ids, dtype=np.int32)
        stars = np.asarray(half_stars)
        if stars.size and (stars.min() < 1 or stars.max() > 10):
            raise ValueError(f"half_stars must be 1..10, found {stars.min()}..{stars.max()}.")
        stars = stars.astype(np.int8, copy=False)
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
        shape = (rater_ids.size, movie_ids.size)
        pairs = rows.astype(np.int64) * max(movie_ids.size, 1) + columns
        if not bool((pairs[1:] > pairs[:-1]).all()):  # rows read in order need no sorting
            order = np.argsort(pairs, kind="stable")
            pairs = pairs[order]
            if bool((pairs[1:] == pairs[:-1]).any()):
                raise ValueError("A rater has rated the same movie twice.")
            rows, columns, stars = rows[order], columns[order], stars[order]
            times = None if times is None else times[order]
        rater_indptr = _indptr(rows, rater_ids.size)
        by_movie = csr_array((stars, columns, rater_indptr), shape=shape).tocsc()  # a stable counting sort
        return cls(
            rater_ids=rater_ids,
            movie_ids=movie_ids,
            rater_indptr=rater_indptr,
            movie_indices=columns,
            half_stars=stars,
            movie_indptr=by_movie.indptr.astype(np.int64),
            rater_indices=by_movie.indices.astype(np.int32, copy=False),
            half_stars_by_movie=by_movie.data,
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

    def take(self, keep: NDArray[np.bool_]) -> "RatingMatrix":
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
    if ids.size and bool((ids[1:] >= ids[:-1]).all()):
        first = np.concatenate([[True], ids[1:] != ids[:-1]])
        return ids[first], (np.cumsum(first, dtype=np.int32) - 1).astype(np.int32)
    unique, positions = np.unique(ids, return_inverse=True)
    return unique.astype(np.int32), positions.astype(np.int32).reshape(-1)


def _indptr(indices: Int32, length: int) -> Int64:
    indptr = np.zeros(length + 1, dtype=np.int64)
    np.cumsum(np.bincount(indices, minlength=length), out=indptr[1:])
    return indptr
