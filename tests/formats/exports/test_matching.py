"""Which movie a row is about."""

import pytest

from recommender.formats.exports import Candidates, ExportedRow, KnownMovie, match_rows
from recommender.formats.exports.names import Likeness, likeness, name_of
from recommender.titles.building import build_title_index
from recommender.titles.document import TitleDocument
from recommender.titles.index import TitleIndex

# id: names, year, IMDb id, TMDB id
MOVIES = {
    1: (("Toy Story",), 1995, 114709, 862),
    2: (("Jumanji",), 1995, 113497, 8844),
    6: (("Heat",), 1995, 113277, 949),
    10: (("GoldenEye",), 1995, 113189, 710),
    20: (("Dune",), 1984, 87182, None),
    21: (("Dune",), 2021, 1160419, None),
    22: (("Twins",), 1988, None, None),
    23: (("Twins",), 1988, None, None),
    24: (("Undated",), None, None, None),
    30: (("Her",), 2013, None, None),
    31: (("The Disappearance of Eleanor Rigby: Her",), 2013, None, None),
    32: (("Star Wars: Episode IV - A New Hope", "Star Wars"), 1977, None, None),
    33: (("Star Wars: Episode III - Revenge of the Sith",), 2005, None, None),
    34: (("Star Wars: Episode VII - The Force Awakens",), 2015, None, None),
    35: (("The Lord of the Rings",), 1978, None, None),
    36: (("The Lord of the Rings: The Return of the King",), 2003, None, None),
    37: (("Monty Python's Life of Brian",), 1979, None, None),
    38: (("Avengers: Infinity War - Part I",), 2018, None, None),
    39: (("The Texas Chainsaw Massacre",), 1974, None, None),
    40: (("Kill Bill: Vol. 2",), 2004, None, None),
    41: (("The Godfather: Part II",), 1974, None, None),
    42: (("Ocean's Twelve",), 2004, None, None),
    43: (("The Color of Money",), 1986, None, None),
    44: (("The Strangers",), 2008, None, None),
    45: (("Strangers",), 2007, None, None),
    46: (("Hellboy",), 2004, None, None),
    47: (("Battle of Los Angeles",), 2011, None, None),
    48: (("Aladdin",), 1992, None, None),
    49: (("The Human Centipede II (Full Sequence)", "Full Sequence"), 2011, None, None),
    50: (("Léon: The Professional", "Léon"), 1994, None, None),
}


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Candidates:
    path = tmp_path_factory.mktemp("titles") / "index"
    documents = [
        TitleDocument(movie_id, names[0], year, (), 0, None, None, None, names[1:])
        for movie_id, (names, year, _, _) in MOVIES.items()
    ]
    build_title_index(documents, path)
    index = TitleIndex(path)
    known = {movie_id: KnownMovie(*facts) for movie_id, facts in MOVIES.items()}
    return Candidates(
        by_imdb_id={each.imdb_id: [movie_id] for movie_id, each in known.items() if each.imdb_id},
        by_tmdb_id={each.tmdb_id: [movie_id] for movie_id, each in known.items() if each.tmdb_id},
        titled=index.titled,
        alike=index.alike,
        movies=lambda ids: {movie_id: known[movie_id] for movie_id in ids if movie_id in known},
    )


def match(
    catalogue: Candidates, title: str = "", year: int | None = None, **ids: int
) -> tuple[int | None, tuple[int, ...]]:
    (matched,) = match_rows([ExportedRow(2, title, year, 8, None, **ids)], catalogue)
    return matched.movie_id, matched.candidates


@pytest.mark.parametrize(
    ("title", "year", "movie_id"),
    [
        ("Heat", 1995, 6), ("Dune", 1984, 20), ("Dune", 1985, 20), ("Dune", 2022, 21), ("Her", 2013, 30),
        ("Star Wars", 1977, 32), ("Star Wars: The Force Awakens", 2015, 34), ("Life of Brian", 1979, 37),
        ("Avengers: Infinity War", 2018, 38), ("Texas Chain Saw Massacre", 1974, 39), ("Kill Bill Volume II", 2004, 40),
        ("Kill Bill 2", 2004, 40), ("Godfather 2", 1974, 41), ("The Godfather: Part Two", 1974, 41),
        ("Ocean's 12", 2004, 42), ("The Colour of Money", 1986, 43), ("Undated", 1950, 24),
        ("Disney's Aladdin", 1992, 48), ("The Human Centipede 2 (Full Sequence)", 2011, 49), ("LEON", 1994, 50),
        ("Avengers: Infinity War: Part 1", 2018, 38), ("Avengers - Infinity War", 2018, 38),
    ],
)  # fmt: skip
def test_it_matches_by_title_and_year(catalogue: Candidates, title: str, year: int, movie_id: int) -> None:
    assert match(catalogue, title, year) == (movie_id, (movie_id,))


