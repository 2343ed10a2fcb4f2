"""Random sparse matrices for kernel tests, with empty rows among them."""

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from recommender.engine.data.types import Int32, Int64

unhurried = settings(deadline=None, max_examples=40)
seeds = st.integers(0, 2**32 - 1)


def random_csr(rng: np.random.Generator, n_rows: int, n_columns: int, density: float) -> tuple[Int64, Int32]:
    """Return (indptr, indices); every fifth row is empty."""
    stored = rng.random((n_rows, n_columns)) < density
    stored[::5] = False
    indptr = np.zeros(n_rows + 1, dtype=np.int64)
    np.cumsum(stored.sum(axis=1), out=indptr[1:])
    return indptr, np.nonzero(stored)[1].astype(np.int32)
