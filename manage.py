#!/usr/bin/env python
"""Runs management commands; without DATABASE_URL around an embedded PostgreSQL, shared with `make run`."""

import contextlib
import os
import sys
from collections.abc import Iterator

# `run` has a server of its own; the others need none.
WITHOUT_SERVER = {
    "run", "help", "version", "check", "collectstatic", "diffsettings", "findstatic", "generate_movielens"
}  # fmt: skip


@contextlib.contextmanager
def database(arguments: list[str]) -> Iterator[None]:
    """Have a database around the command when it needs one."""
    command = next(iter(arguments), "help")
    asks_for_help = command.startswith("-") or {"-h", "--help"} & set(arguments)
    from_files = command == "evaluate" and any(argument.startswith("--data") for argument in arguments)
    if os.environ.get("DATABASE_URL", "").strip() or command in WITHOUT_SERVER or asks_for_help or from_files:
        yield
        return
    from django.conf import settings

    from movierec_site import embedded

    with embedded.serve(settings.DATA_DIR):
        yield


def main() -> None:
    """Run the command of the command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "movierec_site.settings")
    try:
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line

        from movierec_site.embedded import EmbeddedError
    except ImportError as error:
        sys.exit(f"{error}; run `make install` first, then .venv/bin/python manage.py.")
    if sys.argv[1:2] == ["evaluate"]:  # thousands of small systems, for which BLAS threads would wait for each other
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        with database(sys.argv[1:]):
            execute_from_command_line(sys.argv)
    except (EmbeddedError, ImproperlyConfigured) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
