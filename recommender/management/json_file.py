"""Figures in a JSON file that is never half written."""

import json
from pathlib import Path
from typing import Any


def write_json(path: Path, figures: dict[str, Any]) -> None:
    """Write aside and rename, so that a reader never sees half a file."""
    aside = path.with_name(f".{path.name}.partial")
    aside.write_text(json.dumps(figures, indent=2) + "\n")
    aside.replace(path)
