"""Download one file: resume it when interrupted, check it, and give it its name only once it is complete."""

import hashlib
import os
from email.utils import formatdate, parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3
from urllib3.exceptions import HTTPError
from urllib3.util import make_headers, parse_url

from recommender.services.jobs.progress import OnProgress

BLOCK_BYTES = 1 << 16
MAX_BYTES = 2 << 30
MAX_MD5_FILE_BYTES = 1000
MAX_REDIRECTS = 10


class DownloadError(Exception):
    """A download that failed, in one sentence."""


def download(*, url: str, target: Path, on_progress: OnProgress, timeout: float, only_newer: bool = False) -> None:
    """Download `url` to `target`; `timeout` (seconds) bounds each wait for the server.

    The size is checked against what the server announced, and the content against the MD5 sum in `url`.md5 where
    there is one. What has arrived stays in `target`.part for the next try, unless it turned out to be wrong. With
    `only_newer`, for files that change and have no MD5 sum, a `target` that is still current stays as it is.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    try:
        with _pool(url, timeout) as pool:
            if not _fetch(pool, url, part, on_progress, than=target if only_newer else None):
                return
            expected = None if only_newer else _published_md5(pool, url)
    except (HTTPError, OSError) as error:
        raise DownloadError(f"{url} cannot be downloaded: {_root_cause(error)}.") from error
    if expected is not None and _md5(part) != expected:
        part.unlink()
        raise DownloadError(f"{url} arrived damaged: its MD5 sum is not {expected}.")
    part.replace(target)


def _pool(url: str, timeout: float) -> urllib3.PoolManager:
    """Return connections that follow redirects, never retry, and use the proxy of the environment, if any."""
    retries = urllib3.Retry(
        connect=False, read=False, other=0, redirect=MAX_REDIRECTS, respect_retry_after_header=False
    )
    headers = {"User-Agent": "movierec"}
    parts = urlsplit(url)
    proxy = None if proxy_bypass(parts.hostname or "") else getproxies().get(parts.scheme)
    if proxy is None:
        return urllib3.PoolManager(headers=headers, retries=retries, timeout=timeout)
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    auth = parse_url(proxy).auth
    return urllib3.ProxyManager(
        proxy,
        proxy_headers=make_headers(proxy_basic_auth=unquote(auth)) if auth else None,
        headers=headers,
        retries=retries,
        timeout=timeout,
    )


def _get(pool: urllib3.PoolManager, url: str, headers: dict[str, str]) -> urllib3.BaseHTTPResponse:
    return pool.request(
        "GET",
        url,
        headers={**pool.headers, **headers},
        preload_content=False,
        decode_content=False,
        enforce_content_length=False,  # `_fetch` keeps what arrived, and says how much that was
    )


def _fetch(pool: urllib3.PoolManager, url: str, part: Path, on_progress: OnProgress, *, than: Path | None) -> bool:
    """Receive the file or the rest of it; return False if the one at `than` is current."""
    start = part.stat().st_size if part.exists() else 0
    headers = {}
    if start:  # the rest only of the same file
        headers = {"Range": f"bytes={start}-"} | ({"If-Range": _modified(part)} if than else {})
    elif than is not None and than.exists():
        headers = {"If-Modified-Since": _modified(than)}
    with _get(pool, url, headers) as response:
        if response.status == HTTPStatus.NOT_MODIFIED and not start:
            return False
        if response.status != HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE or not start:
            _receive(response, url, part, start, on_progress)
            return True
    part.unlink()
    return _fetch(pool, url, part, on_progress, than=than)


def _modified(path: Path) -> str:
    return formatdate(path.stat().st_mtime, usegmt=True)


def _receive(response: urllib3.BaseHTTPResponse, url: str, part: Path, start: int, on_progress: OnProgress) -> None:
    _check_status(response, url)
    resumed = response.status == HTTPStatus.PARTIAL_CONTENT
    received = start if resumed else 0
    length = response.headers.get("Content-Length")
    total = received + int(length) if length else None
    try:
        with part.open("ab" if resumed else "wb") as file:
            while received <= MAX_BYTES and (block := response.read1(BLOCK_BYTES)):
                file.write(block)
                received += len(block)
                on_progress(received / total if total else 0.0, f"Downloading, {received / 1e6:.1f} MB")
    finally:
        _set_modified(part, response.headers.get("Last-Modified"))
    if received > MAX_BYTES:
        part.unlink()
        raise DownloadError(f"{url} is larger than {MAX_BYTES >> 30} GB, which no such file is.")
    if total is not None and received != total:
        raise DownloadError(f"{url} broke off after {received} of {total} bytes; the next try will resume there.")


def _set_modified(path: Path, last_modified: str | None) -> None:
    """Give a file the time that its server states, which tells later whether it has changed there."""
    try:
        stamp = parsedate_to_datetime(last_modified or "").timestamp()
        os.utime(path, (stamp, stamp))
    except (ValueError, OverflowError):
        return


def _published_md5(pool: urllib3.PoolManager, url: str) -> str | None:
    """Return the sum from the file beside the download, like "MD5 (ml-25m.zip) = 6b51fb…" or "6b51fb…  ml-25m.zip"."""
    with _get(pool, f"{url}.md5", {}) as response:
        if response.status == HTTPStatus.NOT_FOUND:
            return None
        _check_status(response, f"{url}.md5")
        words = response.read(MAX_MD5_FILE_BYTES).decode("ascii", "replace").replace("=", " ").split()
    sums = [
        word.lower() for word in words if len(word) == 32 and all(digit in "0123456789abcdefABCDEF" for digit in word)
    ]
    return sums[0] if sums else None


def _check_status(response: urllib3.BaseHTTPResponse, url: str) -> None:
    if not HTTPStatus.OK <= response.status < HTTPStatus.MULTIPLE_CHOICES:
        raise DownloadError(f"{url} answered {response.status} {response.reason}.")


def _root_cause(error: BaseException) -> str:
    """Return what went wrong at the bottom, such as "timed out", without urllib3's description of its connection."""
    inner = error.__cause__ or next((arg for arg in error.args if isinstance(arg, Exception)), None)
    return _root_cause(inner) if inner is not None else str(error)


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
