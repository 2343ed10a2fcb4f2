"""Similarity of movies over the raters they have in common."""

import numpy as np

from native.threads import allowed

from native.heap cimport Candidate, sift_down, sift_up, worse, write_best

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

cdef struct Rule:
    double chance
    double min_score
    int min_common
    int n_candidates
    int n

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
    _check_ratings(movie_indptr, rater_indices, levels)
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


def _check_ratings(movie_indptr, rater_indices, levels):
    end = movie_indptr[movie_indptr.shape[0] - 1]
    if not end == rater_indices.shape[0] == levels.shape[0]:
        raise ValueError(
            f"movie_indptr ends at {end}, but there are {rater_indices.shape[0]} raters and {levels.shape[0]} levels."
        )


def similar_movies(
    const long long[::1] packed_indptr,
    const uint32_t[::1] packed,
    const int[::1] order,
    const long long[::1] movie_indptr,
    const int[::1] rater_indices,
    const signed char[::1] levels,
    const uint64_t[::1] genre_masks,
    const double[::1] boost,
    const double[::1] co_occurrence,
    *,
    double chance=0.0,
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
    cdef Py_ssize_t heap_size = max(n, n_candidates)
    counts = np.diff(movie_indptr)
    if not 0 <= first_movie <= last_movie <= n_movies:
        raise ValueError(f"Movies {first_movie}:{last_movie} are not within the {n_movies} movies of movie_indptr.")
    if genre_masks.shape[0] != n_movies:
        raise ValueError(f"{genre_masks.shape[0]} genre masks for {n_movies} movies.")
    if boost.shape[0] <= min_common or min_common < 1:
        raise ValueError(f"boost must go beyond min_common ({min_common}, at least 1), not end at {boost.shape[0] - 1}.")
    if co_occurrence.shape[0] != boost.shape[0]:
        raise ValueError(f"{co_occurrence.shape[0]} weights of co-occurrence for {boost.shape[0]} boosts.")
    if n < 1 or 0 < n_candidates < n:
        raise ValueError(f"n must be at least 1 and at most n_candidates ({n_candidates}), not {n}.")
    _check_ratings(movie_indptr, rater_indices, levels)
    if counts.max(initial=0) * np.square(levels, dtype=np.int64).max(initial=0) >= 1 << 31:
        raise ValueError("Too many ratings of one movie for 32-bit sums: use levels of smaller size.")
    n_threads = allowed(n_threads)
    neighbours = np.full((last_movie - first_movie, n), -1, dtype=np.int32)
    scores = np.zeros((last_movie - first_movie, n), dtype=np.float32)
    if n_compared == 0 or first_movie == last_movie:
        return neighbours, scores
    cdef int[:, ::1] level_terms = np.zeros((256 + 1, 4), dtype=np.int32)
    cdef pair_sums_t* terms = _aligned(&level_terms[0, 0])
    fill_level_terms(terms)
    cdef int[:, ::1] out_neighbours = neighbours
    cdef float[:, ::1] out_scores = scores
    cdef const double[::1] roots = np.sqrt(np.maximum(counts, 1)), inverse_roots = 1 / np.asarray(roots)
    cdef int[:, :, ::1] sums = np.zeros((n_threads, n_compared + 8, 4), dtype=np.int32)
    cdef double[:, :, ::1] heaps = np.zeros((n_threads, heap_size, 3))
    cdef Rule rule
    rule.chance = chance
    rule.min_score = min_score
    rule.min_common = min_common
    rule.n_candidates = n_candidates
    rule.n = n
    for movie in prange(
        first_movie, last_movie, nogil=True, schedule="dynamic", chunksize=4, num_threads=n_threads
    ):
        if movie_indptr[movie + 1] - movie_indptr[movie] >= min_common:
            _add_co_ratings(
                movie, packed_indptr, packed, movie_indptr, rater_indices, levels, terms,
                _aligned(&sums[threadid(), 0, 0]),
            )
            _choose(
                movie, order, genre_masks, boost, co_occurrence, roots, inverse_roots, rule,
                _aligned(&sums[threadid(), 0, 0]), <Candidate*> &heaps[threadid(), 0, 0],
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
    Py_ssize_t movie, const int[::1] order, const uint64_t[::1] genre_masks, const double[::1] boost,  # IN
    const double[::1] co_occurrence, const double[::1] roots, const double[::1] inverse_roots,         # IN
    Rule rule,                                                                                         # IN
    pair_sums_t* sums, Candidate* heap, int* neighbours, float* scores,                                # OUT
) noexcept nogil:
    # Either all compete by score for n places, or first by common raters for n_candidates.
    cdef Py_ssize_t position, n_common, last_boost = boost.shape[0] - 1
    cdef int n_kept = 0, n_places = rule.n_candidates if rule.n_candidates > 0 else rule.n
    cdef bint by_common = rule.n_candidates > 0
    cdef int* pair
    cdef Candidate candidate
    cdef double squares
    for position in range(order.shape[0]):
        pair = <int*> (sums + position)
        if pair[0] < rule.min_common:
            continue
        candidate.movie = order[position]
        candidate.rank = pair[0]
        if candidate.movie == movie or (by_common and n_kept == n_places and worse(candidate, heap[0])):
            continue
        if not _genres_shared(genre_masks[movie], genre_masks[candidate.movie]):
            continue
        # cos = Σ r·s / √(Σ r² Σ s²): sums and products are exact, so NumPy finds the same bits
        squares = <double> pair[2] * <double> pair[3]
        n_common = min(<Py_ssize_t> pair[0], last_boost)
        candidate.score = pair[1] / sqrt(squares) * boost[n_common] if squares > 0 else 0
        candidate.score += co_occurrence[n_common] * (
            pair[0] * inverse_roots[movie] * inverse_roots[candidate.movie]
            - rule.chance * (roots[movie] * roots[candidate.movie])
        )
        if not by_common:
            candidate.rank = candidate.score
        if candidate.score > rule.min_score:
            if n_kept < n_places:
                sift_up(heap, n_kept, candidate)
                n_kept += 1
            elif not worse(candidate, heap[0]):
                sift_down(heap, n_kept, candidate)
    memset(sums, 0, order.shape[0] * sizeof(pair_sums_t))
    write_best(heap, n_kept, rule.n, neighbours, scores)


cdef inline bint _genres_shared(uint64_t genres, uint64_t other_genres) noexcept nogil:
    return 2 * n_bits(genres & other_genres) >= min(n_bits(genres), n_bits(other_genres))
