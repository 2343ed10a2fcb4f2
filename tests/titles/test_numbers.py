"""Numbers of several words are one number, in digits."""

import pytest

from recommender.titles.numbers import compose_numbers


@pytest.mark.parametrize(
    ("words", "composed"),
    [
        ("thirty nine steps", "39 steps"),
        ("one hundred and one dalmatians", "101 dalmatians"),
        ("one hundred and twenty seven hours", "127 hours"),
        ("two thousand and one a space odyssey", "2001 a space odyssey"),
        ("three thousand two hundred and five", "3205"),
        ("nineteen eighty four", "1984"),
        ("nineteen hundred", "1900"),
        ("three hundred", "300"),
        ("eight and a half", "eight 1 2"),
        ("8 and a half women", "8 1 2 women"),
        ("naked gun thirty three and a third", "naked gun 33 1 3"),
    ],
)
def test_it_writes_numbers_of_several_words_in_digits(words: str, composed: str) -> None:
    assert compose_numbers(words.split()) == composed.split()


@pytest.mark.parametrize(
    "words",
    ["seven samurai", "two for the road", "hundred", "half a sinner", "fifty fifty", "one two three", "", "and a half"],
)
def test_it_leaves_other_words_alone(words: str) -> None:
    assert compose_numbers(words.split()) == words.split()
