"""Movies that nobody has rated: the hybrid tells them apart by what other sites say and by who made them."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_array

from recommender.engine.algorithms.hybrid.hybrid import Hybrid
from recommender.engine.algorithms.hybrid.outside import log_counts, outside_design
from recommender.engine.data.movie_features import MovieFeatures
from recommender.engine.data.ratings import RatingMatrix
from recommender.engine.data.snapshot import Snapshot

N_RATERS, N_MOVIES, N_HIDDEN = 120, 90, 15


@pytest.fixture(scope="module")
def site() -> tuple[RatingMatrix, MovieFeatures, np.ndarray]:
    """Movies by three directors whom raters like or dislike; the last movies have no ratings."""
    rng = np.random.default_rng(0)
    quality, director = rng.normal(0, 0.6, N_MOVIES), np.arange(N_MOVIES) % 3
    taste = rng.normal(0, 0.8, (N_RATERS, 3))
    stars = 3.3 + quality + taste[:, director] + rng.normal(0, 0.4, (N_RATERS, N_MOVIES))
    rated = rng.random((N_RATERS, N_MOVIES)) < 0.4
    rated[:, -N_HIDDEN:] = False
    raters, movies = np.nonzero(rated)
    half_stars = np.clip(np.round(2 * stars[rated]), 1, 10).astype(np.int8)
    ids = np.arange(1, N_MOVIES + 1, dtype=np.int32)
    ratings = RatingMatrix.from_triples(raters.astype(np.int32), ids[movies], half_stars, None, catalogue=ids)
    features = replace(
        MovieFeatures.empty(ids),
        outside_means=(6.5 + 1.5 * quality).astype(np.float32),
        outside_votes=np.full(N_MOVIES, 1000, dtype=np.float32),
        credits=csr_array((np.ones(N_MOVIES, dtype=np.float32), (np.arange(N_MOVIES), director))),
    )
    return ratings, features, stars


def test_they_are_told_apart_by_votes_and_people(site: tuple[RatingMatrix, MovieFeatures, np.ndarray]) -> None:
    ratings, features, stars = site
    hidden = np.arange(N_MOVIES - N_HIDDEN, N_MOVIES, dtype=np.int32)
    agreements = {}
    for name, known in (("nothing", MovieFeatures.empty(features.movie_ids)), ("all", features)):
        model = Hybrid(n_factors=16).fit(ratings, known)
        found = []
        for rater in range(40):
            mine = slice(int(ratings.rater_indptr[rater]), int(ratings.rater_indptr[rater + 1]))
            profile = model.fold_in(ratings.movie_indices[mine], ratings.half_stars[mine])
            predicted = model.predict(profile, hidden)
            found.append(np.corrcoef(predicted, stars[rater, hidden])[0, 1] if np.ptp(predicted) > 1e-6 else 0.0)
        agreements[name] = float(np.mean(found))
    assert agreements["nothing"] < 0.2
    assert agreements["all"] > 0.7


def test_their_intervals_are_wider(site: tuple[RatingMatrix, MovieFeatures, np.ndarray]) -> None:
    ratings, features, _ = site
    model = Hybrid(n_factors=16).fit(ratings, features)
    profile = model.fold_in(ratings.movie_indices[:20], ratings.half_stars[:20])
    variance = model.variance(profile, np.arange(N_MOVIES, dtype=np.int32))
    assert variance[-N_HIDDEN:].min() > variance[:-N_HIDDEN].mean()


def test_ratings_to_expect_follow_the_votes_elsewhere() -> None:
    ids = np.arange(1, 41, dtype=np.int32)
    counts = np.arange(1, 41) % 20
    raters = np.concatenate([np.arange(n) for n in counts]).astype(np.int32)
    ratings = RatingMatrix.from_triples(
        raters, np.repeat(ids, counts), np.full(raters.size, 6, dtype=np.int8), None, catalogue=ids
    )
    votes = np.exp(np.log(np.maximum(counts, 1)) + 3).astype(np.float32)
    votes[counts == 0] = np.exp(np.log([4, 16]) + 3)
    known = replace(MovieFeatures.empty(ids), outside_means=np.full(40, 6, dtype=np.float32), outside_votes=votes)
    logs = log_counts(ratings, known)
    np.testing.assert_allclose(logs[counts > 0], np.log(counts[counts > 0]))
    np.testing.assert_allclose(np.sort(logs[counts == 0]), np.log([4, 16]), atol=1e-3)
    assert not outside_design(MovieFeatures.empty(ids)).any()


def test_a_snapshot_keeps_what_other_sites_say(site: tuple[RatingMatrix, MovieFeatures, np.ndarray]) -> None:
    ratings, features, _ = site
    snapshot = Snapshot(ratings, features)
    again = Snapshot.from_arrays(snapshot.to_arrays())
    assert again.fingerprint() == snapshot.fingerprint()
    assert (again.movies.credits != features.credits).nnz == 0
    assert Snapshot(ratings, replace(features, credits=None)).fingerprint() != snapshot.fingerprint()
