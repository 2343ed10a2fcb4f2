/* Gram matrices and Cholesky solves on small dense tiles, in registers.
 *
 * A tile holds the gathered factor rows of a few ratings, `width` floats apart (a multiple of PAD, zero padded). The
 * vector types are GCC/Clang vector extensions: the compiler maps them to AVX-512, AVX2, NEON or SSE2. */
#ifndef MOVIEREC_GRAM_H
#define MOVIEREC_GRAM_H

#include <math.h>
#include <stddef.h>
#include <string.h>

#if defined(__AVX512F__)
#define LANES 16
#define BLOCK_ROWS 8
#elif defined(__AVX__)
#define LANES 8
#define BLOCK_ROWS 4
#else
#define LANES 4
#define BLOCK_ROWS 4
#endif
#define PAD 16

typedef float lanes_t __attribute__((vector_size(LANES * 4), aligned(4), may_alias));

/* gram[i:i+BLOCK_ROWS, j:j+VECTORS*LANES] += tile[:, i:i+BLOCK_ROWS].T @ tile[:, j:j+VECTORS*LANES] */
#define DEFINE_GRAM_BLOCK(VECTORS)                                                                             \
    static void gram_block_##VECTORS(const float *tile, ptrdiff_t n_rows, ptrdiff_t width, ptrdiff_t i,        \
                                     ptrdiff_t j, float *gram)                                                 \
    {                                                                                                          \
        lanes_t sums[BLOCK_ROWS][VECTORS];                                                                     \
        for (int r = 0; r < BLOCK_ROWS; r++)                                                                   \
            for (int v = 0; v < VECTORS; v++)                                                                  \
                sums[r][v] = *(const lanes_t *)(gram + (i + r) * width + j + v * LANES);                       \
        for (ptrdiff_t t = 0; t < n_rows; t++) {                                                               \
            const float *row = tile + t * width;                                                               \
            lanes_t right[VECTORS];                                                                            \
            for (int v = 0; v < VECTORS; v++)                                                                  \
                right[v] = *(const lanes_t *)(row + j + v * LANES);                                            \
            for (int r = 0; r < BLOCK_ROWS; r++)                                                               \
                for (int v = 0; v < VECTORS; v++)                                                              \
                    sums[r][v] += row[i + r] * right[v];                                                       \
        }                                                                                                      \
        for (int r = 0; r < BLOCK_ROWS; r++)                                                                   \
            for (int v = 0; v < VECTORS; v++)                                                                  \
                *(lanes_t *)(gram + (i + r) * width + j + v * LANES) = sums[r][v];                             \
    }
DEFINE_GRAM_BLOCK(1)
DEFINE_GRAM_BLOCK(2)

/* gram += tile.T @ tile, upper triangle (the blocks on the diagonal are filled whole). */
static void add_gram(const float *tile, ptrdiff_t n_rows, ptrdiff_t width, float *gram)
{
    for (ptrdiff_t i = 0; i < width; i += BLOCK_ROWS) {
        ptrdiff_t j = i / LANES * LANES;
        for (; j + 2 * LANES <= width; j += 2 * LANES)
            gram_block_2(tile, n_rows, width, i, j, gram);
        if (j < width)
            gram_block_1(tile, n_rows, width, i, j, gram);
    }
}

/* sums += tile.T @ ones; target += tile.T @ values */
static void add_columns(const float *tile, const float *values, ptrdiff_t n_rows, ptrdiff_t width, float *sums,
                        float *target)
{
    for (ptrdiff_t j = 0; j < width; j += LANES) {
        lanes_t sum = *(lanes_t *)(sums + j), weighted = *(lanes_t *)(target + j);
        for (ptrdiff_t t = 0; t < n_rows; t++) {
            lanes_t row = *(const lanes_t *)(tile + t * width + j);
            sum += row;
            weighted += values[t] * row;
        }
        *(lanes_t *)(sums + j) = sum;
        *(lanes_t *)(target + j) = weighted;
    }
}

/* Solve gram @ x = target in place (upper Cholesky, gram = U.T @ U).
 *
 * A column that depends on the ones before it (pivot below PIVOT_TOLERANCE of its diagonal) gets the weight 0. */
#define PIVOT_TOLERANCE 1e-5f
static void cholesky_solve(float *gram, ptrdiff_t width, ptrdiff_t n, float *diagonal, float *target)
{
    for (ptrdiff_t p = 0; p < n; p++)
        diagonal[p] = gram[p * width + p];
    for (ptrdiff_t p = 0; p < n; p++) {
        float *pivot_row = gram + p * width;
        float scale = pivot_row[p] > PIVOT_TOLERANCE * diagonal[p] ? 1.0f / sqrtf(pivot_row[p]) : 0.0f;
        for (ptrdiff_t j = p / LANES * LANES; j < width; j += LANES)
            *(lanes_t *)(pivot_row + j) *= scale;
        pivot_row[p] = scale;
        target[p] *= scale;
        for (ptrdiff_t i = p + 1; i < n; i++) {
            float factor = pivot_row[i];
            float *row = gram + i * width;
            for (ptrdiff_t j = i / LANES * LANES; j < width; j += LANES)
                *(lanes_t *)(row + j) -= factor * *(lanes_t *)(pivot_row + j);
            target[i] -= target[p] * factor;
        }
    }
    for (ptrdiff_t p = n - 1; p >= 0; p--) {
        float sum = target[p];
        for (ptrdiff_t j = p + 1; j < n; j++)
            sum -= gram[p * width + j] * target[j];
        target[p] = sum * gram[p * width + p];
    }
}

#endif
