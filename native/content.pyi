import numpy as np
from numpy.typing import NDArray

def alike(
    movie_rows: tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64]],
    feature_rows: tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64]],
    near: NDArray[np.int32],
    near_scores: NDArray[np.float32],
    *,
    n: int,
    first_movie: int,
    last_movie: int,
    n_threads: int = 1,
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Find the movies most alike by their features, starting from scores that are already known.

    ``score[j] = near_score[j] + Σ_f X[i, f] · Y[f, j]`` for every movie ``i`` of a range. Sums run over the features in
    the order stored, so the result equals the NumPy twin's to the last bit.

    Parameters
    ----------
    movie_rows : (indptr, indices, data)
        ``X`` by movie: (n_movies + 1,) int64, (n_entries,) int32 below n_features, (n_entries,) float64.
    feature_rows : (indptr, indices, data)
        ``Y`` by feature: (n_features + 1,) int64, (n_entries,) int32 below n_movies, (n_entries,) float64.
    near : (last_movie - first_movie, n_near) int32
        Movie indices that have a score already, each once; -1 for none.
    near_scores : (last_movie - first_movie, n_near) float32
    n, first_movie, last_movie : int
    n_threads : int
        At most this many threads; the result does not depend on it.

    Returns
    -------
    neighbours : (last_movie - first_movie, n) int32
        Movie indices with a score above 0, best first, ties by lower index, padded with -1.
    scores : (last_movie - first_movie, n) float32
        Padded with 0.

    Raises
    ------
    ValueError
        If the matrices, the range, `near` or `n` do not fit.
    """
