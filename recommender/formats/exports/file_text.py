"""Decode an uploaded file or archive to text, within limits that no archive can exceed."""

import codecs
import io
import zipfile
import zlib
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
WITHOUT_MARK: Final = ("utf-8", "cp1252", "latin-1")
MEMBER: Final = "ratings.csv"


def text_of(data: bytes) -> str:
    """Return the text of a file in any of the usual encodings, or of the ratings.csv in a zip archive.

    Raises
    ------
    ExportError
        If the file is empty or too large, the archive is damaged, encrypted or without ratings, or the text
        contains a zero byte.
    """
    if len(data) > MAX_BYTES:
        raise ExportError(f"The file is larger than {MAX_BYTES >> 20} MB; choose only the CSV file with your ratings.")
    if data.startswith(b"PK\x03\x04"):
        data = _unpacked(data)
    text = _decoded(data)
    if not text.strip():
        raise ExportError("The file is empty.")
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise ExportError(f"Line {line} contains a zero byte, so this is not a CSV file.")
    return text


def _decoded(data: bytes) -> str:
    encodings = [name for mark, name in BYTE_ORDER_MARKS if data.startswith(mark)][:1]
    encodings = encodings or [name for zero, at, name in ZERO_BYTES if data[at : at + 1] == zero] or [*WITHOUT_MARK]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ExportError(f"The file begins like {encodings[0]} text but is not; export it again.")


def _unpacked(data: bytes) -> bytes:
    """Return ratings.csv from an archive, reading at most `MAX_BYTES` whatever size the archive claims."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_ENTRIES:
                raise ExportError(f"The archive contains more than {MAX_ENTRIES:,} files; choose only its {MEMBER}.")
            found = [entry for entry in entries if _is_member(entry.filename)]
            if not found:
                raise ExportError(f"The archive contains no {MEMBER}.")
            entry = min(found, key=lambda entry: entry.filename.count("/"))
            if entry.flag_bits & 1:
                raise ExportError(f"{MEMBER} in the archive is protected by a password; choose the CSV file itself.")
            with archive.open(entry) as file:
                unpacked = file.read(MAX_BYTES + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError) as error:
        if isinstance(error, ExportError):
            raise
        raise ExportError("The archive is damaged; choose the CSV file itself.") from error
    if len(unpacked) > MAX_BYTES:
        raise ExportError(f"{MEMBER} in the archive is larger than {MAX_BYTES >> 20} MB.")
    return unpacked


def _is_member(name: str) -> bool:
    """Accept the top level or one folder below; deeper files are about something else, such as deleted accounts."""
    *folders, file = name.split("/")
    return file == MEMBER and len(folders) <= 1 and not name.startswith(("deleted/", "orphaned/", "__MACOSX/"))
