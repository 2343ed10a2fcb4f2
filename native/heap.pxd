"""A heap of the n best movies seen so far, the worst on top; ties go to the lower movie index."""

cdef struct Candidate:  # three doubles wide
    double rank
    double score
    long long movie


cdef inline bint worse(Candidate left, Candidate right) noexcept nogil:
    return left.rank < right.rank or (left.rank == right.rank and left.movie > right.movie)


cdef inline void sift_up(Candidate* heap, int place, Candidate candidate) noexcept nogil:
    cdef int parent
    while place > 0:
        parent = (place - 1) // 2
        if not worse(candidate, heap[parent]):
            break
        heap[place] = heap[parent]
        place = parent
    heap[place] = candidate


cdef inline void sift_down(Candidate* heap, int size, Candidate candidate) noexcept nogil:
    cdef int place = 0, child
    while True:
        child = 2 * place + 1
        if child >= size:
            break
        if child + 1 < size and worse(heap[child + 1], heap[child]):
            child += 1
        if not worse(heap[child], candidate):
            break
        heap[place] = heap[child]
        place = child
    heap[place] = candidate


cdef inline void write_best(
    Candidate* candidates, int n_candidates, int n,  # IN
    int* movies, float* scores,                      # OUT
) noexcept nogil:
    # The n highest scores, selected one by one, the lower movie index first
    cdef int place, candidate, best, n_best = min(n, n_candidates)
    for candidate in range(n_candidates):
        candidates[candidate].rank = candidates[candidate].score
    for place in range(n_best):
        best = 0
        for candidate in range(1, n_candidates):
            if worse(candidates[best], candidates[candidate]):
                best = candidate
        movies[place] = <int> candidates[best].movie
        scores[place] = <float> candidates[best].score
        n_candidates -= 1
        candidates[best] = candidates[n_candidates]
