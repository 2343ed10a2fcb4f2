"""Cells that a spreadsheet shows but never runs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.formats.csv_cells import FORMULA_STARTS, neutralised, neutralised_row, restored


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "'=1"])
def test_it_neutralises_what_may_be_a_formula(text: str) -> None:
    assert neutralised(text) == f"'{text}"


@pytest.mark.parametrize("text", ["Alien", "", "'Round Midnight", "1+1"])
def test_it_leaves_other_text_alone(text: str) -> None:
    assert neutralised(text) == text


@given(st.text() | st.from_regex(r"'{0,3}[=+@\-].*"))
def test_it_is_safe_and_can_be_undone(text: str) -> None:
    assert not neutralised(text).startswith(FORMULA_STARTS)
    assert restored(neutralised(text)) == text


def test_it_writes_numbers_and_nothing() -> None:
    assert neutralised_row([None, -4.5, "-4.5", True]) == ["", "-4.5", "'-4.5", "True"]
