"""Collections say what belongs together; titles say it where no collection is known."""

from datetime import date, timedelta
from pathlib import Path

from recommender.titles.building import build_title_index
from recommender.titles.collected_series import all_series
from recommender.titles.document import TitleDocument
from recommender.titles.index import TitleIndex
from recommender.titles.query import TitleQuery
from recommender.titles.series import SeriesTitle, find_series
from recommender.titles.series_numbers import series_numbers
from recommender.titles.text import split_title
from tests.titles.catalogue import catalogue_documents

KIRK, DARK_KNIGHT = 151, 263
NAMES = {KIRK: "Star Trek: The Original Series Collection", DARK_KNIGHT: "The Dark Knight Collection"}
TREK = {
    "Star Trek: The Motion Picture (1979)": None,
    "Star Trek II: The Wrath of Khan (1982)": KIRK,
    "Star Trek III: The Search for Spock (1984)": KIRK,
    "Star Trek: Generations (1994)": 115570,
    "Star Trek: First Contact (1996)": None,
}
KNIGHT = {
    "Batman Begins (2005)": DARK_KNIGHT,
    "The Dark Knight (2008)": DARK_KNIGHT,
    "The Dark Knight Rises (2012)": None,
}


def titled(name: str, collection: int | None = None, released_on: date | None = None) -> SeriesTitle:
    genres = frozenset({"Action"})
    collected = (collection, NAMES.get(collection or 0, ""))
    return SeriesTitle(name, split_title(name)[1], genres, (), released_on, *collected)


def series_of(*titles: SeriesTitle) -> list[list[str]]:
    return [[titles[position].title for position in members] for members in all_series(titles)]


def test_without_collections_series_are_those_of_the_titles() -> None:
    titles = [SeriesTitle(each.title, each.release_year, frozenset(each.genres)) for each in catalogue_documents()]
    found = find_series(titles)
    assert len(found) > 20
    assert all_series(titles) == found


def test_a_collection_is_a_series_and_movies_of_the_same_series_by_title_join_it() -> None:
    titles = [titled(name, collection) for name, collection in (TREK | KNIGHT).items()]
    names = list(TREK)
    found = series_of(*reversed(titles), titled("Heat (1995)"))
    assert sorted(found) == sorted([names[:3], names[3:], list(KNIGHT)])


def test_a_collection_of_one_movie_here_leaves_the_series_as_the_titles_tell() -> None:
    names = ["Toy Story (1995)", "Toy Story 2 (1999)", "Toy Story 3 (2010)"]
    assert series_of(titled(names[0]), titled(names[1], 10194), titled(names[2])) == [names]
    assert series_of(titled("Heat (1995)", 5)) == []


def test_movies_of_one_year_are_in_the_order_of_their_days() -> None:
    days = {"The Matrix Revolutions (2003)": date(2003, 11, 5), "The Matrix Reloaded (2003)": date(2003, 5, 15)}
    titles = [titled("The Matrix (1999)", 2344), *(titled(name, 2344, day) for name, day in days.items())]
    assert series_of(*titles) == [["The Matrix (1999)", "The Matrix Reloaded (2003)", "The Matrix Revolutions (2003)"]]
    parts = [titled("Kill Bill: Vol. 2 (2003)", 2883), titled("Kill Bill: Vol. 1 (2003)", 2883)]
    assert series_of(*parts) == [["Kill Bill: Vol. 1 (2003)", "Kill Bill: Vol. 2 (2003)"]]


def test_movies_of_a_collection_are_numbered_by_its_name_whoever_has_seen_them() -> None:
    titles = [titled(name, collection) for name, collection in KNIGHT.items()]
    numbers = series_numbers(titles, all_series(titles), [1, 95, 60])
    assert [(("dark", "knight"), place + 1) in numbers[place] for place in range(3)] == [True] * 3
    assert (("batman",), 1) not in numbers[1]


def test_the_index_knows_what_is_not_out_yet(tmp_path: Path) -> None:
    today = date.today()
    days = {1: today + timedelta(days=9), 2: today, 3: None}
    rows = [TitleDocument(n, f"Movie {n}", 2000, (), 0, None, None, None, released_on=day) for n, day in days.items()]
    build_title_index(rows, tmp_path / "titles")
    assert TitleIndex(tmp_path / "titles").coming == {1: today.toordinal() + 9}


def test_the_search_finds_a_movie_by_the_name_of_its_collection_and_a_number(tmp_path: Path) -> None:
    bonds = {"Dr. No": 1962, "From Russia with Love": 1963, "Goldfinger": 1964, "Thunderball": 1965}
    rows = [
        TitleDocument(
            n, title, year, ("Action",), 50, None, None, 3.5, collection=645, collection_name="James Bond Collection"
        )
        for n, (title, year) in enumerate(bonds.items(), start=1)
    ]
    build_title_index(rows, tmp_path / "titles")
    index = TitleIndex(tmp_path / "titles")
    assert index.series_by_movie[3] == (1, 2, 3, 4)
    assert index.search(TitleQuery("james bond 3", limit=1)).movie_ids == [3]
