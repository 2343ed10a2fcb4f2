"""Dates in any spelling; the order of day and month is decided by file, or asked."""

import pytest

from recommender.formats.exports import Answers, RatingExport, UnclearDates, read_export
from recommender.formats.exports.questions import DateOrder

HEADER = "Date,Name,Year,Letterboxd URI,Rating\n"


def export_of(*dates: str, order: DateOrder | None = None) -> RatingExport:
    text = HEADER + "".join(f'"{date}",Alien,1979,,4\n' for date in dates)
    return read_export(text.encode(), answers=Answers(dates=order))


def read(*dates: str, order: DateOrder | None = None) -> list[str | None]:
    rows = export_of(*dates, order=order).rows
    return [row.rated_at.date().isoformat() if row.rated_at else None for row in rows]


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("2026-04-18", "2026-04-18"), ("46130", "2026-04-18"), ("46130.5", "2026-04-18"), ("1776470400", "2026-04-18"),
        ("1776470400000", "2026-04-18"), ("1776470400000000", "2026-04-18"), ("18/04/2026", "2026-04-18"),
        ("4/18/2026", "2026-04-18"), ("18.04.2026 20:15", "2026-04-18"), ("2026/04/18", "2026-04-18"),
        ("Sat Apr 18 00:00:00 2026", "2026-04-18"), ("18 Apr 2026", "2026-04-18"), ("April 18, 2026", "2026-04-18"),
        ("2026-04-18T20:15:00.000Z", "2026-04-18"), ("2026", None), ("soon", None), ("20260418", "2026-04-18"),
        ("1776470400000000000", "2026-04-18"), ("1776470400.5", "2026-04-18"), ("1.77647040E+09", "2026-04-18"),
        ("1.8E+09", None), ("18 de abril de 2026, 20:15", "2026-04-18"), ("18 de nada de 2026", None),
    ],
)  # fmt: skip
def test_it_reads_dates_in_any_spelling(written: str, date: str | None) -> None:
    assert read(written) == [date]
    assert export_of(written).unread_dates == (date is None)


def test_the_order_of_day_and_month_is_what_fits_all_rows() -> None:
    assert read("04/05/2026", "13/05/2026", "01/02/2026") == ["2026-05-04", "2026-05-13", "2026-02-01"]
    assert read("04/05/2026", "05/13/2026", "01/02/2026") == ["2026-04-05", "2026-05-13", "2026-01-02"]
    assert read("05/05/2026") == ["2026-05-05"]


@pytest.mark.parametrize("dates", [("04/05/2026",), ("13.05.2026", "05.13.2026", "04.05.2026"), ("4-5-26", "6-7-26")])
def test_it_asks_when_both_orders_fit(dates: tuple[str, ...]) -> None:
    with pytest.raises(UnclearDates, match="the day or the month") as asked:
        read(*dates)
    assert (str(asked.value.day_first), str(asked.value.month_first)) == ("2026-05-04", "2026-04-05")


def test_the_answer_counts_only_where_it_was_asked() -> None:
    assert read("04/05/2026", order="day") == ["2026-05-04"]
    assert read("04/05/2026", order="month") == ["2026-04-05"]
    assert read("04/05/2026", "05/13/2026", order="day") == ["2026-04-05", "2026-05-13"]
    mixed = export_of("13/05/2026", "05/13/2026", order="month")
    assert mixed.unread_dates == 1
