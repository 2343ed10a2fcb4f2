"""Series in lists: what comes first, and how many stand close together."""

from random import Random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from recommender.engine.lists.series import MAX_OF_A_SERIES, WINDOW, in_order, sequels_of_disliked

NONE = -1


def ordered(
    ranking: list[int], series: list[int], places: list[int], *, not_allowed: tuple[int, ...] = ()
) -> tuple[list[int], dict[int, int]]:
    """Return the new ranking, and which movies stand for which later ones."""
    allowed = np.ones(len(series), dtype=np.bool_)
    allowed[list(not_allowed)] = False
    by_release = sorted(range(len(series)), key=lambda movie: places[movie])
    members = [
        np.array([movie for movie in by_release if series[movie] == number], dtype=np.int32) for number in range(8)
    ]
    new = in_order(np.array(ranking, dtype=np.int32), np.array(series, dtype=np.int32), members, allowed)
    return new.ranking.tolist(), new.stands_for


def test_the_first_movie_of_a_series_takes_the_place_of_its_sequel() -> None:
    assert ordered([2, 0, 1], series=[NONE, 7, 7], places=[0, 0, 1]) == ([1, 0, 2], {1: 2})


def test_it_is_brought_forward_from_beyond_the_ranking() -> None:
    assert ordered([2, 0], series=[NONE, 7, 7], places=[0, 0, 1]) == ([1, 0], {1: 2})


def test_a_first_movie_that_may_not_be_shown_is_passed_over() -> None:
    ranking = ordered([3, 0, 2], series=[NONE, 7, 7, 7], places=[0, 0, 1, 2], not_allowed=(1,))
    assert ranking == ([2, 0, 3], {2: 3})


def test_a_ranked_movie_that_may_not_be_moved_keeps_its_place() -> None:
    assert ordered([2, 0, 1], series=[NONE, 7, 7], places=[0, 0, 1], not_allowed=(1,)) == ([2, 0, 1], {})


def test_a_series_in_its_order_stays_as_it_is() -> None:
    assert ordered([1, 0, 2], series=[NONE, 7, 7], places=[0, 0, 1]) == ([1, 0, 2], {})


def test_a_third_movie_of_a_series_moves_behind_the_next_twenty() -> None:
    others = list(range(3, 30))
    ranking, _ = ordered([0, 1, 2, *others], series=[7, 7, 7, *[NONE] * 27], places=[0, 1, 2, *[0] * 27])
    assert ranking[:2] == [0, 1]
    assert ranking.index(2) == WINDOW


def test_a_list_of_one_series_alone_is_not_cut() -> None:
    assert ordered([0, 1, 2], series=[7, 7, 7], places=[0, 1, 2]) == ([0, 1, 2], {})


@given(st.lists(st.integers(-1, 4), min_size=1, max_size=60), st.randoms(use_true_random=False))
def test_nothing_is_lost_and_no_series_crowds(series: list[int], random: Random) -> None:
    n = len(series)
    places = [series[:k].count(series[k]) for k in range(n)]
    ranking = list(range(n))
    random.shuffle(ranking)
    new, _ = ordered(ranking, series, places)
    assert sorted(new) == sorted(ranking)
    for number in set(series) - {NONE}:
        of_series = [places[movie] for movie in new if series[movie] == number]
        assert of_series == sorted(of_series)
    alone = next((k for k in range(n) if all(series[movie] >= 0 for movie in new[k:])), n)
    for start in range(max(alone - WINDOW + 1, 0)):
        numbers = [series[movie] for movie in new[start : start + WINDOW] if series[movie] >= 0]
        assert all(numbers.count(number) <= MAX_OF_A_SERIES for number in numbers)


def sequels(rated: dict[int, str], series: list[int]) -> list[int]:
    """Return what follows disliked movies; movies are released in the order of their index."""
    members = [np.flatnonzero(np.array(series) == number).astype(np.int32) for number in range(8)]
    opinions = np.array(list(rated.values()))
    found = sequels_of_disliked(
        np.array(series, dtype=np.int32),
        members,
        np.array(list(rated), dtype=np.int32),
        liked=opinions == "liked",
        disliked=opinions == "disliked",
    )
    return [movie for movie in found.tolist() if movie not in rated]


def test_sequels_of_a_disliked_movie_follow_it_unless_its_series_is_liked() -> None:
    series = [7, 7, 7, NONE, 5, 5]
    assert sequels({1: "disliked", 3: "disliked"}, series) == [2]
    assert sequels({0: "disliked", 4: "disliked"}, series) == [1, 2, 5]
    assert sequels({0: "disliked", 1: "liked"}, series) == []
    assert sequels({0: "liked", 4: "neither"}, series) == []
