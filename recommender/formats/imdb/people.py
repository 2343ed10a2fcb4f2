"""Who directed, wrote and played in films, from IMDb's files."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from recommender.formats.imdb.films import BYTES, ids, number_of, text
from recommender.formats.imdb.table import OnShare, Skipped, blocks

N_CAST: Final = 10
MAX_CREW: Final = 5
"""Directors and writers that are kept of each film; anthologies list dozens."""
PLAYED: Final = pa.array([b"actor", b"actress", b"self"], BYTES)
LENGTH: Final = 255

Int32 = NDArray[np.int32]
Row = tuple[int, int, int, int]
"""A film's number, a person's, the work and the place."""
Names = dict[int, tuple[str, int | None]]
"""The name and the year of birth of people, by number."""


class Work(IntEnum):
    """What somebody did in a film."""

    DIRECTOR = 1
    WRITER = 2
    CAST = 3


@dataclass(frozen=True, slots=True)
class Credits:
    """One row a film, person and work: the film's and the person's numbers, the work, and the place in the credits."""

    films: Int32
    people: Int32
    works: Int32
    places: Int32


def credits_of(rows: Sequence[Row]) -> Credits:
    """Order the rows and keep one of each film, person and work: somebody may play two parts, and the first counts."""
    table = np.array(rows, dtype=np.int32).reshape(-1, 4)
    table = table[np.lexsort((table[:, 3], table[:, 1], table[:, 2], table[:, 0]))]
    first = np.ones(len(table), dtype=np.bool_)
    first[1:] = (table[1:, :3] != table[:-1, :3]).any(axis=1)
    return Credits(*(np.ascontiguousarray(table[first, column]) for column in range(4)))


def read_names(folder: Path, people: Int32, *, on_share: OnShare, skipped: Skipped) -> Names:
    """Read the name and the year of birth of some people, by number; people without a name are left out."""
    wanted = ids(people.tolist(), "nm")
    names: Names = {}
    columns = dict.fromkeys(("nconst", "primaryName", "birthYear"), BYTES)
    for block in blocks(folder / "name.basics.tsv.gz", columns, on_share, skipped):
        kept = block.filter(pc.is_in(block["nconst"], wanted))
        for person, name, born in zip(*(column.to_pylist() for column in kept.columns), strict=True):
            number, shown = number_of(person), text(name)
            if number is not None and 0 < len(shown) <= LENGTH:
                names[number] = (shown, int(born) if born and born.isdigit() and len(born) <= 4 else None)
    return names


def read_crew(folder: Path, films: Collection[int], *, on_share: OnShare, skipped: Skipped) -> list[Row]:
    """Read the directors and writers of some films."""
    rows, wanted = [], ids(films)
    columns = dict.fromkeys(("tconst", "directors", "writers"), BYTES)
    for block in blocks(folder / "title.crew.tsv.gz", columns, on_share, skipped):
        kept = block.filter(pc.is_in(block["tconst"], wanted))
        for film, directors, writers in zip(*(column.to_pylist() for column in kept.columns), strict=True):
            for work, people in ((Work.DIRECTOR, directors), (Work.WRITER, writers)):
                for place, person in enumerate((people or b"").split(b",")[:MAX_CREW]):
                    if (number := number_of(person)) is not None:
                        rows.append((number_of(film) or 0, number, int(work), place))
    return rows


def read_cast(folder: Path, films: Collection[int], *, on_share: OnShare, skipped: Skipped) -> list[Row]:
    """Read the first of the cast of some films."""
    rows, wanted = [], ids(films)
    n_cast: dict[int, int] = {}
    columns = dict.fromkeys(("tconst", "nconst", "category"), BYTES)
    for block in blocks(folder / "title.principals.tsv.gz", columns, on_share, skipped):
        played = block.filter(pc.is_in(block["category"], PLAYED))
        kept = played.filter(pc.is_in(played["tconst"], wanted))
        for name, person in zip(kept["tconst"].to_pylist(), kept["nconst"].to_pylist(), strict=True):
            film, number = number_of(name) or 0, number_of(person)
            place = n_cast.get(film, 0)
            if number is not None and place < N_CAST:
                n_cast[film] = place + 1
                rows.append((film, number, int(Work.CAST), place))
    return rows
