"""One ranking for several people."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Float32 = NDArray[np.float32]

Strategy = Literal["average", "least_misery"]


def group_scores(scores: Float32, strategy: Strategy) -> Float32:
    """Return one score per movie from those of several people.

    Scores of two people are on scales of their own, so each is replaced by ``−log2(place)`` in that person's list
    first. "average" takes the mean; "least_misery" what the movie is to whom it suits least (Masthoff 2004, "Group
    Modeling: Selecting a Sequence of Television Items").

    Parameters
    ----------
    scores : (n_people, n_movies) float32
    strategy : {"average", "least_misery"}

    Returns
    -------
    (n_movies,) float32
    """
    n_people, n_movies = scores.shape
    merit = np.empty((n_people, n_movies), dtype=np.float32)
    by_place = -np.log2(np.arange(1, n_movies + 1, dtype=np.float32))
    for person in range(n_people):
        merit[person, np.argsort(-scores[person], kind="stable")] = by_place
    return np.asarray(merit.min(axis=0) if strategy == "least_misery" else merit.mean(axis=0), dtype=np.float32)
