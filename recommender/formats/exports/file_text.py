"""Decode an uploaded file or archive to text, within limits that no archive can exceed."""

import codecs
import contextlib
import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from typing import Final

from recommender.formats.exports.rows import ExportError

MAX_BYTES: Final = 10 * 1024 * 1024
MAX_ENTRIES: Final = 1000
BYTE_ORDER_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, because it begins with the mark of that
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Every export begins with ASCII, so a zero byte means UTF-16, and its place gives the byte order.
ZERO_BYTES: Final = ((b"\0", 0, "utf-16-be"), (b"\0", 1, "utf-16-le"))
SKIPPED: Final = ("deleted/", "orphaned/", "__MACOSX/")
SKIPPED_FILES: Final = frozenset({"reviews.csv", "comments.csv", "profile.csv"})
READ_FOLDERS: Final = frozenset({"likes"})
SUFFIXES: Final = (".csv", ".json", ".html")
CYRILLIC: Final = re.compile(rb"[\xc0-\xff]{3}")
"""Letters of Windows-1251; no language writes so many accented letters of Windows-1252 in a row."""


@dataclass(frozen=True, slots=True)
class TextFile:
    """A file as text; `in_archive` says whether others came with it."""

    name: str
    text: str
    in_archive: bool = False

    @property
    def is_json(self) -> bool:
        """Whether it contains objects rather than lines."""
        return self.text.lstrip()[:1] in {"[", "{"}


def text_files(data: bytes, name: str) -> list[TextFile]:
    """Return the text of a file in any of the usual encodings, or of the CSV, JSON and HTML files in a zip archive.

    Raises
    ------
    ExportError
        If the file is empty or too large, the archive is damaged, encrypted or without such files, or the text
        contains a zero byte.
    """
    if len(data) > MAX_BYTES:
        raise ExportError(f"The file is larger than {MAX_BYTES >> 20} MB; choose only the CSV file with your ratings.")
    if data.startswith(b"PK\x03\x04"):
        members = _unpacked(data)
        files = [TextFile(member, _decoded(content), len(members) > 1) for member, content in members.items()]
        return [file for file in files if file.text.strip() and "\0" not in file.text]
    text = _decoded(data)
    if not text.strip():
        raise ExportError("The file is empty.")
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise ExportError(f"Line {line} contains a zero byte, so this is not a CSV file.")
    return [TextFile(name, text)]


def _decoded(data: bytes) -> str:
    marked = next((name for mark, name in BYTE_ORDER_MARKS if data.startswith(mark)), None)
    encoding = marked or next((name for zero, at, name in ZERO_BYTES if data[at : at + 1] == zero), None)
    if encoding and not encoding.startswith("utf-8"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            raise ExportError(f"The file begins like {encoding} text but is not; export it again.") from None
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        return data.decode()
    except UnicodeDecodeError:  # line by line, so that one of them does not spoil the others
        return "".join(map(_decoded_line, data.splitlines(keepends=True)))


def _decoded_line(line: bytes) -> str:
    for encoding in ("utf-8", "cp1251" if CYRILLIC.search(line) else "cp1252"):
        with contextlib.suppress(UnicodeDecodeError):
            return line.decode(encoding)
    return line.decode("latin-1")


def _unpacked(data: bytes) -> dict[str, bytes]:
    """Return the files of an archive by name, at most `MAX_BYTES` of all together whatever sizes the archive claims."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_ENTRIES:
                raise ExportError(f"The archive contains more than {MAX_ENTRIES:,} files; choose only ratings.csv.")
            found = [entry for entry in entries if _is_read(entry.filename)]
            if not found:
                raise ExportError(
                    "The archive contains no ratings.csv, nor another CSV, JSON or HTML file that is read."
                )
            unpacked: dict[str, bytes] = {}
            left = MAX_BYTES
            for entry in found:
                if entry.flag_bits & 1:
                    raise ExportError("The archive is protected by a password; choose the files in it one by one.")
                with archive.open(entry) as file:
                    unpacked[entry.filename] = file.read(left + 1)
                left -= len(unpacked[entry.filename])
                if left < 0:
                    raise ExportError(f"The files in the archive are larger than {MAX_BYTES >> 20} MB.")
            return unpacked
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError) as error:
        if isinstance(error, ExportError):
            raise
        raise ExportError("The archive is damaged; choose the CSV file itself.") from error


def _is_read(name: str) -> bool:
    """Accept the top level, one folder below, and the likes of Letterboxd; deeper files are about something else."""
    *folders, file = name.split("/")
    near = len(folders) <= 1 or (len(folders) == 2 and folders[-1] in READ_FOLDERS)
    is_list = bool(folders) and folders[-1] == "lists"
    wanted = file.casefold().endswith(SUFFIXES) and file.casefold() not in SKIPPED_FILES
    return near and wanted and not is_list and not name.startswith(SKIPPED)
