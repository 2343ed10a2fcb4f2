"""What counts as liked and disliked, and the middle between them."""

import numpy as np
import pytest

from recommender.engine.model.opinions import is_disliked, is_liked, middle_of


@pytest.mark.parametrize(
    ("stars", "damping", "middle"),
    [
        ([], 0, 3.5),
        ([2.0, 3.0], 0, 2.5),
        ([5.0, 4.0], 0, 3.5),
        ([1.0, 1.0], 4, (2 + 4 * 3.5) / 6),
        ([5.0], 4, 3.5),
    ],
)
def test_the_middle_is_the_mean_but_at_most_three_and_a_half(stars: list[float], damping: float, middle: float) -> None:
    half_stars = (np.array(stars) * 2).astype(np.int8)
    assert middle_of(half_stars, damping=damping) == pytest.approx(middle)


def test_liked_is_at_least_the_mean_and_three_and_a_half_stars() -> None:
    assert is_liked(np.array([10, 9, 7, 6], dtype=np.int8)).tolist() == [True, True, False, False]
    assert is_liked(np.array([6, 6], dtype=np.int8)).tolist() == [False, False]
    assert is_liked(np.zeros(0, dtype=np.int8)).size == 0


def test_disliked_is_two_and_a_half_stars_or_far_below_the_mean() -> None:
    assert is_disliked(np.array([5, 6, 10, 10, 10], dtype=np.int8)).tolist() == [True, True, False, False, False]
    assert is_disliked(np.array([6, 7, 8], dtype=np.int8)).tolist() == [False, False, False]
