"""Django's `migrate` that never makes the running site wait for long, and so can run beside it."""

import time
from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import OperationalError, connections

PAUSE = 1.0


class Command(migrate.Command):
    """`manage.py migrate`."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate; a step that gets no lock in time gives way to the site's queries and is tried again."""
        database = connections[options["database"]]
        for tries_left in reversed(range(settings.MIGRATION_TRIES)):
            with database.cursor() as cursor:
                cursor.execute(f"SET lock_timeout = '{settings.MIGRATION_LOCK_TIMEOUT}s'")
            try:
                super().handle(*args, **options)
            except OperationalError as error:
                if not isinstance(error.__cause__, psycopg.errors.LockNotAvailable):
                    raise
                self._give_way(error, tries_left)
            else:
                return
            finally:
                with database.cursor() as cursor:
                    cursor.execute("RESET lock_timeout")

    def _give_way(self, error: OperationalError, tries_left: int) -> None:
        if tries_left == 0:
            raise CommandError(
                f"A table was in use for longer than {settings.MIGRATION_LOCK_TIMEOUT} s each time"
                " (MIGRATION_LOCK_TIMEOUT); what was migrated so far stays."
                " End long transactions, or wait for running jobs, then migrate again."
            ) from error
        self.stderr.write("A table is in use; the site goes first. Trying again.")
        time.sleep(PAUSE)
