/* One 128-bit vector of integers per pair of movies: {common raters, Σ r·s, Σ r², Σ s²}; one add per co-rating. */
#ifndef MOVIEREC_CO_RATING_H
#define MOVIEREC_CO_RATING_H

#include <stddef.h>
#include <stdint.h>

typedef int32_t pair_sums_t __attribute__((vector_size(16)));

/* level_terms[level + 128] = {1, level, 0, level²}, the part of a co-rating that the other movie brings. */
static void fill_level_terms(pair_sums_t *level_terms)
{
    for (int level = -128; level < 128; level++)
        level_terms[level + 128] = (pair_sums_t){1, level, 0, level * level};
}

/* sums[movie] += {1, r·s, r², s²} for every packed rating (movie << 8 | s + 128) of a rater who gave r. */
static void add_rater(const uint32_t *packed, ptrdiff_t n_ratings, int32_t r, const pair_sums_t *level_terms,
                      pair_sums_t *sums)
{
    const pair_sums_t factor = {1, r, 0, 1}, constant = {0, 0, r * r, 0};
    for (ptrdiff_t t = 0; t < n_ratings; t++)
        sums[packed[t] >> 8] += level_terms[packed[t] & 255] * factor + constant;
}

static void prefetch_rater(const uint32_t *packed)
{
    __builtin_prefetch(packed);
    __builtin_prefetch(packed + 16);
}

static int n_bits(uint64_t mask)
{
    return __builtin_popcountll(mask);
}

#endif
