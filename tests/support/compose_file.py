"""The services of deploy/compose.yaml, as a container engine would read them."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).resolve().parents[2] / "deploy" / "compose.yaml"
VARIABLE = re.compile(r"\$\{([A-Z_]+):-([^}]*)\}")


def text(variables: Mapping[str, str]) -> str:
    """Return the file with its variables filled in."""
    return VARIABLE.sub(lambda found: variables.get(found[1]) or found[2], FILE.read_text(encoding="utf-8"))


def services(variables: Mapping[str, str] = os.environ) -> dict[str, dict[str, Any]]:
    """Return the services by name."""
    found: dict[str, dict[str, Any]] = yaml.safe_load(text(variables))["services"]
    return found
