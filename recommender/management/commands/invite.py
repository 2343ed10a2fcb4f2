"""Make a link with which people may sign up where registration is by invitation."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from movierec_site import registration


class Command(BaseCommand):
    """Prints one link, which all who get it may use until it expires."""

    help = "Print a link with which people may sign up where REGISTRATION is invitation."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add how long it works, and where the site is."""
        parser.add_argument(
            "--days", type=int, default=registration.DAYS, help="how long it works (default: %(default)s)"
        )
        parser.add_argument("--site", default="", help="address of the site, such as https://movies.example.org")

    def handle(self, *, days: int, site: str, **_: Any) -> str:
        """Return the link, which Django prints."""
        if settings.REGISTRATION != "invitation":
            raise CommandError(
                f"REGISTRATION is {settings.REGISTRATION}; set it to invitation before you invite people."
            )
        if days < 1:
            raise CommandError("--days must be 1 or more.")
        token = registration.invitation(days=days)
        return f"{site.rstrip('/')}{reverse('account_signup')}?{registration.QUERY}={token}"
