"""Similarity of movies over the raters they have in common."""

import numpy as np

from cython.parallel cimport prange, threadid
from libc.math cimport sqrt
from libc.stdint cimport int32_t, uint32_t, uint64_t
from libc.string cimport memset

cdef extern from "co_rating.h" nogil:
    ctypedef struct pair_sums_t:
        pass
    void fill_level_terms(pair_sums_t* level_terms)
    void add_rater(const uint32_t* packed, Py_ssize_t n_ratings, int32_t r, const pair_sums_t* level_terms,
                   pair_sums_t* sums)
    void prefetch_rater(const uint32_t* packed)
    int n_bits(uint64_t mask)

cdef enum:
    RATERS_AHEAD = 2  # how far the prefetch of a rater's row runs ahead


def pack_by_rater(
    const long long[::1] movie_indptr,
    const int[::1] rater_indices,
    const signed char[::1] levels,
    const int[::1] order,
    int n_raters,
):
    """Return (indptr, packed): each rater's ratings of the movies in `order`, in that order; see the stub."""
    cdef Py_ssize_t position, stored, movie, rater
    counts = np.zeros(n_raters + 1, dtype=np.int64)
    cdef long long[::1] end = counts
    if order.shape[0] >= 1 << 24:
        raise ValueError(f"At most {(1 << 24) - 1} movies can be compared, not {order.shape[0]}.")
    for position in range(order.shape[0]):
        movie = order[position]
        for stored in range(movie_indptr[movie], movie_indptr[movie + 1]):
            end[rater_indices[stored] + 1] += 1
    np.cumsum(counts, out=counts)
    indptr = counts.copy()
    ratings = np.empty(counts[n_raters], dtype=np.uint32)
    cdef uint32_t[::1] packed = ratings
    with nogil:
        for position in range(order.shape[0]):
            movie = order[position]
            for stored in range(movie_indptr[movie], movie_indptr[movie + 1]):
                rater = rater_indices[stored]
                packed[end[rater]] = <uint32_t> (position << 8) | <uint32_t> (levels[stored] + 128)
                end[rater] += 1
    return indptr, ratings


def similar_movies(
    const long long[::1] packed_indptr,
    const uint32_t[::1] packed,
    const int[::1] order,
    const long long[::1] movie_indptr,
    const int[::1] rater_indices,
    const signed char[::1] levels,
    const uint64_t[::1] genre_masks,
    const double[::1] boost,
    *,
    int min_common,
    double min_score,
    int n_candidates,
    int n,
    Py_ssize_t first_movie,
    Py_ssize_t last_movie,
    int n_threads=1,
):
    """Return (neighbours, scores) of a range of movies; see the stub."""
    cdef Py_ssize_t n_movies = movie_indptr.shape[0] - 1, n_compared = order.shape[0], movie
    if not 0 <= first_movie <= last_movie <= n_movies:
        raise ValueError(f"Movies {first_movie}:{last_movie} are not within the {n_movies} movies of movie_indptr.")
    if genre_masks.shape[0] != n_movies:
        raise ValueError(f"{genre_masks.shape[0]} genre masks for {n_movies} movies.")
    if boost.shape[0] <= min_common or min_common < 1:
        raise ValueError(f"boost must go beyond min_common ({min_common}, at least 1), not end at {boost.shape[0] - 1}.")
    if not 1 <= n <= n_candidates:
        raise ValueError(f"n must be 1..n_candidates ({n_candidates}), not {n}.")
    n_threads = max(1, n_threads)
    neighbours = np.full((last_movie - first_movie, n), -1, dtype=np.int32)
    scores = np.zeros((last_movie - first_movie, n), dtype=np.float32)
    level_terms = np.zeros((256, 4), dtype=np.int32)
    cdef int[:, ::1] level_terms_view = level_terms
    cdef pair_sums_t* terms = <pair_sums_t*> &level_terms_view[0, 0]
    fill_level_terms(terms)
    if n_compared == 0 or first_movie == last_movie:
        return neighbours, scores
    cdef int[:, ::1] out_neighbours = neighbours
    cdef float[:, ::1] out_scores = scores
    cdef int[:, :, ::1] sums = np.zeros((n_threads, n_compared + 4, 4), dtype=np.int32)
    cdef uint64_t[:, ::1] keys = np.zeros((n_threads, n_candidates), dtype=np.uint64)
    cdef double[:, ::1] candidate_scores = np.zeros((n_threads, n_candidates))
    for movie in prange(
        first_movie, last_movie, nogil=True, schedule="dynamic", chunksize=4, num_threads=n_threads
    ):
        if movie_indptr[movie + 1] - movie_indptr[movie] >= min_common:
            _add_co_ratings(
                movie, packed_indptr, packed, movie_indptr, rater_indices, levels, terms,
                _aligned(&sums[threadid(), 0, 0]),
            )
            _choose(
                movie, n_compared, &order[0], genre_masks, boost, min_common, min_score, n_candidates, n,
                _aligned(&sums[threadid(), 0, 0]), &keys[threadid(), 0], &candidate_scores[threadid(), 0],
                &out_neighbours[movie - first_movie, 0], &out_scores[movie - first_movie, 0],
            )
    return neighbours, scores


