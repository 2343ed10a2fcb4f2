"""Read settings from environment variables, with one clear sentence if a value is invalid."""

import contextlib
import os
import re
import sys
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

TRUE = {"1", "true", "yes", "on"}
UNITS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
FALSE = {"0", "false", "no", "off", ""}
_names_read: set[str] = set()


def text(name: str, default: str = "") -> str:
    """Return a setting as text, without surrounding white space."""
    _names_read.add(name)
    return os.environ.get(name, default).strip()


def names_given() -> list[str]:
    """Return the names of the settings that are set, among those that were read and those of AWS."""
    return sorted(name for name, value in os.environ.items() if value and (name in _names_read or name[:4] == "AWS_"))


def secret(name: str) -> str:
    """Return a setting that is a secret: from the variable, or from the file that its namesake with _FILE names."""
    value, file = text(name), text(f"{name}_FILE")
    if value or not file:
        return value
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise ImproperlyConfigured(
            f"{name}_FILE is {file}, which cannot be read ({reason}); set it to a text file that this account may read."
        ) from error


def secrets(name: str) -> list[str]:
    """Return the items of a comma-separated setting that is a secret."""
    return _items(secret(name))


def flag(name: str, *, default: bool) -> bool:
    """Return a yes/no setting."""
    _names_read.add(name)
    value = os.environ.get(name)
    if value is None:
        return default
    if value.strip().lower() in TRUE:
        return True
    if value.strip().lower() in FALSE:
        return False
    raise ImproperlyConfigured(f'{name} is "{value}"; set it to 1 or 0.')


def number(name: str, default: int, *, low: int = 0, high: int | None = None) -> int:
    """Return a whole-number setting within its limits."""
    value = text(name)
    if not value:
        return default
    limits = f"of {low} or more" if high is None else f"from {low} to {high}"
    try:
        found = int(value)
    except ValueError:
        found = low - 1
    if found < low or (high is not None and found > high):
        raise ImproperlyConfigured(f'{name} is "{value}"; set it to a whole number {limits}.')
    return found


def choice(name: str, default: str, choices: Sequence[str]) -> str:
    """Return a setting that is one of some words, in any case."""
    value = text(name, default).upper()
    if value not in choices:
        raise ImproperlyConfigured(f'{name} is "{value}"; set it to {", ".join(choices[:-1])} or {choices[-1]}.')
    return value


def address(name: str, default: str) -> str:
    """Return a setting that is the address of a site or of a folder there, without a slash at its end."""
    value = text(name, default).rstrip("/")
    if not re.fullmatch(r"https?://[^/?#\s@;,'\"]+(?:/[^?#\s]*)?", value):
        raise ImproperlyConfigured(f'{name} is "{value}"; set it to an address such as {default}.')
    return value


def origin(url: str) -> str:
    """Return scheme and host of an address, as content security policies name it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def fraction(name: str, default: float) -> float:
    """Return a setting between 0 and 1."""
    return _decimal(name, default, high=1.0, wanted="from 0 to 1")


def amount(name: str, default: float) -> float:
    """Return a setting that is a number of 0 or more."""
    return _decimal(name, default, high=sys.float_info.max, wanted="of 0 or more, such as 0.096")


def _decimal(name: str, default: float, *, high: float, wanted: str) -> float:
    value = text(name)
    if not value:
        return default
    try:
        found = float(value)
    except ValueError:
        found = -1.0
    if not 0 <= found <= high:
        raise ImproperlyConfigured(f'{name} is "{value}"; set it to a number {wanted}.')
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
    return _items(value) if value else default


def countries(name: str, default: list[str]) -> list[str]:
    """Return the codes of countries in a comma-separated setting."""
    found = comma_separated(name, default)
    for code in found:
        if not re.fullmatch(r"[A-Z]{2}", code):
            raise ImproperlyConfigured(f'{name} has "{code}"; set it to codes of two capital letters, such as DE,FR.')
    return found


def _items(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]


def networks(name: str, default: Sequence[str] = ()) -> list[IPv4Network | IPv6Network]:
    """Return the addresses and networks of a comma-separated setting."""
    try:
        return [ip_network(part, strict=False) for part in comma_separated(name, list(default))]
    except ValueError as error:
        raise ImproperlyConfigured(
            f"{name}: {error}; set it to addresses and networks such as 192.0.2.7,10.0.0.0/8."
        ) from error


def path(name: str, default: Path) -> Path:
    """Return a folder or file setting as an absolute path."""
    value = text(name)
    return Path(value).expanduser().resolve() if value else default


def data_folder(name: str, default: Path) -> Path:
    """Return a folder that we can write to, and create it if there is none."""
    folder = path(name, default)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        problem = "" if os.access(folder, os.W_OK | os.X_OK) else "this account may not write to it"
    except OSError as error:
        problem = error.strerror or str(error)
    if problem:
        raise ImproperlyConfigured(
            f"The data folder {folder} cannot be used ({problem}); set {name} to a folder that belongs to this account."
        )
    return folder


def program(base: Path) -> str:
    """Return what people type to run a command: a clone has manage.py, an installed package `movierec`."""
    return "manage.py" if (base / "manage.py").is_file() else "movierec"


def default_data_folder(base: Path) -> Path:
    """Return `var` in a clone; an installed package keeps its data where the account's other programs do."""
    if program(base) == "manage.py":
        return base / "var"
    return path("XDG_DATA_HOME", Path.home() / ".local" / "share") / "movierec"


def database(url: str, password: str = "") -> dict[str, Any]:
    """Turn a postgresql:// URL, and a password if it has none, into an entry of Django's DATABASES."""
    try:
        parts = conninfo_to_dict(url)
    except ProgrammingError as error:
        raise ImproperlyConfigured(
            "DATABASE_URL cannot be read; it looks like postgresql://user:password@host:5432/name."
        ) from error
    parts["password"] = parts.get("password") or password
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
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        aside = file.with_name(f"secret_key.{os.getpid()}")
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as out:
            out.write(get_random_secret_key())
        with contextlib.suppress(FileExistsError):  # another process was first; use its key
            file.hardlink_to(aside)
        aside.unlink()
        return file.read_text().strip()
