"""Team-draft interleaving: two rankings in one list, so that people's choices show which ranking is better."""

import hashlib
from dataclasses import dataclass

import numpy as np

from recommender.engine.data.types import Int8, Int64, Integers

TEAM_A, TEAM_B = 1, 2


@dataclass(frozen=True, slots=True, eq=False)
class Interleaved:
    """One list made of two rankings.

    `items` is (n,) int64; `teams` (n,) int8 says which ranking put each of them there, `TEAM_A` or `TEAM_B`.
    """

    items: Int64
    teams: Int8


def team_draft(ranking_a: Integers, ranking_b: Integers, *, n: int, seed: int) -> Interleaved:
    """Let two rankings pick movies in turn, as captains pick their teams.

    In each round a coin says which ranking picks first; each takes its best movie that is not yet in the list
    (Radlinski, Kurup and Joachims 2008, "How Does Clickthrough Data Reflect Retrieval Quality?", section 4.2). A
    ranking without movies left passes. With the same seed a longer list starts with the shorter one.

    Parameters
    ----------
    ranking_a, ranking_b : (n_a,) and (n_b,) int
        Best first, without duplicates.
    n : int
        Length of the list, at most.
    seed : int
        Of the coins, not negative.

    Returns
    -------
    Interleaved
        ``min(n, number of distinct movies)`` movies.
    """
    rankings = {TEAM_A: ranking_a.tolist(), TEAM_B: ranking_b.tolist()}
    next_place = {TEAM_A: 0, TEAM_B: 0}
    a_picks_first = np.random.default_rng(seed).random(n) < 0.5
    items: list[int] = []
    teams: list[int] = []
    listed: set[int] = set()
    for coin in a_picks_first.tolist():
        before = len(items)
        for team in (TEAM_A, TEAM_B) if coin else (TEAM_B, TEAM_A):
            ranking, place = rankings[team], next_place[team]
            while place < len(ranking) and ranking[place] in listed:
                place += 1
            next_place[team] = place
            if place < len(ranking) and len(items) < n:
                items.append(ranking[place])
                teams.append(team)
                listed.add(ranking[place])
        if len(items) in (n, before):
            break
    return Interleaved(np.array(items, dtype=np.int64), np.array(teams, dtype=np.int8))


def in_share(key: str, share: float) -> bool:
    """Tell whether a key belongs to a share of all keys: always the same answer; larger shares include smaller ones.

    Parameters
    ----------
    key : str
    share : float
        0 … 1.
    """
    return seed_of(key) < share * 2**64


def seed_of(key: str) -> int:
    """Return a number from 0 to 2⁶⁴ − 1 that depends on the key alone."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big")
