"""Download one file: resumed when interrupted, checked, and in its place only when all of it is there."""

import hashlib
import http.client
import urllib.error
import urllib.request
from pathlib import Path

from recommender.services.jobs.progress import OnProgress

BLOCK_BYTES = 1 << 16
TOO_LARGE = 2 << 30


class DownloadError(Exception):
    """A download that failed, in one sentence."""


def download(*, url: str, target: Path, on_progress: OnProgress, timeout: float) -> None:
    """Download `url` to `target`; `timeout` (seconds) bounds each wait for the server.

    The size is checked against what the server announced, and the content against the MD5 sum in `url`.md5 where
    there is one. What has arrived stays in `target`.part for the next try, unless it turned out to be wrong.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    try:
        _fetch(url, part, on_progress, timeout)
        expected = _published_md5(url, timeout)
    except urllib.error.HTTPError as error:
        raise DownloadError(f"{url} answered {error.code} {error.reason}.") from error
    except (urllib.error.URLError, TimeoutError, http.client.HTTPException, ConnectionError) as error:
        raise DownloadError(f"{url} cannot be downloaded: {getattr(error, 'reason', None) or error}.") from error
    if expected is not None and _md5(part) != expected:
        part.unlink()
        raise DownloadError(f"{url} arrived damaged: its MD5 sum is not {expected}.")
    part.replace(target)


def _fetch(url: str, part: Path, on_progress: OnProgress, timeout: float) -> None:
    start = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={start}-"} if start else {})  # noqa: S310 - settings only
    try:
        answer = urllib.request.urlopen(request, timeout=timeout)  # noqa: S310
    except urllib.error.HTTPError as error:
        if error.code != http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE or not start:
            raise
        part.unlink()
        _fetch(url, part, on_progress, timeout)
        return
    with answer:
        resumed = answer.status == http.HTTPStatus.PARTIAL_CONTENT
        received = start if resumed else 0
        length = answer.headers.get("Content-Length")
        total = received + int(length) if length else None
        with part.open("ab" if resumed else "wb") as file:
            while block := answer.read(BLOCK_BYTES):
                file.write(block)
                received += len(block)
                if received > TOO_LARGE:
                    raise DownloadError(f"{url} is larger than any MovieLens release.")
                on_progress(received / total if total else 0.0, f"Downloading, {received / 1e6:.1f} MB")
    if total is not None and received != total:
        raise DownloadError(f"{url} broke off after {received} of {total} bytes; the next try goes on from there.")


def _published_md5(url: str, timeout: float) -> str | None:
    """Return the sum from the file beside the download, like "MD5 (ml-25m.zip) = 6b51fb…" or "6b51fb…  ml-25m.zip"."""
    try:
        with urllib.request.urlopen(url + ".md5", timeout=timeout) as answer:  # noqa: S310 - beside the download
            words = answer.read(1000).decode("ascii", "replace").replace("=", " ").split()
    except urllib.error.HTTPError as error:
        if error.code == http.HTTPStatus.NOT_FOUND:
            return None
        raise
    sums = [
        word.lower() for word in words if len(word) == 32 and all(digit in "0123456789abcdefABCDEF" for digit in word)
    ]
    return sums[0] if sums else None


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
