import numpy as np
from numpy.typing import NDArray

def rank_agreement(
    indptr: NDArray[np.int64],
    truth: NDArray[np.int8] | NDArray[np.float32] | NDArray[np.float64],
    predicted: NDArray[np.float32] | NDArray[np.float64],
    n_threads: int = 1,
) -> NDArray[np.float64]:
    """Share of the pairs with different truth that are predicted strictly in the same order, per user.

    O(n log n) per user: sorted by truth (and falling prediction where truth ties), the strictly rising pairs of
    predictions are counted by merge sort. A tie in the prediction counts as wrong.

    Parameters
    ----------
    indptr : (n_users + 1,) int64
        The held-out ratings of user ``u`` are ``indptr[u]:indptr[u + 1]``.
    truth : (n,) int8, float32 or float64
    predicted : (n,) float32 or float64
        Finite.
    n_threads : int
        At most this many threads; the result does not depend on it.

    Returns
    -------
    (n_users,) float64
        NaN for a user without two different true ratings.

    Raises
    ------
    ValueError
        If the lengths do not fit together.
    """
