"""What people type is read in several ways, the looser ones below the stricter ones."""

import pytest

from recommender.titles.aliases import sound_term
from recommender.titles.building import build_title_index
from recommender.titles.document import TitleDocument
from recommender.titles.index import TitleIndex
from recommender.titles.query import TitleQuery

RATED = {
    "Thor (2011)": 90,
    "Thor: The Dark World (2013)": 50,
    "Thou Shalt Laugh 2 - The Deuce (2007)": 0,
    "Alien (1979)": 146,
    "Alien 2: On Earth (1980)": 0,
    "Aliens (1986)": 126,
    "Alien³ (a.k.a. Alien 3) (1992)": 60,
    "X-Men (2000)": 133,
    "X2: X-Men United (2003)": 76,
    "X-Men: The Last Stand (2006)": 50,
    "Lord of the Rings: The Fellowship of the Ring, The (2001)": 198,
    "Lord of the Rings: The Two Towers, The (2002)": 188,
    "Lord of the Rings: The Return of the King, The (2003)": 185,
    "Shrek (2001)": 170,
    "Shrek 2 (2004)": 92,
    "Shrek the Third (2007)": 21,
    "Full Metal Jacket (1987)": 102,
    "Blade Runner (1982)": 124,
    "Blade Runner 2049 (2017)": 18,
    "2 Fast 2 Furious (2003)": 24,
    "Yojimbo (1961)": 15,
    "Zatoichi Meets Yojimbo (Zatôichi to Yôjinbô) (1970)": 0,
    "8 1/2 (8½) (1963)": 31,
    "127 Hours (2010)": 34,
    "20,000 Leagues Under the Sea (1954)": 38,
    "William Shakespeare's Romeo + Juliet (1996)": 96,
    "Romeo and Juliet (1968)": 16,
    "Cheburashka (1971)": 0,
    "Braveheart (1995)": 237,
    "Brave Heart: The Lizzie Story, A (2015)": 0,
    "Dark Knight, The (2008)": 149,
    "Dark Knight Rises, The (2012)": 76,
    "Dark Night (2018)": 0,
    "Matrix, The (1999)": 278,
    "Amelie (2001)": 120,
    "King Kong (1933)": 200,
    "Ratatouille (2007)": 72,
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> TitleIndex:
    path = tmp_path_factory.mktemp("titles") / "index"
    documents = [
        TitleDocument(place, title, None, ("Action",), count, None, None, 3.5)
        for place, (title, count) in enumerate(RATED.items())
    ]
    build_title_index(documents, path)
    return TitleIndex(path)


def found(index: TitleIndex, text: str) -> list[str]:
    """Return the titles a search finds, without their years."""
    return [list(RATED)[movie_id].rpartition(" (")[0] for movie_id in index.search(TitleQuery(text)).movie_ids]


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("thor 2", "Thor: The Dark World"),
        ("alien 2", "Aliens"),
        ("alien 1", "Alien"),
        ("xmen 2", "X2: X-Men United"),
        ("lotr 3", "Lord of the Rings: The Return of the King, The"),
        ("the lord of the rings part two", "Lord of the Rings: The Two Towers, The"),
        ("shrek three", "Shrek the Third"),
    ],
)
def test_a_number_after_the_name_of_a_series_is_a_movie_of_it(index: TitleIndex, query: str, title: str) -> None:
    assert found(index, query)[0] == title


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("fmj", "Full Metal Jacket"),
        ("rotk", "Lord of the Rings: The Return of the King, The"),
        ("tdkr", "Dark Knight Rises, The"),
        ("lotr two towers", "Lord of the Rings: The Two Towers, The"),
        ("bladerunner 2049", "Blade Runner 2049"),
        ("lordoftherings king", "Lord of the Rings: The Return of the King, The"),
        ("brave heart", "Braveheart"),
        ("too fast too furious", "2 Fast 2 Furious"),
        ("amelee", "Amelie"),
        ("ratatooyl", "Ratatouille"),
        ("eight and a half", "8 1/2 (8½)"),
        ("one hundred and twenty seven hours", "127 Hours"),
        ("20000 leagues", "20,000 Leagues Under the Sea"),
        ("twenty thousand leagues", "20,000 Leagues Under the Sea"),
        ("romeo + juliet", "William Shakespeare's Romeo + Juliet"),
        ("romeo and juliet", "Romeo and Juliet"),
        ("Чебурашка", "Cheburashka"),
        ("чебурашк", "Cheburashka"),
        ("watch the matrix online", "Matrix, The"),
    ],
)
def test_it_finds_what_people_mean(index: TitleIndex, query: str, title: str) -> None:
    assert found(index, query)[0] == title


def test_a_title_as_written_comes_before_a_better_known_one_with_a_typo(index: TitleIndex) -> None:
    assert found(index, "the dark night")[:2] == ["Dark Night", "Dark Knight, The"]


def test_a_thin_reading_does_not_hide_the_looser_ones(index: TitleIndex) -> None:
    assert found(index, "yojinbo") == ["Zatoichi Meets Yojimbo (Zatôichi to Yôjinbô)", "Yojimbo"]


def test_half_of_the_words_follow_below_a_well_known_movie(index: TitleIndex) -> None:
    assert found(index, "dark knight ris")[:2] == ["Dark Knight Rises, The", "Dark Knight, The"]


def test_a_number_beyond_a_series_still_finds_the_series(index: TitleIndex) -> None:
    assert found(index, "dark knight 3")[:2] == ["Dark Knight, The", "Dark Knight Rises, The"]


@pytest.mark.parametrize("query", ["dark knight 3", "the dark night", "yojinbo", "brave heart"])
@pytest.mark.parametrize("order", ["relevance", "newest"])
def test_pages_go_on_across_readings_and_no_movie_comes_twice(index: TitleIndex, query: str, order: str) -> None:
    whole = index.search(TitleQuery(query, limit=100, order=order))  # type: ignore[arg-type]
    pages = [
        index.search(TitleQuery(query, limit=1, offset=offset, order=order))  # type: ignore[arg-type]
        for offset in range(len(whole.movie_ids))
    ]
    assert [movie_id for page in pages for movie_id in page.movie_ids] == whole.movie_ids
    assert {page.count for page in pages} == {len(set(whole.movie_ids))} == {whole.count}


def test_hidden_movies_are_not_counted_in_any_reading(index: TitleIndex) -> None:
    whole = index.search(TitleQuery("dark knight 3"))
    hidden = frozenset(whole.movie_ids[::2])
    assert index.search(TitleQuery("dark knight 3", limit=1, exclude=hidden)).count == whole.count - len(hidden)


def test_a_word_has_a_sound_but_a_key_held_down_has_none() -> None:
    assert sound_term("yojinbo") == sound_term("yojimbo") is not None
    assert sound_term("qqqqzzzzxxxx") is None
