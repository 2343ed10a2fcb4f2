"""The metadata service of an EC2 instance, version 2: every request carries a token, which is renewed in time."""

import time

import urllib3
from botocore.session import Session
from botocore.utils import METADATA_BASE_URL

TOKEN_PATH = "latest/api/token"  # noqa: S105 - a path
TOKEN_LIFETIME = 600
RENEWED_AT = 0.8
"""The share of its lifetime after which a token is renewed."""
TIMEOUT = urllib3.Timeout(connect=1.0, read=2.0)
UNAUTHORIZED, NOT_FOUND = 401, 404


class MetadataUnavailable(Exception):
    """There is no metadata service, or it did not answer properly."""


class Metadata:
    """A client of the metadata service."""

    def __init__(self, address: str, *, token_lifetime: int = TOKEN_LIFETIME) -> None:
        self._address, self._token_lifetime = address.rstrip("/"), token_lifetime
        self._http = urllib3.PoolManager(timeout=TIMEOUT, retries=False)
        self._token, self._renewed_at = "", 0.0

    def get(self, path: str) -> str | None:
        """Return what is at a path below `latest/meta-data`, or None if there is nothing."""
        status, text = self._get(path)
        if status == UNAUTHORIZED:  # the token was revoked, or this machine was asleep
            self._token = ""
            status, text = self._get(path)
        if status == NOT_FOUND:
            return None
        if status != 200:
            raise MetadataUnavailable(f"The metadata service answered {status} for {path}.")
        return text

    def _get(self, path: str) -> tuple[int, str]:
        if not self._token or time.monotonic() > self._renewed_at + self._token_lifetime * RENEWED_AT:
            self._fetch_token()
        return self._request("GET", f"latest/meta-data/{path}", {"X-aws-ec2-metadata-token": self._token})

    def _fetch_token(self) -> None:
        headers = {"X-aws-ec2-metadata-token-ttl-seconds": str(self._token_lifetime)}
        asked_at = time.monotonic()
        status, text = self._request("PUT", TOKEN_PATH, headers)
        if status != 200 or not text:
            raise MetadataUnavailable(f"The metadata service gave no token (it answered {status}).")
        self._token, self._renewed_at = text, asked_at

    def _request(self, method: str, path: str, headers: dict[str, str]) -> tuple[int, str]:
        try:
            response = self._http.request(method, f"{self._address}/{path}", headers=headers)
        except urllib3.exceptions.HTTPError as error:
            raise MetadataUnavailable(f"The metadata service at {self._address} does not answer ({error}).") from error
        return response.status, response.data.decode(errors="replace").strip()


def address() -> str:
    """Return the address of the service: AWS_EC2_METADATA_SERVICE_ENDPOINT, or the one that every instance has."""
    return str(Session().get_config_variable("ec2_metadata_service_endpoint") or METADATA_BASE_URL)
