"""Item features from a kernel: what movies have in common, compressed into a few leading directions."""

from collections.abc import Iterator

import numpy as np
from scipy.sparse import csr_array, diags_array, hstack

from recommender.engine.algorithms.ease.rows import year_rows
from recommender.engine.data.movie_features import MovieFeatures
from recommender.engine.data.ratings import RatingMatrix
from recommender.engine.data.types import Float32, Float64, Int64

OVERSAMPLING = 24
WATCHED_SHRINKAGE = 3.0
N_ITERATIONS = 4
RANK_TOLERANCE = 1e-7
"""Eigenvalues below this share of the largest are rounding errors of float32."""
ROWS_PER_BLOCK = 1024
YEAR_SPACING, YEAR_WIDTH = 6.0, 8.0


def unit_rows(features: csr_array) -> csr_array:
    """Return the rows scaled to length one; empty rows stay empty."""
    lengths = np.sqrt(np.asarray(features.multiply(features).sum(axis=1)).reshape(-1))
    return csr_array(diags_array(1 / np.maximum(lengths, 1e-9)) @ features)


def genre_features(movies: MovieFeatures) -> csr_array:
    """Genres as unit rows: their kernel is the genre cosine."""
    return unit_rows(movies.genres)


def tag_features(movies: MovieFeatures) -> csr_array:
    """Tags as unit rows of ``log1p(count) · idf``; tags of a single movie connect nothing and are left out."""
    tags = movies.tag_counts()
    tags.data = np.log1p(tags.data)
    n_tagged = np.bincount(tags.indices, minlength=tags.shape[1])
    rarity = np.where(n_tagged > 1, np.log(max(tags.shape[0], 1) / np.maximum(n_tagged, 1)), 0.0)
    return unit_rows(csr_array(tags @ diags_array(rarity)))


def people_features(movies: MovieFeatures) -> csr_array:
    """Who made a movie as unit rows; people of a single movie connect nothing and are left out."""
    if movies.credits is None:
        return csr_array((movies.movie_ids.size, 0), dtype=np.float32)
    n_movies = np.bincount(movies.credits.indices, minlength=movies.credits.shape[1])
    return unit_rows(csr_array(movies.credits[:, np.flatnonzero(n_movies > 1)]))


def year_features(movies: MovieFeatures) -> csr_array:
    """Gaussian bumps over the years as unit rows: nearby years are similar."""
    return unit_rows(csr_array(year_rows(movies, YEAR_SPACING, YEAR_WIDTH).T))


def watched_features(ratings: RatingMatrix) -> csr_array:
    """Who rated a movie: the kernel of these is the co-occurrence cosine, shrunk for movies with few ratings.

    A rater with n ratings counts ``1 / ln(2 + n)``: somebody who has rated nearly everything connects nothing. The row
    of a movie with n ratings is ``√(n / (n + 3))`` long: few raters say little, least of all to one of themselves.
    """
    weights = 1 / np.sqrt(np.log(2.0 + ratings.rater_counts()))
    shape = (ratings.n_movies, ratings.n_raters)
    rows = unit_rows(csr_array((weights[ratings.rater_indices], ratings.rater_indices, ratings.movie_indptr), shape))
    counts = ratings.movie_counts()
    return csr_array(diags_array(np.sqrt(counts / (counts + WATCHED_SHRINKAGE))) @ rows)


def unwatched(ratings: RatingMatrix) -> Float64:
    """Return the share of the co-occurrence kernel's variance that too few ratings leave unknown, (n_movies,) float64.

    It is what the rows of `watched_features` lack to length one: tastes may differ about such a movie in ways that
    nobody has shown yet.
    """
    return np.asarray(WATCHED_SHRINKAGE / (ratings.movie_counts() + WATCHED_SHRINKAGE))


def weighted(groups: list[tuple[float, csr_array]]) -> csr_array:
    """Put groups of features side by side: the kernel is the sum of theirs, each times its weight."""
    scaled = [group * np.sqrt(weight) for weight, group in groups if weight > 0 and group.shape[1]]
    n_movies = groups[0][1].shape[0]
    if not scaled:
        return csr_array((n_movies, 0), dtype=np.float32)
    return csr_array(hstack(scaled, format="csr", dtype=np.float32))


