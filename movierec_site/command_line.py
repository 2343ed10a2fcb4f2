"""The command line, as `manage.py` and as `movierec`; without DATABASE_URL around an embedded PostgreSQL."""

import contextlib
import os
import sys
from collections.abc import Iterator

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import OperationalError

from movierec_site import embedded, env

# `run` has a server of its own; the others need none, or one that is not embedded.
WITHOUT_SERVER = {
    "run", "web", "worker", "beat", "help", "version", "check", "collectstatic", "diffsettings", "findstatic",
    "generate_movielens", "benchmark",
}  # fmt: skip


def main() -> None:
    """Run the command of the command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "movierec_site.settings")
    try:
        with _database(sys.argv[1:]):
            execute_from_command_line(sys.argv)
    except (embedded.EmbeddedError, ImproperlyConfigured) as error:
        sys.exit(str(error))
    except OperationalError as error:
        reason = str(error).strip().splitlines()[0]
        sys.exit(f"The database does not answer ({reason}); check DATABASE_URL and that PostgreSQL is running.")


@contextlib.contextmanager
def _database(arguments: list[str]) -> Iterator[None]:
    """Have a database around the command when it needs one."""
    command = next(iter(arguments), "help")
    asks_for_help = command.startswith("-") or {"-h", "--help"} & set(arguments)
    from_files = command == "evaluate" and any(argument.startswith("--data") for argument in arguments)
    if env.secret("DATABASE_URL") or command in WITHOUT_SERVER or asks_for_help or from_files:
        yield
        return
    from django.conf import settings

    with embedded.serve(settings.DATA_DIR):
        yield


if __name__ == "__main__":
    main()
