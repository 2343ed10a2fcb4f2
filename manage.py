#!/usr/bin/env python
"""Runs management commands in a clone; an installed movierec has the command `movierec` instead."""

import sys


def main() -> None:
    """Run the command of the command line."""
    try:
        from movierec_site import command_line
    except ImportError as error:
        sys.exit(f"{error}; run `make install` first, then .venv/bin/python manage.py.")
    command_line.main()


if __name__ == "__main__":
    main()
