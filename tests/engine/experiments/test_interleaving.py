"""Team-draft interleaving: fair, without duplicates, the same list however much of it is asked for."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from recommender.engine.experiments.interleaving import TEAM_A, TEAM_B, in_share, team_draft

rankings = st.lists(st.integers(0, 40), unique=True, max_size=25).map(lambda items: np.array(items, dtype=np.int64))
seeds = st.integers(0, 2**64 - 1)


@given(rankings, rankings, st.integers(0, 60), seeds)
def test_it_lists_every_movie_once(a: np.ndarray, b: np.ndarray, n: int, seed: int) -> None:
    drafted = team_draft(a, b, n=n, seed=seed)
    distinct = set(a.tolist()) | set(b.tolist())
    assert len(set(drafted.items.tolist())) == drafted.items.size == drafted.teams.size == min(n, len(distinct))
    assert set(drafted.items.tolist()) <= distinct


@given(rankings, rankings, st.integers(0, 60), st.integers(0, 60), seeds)
def test_a_longer_list_starts_with_the_shorter(a: np.ndarray, b: np.ndarray, n: int, more: int, seed: int) -> None:
    short, long = team_draft(a, b, n=n, seed=seed), team_draft(a, b, n=n + more, seed=seed)
    assert long.items[:n].tolist() == short.items.tolist()
    assert long.teams[:n].tolist() == short.teams.tolist()


@given(rankings, rankings, seeds)
def test_each_team_keeps_the_order_of_its_ranking(a: np.ndarray, b: np.ndarray, seed: int) -> None:
    drafted = team_draft(a, b, n=60, seed=seed)
    for team, ranking in ((TEAM_A, a.tolist()), (TEAM_B, b.tolist())):
        places = [ranking.index(item) for item in drafted.items[drafted.teams == team].tolist()]
        assert places == sorted(places)


@given(st.permutations(range(20)), st.permutations(range(20)), seeds)
def test_after_every_round_both_teams_are_of_one_size(a: list[int], b: list[int], seed: int) -> None:
    drafted = team_draft(np.array(a), np.array(b), n=20, seed=seed)
    for n in range(0, 21, 2):
        assert np.count_nonzero(drafted.teams[:n] == TEAM_A) == n // 2


def test_who_picks_first_is_a_fair_coin() -> None:
    ranking = np.arange(10)
    teams = np.stack([team_draft(ranking, ranking, n=10, seed=seed).teams for seed in range(4000)])
    share = np.mean(teams == TEAM_A, axis=0)
    assert np.all(np.abs(share - 0.5) < 4 * 0.5 / np.sqrt(4000))
    other = np.stack([team_draft(ranking, ranking[::-1], n=10, seed=seed).teams for seed in range(2000)])
    assert abs(np.mean(other[:, 0] == TEAM_A) - 0.5) < 0.05


def test_a_share_is_stable_and_about_as_large_as_said() -> None:
    inside = {share: {n for n in range(10_000) if in_share(f"3:{n}", share)} for share in (0.0, 0.2, 0.5, 1.0)}
    assert len(inside[0.0]) == 0
    assert len(inside[1.0]) == 10_000
    assert abs(len(inside[0.2]) - 2000) < 200
    assert inside[0.2] < inside[0.5]
    again = {n for n in range(10_000) if in_share(f"4:{n}", 0.5)}
    assert 2200 < len(again & inside[0.5]) < 2800  # another experiment draws anew
