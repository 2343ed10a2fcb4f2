"""Refuse a request that is too large before reading it."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

MAX_BYTES = 12 * 1024 * 1024
"""The largest permitted file (10 MB) and room for the form around it."""


class SizeLimit(FileUploadHandler):
    """Comes first in FILE_UPLOAD_HANDLERS; the others store the file."""

    def handle_raw_input(
        self, input_data: Any, META: dict[str, str], content_length: int, boundary: Any, encoding: str | None = None
    ) -> None:
        """Check the announced length; no more than that is ever read."""
        if content_length > MAX_BYTES:
            raise RequestDataTooBig("The file is larger than 10 MB; choose only the CSV file with your ratings.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Pass the data on unchanged."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the next handler."""
