"""Run the web server alone, for installations whose processes are started one by one."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from movierec_site.processes import site_commands
from recommender.management.site_process import SiteProcess


class Command(SiteProcess):
    """`movierec web`."""

    help = "Run the web server alone, on HOST and PORT; needs DATABASE_URL and collected static files."

    def command(self, **options: Any) -> list[str]:
        """Return the command of the web server."""
        if not (Path(settings.STATIC_ROOT) / "staticfiles.json").is_file():
            raise CommandError(f"There are no static files in {settings.STATIC_ROOT}; run `movierec collectstatic`.")
        return site_commands.web()
