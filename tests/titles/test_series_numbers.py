"""Movies are numbered within their series, by title or else by the order of release."""

from recommender.titles.series import SeriesTitle, find_series
from recommender.titles.series_numbers import series_numbers
from recommender.titles.text import split_title

Rated = tuple[str, int]


def numbers_of(*movies: Rated) -> dict[str, set[str]]:
    """Return for each title its names and numbers, as people would type them."""
    titles = [SeriesTitle(title, split_title(title)[1], frozenset({"Action"})) for title, _ in movies]
    found = series_numbers(titles, find_series(titles), [count for _, count in movies])
    return {
        split_title(titles[position].title)[0]: {f"{' '.join(name)} {number}" for name, number in numbers}
        for position, numbers in found.items()
    }


def test_titles_without_numbers_are_counted_in_the_order_of_release() -> None:
    numbers = numbers_of(("Thor: Ragnarok (2017)", 40), ("Thor (2011)", 90), ("Thor: The Dark World (2013)", 50))
    assert numbers == {"Thor": {"thor 1"}, "Thor: The Dark World": {"thor 2"}, "Thor: Ragnarok": {"thor 3"}}


def test_a_number_in_the_title_counts_more_than_the_order_of_release() -> None:
    numbers = numbers_of(
        ("Star Wars: Episode IV - A New Hope (1977)", 251),
        ("Star Wars: Episode I - The Phantom Menace (1999)", 140),
        ("Star Wars: Episode VII - The Force Awakens (2015)", 80),
        ("Star Wars: The Last Jedi (2017)", 12),
    )
    assert numbers["Star Wars: Episode I - The Phantom Menace"] == {"star wars 1"}
    assert numbers["Star Wars: The Last Jedi"] == {"star wars 8"}


def test_a_part_of_a_part_is_numbered_by_both_names() -> None:
    numbers = numbers_of(
        ("Harry Potter and the Goblet of Fire (2005)", 70),
        ("Harry Potter and the Deathly Hallows: Part 1 (2010)", 47),
        ("Harry Potter and the Deathly Hallows: Part 2 (2011)", 60),
    )
    assert numbers["Harry Potter and the Deathly Hallows: Part 2"] == {
        "harry potter 3",
        "harry potter and the deathly hallows 2",
    }


def test_what_hardly_anyone_has_seen_is_not_counted() -> None:
    numbers = numbers_of(
        ("Captain America (1990)", 3),
        ("Captain America: The First Avenger (2011)", 93),
        ("Captain America: The Winter Soldier (2014)", 60),
    )
    assert numbers["Captain America: The Winter Soldier"] == {"captain america 2"}
    assert "Captain America" not in numbers


def test_a_year_is_no_number() -> None:
    assert numbers_of(("Blade Runner (1982)", 124), ("Blade Runner 2049 (2017)", 18))["Blade Runner 2049"] == {
        "blade runner 2"
    }


def test_no_series_have_no_numbers() -> None:
    assert series_numbers([], [], []) == {}
