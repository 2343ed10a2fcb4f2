"""Short names for arrays of one dtype."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Bool = NDArray[np.bool_]
Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
Int8 = NDArray[np.int8]
Int16 = NDArray[np.int16]
Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
UInt32 = NDArray[np.uint32]
UInt64 = NDArray[np.uint64]
Integers = NDArray[np.integer]

Arrays = Mapping[str, NDArray[Any]]
"""Arrays by name, as artifacts and checkpoints hold them."""
