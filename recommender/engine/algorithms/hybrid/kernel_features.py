"""Item features from a kernel: what movies have in common, compressed into a few leading directions."""

from collections.abc import Iterator

import numpy as np
from scipy.sparse import csr_array, diags_array, hstack

from recommender.engine.algorithms.ease.rows import year_rows
from recommender.engine.data.movie_features import MovieFeatures
from recommender.engine.data.ratings import RatingMatrix
from recommender.engine.data.types import Float32

OVERSAMPLING = 24
N_ITERATIONS = 4
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


def year_features(movies: MovieFeatures) -> csr_array:
    """Gaussian bumps over the years as unit rows: nearby years are similar."""
    return unit_rows(csr_array(year_rows(movies, YEAR_SPACING, YEAR_WIDTH).T))


def watched_features(ratings: RatingMatrix) -> csr_array:
    """Who rated a movie, as unit rows: their kernel is the co-occurrence cosine.

    A rater with n ratings counts ``1 / ln(2 + n)``: somebody who has rated nearly everything connects nothing.
    """
    weights = 1 / np.sqrt(np.log(2.0 + ratings.rater_counts()))
    shape = (ratings.n_movies, ratings.n_raters)
    return unit_rows(csr_array((weights[ratings.rater_indices], ratings.rater_indices, ratings.movie_indptr), shape))


def weighted(groups: list[tuple[float, csr_array]]) -> csr_array:
    """Put groups of features side by side: the kernel is the sum of theirs, each times its weight."""
    scaled = [group * np.sqrt(weight) for weight, group in groups if weight > 0 and group.shape[1]]
    n_movies = groups[0][1].shape[0]
    if not scaled:
        return csr_array((n_movies, 0), dtype=np.float32)
    return csr_array(hstack(scaled, format="csr", dtype=np.float32))


def leading_factors(features: csr_array, n_factors: int, seed: int) -> Iterator[tuple[Float32, Float32]]:
    """Approximate a kernel ``A Aᵀ`` by ``F Fᵀ + diag(rest)`` with few factors.

    Subspace iteration on the sparse features (Halko, Martinsson and Tropp 2011, algorithm 4.4) finds the leading
    eigenvectors without forming the kernel; the rest of its diagonal is returned with them.

    Parameters
    ----------
    features : (n_movies, n_features) csr_array of float32
        ``A``.
    n_factors : int
        Fewer are used where the features do not span as many.
    seed : int
        Of the random start.

    Yields
    ------
    factors : (n_movies, n_factors) float32
        After every iteration, better each time; unused columns are zero.
    rest : (n_movies,) float32
        Never negative.
    """
    n_movies = features.shape[0]
    n_directions = min(n_factors + OVERSAMPLING, *features.shape)
    lengths = np.asarray(features.multiply(features).sum(axis=1), dtype=np.float64).reshape(-1)
    rng = np.random.default_rng(seed)
    basis: Float32 = rng.standard_normal((n_movies, n_directions)).astype(np.float32)
    by_feature = csr_array(features.T)
    for _ in range(N_ITERATIONS):
        basis = np.linalg.qr(np.asarray(features @ (by_feature @ basis)))[0]
        image = np.asarray(by_feature @ basis)
        eigenvalues, vectors = np.linalg.eigh((image.T @ image).astype(np.float64))
        leading = np.argsort(-eigenvalues, kind="stable")[:n_factors]
        scale = np.sqrt(np.maximum(eigenvalues[leading], 0))
        factors = np.zeros((n_movies, n_factors), dtype=np.float32)
        factors[:, : leading.size] = basis @ (vectors[:, leading] * scale).astype(np.float32)
        rest = np.maximum(lengths - np.einsum("ij,ij->i", factors, factors, dtype=np.float64), 0)
        yield factors, rest.astype(np.float32)
