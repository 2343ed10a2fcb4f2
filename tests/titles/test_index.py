"""Building, opening and searching the title index, over a handful of titles written here."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.titles.building import build_title_index
from recommender.titles.document import FIELDS, TitleDocument
from recommender.titles.index import TitleIndex
from recommender.titles.manifest import TitleIndexError
from recommender.titles.query import TitleQuery

MOVIES = {
    1: ("Matrix, The (1999)", "Action|Sci-Fi", 278, 4.2),
    2: ("Matrix Reloaded, The (2003)", "Action|Sci-Fi", 96, 3.3),
    3: ("Gladiator (2000)", "Action|Drama", 170, 3.9),
    4: ("Gladiator II (2024)", "Action|Drama", 2, 3.0),
    5: ("V for Vendetta (2006)", "Action|Drama", 95, 3.9),
    6: ("5 (2005)", "Drama", 0, None),
    7: ("Malcolm X (1992)", "Drama", 20, 3.7),
    8: ("Ten (2002)", "Drama", 3, 3.5),
    9: ("Seven (a.k.a. Se7en) (1995)", "Mystery|Thriller", 203, 4.0),
    10: ("It (2017)", "Horror", 10, 3.4),
    11: ("It (1927)", "Comedy|Romance", 0, None),
    12: ("Amelie (Fabuleux destin d'Amélie Poulain, Le) (2001)", "Comedy", 120, 4.2),
    13: ("Jurassic Park (1993)", "Action", 238, 3.8),
    14: ("Spider-Man (2002)", "Action", 122, 3.5),
    15: ("Rocky IV (1985)", "Action", 24, 3.3),
    16: ("Dune (1984)", "Sci-Fi", 37, 3.5),
    17: ("Dune (2000)", "Sci-Fi", 4, 4.0),
    18: ("Blade Runner 2049 (2017)", "Sci-Fi", 18, 3.9),
    19: ("Blade Runner (1982)", "Sci-Fi", 124, 4.1),
    20: ("$ (Dollars) (1971)", "Comedy", 1, 5.0),
    21: ("Obscure Wonder", "(no genres listed)", 1, 5.0),
    22: ("Star Wars: Episode V - The Empire Strikes Back (1980)", "Sci-Fi", 211, 4.2),
    23: ("Солярис (1972)", "Sci-Fi", 5, 4.0),
}


def document(movie_id: int) -> TitleDocument:
    title, genres, count, mean = MOVIES[movie_id]
    imdb_id = "0133093" if movie_id == 1 else None
    return TitleDocument(movie_id, title, None, tuple(genres.split("|")), count, imdb_id, 600 + movie_id, mean)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("titles") / "index"
    assert build_title_index((document(movie_id) for movie_id in MOVIES), path) == len(MOVIES)
    return path


@pytest.fixture(scope="module")
def index(path: Path) -> TitleIndex:
    return TitleIndex(path)


@pytest.mark.parametrize(
    ("query", "movie_id"),
    [
        ("matrix", 1),
        ("The Matrix", 1),
        ("reloaded matrix", 2),
        ("gladiator", 3),
        ("gladiator ii", 4),
        ("gladiator 2", 4),
        ("v for vendetta", 5),
        ("5", 6),
        ("malcolm x", 7),
        ("ten", 8),
        ("se7en", 9),
        ("7", 9),
        ("it", 10),
        ("it 1927", 11),
        ("amélie", 12),
        ("fabuleux destin", 12),
        ("jurrasic", 13),
        ("jurassicpark", 13),
        ("spiderman", 14),
        ("spider man", 14),
        ("rocky 4", 15),
        ("dune", 16),
        ("dune 2000", 17),
        ("dune 20", 17),
        ("blade runner 2049", 18),
        ("blade runner 1982", 19),
        ("$", 20),
        ("obscure wunder", 21),
        ("empire strikes back", 22),
        ("star wars 5", 22),
        ("the matrix keanu", 1),
        ("соляр", 23),
        ("tt0133093", 1),
        ("imdb:133093", 1),
        ("TMDB: 601", 1),
    ],
)
def test_it_finds_the_movie_meant(index: TitleIndex, query: str, movie_id: int) -> None:
    assert index.search(TitleQuery(query)).movie_ids[:1] == [movie_id]


@pytest.mark.parametrize("query", ["", "   ", "\n"])
def test_it_lists_everything_by_popularity_for_a_blank_query(index: TitleIndex, query: str) -> None:
    hits = index.search(TitleQuery(query, limit=3))
    assert hits.movie_ids == [1, 13, 22]
    assert hits.count == len(MOVIES)


@pytest.mark.parametrize(
    "query",
    [
        *("?!", "...", "🎬", "\0", "a\0b", "\ud800", "漢字", "٣٤", "²", "tt99999999", "tmdb:999999999999999999"),
        *(
            "'; DROP TABLE",
            '-- "',
            "AND OR NOT +",
            "title:x^9 ~ *",
            "[a TO b]",
            "(" * 500,
            "x" * 10_000,
            "word " * 2000,
        ),
    ],
)
def test_it_survives_hostile_queries(index: TitleIndex, query: str) -> None:
    hits = index.search(TitleQuery(query))
    assert hits.count >= len(hits.movie_ids)
    assert index.search(TitleQuery("matrix")).movie_ids[0] == 1


@pytest.mark.parametrize("query", ["?!", "🎬", "\ud800", "xqzw", "tt99999999", "tmdb:999999999"])
def test_it_finds_nothing_where_nothing_matches(index: TitleIndex, query: str) -> None:
    assert index.search(TitleQuery(query)).count == 0


@settings(max_examples=300, deadline=None)
@given(query=st.text(max_size=60), order=st.sampled_from(["relevance", "popularity", "title"]))
def test_it_takes_any_text(index: TitleIndex, query: str, order: str) -> None:
    hits = index.search(TitleQuery(query, limit=100, order=order))  # type: ignore[arg-type]
    assert len(hits.movie_ids) == len(set(hits.movie_ids)) == hits.count


@pytest.mark.parametrize("query", ["", "a", "s", "matrix"])
@pytest.mark.parametrize("genre", [None, "Drama", "sci-fi", "Nonsense"])
@pytest.mark.parametrize("decade", [None, 1990, 2000, -10, 10**9])
@pytest.mark.parametrize("min_ratings", [0, 20])
@pytest.mark.parametrize("exclude", [frozenset(), frozenset({1, 3, 9, 999})])
def test_its_filters_are_exact(
    index: TitleIndex, query: str, genre: str | None, decade: int | None, min_ratings: int, exclude: frozenset[int]
) -> None:
    expected = set()
    for movie_id in index.search(TitleQuery(query, limit=100)).movie_ids:
        movie = document(movie_id)
        year = movie.release_year
        if (
            (genre is None or genre.casefold() in [name.casefold() for name in movie.genres])
            and (decade is None or (year is not None and year // 10 * 10 == decade))
            and movie.rating_count >= min_ratings
            and movie_id not in exclude
        ):
            expected.add(movie_id)
    hits = index.search(
        TitleQuery(query, limit=100, genre=genre, decade=decade, min_ratings=min_ratings, exclude=exclude)
    )
    assert set(hits.movie_ids) == expected
    assert hits.count == len(expected)


def test_it_does_not_guess_at_typos_because_a_filter_left_nothing(index: TitleIndex) -> None:
    assert index.search(TitleQuery("dune", genre="Comedy")).count == 0


@pytest.mark.parametrize("order", ["relevance", "popularity", "rating", "newest", "oldest", "title"])
@pytest.mark.parametrize("exclude", [frozenset(), frozenset({1, 2})])
def test_its_pages_make_up_the_whole(index: TitleIndex, order: str, exclude: frozenset[int]) -> None:
    whole = index.search(TitleQuery("", limit=100, order=order, exclude=exclude))  # type: ignore[arg-type]
    pages = [
        movie_id
        for offset in range(0, 25, 4)
        for movie_id in index.search(TitleQuery("", limit=4, offset=offset, order=order, exclude=exclude)).movie_ids  # type: ignore[arg-type]
    ]
    assert pages == whole.movie_ids
    assert len(pages) == whole.count


def test_it_orders_as_asked(index: TitleIndex) -> None:
    def first(order: str, n: int = 3) -> list[int]:
        return index.search(TitleQuery("", limit=n, order=order)).movie_ids  # type: ignore[arg-type]

    assert first("newest") == [4, 18, 10]
    assert first("oldest") == [11, 20, 23]
    assert first("title", 2) == [20, 6]
    # One five-star rating does not lead.
    assert first("rating", 1)[0] in {1, 12, 22}
    assert index.search(TitleQuery("dune", order="oldest")).movie_ids == [16, 17]
    assert index.search(TitleQuery("dune", order="newest")).movie_ids == [17, 16]


def test_it_names_an_unknown_order(index: TitleIndex) -> None:
    with pytest.raises(ValueError, match="'sideways'; expected relevance or one of popularity"):
        index.search(TitleQuery("x", order="sideways"))  # type: ignore[arg-type]


def test_it_takes_no_or_negative_limits(index: TitleIndex) -> None:
    assert index.search(TitleQuery("matrix", limit=0)).movie_ids == []
    assert index.search(TitleQuery("matrix", limit=0)).count == 2
    assert index.search(TitleQuery("matrix", limit=-5, offset=-5)).movie_ids == []
    assert index.search(TitleQuery("matrix", offset=10**6)).movie_ids == []


def test_it_answers_many_threads_the_same(index: TitleIndex) -> None:
    queries = ["matrix", "jurrasic", "s", "", "dune 2000", "it", "gladiator ii"] * 40
    alone = [index.search(TitleQuery(query)) for query in queries]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(index.search, map(TitleQuery, queries))) == alone


def test_it_uses_given_years_and_further_titles(tmp_path: Path) -> None:
    movie = TitleDocument(7, "Solaris", 1972, (), 0, None, None, None, alternative_titles=("Солярис",))
    build_title_index([movie], tmp_path / "index")
    index = TitleIndex(tmp_path / "index")
    assert index.search(TitleQuery("солярис")).movie_ids == [7]
    assert index.search(TitleQuery("solaris", decade=1970)).movie_ids == [7]


def test_it_reports_progress_and_indexes_nothing_at_all(tmp_path: Path) -> None:
    seen: list[int] = []
    assert build_title_index([], tmp_path / "empty", on_progress=seen.append) == 0
    assert seen == [0]
    assert TitleIndex(tmp_path / "empty").search(TitleQuery("")).count == 0
    assert TitleIndex(tmp_path / "empty").search(TitleQuery("matrix")).count == 0


def test_it_never_builds_over_an_index(path: Path) -> None:
    with pytest.raises(FileExistsError, match="exists already"):
        build_title_index([], path)


def test_it_leaves_nothing_behind_when_the_build_fails(tmp_path: Path) -> None:
    def cancel(_: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        build_title_index([document(1)], tmp_path / "index", on_progress=cancel)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    build_title_index([document(1)], tmp_path / "copy")
    return tmp_path / "copy"


def test_it_says_that_the_index_is_missing(tmp_path: Path) -> None:
    with pytest.raises(TitleIndexError, match=r"missing or incomplete .* build the title index again"):
        TitleIndex(tmp_path / "nowhere")


def test_it_refuses_a_damaged_index(copy: Path) -> None:
    segment = max(copy.iterdir(), key=lambda file: file.stat().st_size)
    segment.write_bytes(segment.read_bytes()[:-7] + b"damaged")
    with pytest.raises(TitleIndexError, match=f"damaged \\({segment.name} has changed\\)"):
        TitleIndex(copy)


def test_it_refuses_an_index_with_a_file_missing(copy: Path) -> None:
    (copy / "meta.json").unlink()
    with pytest.raises(TitleIndexError, match="missing or incomplete"):
        TitleIndex(copy)


@pytest.mark.parametrize("manifest", ["", "[]", "{}", '{"format": 1, "files": {}, "count": "many"}', "\x00"])
def test_it_refuses_a_damaged_manifest(copy: Path, manifest: str) -> None:
    (copy / "manifest.json").write_text(manifest)
    with pytest.raises(TitleIndexError, match="damaged"):
        TitleIndex(copy)


def test_it_refuses_another_format(copy: Path) -> None:
    manifest = json.loads((copy / "manifest.json").read_text())
    (copy / "manifest.json").write_text(json.dumps(manifest | {"format": 99}))
    with pytest.raises(TitleIndexError, match="format 99"):
        TitleIndex(copy)


def test_its_fields_are_those_of_indexes_in_service() -> None:
    # A query with a field that an index does not have ends the process: new fields need another format.
    assert (
        *("exact", "other_exact", "converted", "compact", "starts", "other_starts", "converted_starts"),
        *("compact_starts", "genre", "words", "surface", "prefixes", "pairs"),
        *("movie_id", "year", "decade", "imdb_id", "tmdb_id", "rating_count"),
        *("popularity_rank", "rating_rank", "newest_rank", "oldest_rank", "title_rank", "popularity", "brevity"),
    ) == FIELDS
