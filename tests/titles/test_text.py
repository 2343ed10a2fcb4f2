"""Titles are parsed, displayed and normalised."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.titles.text import (
    canonical_words,
    compound_words,
    display_title,
    split_title,
    title_segments,
    title_words,
    without_article,
)


@pytest.mark.parametrize(
    ("raw", "parts"),
    [
        ("Toy Story (1995)", ("Toy Story", 1995, ())),
        ("Toy Story", ("Toy Story", None, ())),
        ("Rocky VI (1986) ", ("Rocky VI", 1986, ())),
        ("Matrix, The (1999)", ("Matrix, The", 1999, ())),
        ("Seven (a.k.a. Se7en) (1995)", ("Seven", 1995, ("Se7en",))),
        ("European Vacation (aka Lampoon's) (1985)", ("European Vacation", 1985, ("Lampoon's",))),
        ("Clink of Ice, The (a.k.a.: Sound, The) (Le bruit)", ("Clink of Ice, The", None, ("Sound, The", "Le bruit"))),
        ("Babies (Bébé(s)) (2010)", ("Babies", 2010, ("Bébé(s)",))),
        ("(500) Days of Summer (2009)", ("(500) Days of Summer", 2009, ())),
        ("(Untitled)", ("(Untitled)", None, ())),
        ("Spy(ies) (2009)", ("Spy(ies)", 2009, ())),
        ("Ah Boys To Men (Part 1) (2012)", ("Ah Boys To Men (Part 1)", 2012, ())),
        ("Mona (Mona ja aika) (1983))", ("Mona", 1983, ("Mona ja aika",))),
        ("Diplomatic Immunity (2009– )", ("Diplomatic Immunity", 2009, ())),
        ("Death Note (2006–2007)", ("Death Note", 2006, ())),
        ("Naked Truth (1957) (Your Past)", ("Naked Truth", 1957, ("Your Past",))),
        ("2012 (2009)", ("2012", 2009, ())),
        ("1984 (1956)", ("1984", 1956, ())),
        ("Trilogy: 1972-1990 (1992)", ("Trilogy: 1972-1990", 1992, ())),
        ("(1999)", ("(1999)", None, ())),
        ("", ("", None, ())),
    ],
)
def test_it_splits_titles(raw: str, parts: tuple[str, int | None, tuple[str, ...]]) -> None:
    assert split_title(raw) == parts


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("Matrix, The", "The Matrix"),
        ("Matrix, The (1999)", "The Matrix"),
        ("Beautiful Mind, A (2001)", "A Beautiful Mind"),
        ("Valachi Papers,The", "The Valachi Papers"),
        ("Avventura, L' (Adventure, The) (1960)", "L'Avventura"),
        ("Boot, Das (Boat, The) (1981)", "Das Boot"),
        ("Lord of the Rings: The Two Towers, The", "The Lord of the Rings: The Two Towers"),
        ("Great Happiness Space, The: Tale of a Thief", "The Great Happiness Space: Tale of a Thief"),
        ("Seven (a.k.a. Se7en) (1995)", "Seven"),
        ("I, Robot (2004)", "I, Robot"),
        ("Paris, Texas (1984)", "Paris, Texas"),
        ("Monsters, Inc. (2001)", "Monsters, Inc."),
        ("City of God (Cidade de Deus) (2002)", "City of God"),
    ],
)
def test_it_displays_titles_as_people_write_them(raw: str, shown: str) -> None:
    assert display_title(raw) == shown


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The  MATRIX!", ["the", "matrix"]),
        ("Léon: Ça æ ø ß ł", ["leon", "ca", "ae", "o", "ss", "l"]),
        ("Schindler’s List", ["schindlers", "list"]),
        ("L'Avventura", ["l", "avventura"]),
        ("M*A*S*H", ["mash"]),
        ("S.W.A.T.: Firefight", ["swat", "firefight"]),
        ("E.T. the Extra-Terrestrial", ["et", "the", "extra", "terrestrial"]),
        ("A.I. Artificial", ["ai", "artificial"]),
        ("Dr. No", ["dr", "no"]),
        ("Face/Off", ["face", "off"]),
        ("WALL·E", ["wall", "e"]),
        ("Dumb & Dumber", ["dumb", "and", "dumber"]),
        ("Tom&Viv", ["tom", "and", "viv"]),
        ("Romeo + Juliet", ["romeo", "and", "juliet"]),
        ("Alien³", ["alien", "3"]),
        ("8½", ["8", "1", "2"]),
        ("4.3.2.1", ["4", "3", "2", "1"]),
        ("Gladiator II", ["gladiator", "ii"]),
        ("チェブラーシカ", ["チェブラーシカ"]),
        ("Солярис", ["солярис"]),
        ("$", ["$"]),
        ("? ! ?", ["?!?"]),
        (" \t", []),
        ("", []),
    ],
)
def test_it_reduces_titles_to_words(text: str, words: list[str]) -> None:
    assert title_words(text) == words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Rocky IV", "rocky 4"),
        ("The Godfather: Part II", "godfather 2"),
        ("Ocean's Eleven", "oceans 11"),
        ("Thirty-Nine Steps", "39 steps"),
        ("The Fifth Element", "5th element"),
        ("Kill Bill: Vol. 2", "kill bill volume 2"),
        ("Dr. Strangelove", "Doctor Strangelove"),
        ("Kramer vs. Kramer", "kramer versus kramer"),
        ("Knights", "the knight"),
        ("Dumb & Dumber", "dumb and dumber"),
    ],
)
def test_it_gives_titles_that_mean_the_same_one_search_form(one: str, other: str) -> None:
    assert canonical_words(title_words(one)) == canonical_words(title_words(other))


@pytest.mark.parametrize(
    ("one", "other"), [("I, Robot", "1 robot"), ("Die Hard", "hard"), ("It", "the"), ("Her", "Up"), ("Up", "Us")]
)
def test_it_keeps_different_titles_apart(one: str, other: str) -> None:
    assert canonical_words(title_words(one)) != canonical_words(title_words(other))


def test_it_keeps_stop_words_when_nothing_else_is_left() -> None:
    assert canonical_words(["the", "of"]) == ["the", "of"]
    assert canonical_words(["the", "others"]) == ["other"]


def test_it_writes_compounds_as_one_word_too() -> None:
    assert compound_words("Spider-Man meets WALL·E, 50/50") == ["spiderman", "walle"]
    assert compound_words("Toy Story") == []


def test_it_drops_an_article_only_before_something() -> None:
    assert without_article(["the", "matrix"]) == ["matrix"]
    assert without_article(["la", "leon"], {"the"}) == ["la", "leon"]
    assert without_article(["a"]) == ["a"]


def test_it_knows_the_parts_of_a_long_title() -> None:
    assert title_segments("Star Wars: Episode V - The Empire Strikes Back") == [
        "Star Wars",
        "Episode V",
        "The Empire Strikes Back",
    ]
    assert title_segments("Spider-Man") == []


@given(st.text())
def test_it_takes_any_text(text: str) -> None:
    title, year, alternatives = split_title(text)
    assert title in text
    assert year is None or 1870 <= year < 2100
    assert all(alternative in text for alternative in alternatives)
    words = title_words(display_title(text))
    assert not any(character.isspace() for word in words for character in word)
    assert bool(canonical_words(words)) == bool(words)
