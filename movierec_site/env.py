"""Read settings from environment variables, with one clear sentence if a value is invalid."""

import contextlib
import os
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

TRUE = {"1", "true", "yes", "on"}
UNITS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
FALSE = {"0", "false", "no", "off", ""}


def text(name: str, default: str = "") -> str:
    """Return a setting as text, without surrounding white space."""
    return os.environ.get(name, default).strip()


def flag(name: str, *, default: bool) -> bool:
    """Return a yes/no setting."""
    value = os.environ.get(name)
    if value is None:
        return default
    if value.strip().lower() in TRUE:
        return True
    if value.strip().lower() in FALSE:
        return False
    raise ImproperlyConfigured(f'{name} is "{value}"; set it to 1 or 0.')


def number(name: str, default: int) -> int:
    """Return a whole-number setting."""
    value = text(name)
    if not value:
        return default
    try:
        return int(value)
    except ValueError as error:
        raise ImproperlyConfigured(f'{name} is "{value}"; set it to a whole number.') from error


def fraction(name: str, default: float) -> float:
    """Return a setting between 0 and 1."""
    value = text(name)
    if not value:
        return default
    try:
        found = float(value)
    except ValueError:
        found = -1.0
    if not 0 <= found <= 1:
        raise ImproperlyConfigured(f'{name} is "{value}"; set it to a number from 0 to 1.')
    return found


def size(name: str, default: int) -> int:
    """Return a size in bytes, given as a number or with K, M, G or T (powers of 1024)."""
    value = text(name).upper().removesuffix("B")
    if not value:
        return default
    unit = UNITS.get(value[-1], 1)
    try:
        found = int(float(value if unit == 1 else value[:-1]) * unit)
    except (ValueError, OverflowError):
        found = -1
    if found < 0:
        raise ImproperlyConfigured(f'{name} is "{text(name)}"; set it to a size such as 500M or 20G.')
    return found


def comma_separated(name: str, default: list[str]) -> list[str]:
    """Return the items of a comma-separated setting."""
    value = text(name)
    return [part.strip() for part in value.split(",") if part.strip()] if value else default


def path(name: str, default: Path) -> Path:
    """Return a folder or file setting as an absolute path."""
    value = text(name)
    return Path(value).expanduser().resolve() if value else default


def database(url: str) -> dict[str, Any]:
    """Turn a postgresql:// URL into an entry of Django's DATABASES."""
    try:
        parts = conninfo_to_dict(url)
    except ProgrammingError as error:
        raise ImproperlyConfigured(
            "DATABASE_URL cannot be read; it looks like postgresql://user:password@host:5432/name."
        ) from error
    known = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    return {
        "ENGINE": "django.db.backends.postgresql",
        **{django_name: str(parts.pop(name, None) or "") for name, django_name in known.items()},
        "OPTIONS": {name: value for name, value in parts.items() if value is not None},
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


def secret_key(data_dir: Path) -> str:
    """Return the secret key of this installation, generated once and kept in the data folder."""
    from django.core.management.utils import get_random_secret_key

    file = data_dir / "secret_key"
    try:
        return file.read_text().strip()
    except FileNotFoundError:
        data_dir.mkdir(parents=True, exist_ok=True)
        aside = file.with_name(f"secret_key.{os.getpid()}")
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as out:
            out.write(get_random_secret_key())
        with contextlib.suppress(FileExistsError):  # another process was first; use its key
            file.hardlink_to(aside)
        aside.unlink()
        return file.read_text().strip()
