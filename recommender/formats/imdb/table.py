"""Stream one gzipped table of IMDb in blocks; only the rows that are wanted are ever in memory."""

import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.csv

BLOCK_BYTES = 1 << 23
NULL = "\\N"

OnShare = Callable[[float], None]
"""Called with the share of a file that has been read (0..1); it may raise to cancel."""


class ImdbError(Exception):
    """A file of IMDb that is missing or cannot be read, in one sentence."""


class DamagedFile(ImdbError):
    """A file that cannot be read, however often one tries."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path.name} cannot be read: {reason}. Fetch it again.")
        self.path = path


@dataclass(slots=True)
class Skipped:
    """How many rows of a table were skipped because their number of cells is wrong."""

    rows: int = 0

    def __call__(self, _row: pa.csv.InvalidRow) -> str:
        self.rows += 1
        return "skip"


def blocks(
    path: Path, columns: Mapping[str, pa.DataType], on_share: OnShare, skipped: Skipped
) -> Iterator[pa.RecordBatch]:
    r"""Yield the named columns of a table, block by block.

    Text is read as bytes, so that a byte that is no UTF-8 spoils only its own cell, and `\N` as null. `on_share` gets
    the share of the file that has been read.

    Raises
    ------
    ImdbError
        If the file is missing; a `DamagedFile` if it is damaged, cut short, or lacks a column.
    """
    if not path.is_file():
        raise ImdbError(f"{path.name} is missing in {path.parent}; fetch IMDb's files again.")
    size = max(path.stat().st_size, 1)
    try:
        with pa.OSFile(str(path)) as raw, pa.CompressedInputStream(raw, "gzip") as text:
            reader = pa.csv.open_csv(
                text,
                read_options=pa.csv.ReadOptions(block_size=BLOCK_BYTES),
                parse_options=pa.csv.ParseOptions(delimiter="\t", quote_char=False, invalid_row_handler=skipped),
                convert_options=pa.csv.ConvertOptions(
                    include_columns=list(columns),
                    column_types=dict(columns),
                    null_values=[NULL],
                    strings_can_be_null=True,
                    quoted_strings_can_be_null=False,
                ),
            )
            for block in reader:
                on_share(min(raw.tell() / size, 1.0))
                yield block
    except (pa.ArrowException, OSError, zlib.error, EOFError) as error:
        raise DamagedFile(path, str(error).splitlines()[0].rstrip(".")) from error
