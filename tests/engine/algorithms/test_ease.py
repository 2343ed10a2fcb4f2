"""EASE: the closed form against a dense solve, its further rows, and exact contributions."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from recommender.engine.algorithms.ease.ease import EASE
from recommender.engine.algorithms.ease.rows import content_rows, rater_rows, sitting_rows
from recommender.engine.algorithms.ease.solve import Progress, solve
from recommender.engine.data.movie_features import MovieFeatures
from recommender.engine.data.ratings import RatingMatrix
from tests.support.sample import movies_of, ratings_of, sample_movies, sample_ratings

RATINGS = sample_ratings()
MOVIES = sample_movies(RATINGS)
ALICE = np.array([0, 2, 4, 6, 1, 3], dtype=np.int32), np.array([9, 8, 10, 8, 3, 2], dtype=np.int8)
DAY = 86_400


@pytest.fixture(scope="module")
def model():
    return EASE(regularization=20).fit(RATINGS, MOVIES)


def closed_form(rows, regularization):
    inverse = np.linalg.inv(rows.T @ rows + regularization * np.eye(rows.shape[1]))
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0)
    return weights


def solved(rows, regularization, n_kept):
    *progress, weights = solve(csr_array(rows.astype(np.float32)), regularization, n_kept)
    assert all(isinstance(step, Progress) for step in progress)
    return weights.toarray()


@pytest.mark.parametrize(("n_rows", "n_movies"), [(5, 12), (40, 12), (1, 2), (3, 1)])
def test_it_solves_the_closed_form(n_rows, n_movies):
    rows = np.random.default_rng(n_rows).standard_normal((n_rows, n_movies))
    np.testing.assert_allclose(solved(rows, 2.0, 100), closed_form(rows, 2.0), atol=1e-5)


def test_it_keeps_the_weights_that_move_scores_most():
    rows = np.random.default_rng(1).standard_normal((30, 10))
    rows[:, 4] *= 10
    exact = closed_form(rows, 2.0)
    reach = np.linalg.norm(rows, axis=0)
    kept = solved(rows, 2.0, 3)
    np.testing.assert_array_equal((kept != 0).sum(axis=0), 3)
    for movie in range(10):
        largest = np.argsort(-np.abs(exact[:, movie]) * reach)[:3]
        np.testing.assert_allclose(kept[largest, movie], exact[largest, movie], atol=1e-5)


@pytest.mark.parametrize("n_kept", [3, 100])
def test_the_blocks_it_works_in_change_nothing(monkeypatch, n_kept):
    rows = np.random.default_rng(2).standard_normal((20, 11))
    whole = solved(rows, 1.0, n_kept)
    monkeypatch.setattr("recommender.engine.algorithms.ease.solve.ROWS_PER_BLOCK", 4)
    monkeypatch.setattr("recommender.engine.algorithms.ease.solve.PIVOTS_PER_BLOCK", (3, 3))
    np.testing.assert_allclose(solved(rows, 1.0, n_kept), whole, atol=1e-6)


def test_threads_change_nothing():
    rows = csr_array(np.random.default_rng(3).standard_normal((300, 600)).astype(np.float32))
    one, two = ([*solve(rows, 2.0, 50, n_threads=n_threads)][-1] for n_threads in (1, 2))
    np.testing.assert_array_equal(one.toarray(), two.toarray())


def test_progress_rises_between_blocks_and_may_cancel():
    rows = csr_array(np.random.default_rng(4).standard_normal((60, 800)).astype(np.float32))
    *progress, _ = solve(rows, 2.0, 50)
    shares = [step.share for step in progress]
    assert len(shares) >= 6
    assert shares == sorted(shares)
    assert shares[0] > 0
    assert shares[-1] <= 1


def test_all_weights_of_a_small_catalogue_take_the_place_of_the_inverse():
    rows = csr_array(np.random.default_rng(5).standard_normal((60, 90)).astype(np.float32))
    *_, weights = solve(rows, 2.0, 89)
    assert weights.data.base.size == 90 * 90
    assert not weights.diagonal().any()


def test_it_refuses_a_system_without_a_solution():
    with pytest.raises(ValueError, match="not positive definite"):
        list(solve(csr_array(np.ones((2, 4), dtype=np.float32)), 1e-30, 3))


def test_it_follows_the_definition_when_nothing_is_added():
    plain = EASE(
        regularization=3, activity_exponent=0, sitting_weight=0,
        genre_weight=0, tag_weight=0, year_weight=0, prior_weight=0,
    ).fit(RATINGS, MovieFeatures.empty(RATINGS.movie_ids))  # fmt: skip
    raters, stars = RATINGS.row_of_each_rating(), RATINGS.half_stars / 2
    means = plain.item_weights.means
    totals = np.bincount(raters, stars - means[RATINGS.movie_indices])
    biases = totals / (RATINGS.rater_counts() + 4)
    rows = np.zeros((RATINGS.n_raters, RATINGS.n_movies))
    rows[raters, RATINGS.movie_indices] = 1 + 0.4 * (stars - stars.mean() - biases[raters])
    rater = slice(*RATINGS.rater_indptr[:2])
    old = replace(plain.item_weights, alike=None)  # as models ranked before dislikes counted against
    mine = RATINGS.movie_indices[rater], RATINGS.half_stars[rater]
    np.testing.assert_allclose(old.scores(*mine), rows[0] @ closed_form(rows, 3.0), atol=1e-4)


def test_scores_follow_the_definition(model):
    weights = model.item_weights
    rated, half_stars = ALICE
    dense, stars = weights.weights.toarray(), half_stars / 2
    bias = (stars - weights.means[rated]).sum() / (rated.size + weights.bias_damping)
    middle = min(max(stars.mean(), (stars.sum() + 4 * 3.5) / (stars.size + 4)), 3.5)
    expected = weights.popularity * 3 / (3 + rated.size)
    for movie, mine in zip(rated, stars, strict=True):
        usual = 1 + weights.rating_weight * (mine - weights.global_mean - bias)
        lowered = min(usual, 0) if mine < middle else usual
        alike = dense[movie] >= np.sort(dense[movie])[-8]
        expected = expected + np.where(alike & (dense[movie] > 0), lowered, usual) * dense[movie]
    np.testing.assert_allclose(weights.scores(*ALICE), expected, atol=1e-5)


@given(st.data())
def test_a_dislike_never_speaks_for_a_movie_alike(model, data):
    weights = model.item_weights
    rated = np.array(
        sorted(data.draw(st.sets(st.integers(0, RATINGS.n_movies - 1), min_size=1, max_size=20))), np.int32
    )
    half_stars = np.array(data.draw(st.lists(st.integers(1, 10), min_size=rated.size, max_size=rated.size)), np.int8)
    everyone = np.arange(RATINGS.n_movies, dtype=np.int32)
    added = weights.contributions(everyone, rated, half_stars)
    np.testing.assert_allclose(
        added.sum(axis=1) + weights.prior(rated.size), weights.scores(rated, half_stars), atol=1e-5
    )
    disliked = half_stars / 2 < min(half_stars.mean() / 2, 3.5)
    alike = (weights.alike.toarray()[rated] > 0) & disliked[:, None]
    assert (added.T[alike] <= 0).all()


@given(st.integers(0, 29), st.integers(1, 9), st.integers(1, 9))
def test_a_lower_rating_never_adds_more_for_a_movie_alike(model, movie, half_stars, drop):
    weights = model.item_weights
    rated = np.array([movie, (movie + 7) % 30], dtype=np.int32)
    alike = np.flatnonzero(weights.alike.toarray()[movie]).astype(np.int32)
    higher, lower = (
        weights.contributions(alike, rated, np.array([value, 7], dtype=np.int8))[:, 0]
        for value in (half_stars + 1, max(half_stars + 1 - drop, 1))
    )
    assert (lower <= higher + 1e-9).all()


def test_a_contribution_is_the_weight_between_two_movies_times_the_rating(model):
    profile = model.fold_in(*ALICE)
    added = model.ranking_contributions(profile, np.array([20, 8], dtype=np.int32))
    inputs = model.item_weights.inputs(*ALICE)
    for row, scored in zip(added, (20, 8), strict=True):
        liked = ALICE[1] >= 7
        expected = inputs * model.item_weights.weights.toarray()[ALICE[0], scored]
        np.testing.assert_allclose(row[liked], expected[liked], rtol=1e-6)


def test_a_rated_movie_says_nothing_about_itself(model):
    added = model.ranking_contributions(model.fold_in(*ALICE), ALICE[0][2:3])[0]
    assert added[2] == 0
    assert np.count_nonzero(added) > 0


def test_the_indices_of_its_weights_take_four_bytes(model):
    assert model.item_weights.weights.nnz
    assert model.to_arrays()["ease_indices"].dtype == model.to_arrays()["ease_indptr"].dtype == np.int32


def test_it_prefers_what_people_of_the_same_taste_watch_and_like(model):
    best = model.recommend(model.fold_in(*ALICE), n=8)
    assert (best % 2 == 0).sum() >= 6


def test_a_better_rating_counts_more():
    model = EASE(regularization=20, rating_weight=0.8).fit(RATINGS, MOVIES)
    better, worse = (model.fold_in(ALICE[0], np.array([s, 8, 10, 8, 3, 2], np.int8)) for s in (10, 1))
    neighbour = np.array([8], dtype=np.int32)
    added = [model.ranking_contributions(profile, neighbour)[0, 0] for profile in (better, worse)]
    assert added[0] > added[1] > -1


def test_only_the_most_rated_movies_get_weights():
    model = EASE(regularization=20, max_movies=10).fit(RATINGS, MOVIES)
    linked = np.unique(model.item_weights.weights.tocoo().coords[0])
    most_rated = np.argsort(-RATINGS.movie_counts(), kind="stable")[:10]
    np.testing.assert_array_equal(linked, np.sort(most_rated))


def test_genres_join_movies_that_nobody_rated_together():
    ratings = ratings_of({"alice": {1: 5}, "bob": {2: 5}, "charlie": {3: 5}})
    movies = movies_of([1, 2, 3], [{"Western"}, {"Western"}, {"Drama"}])
    model = EASE(regularization=2).fit(ratings, movies)
    scores = model.scores(model.fold_in(np.array([0], np.int32), np.array([10], np.int8)))
    assert scores[1] > scores[2]


def test_content_rows_leave_out_tags_of_a_single_movie_and_unknown_years():
    movies = movies_of([1, 2, 3], [{"Drama"}, {"Drama"}, set()], [(1, 1, "slow"), (2, 2, "slow"), (1, 3, "odd")])
    rows = content_rows(movies, 3.0, 2.0, 5.0).toarray()
    np.testing.assert_allclose(rows, [[3, 3, 0], [2 * np.log(2), 2 * np.log(2), 0]], rtol=1e-6)


def test_sittings_end_after_a_day_without_a_rating():
    times = [0, 10, 20, 3 * DAY, 3 * DAY + 5, 3 * DAY + 9, 0, 1, 2]
    ratings = RatingMatrix.from_triples([1] * 6 + [2] * 3, [1, 2, 3, 4, 5, 6, 1, 2, 3], [8] * 9, times)
    rows = rater_rows(ratings, np.ones(9), 0.0)
    sittings = sitting_rows(ratings, rows, 0.5).toarray()
    np.testing.assert_allclose(sittings, [[0.5, 0.5, 0.5, 0, 0, 0], [0, 0, 0, 0.5, 0.5, 0.5]])


def test_sittings_need_times():
    timeless = ratings_of({"alice": {1: 5, 2: 4, 3: 3}})
    assert sitting_rows(timeless, rater_rows(timeless, np.ones(3), 0.0), 0.5).shape == (0, 3)


def test_heavy_raters_count_less_per_rating():
    ratings = RatingMatrix.from_triples([1] + [2] * 100, [1, *range(1, 101)], [8] * 101)
    rows = rater_rows(ratings, np.ones(101), 0.5).toarray()
    assert rows[0, 0] == pytest.approx(10 * rows[1, 0])


@pytest.mark.parametrize("wrong", [{"regularization": 0}, {"max_weights": 0}, {"max_movies": 0}])
def test_it_rejects_what_cannot_be_fitted(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        EASE(**wrong)
