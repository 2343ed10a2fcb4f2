"""`python -m tests.upgrades FOLDER` keeps a small site of the code in the current folder, see README.md."""

import os
import sys
from pathlib import Path

import django

from tests import embedded_plugin  # starts a throw-away database


def main() -> None:
    """Make the dump."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "movierec_site.settings")
    django.setup()
    from tests.upgrades import make_dump

    try:
        make_dump.keep(Path(sys.argv[1]))
    finally:
        embedded_plugin.pytest_unconfigure()


main()
