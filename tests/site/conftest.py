"""What tests of sign-in by page and by API share."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import hashers
from django.core.cache import cache


@pytest.fixture
def _no_attempts_so_far() -> Iterator[None]:
    """Rate limits are counted in the cache."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture(params=["without an e-mail server", "with an e-mail server"])
def _either_way(request: pytest.FixtureRequest, settings: Any) -> None:
    """Addresses are confirmed where messages can be sent, and not where they cannot."""
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory" if request.param.startswith("with ") else "none"


@pytest.fixture
def n_hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A list that grows with every password hash: what takes time when somebody signs in or up."""
    hashed: list[str] = []
    encode = hashers.PBKDF2PasswordHasher.encode

    def counted(self: Any, password: str, *more: Any) -> str:
        hashed.append(password)
        return encode(self, password, *more)

    monkeypatch.setattr(hashers.PBKDF2PasswordHasher, "encode", counted)
    return hashed
