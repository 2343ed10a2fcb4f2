"""One list for several people: what counts, and what raising one person's predicted stars can do."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from recommender.engine.data.types import Bool, Float32, Float64, Int64
from recommender.engine.lists import groups
from recommender.engine.lists.groups import average_scores, least_misery_order, would_be_disliked

SCORES = np.array([1.0, 0.9, 0.8, 0.1], dtype=np.float32)
Group = tuple[Float32, Float32, Float64, Bool]


def random_group(seed: int, *, n_movies: int = 30) -> Group:
    """Two to four people, one of whom may have no ratings; coarse stars, so that many tie."""
    rng = np.random.default_rng(seed)
    n_people = int(rng.integers(2, 5))
    scores = rng.standard_normal((n_people, n_movies)).astype(np.float32)
    stars = (rng.integers(2, 10, (n_people, n_movies)) / 2).astype(np.float32)
    content_with = rng.uniform(1.5, 3.25, n_people)
    content_with[rng.random(n_people) < 0.2] = -np.inf
    return scores, stars, content_with, rng.random(n_movies) < 0.9


def place(order: Int64, movie: int) -> int:
    return int(np.flatnonzero(order == movie)[0])


def test_the_average_is_of_places_because_scores_of_two_people_are_not_comparable() -> None:
    places = np.array([[1, 6, 4, 3, 2, 5], [5, 1, 6, 3, 4, 2]])
    scores = np.array([[10.0], [0.1]]) * (7 - places)  # one person's scores are far larger than the other's
    merit = average_scores(scores.astype(np.float32))
    np.testing.assert_allclose(-merit, np.log2(places).mean(axis=0), rtol=1e-5)
    assert merit.dtype == np.float32
    assert np.argmax(merit) == 0


def test_a_group_of_one_gets_their_own_list() -> None:
    assert np.argsort(-average_scores(SCORES[None, ::-1]), kind="stable").tolist() == [3, 2, 1, 0]


def test_the_lowest_predicted_stars_decide_not_the_places() -> None:
    # Alice has the first movie in the first place, but bob would give it 2.6 stars; the second suits both.
    scores = np.array([[2.0, 1.0], [2.0, 1.0]], dtype=np.float32)
    stars = np.array([[4.8, 3.5], [2.6, 3.4]], dtype=np.float32)
    assert least_misery_order(scores, stars, np.array([1.0, 1.0]), np.array([True, True])).tolist() == [1, 0]


def test_a_movie_somebody_would_dislike_comes_after_one_with_fewer_stars_that_nobody_would() -> None:
    # Bob is content with 2 stars, alice only with 3.25: the first movie would disappoint her.
    scores = np.zeros((2, 2), dtype=np.float32)
    stars = np.array([[3.0, 3.4], [4.5, 2.2]], dtype=np.float32)
    assert least_misery_order(scores, stars, np.array([3.25, 2.0]), np.array([True, True])).tolist() == [1, 0]


@given(seed=st.integers(0, 9999), pool=st.sampled_from([3, 10, 300]))
def test_nothing_that_somebody_would_dislike_stands_before_what_nobody_would(seed: int, pool: int) -> None:
    scores, stars, content_with, allowed = random_group(seed)
    order = with_pool(pool, scores, stars, content_with, allowed)
    assert sorted(order.tolist()) == list(range(order.size))
    kind = np.where(allowed, would_be_disliked(stars, content_with), 2)[order]
    assert (np.diff(kind) >= 0).all()
    first = order[: min(pool, np.count_nonzero(kind == 0))]
    assert (np.diff(stars.min(axis=0)[first]) <= 0).all()


@given(seed=st.integers(0, 9999), pool=st.sampled_from([3, 10, 300]), raised_by=st.sampled_from([0.5, 1.0, 3.0]))
def test_more_stars_from_one_person_never_lower_a_movie(seed: int, pool: int, raised_by: float) -> None:
    group = random_group(seed)
    before = with_pool(pool, *group)
    rng = np.random.default_rng(seed)
    person, movie = int(rng.integers(group[0].shape[0])), int(rng.integers(before.size))
    group[1][person, movie] += np.float32(raised_by)
    assert place(with_pool(pool, *group), movie) <= place(before, movie)


def with_pool(pool: int, *group: Any) -> Int64:
    """Order with another length of the part that predicted stars decide, so that small groups of movies have a rest."""
    usual, groups.POOL = groups.POOL, pool
    try:
        return least_misery_order(*group)
    finally:
        groups.POOL = usual
