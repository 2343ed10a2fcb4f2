"""Readable NumPy twins of the kernels in `native/`: what they compute, one line of algebra at a time."""

import numpy as np

from recommender.engine.data.types import Float32, Float64, Int8, Int32, Int64, UInt64


def solve_rows(
    indptr: Int64,
    indices: Int32,
    values: Int8 | Float32,
    factors: Float32,
    offsets: Float32,
    precision: Float32,
    precision_per_rating: float,
    *,
    scale: float = 1.0,
    shift: float = 0.0,
    biases: Float32 | None = None,
    bias_precision: float = 0.0,
) -> tuple[Float64, Float64]:
    """Twin of `native.normal_equations.solve_rows`; returns (weights, biases) in float64.

    Parameters
    ----------
    biases : (n_rows,) float32, optional
        Taken as given instead of fitted (``fit_bias=False``).
    """
    n_rows, n_factors = indptr.size - 1, factors.shape[1]
    out_weights = np.zeros((n_rows, n_factors))
    out_biases = np.zeros(n_rows) if biases is None else biases.astype(np.float64)
    for row in range(n_rows):
        stored = slice(indptr[row], indptr[row + 1])
        x = factors[indices[stored]].astype(np.float64)
        y = scale * values[stored].astype(np.float64) + shift - offsets[indices[stored]] - out_biases[row]
        ridge = precision.astype(np.float64) + precision_per_rating * y.size
        if biases is not None:
            out_weights[row] = solve_semidefinite(x.T @ x + np.diag(ridge), x.T @ y)
        elif y.size:
            x_mean, y_mean = x.sum(axis=0) / (y.size + bias_precision), y.sum() / (y.size + bias_precision)
            gram = x.T @ x - np.outer(x.sum(axis=0), x_mean) + np.diag(ridge)
            out_weights[row] = solve_semidefinite(gram, x.T @ y - x.sum(axis=0) * y_mean)
            out_biases[row] = y_mean - x_mean @ out_weights[row]
    return out_weights, out_biases


def solve_semidefinite(gram: Float64, target: Float64, pivot_tolerance: float = 1e-5) -> Float64:
    """Solve a positive semi-definite system; a column that depends on earlier ones gets the weight 0."""
    kept: list[int] = []
    for column in range(target.size):
        projected = gram[column, column]
        if kept:
            shared = gram[kept, column]
            projected -= shared @ np.linalg.solve(gram[np.ix_(kept, kept)], shared)
        if projected > pivot_tolerance * gram[column, column]:
            kept.append(column)
    solution = np.zeros(target.size)
    if kept:
        solution[kept] = np.linalg.solve(gram[np.ix_(kept, kept)], target[kept])
    return solution


def rank_agreement(indptr: Int64, truth: Int8 | Float32 | Float64, predicted: Float32 | Float64) -> Float64:
    """Twin of `native.evaluation.rank_agreement`: all pairs, one by one."""
    agreement = np.full(indptr.size - 1, np.nan)
    for user in range(indptr.size - 1):
        stored = slice(indptr[user], indptr[user + 1])
        better = truth[stored][:, None] > truth[stored][None, :]
        if better.any():
            agreement[user] = (predicted[stored][:, None] > predicted[stored][None, :])[better].mean()
    return agreement


def top_n(
    scores: Float32, n: int, excluded_indptr: Int64 | None = None, excluded_indices: Int32 | None = None
) -> Int32:
    """Twin of `native.top_n.top_n`: a stable sort of every row."""
    best = np.full((scores.shape[0], min(n, scores.shape[1])), -1, dtype=np.int32)
    for row, row_scores in enumerate(scores.astype(np.float64)):
        left = row_scores > -np.inf  # False for NaN too
        if excluded_indptr is not None and excluded_indices is not None:
            left[excluded_indices[excluded_indptr[row] : excluded_indptr[row + 1]]] = False
        order = np.argsort(-row_scores, kind="stable")
        order = order[left[order]][:n]
        best[row, : order.size] = order
    return best


def similar_movies(
    movie_indptr: Int64,
    rater_indices: Int32,
    levels: Int8,
    genre_masks: UInt64,
    boost: Float64,
    co_occurrence: Float64,
    *,
    chance: float = 0.0,
    min_common: int,
    min_score: float,
    n_candidates: int,
    n: int,
) -> tuple[Int32, Float32]:
    """Twin of `native.co_rating.similar_movies` for all movies: every pair from a dense matrix, exactly."""
    n_movies = movie_indptr.size - 1
    dense = np.zeros((n_movies, int(rater_indices.max(initial=-1)) + 1), dtype=np.int64)
    rated = np.zeros(dense.shape, dtype=np.int64)
    for movie in range(n_movies):
        stored = slice(movie_indptr[movie], movie_indptr[movie + 1])
        dense[movie, rater_indices[stored]] = levels[stored]
        rated[movie, rater_indices[stored]] = 1
    common, dots, squares = rated @ rated.T, dense @ dense.T, dense**2 @ rated.T
    roots = np.sqrt(np.maximum(np.diff(movie_indptr), 1))
    inverse_roots = 1 / roots
    n_genres = np.bitwise_count(genre_masks)
    shared = np.bitwise_count(genre_masks[:, None] & genre_masks[None, :])
    neighbours = np.full((n_movies, n), -1, dtype=np.int32)
    scores = np.zeros((n_movies, n), dtype=np.float32)
    for movie in range(n_movies):
        others = (common[movie] >= min_common) & (2 * shared[movie] >= np.minimum(n_genres, n_genres[movie]))
        others[movie] = False
        candidates = np.flatnonzero(others)
        products = squares[movie, candidates].astype(np.float64) * squares[candidates, movie].astype(np.float64)
        n_common = np.minimum(common[movie, candidates], boost.size - 1)
        cosines = dots[movie, candidates] / np.sqrt(np.where(products > 0, products, 1)) * boost[n_common]
        scale = common[movie, candidates] * inverse_roots[movie] * inverse_roots[candidates]
        scale -= chance * (roots[movie] * roots[candidates])
        score = np.where(products > 0, cosines, 0) + co_occurrence[n_common] * scale
        candidates, score = candidates[score > min_score], score[score > min_score]
        if n_candidates:
            most_common = np.lexsort((candidates, -common[movie, candidates]))[:n_candidates]
            candidates, score = candidates[most_common], score[most_common]
        best = np.lexsort((candidates, -score))[:n]
        neighbours[movie, : best.size] = candidates[best]
        scores[movie, : best.size] = score[best]
    return neighbours, scores