cdef inline pair_sums_t* _aligned(int* start) noexcept nogil:
    return <pair_sums_t*> ((<size_t> start + 15) & ~(<size_t> 15))


cdef void _add_co_ratings(
    Py_ssize_t movie, const long long[::1] packed_indptr, const uint32_t[::1] packed,                    # IN
    const long long[::1] movie_indptr, const int[::1] rater_indices, const signed char[::1] levels,      # IN
    const pair_sums_t* terms,                                                                            # IN
    pair_sums_t* sums,                                                                                   # OUT
) noexcept nogil:
    cdef Py_ssize_t stored, last = movie_indptr[movie + 1], rater, ahead
    for stored in range(movie_indptr[movie], last):
        ahead = min(stored + RATERS_AHEAD, last - 1)
        prefetch_rater(&packed[0] + packed_indptr[rater_indices[ahead]])
        rater = rater_indices[stored]
        add_rater(&packed[0] + packed_indptr[rater], packed_indptr[rater + 1] - packed_indptr[rater],
                  levels[stored], terms, sums)


cdef void _choose(
    Py_ssize_t movie, Py_ssize_t n_compared, const int* order, const uint64_t[::1] genre_masks,        # IN
    const double[::1] boost, int min_common, double min_score, int n_candidates, int n,                # IN
    pair_sums_t* sums, uint64_t* keys, double* candidate_scores, int* neighbours, float* scores,       # OUT
) noexcept nogil:
    # The n_candidates with most common raters are kept in a heap, the least of them on top. A key holds the common
    # raters above the complement of the movie's index, so that of equal counts the lower index is the greater key.
    cdef Py_ssize_t position, last_boost = boost.shape[0] - 1
    cdef int n_kept = 0, other
    cdef int* pair
    cdef uint64_t key
    cdef double score
    for position in range(n_compared):
        pair = <int*> (sums + position)
        if pair[0] < min_common:
            continue
        other = order[position]
        key = <uint64_t> pair[0] << 32 | (0xFFFFFFFFu - <uint32_t> other)
        if other == movie or (n_kept == n_candidates and key < keys[0]):
            continue
        if not _genres_shared(genre_masks[movie], genre_masks[other]) or pair[2] == 0 or pair[3] == 0:
            continue
        # cos = Σ r·s / √(Σ r² Σ s²); every product is exact, so NumPy finds the same bits
        score = pair[1] / sqrt(<double> pair[2] * <double> pair[3]) * boost[min(<Py_ssize_t> pair[0], last_boost)]
        if score > min_score:
            if n_kept < n_candidates:
                n_kept += 1
                _sift_up(keys, candidate_scores, n_kept - 1, key, score)
            else:
                _sift_down(keys, candidate_scores, n_kept, key, score)
    memset(sums, 0, n_compared * sizeof(pair_sums_t))
    _best(keys, candidate_scores, n_kept, n, neighbours, scores)


cdef inline bint _genres_shared(uint64_t genres, uint64_t other_genres) noexcept nogil:
    return 2 * n_bits(genres & other_genres) >= min(n_bits(genres), n_bits(other_genres))


cdef void _best(
    uint64_t* keys, double* candidate_scores, int n_kept, int n, int* neighbours, float* scores
) noexcept nogil:
    # n selections of the highest score, the lower index first
    cdef int place, candidate, best, n_best = min(n, n_kept)
    cdef uint32_t index, best_index = 0
    for place in range(n_best):
        best = -1
        for candidate in range(n_kept):
            index = 0xFFFFFFFFu - <uint32_t> keys[candidate]
            if best < 0 or candidate_scores[candidate] > candidate_scores[best] or (
                candidate_scores[candidate] == candidate_scores[best] and index < best_index
            ):
                best = candidate
                best_index = index
        neighbours[place] = <int> best_index
        scores[place] = <float> candidate_scores[best]
        n_kept -= 1
        keys[best] = keys[n_kept]
        candidate_scores[best] = candidate_scores[n_kept]


cdef void _sift_up(uint64_t* keys, double* scores, int place, uint64_t key, double score) noexcept nogil:
    cdef int parent
    while place > 0:
        parent = (place - 1) // 2
        if keys[parent] <= key:
            break
        keys[place] = keys[parent]
        scores[place] = scores[parent]
        place = parent
    keys[place] = key
    scores[place] = score


cdef void _sift_down(uint64_t* keys, double* scores, int size, uint64_t key, double score) noexcept nogil:
    cdef int place = 0, child
    while True:
        child = 2 * place + 1
        if child >= size:
            break
        if child + 1 < size and keys[child + 1] < keys[child]:
            child += 1
        if keys[child] >= key:
            break
        keys[place] = keys[child]
        scores[place] = scores[child]
        place = child
    keys[place] = key
    scores[place] = score
