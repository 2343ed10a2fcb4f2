"""Fill a table from NumPy arrays with PostgreSQL's binary COPY, without a Python object per row."""

from collections.abc import Callable

import numpy as np
from django.db.backends.utils import CursorWrapper

from recommender.engine.data.types import Arrays, Int64

ROWS_PER_BLOCK = 1 << 18
SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
SECONDS_TO_2000 = 946_684_800

OnBlock = Callable[[float], None]
"""Called with the share done (0..1) after each block."""


def timestamps(seconds: Int64) -> Int64:
    """Convert seconds since 1970 to PostgreSQL's timestamptz format: microseconds since 2000."""
    return (seconds - SECONDS_TO_2000) * 1_000_000


def copy_arrays(cursor: CursorWrapper, table: str, columns: Arrays, on_block: OnBlock | None = None) -> None:
    """Append int16, int32 or int64 arrays of one length to the columns of the same names and widths."""
    n_rows = next(iter(columns.values())).size
    names = ", ".join(columns)
    with cursor.copy(f"COPY {table} ({names}) FROM STDIN (FORMAT BINARY)") as copy:
        copy.write(SIGNATURE)
        for start in range(0, n_rows, ROWS_PER_BLOCK):
            copy.write(_rows({name: values[start : start + ROWS_PER_BLOCK] for name, values in columns.items()}))
            if on_block is not None:
                on_block(min(start + ROWS_PER_BLOCK, n_rows) / n_rows)
        copy.write(TRAILER)


def _rows(columns: Arrays) -> bytes:
    """A row is its number of fields, then each field's length and value, all big-endian."""
    layout: list[tuple[str, str]] = [("n_fields", ">i2")]
    for name, values in columns.items():
        layout += [(f"length of {name}", ">i4"), (name, f">i{values.dtype.itemsize}")]
    rows = np.empty(next(iter(columns.values())).size, dtype=layout)
    rows["n_fields"] = len(columns)
    for name, values in columns.items():
        rows[f"length of {name}"] = values.dtype.itemsize
        rows[name] = values
    return rows.tobytes()
