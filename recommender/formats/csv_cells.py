"""Cells of a CSV file that somebody may open in a spreadsheet, where text can be a formula."""

from collections.abc import Iterable
from typing import Final

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
MARK: Final = "'"
"""What spreadsheets take for "this is text"."""


def neutralised(text: str) -> str:
    """Return text that a spreadsheet shows and never runs: ``"=1+1"`` becomes ``"'=1+1"``.

    Text that already looks neutralised gets one more mark, so that `restored` always gives the text back.
    """
    return MARK + text if text.lstrip(MARK).startswith(FORMULA_STARTS) else text


def restored(text: str) -> str:
    """Undo `neutralised`."""
    if text.startswith(MARK) and text.lstrip(MARK).startswith(FORMULA_STARTS):
        return text.removeprefix(MARK)
    return text


def neutralised_row(cells: Iterable[object]) -> list[str]:
    """Return a row as text: nothing for None, numbers as they are, text neutralised."""
    return ["" if cell is None else neutralised(cell) if isinstance(cell, str) else str(cell) for cell in cells]
