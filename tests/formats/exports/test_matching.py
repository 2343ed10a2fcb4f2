"""Which movie a row is about."""

from collections.abc import Collection, Mapping, Sequence

import pytest

from recommender.formats.exports import Candidates, ExportedRow, match_rows

YEARS: Mapping[int, int | None] = {1: 1979, 2: 1984, 3: 2021, 4: 1979, 5: None}
TITLED: Mapping[str, Sequence[int]] = {"Alien": [1], "Dune": [3, 2], "Twins": [1, 4], "Undated": [5]}


def years(movie_ids: Collection[int]) -> dict[int, int | None]:
    return {movie_id: YEARS[movie_id] for movie_id in movie_ids if movie_id in YEARS}


CATALOGUE = Candidates(
    movie_ids={1, 2, 3, 4, 5},
    by_imdb_id={78748: [1], 1: [2, 3]},
    by_tmdb_id={348: [1]},
    titled=lambda title: TITLED.get(title, ()),
    years=years,
)


@pytest.mark.parametrize(
    ("row", "movie_id", "candidates"),
    [
        ({"movie_id": 2, "imdb_id": 78748}, 2, (2,)),
        ({"movie_id": 99, "imdb_id": 78748}, 1, (1,)),
        ({"imdb_id": 99, "tmdb_id": 348}, 1, (1,)),
        ({"imdb_id": 1}, None, (2, 3)),
        ({"title": "Alien", "year": 1979}, 1, (1,)),
        ({"title": "Alien", "year": 1980}, None, (1,)),
        ({"title": "Alien", "year": 1981}, None, ()),
        ({"title": "Alien"}, None, (1,)),
        ({"title": "Dune", "year": 1984}, 2, (2,)),
        ({"title": "Dune"}, None, (3, 2)),
        ({"title": "Twins", "year": 1979}, None, (1, 4)),
        ({"title": "Undated", "year": 1950}, None, (5,)),
        ({"title": "Nowhere", "year": 1979}, None, ()),
        ({}, None, ()),
        ({"imdb_id": 99, "title": "Alien", "year": 1979}, 1, (1,)),
    ],
)
def test_it_matches_by_id_then_by_title_and_year(
    row: dict[str, int | str], movie_id: int | None, candidates: tuple[int, ...]
) -> None:
    exported = ExportedRow(line=2, half_stars=8, rated_at=None, **({"title": "", "year": None} | row))  # type: ignore[arg-type]
    (matched,) = match_rows([exported], CATALOGUE)
    assert (matched.movie_id, matched.candidates) == (movie_id, candidates)
