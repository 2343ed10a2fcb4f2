"""Any upload is either read or refused in one sentence that names the line."""

import contextlib
import io
import tracemalloc
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recommender.formats.exports import ExportError, read_export
from tests.support import rating_exports as files

HEADER = "Date,Name,Year,Letterboxd URI,Rating\n"
LATIN = HEADER + "2023-01-15,Amélie,2001,,4\n"


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)  # no time of day: names tests
    return out.getvalue()


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "latin-1"]
)
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_it_reads_any_encoding_and_line_ending(encoding: str, newline: str) -> None:
    rows = read_export(LATIN.replace("\n", newline).encode(encoding)).rows
    assert [(row.line, row.title) for row in rows] == [(2, "Amélie")]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty."),
        (b" \r\n\n", "The file is empty."),
        (b"\xff\xfe\x00", "begins like utf-16 text but is not"),
        ((HEADER + "2023-01-15,Al\0ien,1979,,4\n").encode(), "Line 2 contains a zero byte"),
        ((HEADER + "2023-01-15,Alien,1979,,4,5\n").encode(), "Line 2 has 6 columns, the header has 5."),
        ((HEADER + 'x,"Alien,1979,,4\n').encode(), "Line 2 cannot be read: a quotation mark is"),
        ((HEADER + 'x,"Alien"s,1979,,4\n').encode(), "Line 2 cannot be read: the quotation marks are not in pairs"),
        ((HEADER + "x," + "a" * 9_000_000 + ",1979,,4\n").encode(), "Line 2 cannot be read: a cell is longer than"),
        (("a," * 1_000_000 + "b\n").encode(), "Line 1 has 1,000,001 columns"),
        ((HEADER + "," * 1_000_000 + "\n").encode(), "Line 2 has 1,000,001 columns"),
        (b"x" * (10 * 1024 * 1024 + 1), "larger than 10 MB"),
        ((HEADER + "x,A,1979,,4\n" * 50_001).encode(), "Line 50002 is beyond the limit of 50,000 rows"),
        (zipped({"notes.txt": b"hello"}), "The archive contains no ratings.csv, nor another"),
        (zipped({"ratings.csv": b"a" * (11 * 1024 * 1024)}), "The files in the archive are larger than 10 MB."),
        (zipped({f"{n}.txt": b"" for n in range(1001)}), "The archive contains more than 1,000 files"),
        (zipped({"ratings.csv": b"x"})[:40], "The archive is damaged"),
    ],
)  # fmt: skip
def test_it_refuses_in_one_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(ExportError) as refused:
        read_export(data)
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 400


def test_it_never_unpacks_more_than_it_may() -> None:
    """A zip bomb a thousand times its size, and one whose directory claims to be small."""
    bomb = zipped({"ratings.csv": bytes(50 * 1024 * 1024)})
    lying = bomb.replace((50 * 1024 * 1024).to_bytes(4, "little"), (100).to_bytes(4, "little"))
    for data in (bomb, lying):
        tracemalloc.start()
        with pytest.raises(ExportError, match="archive"):
            read_export(data)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 30 << 20


def test_it_reads_the_zip_of_letterboxd() -> None:
    members = {"deleted/ratings.csv": b"not this", "ratings.csv": files.LETTERBOXD.encode(), "watchlist.csv": b"x"}
    assert len(read_export(zipped(members)).rows) == 3


def test_it_refuses_an_encrypted_archive() -> None:
    data = bytearray(zipped({"ratings.csv": files.LETTERBOXD.encode()}))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(ExportError, match="protected by a password"):
        read_export(bytes(data))


@pytest.mark.parametrize("title", ["=cmd|' /C calc'!A0", "<script>alert(1)</script>", "\u202egnp.exe", "@SUM(A1)"])
def test_it_takes_titles_as_plain_text(title: str) -> None:
    row = read_export((HEADER + f'x,"{title}",1979,,4\n').encode()).rows[0]
    assert row.title == title.replace("\u202e", "")
    assert row.title.isprintable()


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for start in (b"", b"PK\x03\x04", b"\xff\xfe", HEADER.encode(), files.MOVIELENS.encode()):
        with contextlib.suppress(ExportError):
            assert read_export(start + data).format.name


CELL = st.text(max_size=12) | st.sampled_from(
    ["4.5", "1979", '"', ",", "\r\n", "\0", "2023-01-15", "tt0078748", "movie", ""]
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(list(files.ALL.values())), st.lists(st.lists(CELL, max_size=14), max_size=4), st.booleans())
def test_any_rows_below_a_known_header_are_read_or_refused(text: str, rows: list[list[str]], quoted: bool) -> None:
    mark = '"' if quoted else ""
    lines = [",".join(f"{mark}{cell}{mark}" for cell in row) for row in rows]
    try:
        export = read_export("\n".join([text, *lines]).encode("utf-8", "surrogatepass"))
    except ExportError:
        return
    for row in export.rows:
        assert row.half_stars is None or 1 <= row.half_stars <= 10
        assert "\0" not in row.title
        assert len(row.title) <= 512


@pytest.mark.parametrize("damaged", ["<!--", "<a ", "<td class='", "&#"])
def test_damaged_pages_are_read_in_one_pass(damaged: str) -> None:
    """A parser that goes back for each tag would be busy here for minutes."""
    page = files.FILMAFFINITY.replace("</table>", "</table>" + damaged * 100_000)
    assert read_export(page.encode()).rows[0].title == "Alien, el octavo pasajero"


def test_a_page_with_too_many_columns_is_refused() -> None:
    with pytest.raises(ExportError, match="Line 2 has over 200 columns"):
        read_export(b"<table>\n<tr>" + b"<td>x" * 300)
