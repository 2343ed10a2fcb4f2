"""The closed form of EASE, in blocks that fit into memory."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.linalg.lapack import spotrf, spotri
from scipy.sparse import csr_array

from recommender.engine.data.types import Float32

COLUMNS_PER_BLOCK = 1024
GRAM_SHARE, FACTORISED_SHARE, INVERTED_SHARE = 0.4, 0.6, 0.9
"""Progress after the three steps; keeping the largest weights is the rest."""


@dataclass(frozen=True, slots=True, eq=False)
class Progress:
    """A step of the solution is done: the share of the whole (0..1)."""

    share: float


def solve(rows: csr_array, regularization: float, n_kept: int) -> Iterator[Progress | csr_array]:
    """Yield progress, then ``B = I − P / diag(P)`` with ``P = (XᵀX + λI)⁻¹`` (Steck 2019, "Embarrassingly Shallow
    Autoencoders for Sparse Data", equation 8), cut to the weights of every column that matter most.

    The inverse takes ``4 · n_movies²`` bytes and ``n_movies³`` operations in single precision: λ keeps the condition
    number of the system near the number of raters, far from the limit of float32.

    Parameters
    ----------
    rows : (n_rows, n_movies) csr_array of float32
        ``X``.
    regularization : float
        ``λ``, above 0.
    n_kept : int
        Entries kept of each column: those with the largest ``|B_ji| · √(XᵀX)_jj``, the spread of what they add.
    """
    n_movies = rows.shape[1]
    inverse = np.zeros((n_movies, n_movies), dtype=np.float32, order="F")
    by_movie = csr_array(rows.T)
    for start in range(0, n_movies, COLUMNS_PER_BLOCK):
        block = slice(start, min(start + COLUMNS_PER_BLOCK, n_movies))
        inverse[:, block] = (by_movie @ csr_array(by_movie[block].T)).toarray()
        yield Progress(GRAM_SHARE * block.stop / n_movies)
    spread = np.sqrt(inverse.diagonal())
    inverse[np.diag_indices(n_movies)] += np.float32(regularization)
    inverse, failed = spotrf(inverse, lower=1, overwrite_a=1, clean=0)
    if failed:
        raise ValueError("The item-item system is not positive definite; raise the regularization.")
    yield Progress(FACTORISED_SHARE)
    inverse, _ = spotri(inverse, lower=1, overwrite_c=1)
    yield Progress(INVERTED_SHARE)
    yield _largest(inverse, spread, n_kept)


def _largest(inverse: Float32, spread: Float32, n_kept: int) -> csr_array:
    """Return the off-diagonal entries of ``−P / diag(P)`` that matter most to each column, given P's lower triangle."""
    n_movies = inverse.shape[0]
    n_kept = max(min(n_kept, n_movies - 1), 0)
    diagonal = inverse.diagonal().copy()
    data = np.empty((n_movies, n_kept), dtype=np.float32)
    rated = np.empty((n_movies, n_kept), dtype=np.int32)
    for movie in range(n_movies):
        column = np.concatenate([inverse[movie, :movie], inverse[movie:, movie]]) / -diagonal[movie]
        column[movie] = 0
        kept = (
            np.argpartition(np.abs(column) * spread, n_movies - n_kept)[n_movies - n_kept :]
            if n_kept
            else np.zeros(0, int)
        )
        kept.sort()
        rated[movie], data[movie] = kept, column[kept]
    indptr = np.arange(0, n_movies * n_kept + 1, n_kept) if n_kept else np.zeros(n_movies + 1, dtype=np.int64)
    columns = csr_array((data.ravel(), rated.ravel(), indptr), shape=(n_movies, n_movies))
    by_rated = csr_array(columns.T)
    by_rated.sort_indices()
    return by_rated
