"""Make CSV cells safe to open in a spreadsheet, which would run some text as a formula."""

from collections.abc import Iterable
from typing import Final

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
TEXT_MARK: Final = "'"
"""Spreadsheets show a cell that begins with this as plain text."""


def neutralised(text: str) -> str:
    """Return text that a spreadsheet shows but never runs: ``"=1+1"`` becomes ``"'=1+1"``.

    Text that already looks neutralised gets one more mark, so that `restored` always returns the original.
    """
    return TEXT_MARK + text if text.lstrip(TEXT_MARK).startswith(FORMULA_STARTS) else text


def restored(text: str) -> str:
    """Undo `neutralised`."""
    if text.startswith(TEXT_MARK) and text.lstrip(TEXT_MARK).startswith(FORMULA_STARTS):
        return text.removeprefix(TEXT_MARK)
    return text


def neutralised_row(cells: Iterable[object]) -> list[str]:
    """Return a row as text: None is empty, numbers are unchanged, text is neutralised."""
    return ["" if cell is None else neutralised(cell) if isinstance(cell, str) else str(cell) for cell in cells]
