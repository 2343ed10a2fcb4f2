"""Writes the secrets of compose.yaml into a folder: those that the environment gives, or new ones that stay."""

import os
import secrets
import sys
from pathlib import Path

NAMES = ("SECRET_KEY", "DATABASE_PASSWORD")


def write(folder: Path) -> list[str]:
    """Write what is given or missing, and return the names of the secrets that are new."""
    written = []
    for name in NAMES:
        file, given = folder / name.lower(), os.environ.get(name, "").strip()
        if file.is_file() and given in ("", file.read_text(encoding="utf-8")):
            continue
        aside = file.with_suffix(".new")
        aside.write_text(given or secrets.token_hex(32), encoding="utf-8")
        aside.chmod(0o444)  # several accounts read it; who may see it at all is a matter of who has the folder
        aside.replace(file)
        written.append(name)
    return written


if __name__ == "__main__":
    sys.stdout.write(f"Written: {', '.join(write(Path(sys.argv[1]))) or 'nothing, all secrets are there'}.\n")
