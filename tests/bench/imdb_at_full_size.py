"""Files of the size of IMDb's, made up quickly: rows as long and as many, and as few of them of films with votes."""

import gzip
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tests.support.imdb_files import HEADERS

Numbers = NDArray[np.int64]
N_TITLES, N_PEOPLE = 11_000_000, 14_000_000
TITLES_PER_BLOCK = 250_000
MOVIE_EVERY, RATED_EVERY = 16, 13
AKAS, AKAS_OF_A_MOVIE = 4, 12
PRINCIPALS, PRINCIPALS_OF_A_MOVIE = 8, 12
KINDS: Final = pa.array(["movie", "short", "tvMovie", *["tvEpisode"] * 12, "video"])
GENRES: Final = pa.array(["Drama", "Comedy,Drama", "Documentary", "\\N", "Action,Crime,Thriller", "Family,Horror"])
WORDS: Final = pa.array(
    [
        "The",
        "Lighthouse",
        "Keeper",
        "Night",
        "Ferry",
        "Summer",
        "Ночной",
        "Été",
        "Son",
        "of",
        "Dragons",
        "River",
        "Letters",
    ]
)
REGIONS: Final = pa.array(["US", "DE", "FR", "JP", "IN", "\\N", "GB", "ES", "IT", "BR", "PT", "CA"])
WORK: Final = pa.array(["actor", "actress", "self", "director", "writer", "producer", "composer", "editor"])


def write(folder: Path, scale: float) -> dict[str, int]:
    """Write the files, two at a time; return how many rows each has."""
    folder.mkdir(parents=True, exist_ok=True)
    largest_first = ("title.principals", "title.akas", "title.basics", "name.basics", "title.crew", "title.ratings")
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        running = {name: pool.submit(_write, folder, name, scale) for name in largest_first}
        return {name: future.result() for name, future in running.items()}


def _write(folder: Path, name: str, scale: float) -> int:
    n_rows, n = 0, int((N_PEOPLE if name == "name.basics" else N_TITLES) * scale)
    with gzip.open(folder / f"{name}.tsv.gz", "wb", compresslevel=1) as file:
        file.write(HEADERS[name].replace(" ", "\t").encode() + b"\n")
        for numbers in _blocks(n):
            rows = ROWS[name](numbers, max(int(N_PEOPLE * scale), 1))
            file.write(rows.buffers()[2])
            n_rows += len(rows)
    return n_rows


def _blocks(n: int) -> Iterator[Numbers]:
    for start in range(1, n + 1, TITLES_PER_BLOCK):
        yield np.arange(start, min(start + TITLES_PER_BLOCK, n + 1))


def _basics(titles: Numbers, _n_people: int) -> pa.Array:
    title, year = _name(titles), _text(1900 + titles % 126)
    adult, minutes = _text((titles % 97 == 0).astype(int)), _text(5 + titles % 200)
    return _rows(_id("tt", titles), _of(KINDS, titles), title, title, adult, year, "\\N", minutes, _of(GENRES, titles))


def _ratings(titles: Numbers, _n_people: int) -> pa.Array:
    rated = titles[_is_movie(titles) | (titles % RATED_EVERY == 0)]
    share = np.random.default_rng(int(titles[0])).random(len(rated))
    votes = np.minimum(5 / np.maximum(share, 1e-6) ** 2.1, 3e6).astype(np.int64)
    return _rows(_id("tt", rated), _text(1 + rated % 9), _text(votes), join=("\t", ".5\t"))


def _akas(titles: Numbers, _n_people: int) -> pa.Array:
    film, place = _several(titles, AKAS, AKAS_OF_A_MOVIE)
    region = _of(REGIONS, film + place)
    return _rows(_id("tt", film), _text(place + 1), _name(film * 7 + place), region, "\\N", "imdbDisplay", "\\N", "0")


def _crew(titles: Numbers, n_people: int) -> pa.Array:
    director, writer = (_id("nm", 1 + titles * factor % n_people) for factor in (7919, 104_729))
    return _rows(_id("tt", titles), director, pc.binary_join_element_wise(director, writer, ","))


def _principals(titles: Numbers, n_people: int) -> pa.Array:
    film, place = _several(titles, PRINCIPALS, PRINCIPALS_OF_A_MOVIE)
    person = 1 + (film // 4 * 31 + place * 7919) % n_people
    played = pc.binary_join_element_wise('["', _name(person + place), '"]', "")
    return _rows(_id("tt", film), _text(place + 1), _id("nm", person), _of(WORK, place * 3 + film), "\\N", played)


def _names(people: Numbers, _n_people: int) -> pa.Array:
    known = _id("tt", 1 + people % N_TITLES)
    return _rows(_id("nm", people), _name(people * 3), _text(1900 + people % 110), "\\N", "actor,producer", known)


ROWS: Final[dict[str, Callable[[Numbers, int], pa.Array]]] = {
    "title.basics": _basics,
    "title.ratings": _ratings,
    "title.akas": _akas,
    "title.crew": _crew,
    "title.principals": _principals,
    "name.basics": _names,
}


def _is_movie(titles: Numbers) -> NDArray[np.bool_]:
    is_movie: NDArray[np.bool_] = titles % MOVIE_EVERY == 0
    return is_movie


def _several(titles: Numbers, n: int, n_of_a_movie: int) -> tuple[Numbers, Numbers]:
    """Repeat each title, a movie more often; return the titles and the place of each row among those of its title."""
    times = np.where(_is_movie(titles), n_of_a_movie, n)
    first = np.repeat(np.cumsum(times) - times, times)
    return np.repeat(titles, times), np.arange(times.sum()) - first


def _id(letters: str, numbers: Numbers) -> pa.Array:
    return pc.binary_join_element_wise(letters, pc.utf8_lpad(_text(numbers), width=7, padding="0"), "")


def _text(numbers: NDArray[np.integer]) -> pa.Array:
    return pa.array(numbers).cast(pa.string())


def _of(values: pa.Array, numbers: Numbers) -> pa.Array:
    return values.take(pa.array(numbers % len(values)))


def _name(numbers: Numbers) -> pa.Array:
    """Return two words and a number, so that most names differ."""
    return pc.binary_join_element_wise(_of(WORDS, numbers), _of(WORDS, numbers // 11), _text(numbers % 100_003), " ")


def _rows(*cells: pa.Array | str, join: tuple[str, str] = ("\t", "\t")) -> pa.Array:
    """Join cells to lines, whose text is one buffer; `join` holds the first separator and the others."""
    first = pc.binary_join_element_wise(cells[0], cells[1], join[0])
    line = pc.binary_join_element_wise(first, *cells[2:], join[1])
    return pc.binary_join_element_wise(line, "\n", "")
