/* Gram matrices and Cholesky solves on small dense tiles, in registers.
 *
 * A tile holds the gathered factor rows of a few ratings, `width` floats apart (a multiple of PAD, zero padded). The
 * vector types are GCC/Clang vector extensions: the compiler maps them to AVX-512, AVX2, NEON or SSE2. */
#ifndef MOVIEREC_GRAM_H
#define MOVIEREC_GRAM_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

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

typedef int32_t lane_bits_t __attribute__((vector_size(LANES * 4), aligned(4), may_alias));

#define RATINGS_AHEAD 24

static void prefetch_row(const float *row, ptrdiff_t n_factors)
{
    for (ptrdiff_t j = 0; j < n_factors; j += 16)
        __builtin_prefetch(row + j);
}

/* tile[t] = factors[indices[t]], padded with zeros. Rows of factors start `stride` floats apart; where that is
 * enough for whole vectors they are copied as such, whatever lies behind the row's end (but of the last row). */
static void gather_rows(const float *factors, ptrdiff_t stride, const int *indices, int last_column,
                        ptrdiff_t n_rows, ptrdiff_t n_ahead, ptrdiff_t n_factors, ptrdiff_t width, float *tile)
{
    const ptrdiff_t whole = n_factors / LANES * LANES;
    lane_bits_t inside;
    for (int lane = 0; lane < LANES; lane++)
        inside[lane] = whole + lane < n_factors ? -1 : 0;
    for (ptrdiff_t t = 0; t < n_rows; t++) {
        const float *row = factors + indices[t] * stride;
        float *copy = tile + t * width;
        if (t + RATINGS_AHEAD < n_ahead)
            prefetch_row(factors + indices[t + RATINGS_AHEAD] * stride, n_factors);
        for (ptrdiff_t j = 0; j < whole; j += LANES)
            *(lanes_t *)(copy + j) = *(const lanes_t *)(row + j);
        if (stride >= whole + LANES && whole < n_factors && indices[t] < last_column)
            *(lane_bits_t *)(copy + whole) = *(const lane_bits_t *)(row + whole) & inside;
        else
            for (ptrdiff_t j = whole; j < n_factors; j++)
                copy[j] = row[j];
    }
}

/* gram[i:i+BLOCK_ROWS, j:j+VECTORS*LANES] += (or -=) tile[:, i:i+BLOCK_ROWS].T @ tile[:, j:j+VECTORS*LANES] */
#define DEFINE_GRAM_BLOCK(NAME, VECTORS, UPDATE)                                                               \
    static void NAME##_##VECTORS(const float *tile, ptrdiff_t n_rows, ptrdiff_t width, ptrdiff_t i,            \
                                 ptrdiff_t j, float *gram)                                                     \
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
                    sums[r][v] UPDATE row[i + r] * right[v];                                                   \
        }                                                                                                      \
        for (int r = 0; r < BLOCK_ROWS; r++)                                                                   \
            for (int v = 0; v < VECTORS; v++)                                                                  \
                *(lanes_t *)(gram + (i + r) * width + j + v * LANES) = sums[r][v];                             \
    }
DEFINE_GRAM_BLOCK(add, 1, +=)
DEFINE_GRAM_BLOCK(add, 2, +=)
DEFINE_GRAM_BLOCK(subtract, 1, -=)
DEFINE_GRAM_BLOCK(subtract, 2, -=)

/* gram += tile.T @ tile, upper triangle (the blocks on the diagonal are filled whole). */
static void add_gram(const float *tile, ptrdiff_t n_rows, ptrdiff_t width, float *gram)
{
    for (ptrdiff_t i = 0; i < width; i += BLOCK_ROWS) {
        ptrdiff_t j = i / LANES * LANES;
        for (; j + 2 * LANES <= width; j += 2 * LANES)
            add_2(tile, n_rows, width, i, j, gram);
        if (j < width)
            add_1(tile, n_rows, width, i, j, gram);
    }
}

/* gram[start:, start:] -= panel.T @ panel, upper triangle; the panel is PAD rows of gram itself. */
static void subtract_panel(const float *panel, ptrdiff_t start, ptrdiff_t width, float *gram)
{
    for (ptrdiff_t i = start; i < width; i += BLOCK_ROWS) {
        ptrdiff_t j = i / LANES * LANES;
        for (; j + 2 * LANES <= width; j += 2 * LANES)
            subtract_2(panel, PAD, width, i, j, gram);
        if (j < width)
            subtract_1(panel, PAD, width, i, j, gram);
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

/* target = U⁻¹ right; the diagonal of U holds its inverse. */
static void solve_upper(const float *upper, ptrdiff_t width, const float *right, float *target)
{
    for (ptrdiff_t start = width - PAD; start >= 0; start -= PAD) {
        for (ptrdiff_t p = start + PAD - 1; p >= start; p--) {
            const float *row = upper + p * width;
            lanes_t products = {0};
            for (ptrdiff_t j = start + PAD; j < width; j += LANES)
                products += *(const lanes_t *)(row + j) * *(const lanes_t *)(target + j);
            float sum = right[p];
            for (int lane = 0; lane < LANES; lane++)
                sum -= products[lane];
            for (ptrdiff_t j = p + 1; j < start + PAD; j++)
                sum -= row[j] * target[j];
            target[p] = sum * row[p];
        }
    }
}

/* Solve gram @ x = target in place (upper Cholesky, gram = U.T @ U).
 *
 * PAD pivots at a time, then the rest is updated by whole blocks. A column that depends on the ones before it (pivot
 * below PIVOT_TOLERANCE of its diagonal) gets the weight 0, and so does the padding. */
#define PIVOT_TOLERANCE 1e-5f
static void cholesky_solve(float *gram, ptrdiff_t width, float *diagonal, float *target)
{
    for (ptrdiff_t p = 0; p < width; p++)
        diagonal[p] = gram[p * width + p];
    for (ptrdiff_t start = 0; start < width; start += PAD) {
        for (ptrdiff_t p = start; p < start + PAD; p++) {
            float *pivot_row = gram + p * width;
            float scale = pivot_row[p] > PIVOT_TOLERANCE * diagonal[p] ? 1.0f / sqrtf(pivot_row[p]) : 0.0f;
            float solved = target[p] * scale;
            for (ptrdiff_t j = start; j < width; j += LANES) {
                lanes_t scaled = *(lanes_t *)(pivot_row + j) * scale;
                *(lanes_t *)(pivot_row + j) = scaled;
                *(lanes_t *)(target + j) -= scaled * solved;
            }
            for (ptrdiff_t i = p + 1; i < start + PAD; i++) {
                float factor = pivot_row[i];
                for (ptrdiff_t j = start; j < width; j += LANES)
                    *(lanes_t *)(gram + i * width + j) -= factor * *(lanes_t *)(pivot_row + j);
            }
            pivot_row[p] = scale;
            diagonal[p] = solved;
        }
        subtract_panel(gram + start * width, start + PAD, width, gram);
    }
    solve_upper(gram, width, diagonal, target);
}

#endif