def alike(
    movie_rows: tuple[Int64, Int32, Float64],
    feature_rows: tuple[Int64, Int32, Float64],
    near: Int32,
    near_scores: Float32,
    *,
    n: int,
    first_movie: int,
    last_movie: int,
) -> tuple[Int32, Float32]:
    """Twin of `native.content.alike`: one dense row of scores after the other, features in the order stored."""
    n_movies = movie_rows[0].size - 1
    neighbours = np.full((last_movie - first_movie, n), -1, dtype=np.int32)
    scores = np.zeros((last_movie - first_movie, n), dtype=np.float32)
    for place, movie in enumerate(range(first_movie, last_movie)):
        score = np.zeros(n_movies)
        for known in np.flatnonzero(near[place] >= 0):
            score[near[place, known]] = near_scores[place, known]
        for stored in range(movie_rows[0][movie], movie_rows[0][movie + 1]):
            feature, value = movie_rows[1][stored], movie_rows[2][stored]
            having = slice(feature_rows[0][feature], feature_rows[0][feature + 1])
            score[feature_rows[1][having]] += value * feature_rows[2][having]
        score[movie] = 0
        best = np.lexsort((np.arange(n_movies), -score))[:n]
        best = best[score[best] > 0]
        neighbours[place, : best.size] = best
        scores[place, : best.size] = score[best]
    return neighbours, scores


def group(major: Int32, minor: Int32, values: Int8, n_major: int) -> tuple[Int64, Int32, Int8]:
    """Twin of `native.counting_sort.group`: a stable sort by the major index."""
    order = np.argsort(major, kind="stable")
    indptr = np.concatenate([[0], np.cumsum(np.bincount(major, minlength=n_major))]).astype(np.int64)
    return indptr, minor[order], values[order]


def transpose(indptr: Int64, minor: Int32, values: Int8, n_minor: int) -> tuple[Int64, Int32, Int8]:
    """Twin of `native.counting_sort.transpose`: rows grouped by their column."""
    rows = np.repeat(np.arange(indptr.size - 1, dtype=np.int32), np.diff(indptr))
    return group(minor, rows, values, n_minor)


def gram_rows(rows: Float32, first: int, last: int) -> Float64:
    """Twin of `native.symmetric.gram_rows`, of a dense ``X``; returns some rows up to the diagonal, zeros behind it."""
    wide = rows.astype(np.float64)
    return np.asarray(np.tril(wide.T @ wide)[first:last])


def sweep(matrix: Float32, first: int, last: int) -> Float64:
    """Twin of `native.symmetric.sweep`; takes and returns the whole symmetric matrix, in float64."""
    swept = matrix.astype(np.float64)
    pivots, others = np.arange(first, last), np.delete(np.arange(matrix.shape[0]), np.arange(first, last))
    inverse = np.linalg.inv(swept[np.ix_(pivots, pivots)])
    panel = swept[np.ix_(others, pivots)] @ inverse
    swept[np.ix_(others, others)] -= panel @ swept[np.ix_(pivots, others)]
    swept[np.ix_(others, pivots)], swept[np.ix_(pivots, others)] = panel, panel.T
    swept[np.ix_(pivots, pivots)] = -inverse
    return swept


def weighted_sum(
    indptr: Int32 | Int64, indices: Int32 | Int64, data: Float32, rows: Int32, weights: Float32, n_columns: int
) -> Float32:
    """Twin of `native.sparse_rows.weighted_sum`."""
    total = np.zeros(n_columns, dtype=np.float32)
    for row, weight in zip(rows, weights, strict=True):
        of_row = slice(indptr[row], indptr[row + 1])
        total[indices[of_row]] += weight * data[of_row]
    return total


def entries(indptr: Int32 | Int64, indices: Int32 | Int64, data: Float32, rows: Int32, columns: Int32) -> Float32:
    """Twin of `native.sparse_rows.entries`."""
    found = np.zeros((rows.size, columns.size), dtype=np.float32)
    for number, row in enumerate(rows):
        of_row = slice(indptr[row], indptr[row + 1])
        for place, column in enumerate(columns):
            found[number, place] = data[of_row][indices[of_row] == column].sum()
    return found
