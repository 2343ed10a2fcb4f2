"""Workbooks of Excel and other programs, kind and hostile ones."""

import contextlib
import io
import tracemalloc
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from recommender.formats.exports import Answers, ExportError, UnclearTable, read_export

OWN = [["What", "Made", "Mine", "On"], ["Alien", 1979, 4.5, datetime(2023, 1, 15, 20, 15)], ["Heat", 1995, 3, None]]
SHEET = "xl/worksheets/sheet1.xml"


def workbook(**sheets: Sequence[Sequence[object]]) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_members(data: bytes, members: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as book, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as changed:
        for name in book.namelist():
            changed.writestr(zipfile.ZipInfo(name), members.get(name, book.read(name)), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def test_a_table_of_ones_own_is_asked_about_and_read() -> None:
    data = workbook(Films=OWN)
    with pytest.raises(UnclearTable) as asked:
        read_export(data, file_name="films.xlsx")
    assert [column.role for column in asked.value.columns] == ["title", "year", "rating", "date"]
    assert asked.value.columns[2].scale == 5
    export = read_export(data, answers=Answers(columns=["title", "year", "rating", "date"]))
    assert [(row.line, row.title, row.year, row.half_stars) for row in export.rows] == [
        (2, "Alien", 1979, 9),
        (3, "Heat", 1995, 6),
    ]
    assert str(export.rows[0].rated_at) == "2023-01-15 20:15:00+00:00"


def test_exports_of_sites_are_recognised_in_a_sheet() -> None:
    data = workbook(Sheet=[["Const", "Your Rating", "Title"], ["tt0078748", 9, "Alien"]])
    assert [(row.imdb_id, row.half_stars) for row in read_export(data).rows] == [(78748, 9)]


def test_the_sheets_of_douban_are_lists_and_only_those_of_movies_are_read() -> None:
    header = ["标题", "简介", "豆瓣评分", "链接", "创建时间", "我的评分", "标签", "评论"]
    alien = ["异形", "1979 / 英国", "8.3", "https://x", "2023-01-15 20:15:00", None, "", ""]
    rated = [*alien[:5], 4, "", ""]
    export = read_export(workbook(看过=[header, rated, alien], 想看=[header, alien], 读过=[header, rated]))
    assert [(row.kind, row.year, row.half_stars) for row in export.rows] == [
        ("ratings", 1979, 8),
        ("seen", 1979, None),
        ("watchlist", 1979, None),
    ]
    assert export.left_out == {"in 读过": 1}


def test_of_several_sheets_the_first_is_asked_about_and_the_others_are_said_to_be_left_out() -> None:
    data = workbook(Empty=[], Mine=OWN, Hers=OWN)
    export = read_export(data, answers=Answers(columns=["title", "year", "rating", "date"]))
    assert len(export.rows) == 2
    assert export.left_out == {"in Hers": 2}


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (workbook(Empty=[]), "The spreadsheet is empty."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "This is a file of an old Excel"),
        (workbook(Films=OWN)[:-30], "The archive is damaged"),
        (with_members(workbook(Films=OWN), {SHEET: b"<worksheet><sheetData><row>"}), "The spreadsheet is damaged"),
        (with_members(workbook(Films=OWN), {SHEET: bytes(11 << 20)}), "The spreadsheet is larger than 10 MB inside"),
    ],
)  # fmt: skip
def test_it_refuses_in_one_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(ExportError) as refused:
        read_export(data)
    assert str(refused.value).startswith(sentence)


@pytest.mark.parametrize(
    "declared",
    [
        '<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">',
        '<!ENTITY b SYSTEM "file:///etc/passwd">',
    ],
)
def test_entities_are_never_expanded(declared: str) -> None:
    xml = (
        f"<!DOCTYPE x [{declared}]>"
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
        '<c r="A1" t="inlineStr"><is><t>&b;</t></is></c></row></sheetData></worksheet>'
    )
    with pytest.raises(ExportError, match="The spreadsheet is damaged"):
        read_export(with_members(workbook(Films=OWN), {SHEET: xml.encode()}))


def test_a_cell_in_the_last_corner_costs_no_memory() -> None:
    book = Workbook()
    sheet = book.active
    sheet.append(["Film", "Mine"])
    sheet["XFD1048576"] = "far"
    out = io.BytesIO()
    book.save(out)
    tracemalloc.start()
    with pytest.raises(ExportError):
        read_export(out.getvalue())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10 << 20


@pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from([SHEET, "xl/workbook.xml", "xl/styles.xml"]), st.binary(max_size=60), st.integers(0, 600))
def test_a_damaged_workbook_is_read_or_refused(member: str, noise: bytes, at: int) -> None:
    with zipfile.ZipFile(io.BytesIO(INTACT)) as book:
        content = book.read(member)
    with contextlib.suppress(ExportError):
        assert read_export(with_members(INTACT, {member: content[:at] + noise + content[at + len(noise) :]})).rows


INTACT = workbook(Films=OWN)
