"""The arrays that a model consists of, checked before it is rebuilt from an artifact."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.engine.data.artifact import ArtifactError
from recommender.engine.data.types import Arrays


@dataclass(frozen=True, slots=True)
class ArrayShape:
    """One array of a model.

    Attributes
    ----------
    name : str
    dtypes : tuple of str
        Allowed ones.
    dimensions : tuple of str or int
        A named length is the same wherever the name occurs.
    below : str or None
        For indices: the named length that they must stay below; none may be negative.
    rises : bool or None
        True where the values are strictly increasing, False where they never decrease.
    optional : bool
    """

    name: str
    dtypes: tuple[str, ...]
    dimensions: tuple[str | int, ...]
    below: str | None = None
    rises: bool | None = None
    optional: bool = False


def check(arrays: Arrays, shapes: Iterable[ArrayShape]) -> None:
    """Raise `ArtifactError` unless the arrays have the names, dtypes, shapes and values that a model needs."""
    expected = [shape for shape in shapes if shape.name in arrays or not shape.optional]
    missing = sorted({shape.name for shape in expected}.difference(arrays))
    if missing:
        raise ArtifactError(f"The artifact has no {', '.join(missing)}; train again.")
    lengths: dict[str, int] = {}
    for shape in expected:
        _check_form(arrays[shape.name], shape, lengths)
    for shape in expected:
        _check_values(arrays[shape.name], shape, lengths)


def sparse(name: str, rows: str, columns: str, dtype: str = "float32") -> tuple[ArrayShape, ...]:
    """Return the three parts of a sparse matrix as in `csr_array`; its `indptr` has a length of `rows` + 1."""
    entries = f"entries of {name}"
    return (
        ArrayShape(f"{name}_data", (dtype,), (entries,)),
        ArrayShape(f"{name}_indices", ("int32", "int64"), (entries,), below=columns),
        ArrayShape(f"{name}_indptr", ("int32", "int64"), (f"{rows} + 1",), below=f"{entries} + 1", rises=False),
    )


def _check_form(array: NDArray[Any], shape: ArrayShape, lengths: dict[str, int]) -> None:
    if array.dtype.name not in shape.dtypes:
        raise ArtifactError(f"{shape.name} is {array.dtype.name} instead of {shape.dtypes[0]}; train again.")
    if array.ndim != len(shape.dimensions):
        raise ArtifactError(f"{shape.name} has {array.ndim} dimensions instead of {len(shape.dimensions)}.")
    for found, dimension in zip(array.shape, shape.dimensions, strict=True):
        wanted = dimension if isinstance(dimension, int) else _length(dimension, found, lengths)
        if found != wanted:
            raise ArtifactError(f"{shape.name} has the shape {array.shape}, which does not fit; train again.")


def _length(name: str, found: int, lengths: dict[str, int]) -> int:
    """Return the value of a named length; the first array that has it decides."""
    base, plus_one = name.removesuffix(" + 1"), name.endswith(" + 1")
    return lengths.setdefault(base, found - plus_one) + plus_one


def _check_values(array: NDArray[Any], shape: ArrayShape, lengths: dict[str, int]) -> None:
    if shape.below is not None and array.size:
        limit = _length(shape.below, 0, lengths)
        if not 0 <= int(array.min()) <= int(array.max()) < limit:
            raise ArtifactError(f"{shape.name} points outside its matrix; train again.")
    if shape.rises is not None:
        steps = np.diff(array)
        if (steps <= 0).any() if shape.rises else (steps < 0).any():
            raise ArtifactError(f"{shape.name} is not in order; train again.")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise ArtifactError(f"{shape.name} holds values that are not numbers; train again.")
