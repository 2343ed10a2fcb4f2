"""The similar movies of every movie, as arrays."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Float32 = NDArray[np.float32]
Int32 = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Neighbours:
    """The most similar movies of each movie, best first.

    Attributes
    ----------
    movie_ids : (n_movies,) int32
        Database keys, strictly increasing.
    indices : (n_movies, n) int32
        Positions in `movie_ids`, padded with -1.
    scores : (n_movies, n) float32
        Similarities aligned with `indices`, 0 where padded.
    """

    movie_ids: Int32
    indices: Int32
    scores: Float32

    def of(self, movie_id: int) -> list[int]:
        """Return the ids of the movies most similar to this one; none for a movie it does not know."""
        row = int(np.searchsorted(self.movie_ids, movie_id))
        if row == self.movie_ids.size or self.movie_ids[row] != movie_id:
            return []
        neighbours = self.indices[row]
        return [int(found) for found in self.movie_ids[neighbours[neighbours >= 0]]]

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return everything as named arrays (safetensors)."""
        return {"movie_ids": self.movie_ids, "indices": self.indices, "scores": self.scores}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Rebuild from `to_arrays`."""
        return cls(arrays["movie_ids"], arrays["indices"], arrays["scores"])
