"""Similarity of movies by sparse features, on top of scores that are already known."""

import numpy as np

from native.threads import allowed

from native.heap cimport Candidate, sift_down, sift_up, write_best

from cython.parallel cimport prange, threadid


def alike(
    movie_rows,
    feature_rows,
    const int[:, ::1] near,
    const float[:, ::1] near_scores,
    *,
    int n,
    Py_ssize_t first_movie,
    Py_ssize_t last_movie,
    int n_threads=1,
):
    """Return (neighbours, scores) of a range of movies; see the stub."""
    cdef const long long[::1] indptr = movie_rows[0], feature_indptr = feature_rows[0]
    cdef const int[::1] features = movie_rows[1], movies = feature_rows[1]
    cdef const double[::1] values = movie_rows[2], movie_values = feature_rows[2]
    cdef Py_ssize_t n_movies = indptr.shape[0] - 1, movie
    if not 0 <= first_movie <= last_movie <= n_movies:
        raise ValueError(f"Movies {first_movie}:{last_movie} are not within the {n_movies} movies of movie_rows.")
    if n < 1:
        raise ValueError(f"n must be at least 1, not {n}.")
    n_range = last_movie - first_movie
    if near.shape[0] != n_range or near_scores.shape[0] != n_range or near.shape[1] != near_scores.shape[1]:
        raise ValueError("near and near_scores must have a row per movie of the range, and the same columns.")
    _check_sparse("movie_rows", movie_rows, len(feature_rows[0]) - 1)
    _check_sparse("feature_rows", feature_rows, n_movies)
    if np.max(near, initial=-1) >= n_movies:
        raise ValueError(f"near has movie {np.max(near)}, but there are {n_movies} movies.")
    n_threads = allowed(n_threads)
    neighbours = np.full((n_range, n), -1, dtype=np.int32)
    best_scores = np.zeros((n_range, n), dtype=np.float32)
    if n_range == 0:
        return neighbours, best_scores
    cdef int[:, ::1] out_neighbours = neighbours
    cdef float[:, ::1] out_scores = best_scores
    cdef double[:, ::1] scores = np.zeros((n_threads, n_movies))
    cdef double[:, :, ::1] heaps = np.zeros((n_threads, n, 3))
    for movie in prange(
        first_movie, last_movie, nogil=True, schedule="dynamic", chunksize=16, num_threads=n_threads
    ):
        _add_near(near[movie - first_movie], near_scores[movie - first_movie], scores[threadid()])
        _add_features(movie, indptr, features, values, feature_indptr, movies, movie_values, scores[threadid()])
        _choose(
            movie, n, scores[threadid()], <Candidate*> &heaps[threadid(), 0, 0],
            &out_neighbours[movie - first_movie, 0], &out_scores[movie - first_movie, 0],
        )
    return neighbours, best_scores


def _check_sparse(name, rows, n_columns):
    indptr, indices, data = rows
    if indptr[0] != 0 or (np.diff(indptr) < 0).any() or not indptr[-1] == len(indices) == len(data):
        raise ValueError(f"{name} is not a sparse matrix: indptr, indices and data do not fit together.")
    if len(indices) and not 0 <= np.min(indices) <= np.max(indices) < n_columns:
        raise ValueError(f"{name} has indices outside its {n_columns} columns.")


cdef void _add_near(
    const int[::1] near, const float[::1] near_scores,  # IN  (n_near,)
    double[::1] scores,                                 # OUT (n_movies,)
) noexcept nogil:
    cdef Py_ssize_t place
    for place in range(near.shape[0]):
        if near[place] >= 0:
            scores[near[place]] = near_scores[place]


cdef void _add_features(
    Py_ssize_t movie, const long long[::1] indptr, const int[::1] features, const double[::1] values,     # IN
    const long long[::1] feature_indptr, const int[::1] movies, const double[::1] movie_values,           # IN
    double[::1] scores,                                                                                   # OUT
) noexcept nogil:
    # scores += X[movie] @ Y
    cdef Py_ssize_t stored, having, feature
    cdef double value
    for stored in range(indptr[movie], indptr[movie + 1]):
        feature, value = features[stored], values[stored]
        for having in range(feature_indptr[feature], feature_indptr[feature + 1]):
            scores[movies[having]] += value * movie_values[having]


cdef void _choose(
    Py_ssize_t movie, int n,                                               # IN
    double[::1] scores, Candidate* heap, int* neighbours, float* best,     # OUT
) noexcept nogil:
    cdef Py_ssize_t other
    cdef int n_kept = 0
    cdef double score
    cdef Candidate candidate
    scores[movie] = 0
    for other in range(scores.shape[0]):
        score = scores[other]
        scores[other] = 0
        if score <= 0 or (n_kept == n and score <= heap[0].rank):  # later movies lose ties
            continue
        candidate.movie = other
        candidate.rank = candidate.score = score
        if n_kept < n:
            sift_up(heap, n_kept, candidate)
            n_kept += 1
        else:
            sift_down(heap, n_kept, candidate)
    write_best(heap, n_kept, n, neighbours, best)
