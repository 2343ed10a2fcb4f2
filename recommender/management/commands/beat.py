"""Run the schedule alone, for installations whose processes are started one by one."""

from typing import Any

from movierec_site.processes import site_commands
from recommender.management.site_process import SiteProcess


class Command(SiteProcess):
    """`movierec beat`."""

    help = "Run the process that starts scheduled jobs, on one machine only; needs DATABASE_URL."

    def command(self, **options: Any) -> list[str]:
        """Return the command of the schedule."""
        return site_commands.beat()
