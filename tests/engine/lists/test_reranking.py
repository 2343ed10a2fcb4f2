"""Diversity and the popularity dial re-order the top of a list."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.sparse import csr_array

from recommender.engine.lists.reranking import (
    maximal_marginal_relevance,
    newer_first,
    proven_first,
    reranked,
    similarities,
    with_popularity,
)

SCORES = np.array([1.0, 0.9, 0.8, 0.1], dtype=np.float32)
TWINS = similarities(np.array([[1, 0], [1, 0], [0, 1], [1, 1]], dtype=np.float32))


def test_similarity_is_the_cosine_and_never_negative():
    features = np.array([[2, 0], [-3, 0], [0, 0], [1, 1]], dtype=np.float32)
    expected = [[1, 0, 0, 0.5**0.5], [0, 1, 0, 0], [0, 0, 0, 0], [0.5**0.5, 0, 0, 1]]
    np.testing.assert_allclose(similarities(features), expected, atol=1e-6)
    np.testing.assert_allclose(similarities(csr_array(features)), expected, atol=1e-6)


def test_no_diversity_keeps_the_order():
    assert maximal_marginal_relevance(SCORES, TWINS, diversity=0).tolist() == [0, 1, 2, 3]


def test_diversity_puts_a_twin_behind_something_else():
    assert maximal_marginal_relevance(SCORES, TWINS, diversity=0.5).tolist() == [0, 2, 1, 3]


def test_diversity_remembers_every_movie_before_not_only_the_last():
    similarity = similarities(np.array([[1, 0, 0], [0, 1, 0], [1, 0, 0], [0, 0, 1]], dtype=np.float32))
    scores = np.array([1.0, 0.9, 0.8, 0.5], dtype=np.float32)
    assert maximal_marginal_relevance(scores, similarity, diversity=0.5).tolist() == [0, 1, 3, 2]


def test_full_diversity_still_starts_with_the_best():
    assert maximal_marginal_relevance(SCORES, TWINS, diversity=1).tolist()[:2] == [0, 2]


@given(
    scores=arrays.arrays(np.float32, st.integers(0, 12), elements=st.floats(-5, 5, width=32)),
    diversity=st.floats(0, 1),
    seed=st.integers(0, 99),
)
def test_it_orders_every_movie_once_and_slices_fit(scores, diversity, seed):
    features = np.random.default_rng(seed).standard_normal((scores.size, 3)).astype(np.float32)
    similarity = similarities(features)
    order = maximal_marginal_relevance(scores, similarity, diversity=diversity).tolist()
    assert sorted(order) == list(range(scores.size))
    assert maximal_marginal_relevance(scores, similarity, diversity=diversity, n=4).tolist() == order[:4]
    if scores.size:
        assert scores[order[0]] == scores.max()


def test_the_dial_turns_towards_the_known_and_the_unknown():
    counts = np.array([5, 50, 500, 5000])
    level = np.ones(4, dtype=np.float32)
    assert np.argsort(-with_popularity(level, counts, 2)).tolist() == [3, 2, 1, 0]
    assert np.argsort(-with_popularity(level, counts, -2)).tolist() == [0, 1, 2, 3]
    assert np.argsort(-with_popularity(SCORES, counts, 0)).tolist() == [0, 1, 2, 3]


def test_newer_movies_come_first_the_further_the_dial_is_turned():
    ages = np.array([40, 30, 5, 0], dtype=np.int32)
    level = np.ones(4, dtype=np.float32)
    assert np.argsort(-newer_first(level, ages, 1)).tolist() == [3, 2, 1, 0]
    assert np.argsort(-newer_first(SCORES, ages, 0)).tolist() == [0, 1, 2, 3]
    assert reranked(SCORES, newness=0.5, ages=ages).tolist() != reranked(SCORES).tolist()
    assert reranked(SCORES, newness=0.0, ages=ages).tolist() == reranked(SCORES).tolist()


def test_an_unproven_movie_stands_below_every_proven_one_that_is_as_good():
    scores = np.array([9, 8, 7, 0, 0, 0], dtype=np.float32)
    stars = np.array([4.0, 3.0, 3.5, 4.5, 3.5, 3.2], dtype=np.float32)
    proven = np.array([True, True, True, False, False, False])
    assert np.argsort(-proven_first(scores, stars, proven)).tolist() == [3, 0, 1, 2, 4, 5]


@given(
    movies=st.lists(
        st.tuples(st.floats(-5, 5, width=32), st.sampled_from([1.0, 2.5, 3.0, 3.25, 4.0]), st.booleans()), max_size=15
    )
)
def test_no_unproven_movie_pushes_out_a_proven_one_that_is_as_good(movies):
    scores, stars = (np.array([movie[k] for movie in movies], dtype=np.float32) for k in (0, 1))
    proven = np.array([movie[2] for movie in movies], dtype=np.bool_)
    order = np.argsort(-proven_first(scores, stars, proven), kind="stable")
    assert sorted(order.tolist()) == list(range(len(movies)))
    known = order[proven[order]]
    assert known.tolist() == [movie for movie in np.argsort(-scores, kind="stable") if proven[movie]]
    unknown = order[~proven[order]]
    assert (np.diff(stars[unknown]) <= 0).all()
    place = np.argsort(order)
    for movie in unknown:
        assert all(stars[other] < stars[movie] for other in known if place[other] > place[movie])
        above = [other for other in known if place[other] < place[movie]]
        assert not above or stars[above[-1]] >= stars[movie]
