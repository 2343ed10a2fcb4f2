"""Commands that become one process of the site: signals and exit codes are that process's own."""

import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from movierec_site.processes import site_commands


class SiteProcess(BaseCommand):
    """A command that is replaced by another program, started as `movierec run` starts it."""

    requires_system_checks = ()  # the program imports everything itself

    def command(self, **options: Any) -> list[str]:
        """Return the program and its arguments."""
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.EMBEDDED:
            raise CommandError("DATABASE_URL is empty; set it, or use `movierec run`, which brings a database.")
        command = self.command(**options)
        os.environ.update(site_commands.folders())
        os.chdir(settings.BASE_DIR)
        os.execv(command[0], command)  # noqa: S606 - as fixed as the other command lines
