"""A list that differs from day to day, in its middle and by movies that may be drawn."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from recommender.engine.lists.fresh import DEPTH, FIRST_DRAWN, LAST_DRAWN, drawn

N = 100
MOVIES = np.random.default_rng(0).permutation(N).astype(np.int32)
ALL = np.ones(N, dtype=np.bool_)


def order(seed: int, allowed: np.ndarray = ALL, movies: np.ndarray = MOVIES) -> list[int]:
    positions: list[int] = drawn(movies, allowed[: movies.size], seed=seed, n_movies=N).tolist()
    return positions


@given(st.integers(0, 2**32), st.integers(0, N))
def test_no_movie_is_lost_and_only_the_middle_moves(seed: int, n: int) -> None:
    found = order(seed, movies=MOVIES[:n])
    assert sorted(found) == list(range(n))
    assert found[: FIRST_DRAWN - 1] == list(range(n))[: FIRST_DRAWN - 1]
    assert found[DEPTH:] == list(range(n))[DEPTH:]
    assert found[FIRST_DRAWN - 1 : LAST_DRAWN] == sorted(found[FIRST_DRAWN - 1 : LAST_DRAWN])


def test_one_seed_gives_one_list_and_others_another() -> None:
    assert order(1) == order(1)
    lists = {tuple(order(seed)[:LAST_DRAWN]) for seed in range(20)}
    assert len(lists) == 20
    changed = [len(set(range(LAST_DRAWN)) - set(order(seed)[:LAST_DRAWN])) for seed in range(200)]
    assert 3 <= np.mean(changed) <= 8
    assert min(changed) >= 1


def test_what_may_not_be_drawn_stays_behind() -> None:
    allowed = ALL.copy()
    allowed[10:25] = False
    for seed in range(50):
        assert not set(order(seed, allowed)[:LAST_DRAWN]) & set(range(10, 25))


def test_places_that_nothing_is_drawn_for_go_to_the_best() -> None:
    allowed = ~ALL
    allowed[30] = True
    assert order(3, allowed)[:LAST_DRAWN] == [*range(LAST_DRAWN - 1), 30]


@given(st.integers(0, 2**32), st.integers(FIRST_DRAWN, DEPTH - 1))
def test_a_movie_that_climbs_is_still_drawn(seed: int, position: int) -> None:
    before = order(seed)[:LAST_DRAWN]
    climbed = MOVIES.copy()
    climbed[[position - 1, position]] = climbed[[position, position - 1]]
    if position in before:
        assert position - 1 in order(seed, movies=climbed)[:LAST_DRAWN]
