"""Refuse a request that is too large before any of it is kept."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

MOST_BYTES = 12 * 1024 * 1024
"""The largest file anybody may send (10 MB) and room for the form around it."""


class SizeLimit(FileUploadHandler):
    """First in FILE_UPLOAD_HANDLERS; the others keep the file."""

    def handle_raw_input(
        self, input_data: Any, META: dict[str, str], content_length: int, boundary: Any, encoding: str | None = None
    ) -> None:
        """Look at the length the sender announces; more than that is never read."""
        if content_length > MOST_BYTES:
            raise RequestDataTooBig("The file is larger than 10 MB; choose the CSV file of your ratings alone.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Pass everything on."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the next handler."""