def leading_factors(
    features: csr_array, n_ratings: Int64, n_factors: int, seed: int
) -> Iterator[tuple[Float32, Float32]]:
    """Approximate a kernel ``A Aᵀ`` by ``F Fᵀ + diag(rest)`` with few factors, best where there are most ratings.

    Every movie counts as often as it has been rated, so movies that hardly anyone knows use up no factors. Subspace
    iteration on the sparse features (Halko, Martinsson and Tropp 2011, algorithm 4.4) finds the leading right singular
    vectors ``V`` of the rated movies' rows without forming the kernel; ``F = A V`` for all movies, rated or not.

    Parameters
    ----------
    features : (n_movies, n_features) csr_array of float32
        ``A``.
    n_ratings : (n_movies,) int64
        Of each movie; if no movie has any, all count alike.
    n_factors : int
        Fewer are used where the features do not span as many.
    seed : int
        Of the random start.

    Yields
    ------
    factors : (n_movies, n_factors) float32
        After every iteration, better each time; unused columns are zero.
    rest : (n_movies,) float32
        What the factors leave of the kernel's diagonal; never negative.
    """
    rated = np.flatnonzero(n_ratings) if n_ratings.any() else np.arange(n_ratings.size)
    weights = np.sqrt(np.maximum(n_ratings[rated], 1)).astype(np.float32)
    by_movie = csr_array(diags_array(weights) @ features[rated])
    by_feature = csr_array(by_movie.T)
    n_directions = min(n_factors + OVERSAMPLING, *by_movie.shape)
    lengths = np.asarray(features.multiply(features).sum(axis=1), dtype=np.float64).reshape(-1)
    basis: Float32 = np.random.default_rng(seed).standard_normal((rated.size, n_directions)).astype(np.float32)
    for _ in range(N_ITERATIONS):
        basis = np.asarray(by_movie @ (by_feature @ basis))
        _orthonormalise(basis)
        image = np.asarray(by_feature @ basis)
        eigenvalues, vectors = np.linalg.eigh((image.T @ image).astype(np.float64))
        leading = np.argsort(-eigenvalues, kind="stable")[:n_factors]
        leading = leading[eigenvalues[leading] > RANK_TOLERANCE * max(float(eigenvalues.max(initial=0.0)), 1e-30)]
        directions = image @ (vectors[:, leading] / np.sqrt(eigenvalues[leading])).astype(np.float32)
        factors = np.zeros((features.shape[0], n_factors), dtype=np.float32)
        factors[:, : leading.size] = features @ directions
        rest = np.maximum(lengths - np.einsum("ij,ij->i", factors, factors, dtype=np.float64), 0)
        yield factors, rest.astype(np.float32)


def _orthonormalise(basis: Float32) -> None:
    """Replace the columns by an orthonormal basis of what they span, in place; zeros where they span less.

    Whitening twice by the eigenvectors of the Gram matrix, in double precision, is as exact as a QR decomposition in
    single precision (Yamamoto et al. 2015, "Roundoff error analysis of the CholeskyQR2 algorithm"), without its copies.
    """
    for _ in range(2):
        gram = np.zeros((basis.shape[1], basis.shape[1]))
        for block in _blocks(basis):
            wide = block.astype(np.float64)
            gram += wide.T @ wide
        eigenvalues, vectors = np.linalg.eigh(gram)
        spanned = eigenvalues > RANK_TOLERANCE**2 * max(float(eigenvalues.max(initial=0.0)), 1e-30)
        whitening = vectors * np.where(spanned, 1 / np.sqrt(np.where(spanned, eigenvalues, 1.0)), 0.0)
        for block in _blocks(basis):
            block[:] = block @ whitening


def _blocks(basis: Float32) -> Iterator[Float32]:
    return (basis[start : start + ROWS_PER_BLOCK] for start in range(0, basis.shape[0], ROWS_PER_BLOCK))
