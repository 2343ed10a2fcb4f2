"""A protocol: how ratings are split, round by round, and what is measured then."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from recommender.engine.data.movie_features import MovieFeatures
from recommender.engine.data.ratings import RatingMatrix
from recommender.engine.data.snapshot import Snapshot
from recommender.engine.evaluation.protocols.measures import Measure
from recommender.engine.evaluation.splits import Split

Round = Mapping[str, Split]
"""Splits by condition that share a training part, so that one fit does for all; the only condition may be ""."""
Rounds = Callable[[RatingMatrix, MovieFeatures, int], Iterator[Round]]
"""From ratings, movies and a seed to the rounds of a protocol, made one at a time."""


@dataclass(frozen=True, slots=True)
class Protocol:
    """What a benchmark does.

    Attributes
    ----------
    name : str
        On the command line.
    description : str
        For people: what is held out, what is relevant.
    n_rounds : int
        Each is one fit of every algorithm; figures are means over the rounds.
    rounds : callable
        Makes the rounds of some ratings; raises `CannotEvaluate` if they do not allow it.
    measures : tuple of Measure
    """

    name: str
    description: str
    n_rounds: int
    rounds: Rounds
    measures: tuple[Measure, ...]


def fingerprint(splits: Round) -> str:
    """Return a sha256 over everything in a round: who has rated what, how and when, in which part, and the movies."""
    digest = hashlib.sha256()
    for condition, split in splits.items():
        for part in ("train", "test", "folded_in", "not_listed"):
            ratings: RatingMatrix | None = getattr(split, part)
            digest.update(f"{condition} {part} ".encode())
            if ratings is not None:
                digest.update(Snapshot(ratings, split.movies).fingerprint().encode())
                digest.update(b"" if ratings.rated_at is None else np.ascontiguousarray(ratings.rated_at).data)
    return digest.hexdigest()
