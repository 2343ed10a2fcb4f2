"""The closed form of EASE, in the memory of one dense matrix and of the weights that are kept."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from native.symmetric import gram_rows, sweep
from recommender.engine.data.types import Float32

ROWS_PER_BLOCK = 512
PIVOTS_PER_BLOCK = 128, 512
"""At least and at most, in between a sixteenth of all: more of them are more work, fewer read the matrix more often."""
GRAM_SHARE, INVERTED_SHARE = 0.2, 0.9
"""Progress after the first two steps; keeping the largest weights is the rest."""


@dataclass(frozen=True, slots=True, eq=False)
class Progress:
    """A step of the solution is done: the share of the whole (0..1)."""

    share: float


def solve(rows: csr_array, regularization: float, n_kept: int, *, n_threads: int = 1) -> Iterator[Progress | csr_array]:
    """Yield progress, then ``B = I − P / diag(P)`` with ``P = (XᵀX + λI)⁻¹`` (Steck 2019, "Embarrassingly Shallow
    Autoencoders for Sparse Data", equation 8), cut to the weights of every column that matter most.

    The inverse takes ``4 · n_movies²`` bytes and ``n_movies³`` operations in single precision: λ keeps the condition
    number of the system near the number of raters, far from the limit of float32. The diagonal of the result is stored
    as zeros, because all weights of a smaller catalogue are kept where the inverse was.

    Parameters
    ----------
    rows : (n_rows, n_movies) csr_array of float32
        ``X``.
    regularization : float
        ``λ``, above 0.
    n_kept : int
        Entries kept of each column: those with the largest ``|B_ji| · √(XᵀX)_jj``, the spread of what they add, and
        others that are as large as the smallest of them.
    n_threads : int
        The result does not depend on it.
    """
    n_movies = rows.shape[1]
    matrix = np.empty((n_movies, n_movies), dtype=np.float32)
    for stop in _gram(rows, matrix, n_threads):
        yield Progress(GRAM_SHARE * stop / n_movies)
    spread = np.sqrt(matrix.diagonal())
    matrix[np.diag_indices(n_movies)] += np.float32(regularization)
    n_pivots = int(np.clip(n_movies // 16, *PIVOTS_PER_BLOCK))
    for start in range(0, n_movies, n_pivots):
        stop = min(start + n_pivots, n_movies)
        sweep(matrix, start, stop, n_threads=n_threads)
        yield Progress(GRAM_SHARE + (INVERTED_SHARE - GRAM_SHARE) * stop / n_movies)
    _mirror(matrix)
    yield from _cut(matrix, spread, n_kept)


def _gram(rows: csr_array, matrix: Float32, n_threads: int) -> Iterator[int]:
    """Fill the lower triangle with ``XᵀX``; yield how many rows are done."""
    rows.sort_indices()
    columns = csr_array(rows.T)
    by_row = rows.indptr.astype(np.int32, copy=False), rows.indices.astype(np.int32, copy=False), rows.data
    by_column = columns.indptr.astype(np.int32, copy=False), columns.indices.astype(np.int32, copy=False), columns.data
    for start in range(0, matrix.shape[0], ROWS_PER_BLOCK):
        stop = min(start + ROWS_PER_BLOCK, matrix.shape[0])
        gram_rows(*by_row, *by_column, start, stop, matrix, n_threads=n_threads)
        yield stop


def _mirror(matrix: Float32) -> None:
    """Fill the upper triangle with the lower one."""
    for start in range(0, matrix.shape[0], ROWS_PER_BLOCK):
        block = slice(start, start + ROWS_PER_BLOCK)
        matrix[:start, block] = matrix[block, :start].T
        square = matrix[block, block]
        square[:] = np.tril(square) + np.tril(square, -1).T


def _cut(matrix: Float32, spread: Float32, n_kept: int) -> Iterator[Progress | csr_array]:
    """Turn minus the inverse into ``B`` row by row, and write what is kept of it over what has been read."""
    n_movies = spread.size
    diagonal, flat = -matrix.diagonal(), matrix.reshape(-1)
    least, n_kept_in_all = np.zeros(n_movies, dtype=np.float32), n_movies**2
    if n_kept < n_movies - 1:
        n_kept_in_all = 0
        for movie, row in enumerate(matrix):  # row and column of the inverse are the same
            matters = np.abs(row / diagonal[movie]) * spread
            matters[movie] = 0
            least[movie] = np.partition(matters, n_movies - n_kept)[n_movies - n_kept] if n_kept else np.inf
            n_kept_in_all += int(np.count_nonzero(matters >= least[movie]))
            if not movie % ROWS_PER_BLOCK:
                yield Progress(INVERTED_SHARE + (1 - INVERTED_SHARE) / 2 * movie / n_movies)
    index_type = np.int32 if n_kept_in_all <= np.iinfo(np.int32).max else np.int64
    indptr, indices = np.zeros(n_movies + 1, dtype=index_type), np.empty(n_kept_in_all, dtype=index_type)
    n_done = 0
    for movie in range(n_movies):
        row = matrix[movie] / diagonal
        row[movie] = 0
        kept = np.flatnonzero(np.abs(row) * spread[movie] >= least)
        place = slice(n_done, n_done + kept.size)
        flat[place], indices[place] = row[kept], kept
        n_done = indptr[movie + 1] = place.stop
    data = flat if n_done == flat.size else flat[:n_done].copy()
    yield csr_array((data, indices, indptr), shape=(n_movies, n_movies))