@pytest.mark.parametrize(
    ("title", "year", "candidates"),
    [
        ("Heat", None, (6,)), ("Dune", None, (20, 21)), ("Twins", 1988, (22, 23)), ("Star Wars", 2005, (33,)),
        ("The Lord of the Rings", 2003, (36,)), ("Hellboy: The Seeds of Creation", 2004, (46,)),
        ("The Strangers", 2007, (45, 44)),
    ],
)  # fmt: skip
def test_it_leaves_what_may_mean_several_movies(
    catalogue: Candidates, title: str, year: int | None, candidates: tuple[int, ...]
) -> None:
    assert match(catalogue, title, year) == (None, candidates)


@pytest.mark.parametrize(
    ("title", "year"),
    [("Heat", 1998), ("Nowhere", 1979), ("", None), ("Battle: Los Angeles", 2011), ("Her Story", 2013), ("Toy", 1995)],
)
def test_it_finds_nothing_in_other_titles(catalogue: Candidates, title: str, year: int | None) -> None:
    assert match(catalogue, title, year) == (None, ())


@pytest.mark.parametrize(
    "row",
    [
        {"movie_id": 6},
        {"imdb_id": 113277},
        {"tmdb_id": 949},
        {"movie_id": 999, "imdb_id": 113277},
        {"title": "Heat", "year": 1995, "movie_id": 6, "imdb_id": 113277, "tmdb_id": 949},
        {"title": "Heat", "year": 1997, "imdb_id": 113277},
        {"title": "Fuego contra fuego", "year": 1995, "imdb_id": 113277},
        {"title": "Heat", "year": 1995, "imdb_id": 113277, "tmdb_id": 999},
        {"title": "Heat", "year": 1995, "movie_id": 999},
    ],
)
def test_it_matches_by_id_what_nothing_contradicts(catalogue: Candidates, row: dict[str, int]) -> None:
    assert match(catalogue, **row) == (6, (6,))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("row", "candidates"),
    [
        ({"movie_id": 2, "title": "GoldenEye", "year": 1995, "imdb_id": 113189}, (2, 10)),
        ({"movie_id": 2, "title": "GoldenEye", "year": 1995}, (2, 10)),
        ({"movie_id": 2, "title": "Unheard Of", "year": 1995}, (2,)),
        ({"movie_id": 2, "imdb_id": 113189}, (2, 10)),
        ({"imdb_id": 113277, "tmdb_id": 710}, (6, 10)),
        ({"imdb_id": 113277, "title": "Heat", "year": 1972}, (6,)),
        ({"imdb_id": 113277, "title": "GoldenEye", "year": 1995}, (6, 10)),
        ({"imdb_id": 9999991, "title": "Heat", "year": 1995}, (6,)),
        ({"tmdb_id": 9999991, "title": "Heat", "year": 1995}, (6,)),
        ({"movie_id": 6, "imdb_id": 9999991}, (6,)),
    ],
)
def test_ids_that_disagree_are_left_to_choose(
    catalogue: Candidates, row: dict[str, int], candidates: tuple[int, ...]
) -> None:
    assert match(catalogue, **row) == (None, candidates)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("title", "other", "expected"),
    [
        ("Heat", "Heat!", Likeness.SAME),
        ("The Matrix", "Matrix, The", Likeness.SAME),
        ("Matrix", "The Matrix", Likeness.ARTICLE_ASIDE),
        ("Rocky Two", "Rocky II", Likeness.SAME_MEANING),
        ("Honor Thy Neighbor", "Honour Thy Neighbour", Likeness.SAME_MEANING),
        ("Alien", "Aliens", Likeness.NONE),
        ("Life of Brian", "Monty Python's Life of Brian", Likeness.LARGE_PART),
        ("Valentine", "The Caveman's Valentine", Likeness.PART),
        ("Alien", "Alien: Resurrection", Likeness.PART),
    ],
)
def test_names_are_compared(title: str, other: str, expected: Likeness) -> None:
    assert likeness(name_of(title), name_of(other)) == expected
    assert likeness(name_of(other), name_of(title)) == expected


def test_any_title_of_a_row_may_be_the_one_that_is_known(catalogue: Candidates) -> None:
    rows = [
        ExportedRow(2, "Схватка", 1995, 9, None, other_titles=("Heat",)),
        ExportedRow(3, "盗火线", 1995, 9, None, other_titles=("Heats", "Dune")),
        ExportedRow(4, "", 2004, 9, None, other_titles=("Hellboy",)),
    ]
    assert [matched.movie_id for matched in match_rows(rows, catalogue)] == [6, None, 46]
