"""The stopping rule: seldom wrong though one looks after every list, and quick when there is a difference."""

import numpy as np
import pytest

from recommender.engine.experiments.sequential_test import ALPHA, bounds, verdict

N_LISTS, N_EXPERIMENTS = 600, 300


def first_looks(share: float, *, seed: int, n_lists: int = N_LISTS) -> list[str]:
    """Run many experiments, looking after every list; return where each stopped, "go_on" for those that did not."""
    rng = np.random.default_rng(seed)
    answers: dict[tuple[int, int], str] = {}
    ends = []
    for _ in range(N_EXPERIMENTS):
        wins = np.cumsum(rng.random(n_lists) < share).tolist()
        end = "go_on"
        for n, a in enumerate(wins, start=1):
            key = (a, n - a)
            if key not in answers:
                answers[key] = verdict(*key)
            if answers[key] in ("a_is_better", "b_is_better"):
                end = answers[key]
                break
        ends.append(end)
    return ends


def test_it_is_seldom_wrong_under_continuous_looking() -> None:
    ends = first_looks(0.5, seed=1)
    wrong = sum(end != "go_on" for end in ends) / len(ends)
    assert wrong <= ALPHA + 2 * np.sqrt(ALPHA * (1 - ALPHA) / N_EXPERIMENTS)


def test_a_fixed_test_would_be_wrong_far_more_often() -> None:
    """A confidence interval made for one look, looked at after every list: what the sequence is there to avoid."""
    rng = np.random.default_rng(1)
    wins = np.cumsum(rng.random((N_EXPERIMENTS, N_LISTS)) < 0.5, axis=1)
    n = np.arange(1, N_LISTS + 1)
    z = np.abs(wins - n / 2) / np.sqrt(n / 4)
    assert np.mean((z[:, 20:] > 1.96).any(axis=1)) > 4 * ALPHA


@pytest.mark.parametrize(("share", "right"), [(0.6, "a_is_better"), (0.4, "b_is_better")])
def test_it_finds_a_difference(share: float, right: str) -> None:
    ends = first_looks(share, seed=2, n_lists=600)
    assert sum(end == right for end in ends) / len(ends) > 0.9
    assert sum(end not in (right, "go_on") for end in ends) / len(ends) < 0.01


def test_the_truth_stays_inside_at_every_look() -> None:
    rng = np.random.default_rng(3)
    outside = 0
    for _ in range(200):
        wins = np.cumsum(rng.random(300) < 0.55).tolist()
        looks = (bounds(a, n - a) for n, a in enumerate(wins, start=1) if n % 3 == 0)
        outside += any(not look.low <= 0.55 <= look.high for look in looks)
    assert outside / 200 <= ALPHA + 2 * np.sqrt(ALPHA * (1 - ALPHA) / 200)


def test_bounds_are_symmetric_and_shrink() -> None:
    assert (bounds(0, 0).low, bounds(0, 0).high) == (0, 1)
    for a, b in ((3, 1), (30, 10), (0, 9)):
        here, there = bounds(a, b), bounds(b, a)
        assert here.low == pytest.approx(1 - there.high, abs=1e-9)
        assert here.low <= a / (a + b) <= here.high
    widths = [bounds(n, n).high - bounds(n, n).low for n in (5, 50, 500, 5000)]
    assert widths == sorted(widths, reverse=True)


def test_every_answer_is_possible() -> None:
    assert verdict(0, 0) == verdict(6, 4) == "go_on"
    assert (verdict(80, 20), verdict(20, 80)) == ("a_is_better", "b_is_better")
    assert verdict(3000, 3000) == "no_difference"
