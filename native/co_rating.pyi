import numpy as np
from numpy.typing import NDArray

def pack_by_rater(
    movie_indptr: NDArray[np.int64],
    rater_indices: NDArray[np.int32],
    levels: NDArray[np.int8],
    order: NDArray[np.int32],
    n_raters: int,
) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
    """Pack each rater's ratings of the movies in `order`, in that order, into 32 bits each.

    Parameters
    ----------
    movie_indptr : (n_movies + 1,) int64
    rater_indices : (n_ratings,) int32
        By movie.
    levels : (n_ratings,) int8
        Half-stars, or half-stars minus the rater's mean on a finer grid; by movie.
    order : (n_compared,) int32
        The movies to compare, most rated first: these are read most often and lie together in the cache.
    n_raters : int

    Returns
    -------
    indptr : (n_raters + 1,) int64
    packed : (n,) uint32
        ``position in order << 8 | level + 128``.

    Raises
    ------
    ValueError
        If there are more than 2**24 - 1 movies.
    """

def similar_movies(
    packed_indptr: NDArray[np.int64],
    packed: NDArray[np.uint32],
    order: NDArray[np.int32],
    movie_indptr: NDArray[np.int64],
    rater_indices: NDArray[np.int32],
    levels: NDArray[np.int8],
    genre_masks: NDArray[np.uint64],
    boost: NDArray[np.float64],
    co_occurrence: NDArray[np.float64],
    *,
    chance: float = 0.0,
    min_common: int,
    min_score: float,
    n_candidates: int,
    n: int,
    first_movie: int,
    last_movie: int,
    n_threads: int = 1,
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Find the most similar movies of a range of movies.

    For every other movie with at least `min_common` common raters that shares at least half of the genres of the
    one with fewer genres, ``score = boost[n_common] · Σ r·s / √(Σ r² · Σ s²) +
    co_occurrence[n_common] · (n_common / √(n₁ n₂) − chance · √(n₁ n₂))``
    with the sums over the common raters and ``n₁``, ``n₂`` all raters of the two. Of the movies scoring more than
    `min_score` the `n_candidates` with most common raters are kept, and of those the `n` with the highest scores;
    ties go to the lower movie index. Sums are integers: the result equals the NumPy twin's to the last bit.

    Parameters
    ----------
    packed_indptr, packed : arrays
        From `pack_by_rater`, with the same `order` and `levels`.
    order : (n_compared,) int32
    movie_indptr : (n_movies + 1,) int64
    rater_indices : (n_ratings,) int32
    levels : (n_ratings,) int8
        By movie.
    genre_masks : (n_movies,) uint64
        One bit per genre.
    boost, co_occurrence : (n_boosts,) float64
        By number of common raters; the last value applies to all larger numbers.
    chance : float
        With 1 / n_raters, what the raters of two movies would have in common by chance is taken off.
    min_common, n : int
    n_candidates : int
        0 keeps all of them.
    min_score : float
    first_movie, last_movie : int
        The range of movies, so that the work can be cut into chunks.
    n_threads : int
        At most this many threads; the result does not depend on it.

    Returns
    -------
    neighbours : (last_movie - first_movie, n) int32
        Movie indices, best first, padded with -1.
    scores : (last_movie - first_movie, n) float32
        Padded with 0.

    Raises
    ------
    ValueError
        If the range, the genre masks, `boost`, `co_occurrence` or `n` do not fit, or 32-bit sums could overflow.
    """
