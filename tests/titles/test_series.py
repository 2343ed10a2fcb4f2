"""Series are found by their titles, in the order of release, and nothing else is taken for one."""

import pytest

from recommender.titles.series import SeriesTitle, find_series
from recommender.titles.text import split_title


def series_of(*titles: str, genres: str = "Action|Adventure") -> list[list[str]]:
    """Return the series among movies; "Title (1999) [Animation]" has genres of its own."""
    rows = []
    for title in titles:
        name, _, own = title.partition(" [")
        rows.append(SeriesTitle(name, split_title(name)[1], frozenset((own.rstrip("]") or genres).split("|"))))
    return [[rows[position].title for position in series] for series in find_series(rows)]


@pytest.mark.parametrize(
    "series",
    [
        ["Toy Story (1995)", "Toy Story 2 (1999)", "Toy Story 3 (2010)"],
        ["Godfather, The (1972)", "Godfather: Part II, The (1974)", "Godfather: Part III, The (1990)"],
        ["Kill Bill: Vol. 1 (2003)", "Kill Bill: Vol. 2 (2004)"],
        ["Ocean's Eleven (2001)", "Ocean's Twelve (2004)", "Ocean's Thirteen (2007)"],
        ["Star Wars: Episode IV - A New Hope (1977)", "Star Wars: Episode I - The Phantom Menace (1999)"],
        ["Lord of the Rings: The Two Towers, The (2002)", "Lord of the Rings: The Return of the King, The (2003)"],
        ["Harry Potter and the Goblet of Fire (2005)", "Harry Potter and the Deathly Hallows: Part 1 (2010)"],
        ["Alien (1979)", "Alien³ (a.k.a. Alien 3) (1992)", "Alien: Resurrection (1997)"],
        ["Mad Max (1979)", "Road Warrior, The (Mad Max 2) (1981)", "Mad Max Beyond Thunderdome (1985)"],
        ["Die Hard (1988)", "Die Hard 2 (1990)", "Live Free or Die Hard (2007)"],
        ["Jurassic Park (1993)", "Lost World: Jurassic Park, The (1997)", "Jurassic Park III (2001)"],
        ["Mission: Impossible (1996)", "Mission: Impossible II (2000)", "Mission: Impossible - Fallout (2018)"],
        ["Terminator, The (1984)", "Terminator 2: Judgment Day (1991)", "Terminator Salvation (2009)"],
        ["Blade Runner (1982)", "Blade Runner 2049 (2017)"],
        ["Shrek (2001)", "Shrek 2 (2004)", "Shrek the Third (2007)"],
        ["Alien (1979)", "Aliens (1986)", "Alien³ (a.k.a. Alien 3) (1992)"],
        ["X-Men (2000)", "X2: X-Men United (2003)", "X-Men: The Last Stand (2006)"],
        ["Iron Eagle (1986)", "Iron Eagle II (1988)", "Aces: Iron Eagle III (1992)"],
        ["Look Who's Talking (1989)", "Look Who's Talking Too (1990)"],
        ["Twilight (2008)", "Twilight Saga: New Moon, The (2009)", "Twilight Saga: Eclipse, The (2010)"],
    ],
)
def test_a_series_is_found_in_the_order_of_release(series: list[str]) -> None:
    strangers = ["Heat (1995)", "Man on Fire (2004)", "Fight Club (1999)"]
    assert series_of(*reversed(series), *strangers) == [series]


@pytest.mark.parametrize(
    "titles",
    [
        ("Pulp (1972)", "Pulp Fiction (1994)"),
        ("Big (1988)", "Big Fish (2003)"),
        ("Psycho (1960)", "Psycho (1998)"),
        ("Seven (a.k.a. Se7en) (1995)", "Seven Samurai (1954)"),
        ("Tron (1982)", "Tron: The Making Of (2010) [Documentary]"),
        ("Robin Hood (1973) [Adventure|Animation|Children]", "Robin Hood: Prince of Thieves (1991) [Adventure|Drama]"),
        ("Dave Bell: Kind (2001) [Comedy]", "Dave Bell: Loud (2003) [Comedy]", "Dave Bell: More (2005) [Comedy]"),
        ("Split, The (1968)", "Split Second (1992)"),
        ("Boy (1969)", "Boys (1977)"),
        ("10 (1979)", "10 Items or Less (2006)"),
    ],
)
def test_titles_that_look_alike_are_no_series(titles: tuple[str, ...]) -> None:
    assert series_of(*titles) == []


def test_a_remake_starts_a_series_of_its_own() -> None:
    old = ["Halloween (1978)", "Halloween II (1981)"]
    new = ["Halloween (2007)", "Halloween II (2009)"]
    assert series_of(*old, *new) == [old, new]


def test_a_movie_of_the_same_title_a_few_years_later_is_left_out() -> None:
    series = ["Dark Knight, The (2008)", "Dark Knight Rises, The (2012)"]
    assert series_of(*series, "The Dark Knight (2011)") == [series]


def test_a_cartoon_is_no_part_of_a_series_of_films() -> None:
    films = ["Lord of the Rings: The Two Towers, The (2002)", "Lord of the Rings: The Return of the King, The (2003)"]
    assert series_of("Lord of the Rings, The (1978) [Adventure|Animation]", *films) == [films]


def test_a_movie_of_unknown_year_comes_last() -> None:
    assert series_of("Alien 2", "Alien (1979)") == [["Alien (1979)", "Alien 2"]]


def test_no_titles_have_no_series() -> None:
    assert find_series([]) == []
