"""Set up a fresh installation whose processes are started one by one; `movierec run` does the same by itself."""

import secrets
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from recommender.formats.movielens import DatasetError
from recommender.management import installation
from recommender.services import jobs


class Command(BaseCommand):
    """`movierec first_run`."""

    help = "Create the first admin, import a small dataset and train the models, as far as they are missing."

    def handle(self, *args: Any, **options: Any) -> None:
        password = secrets.token_urlsafe(12)
        name = installation.create_first_admin(password)
        if name is not None:
            self.stdout.write(f"Admin: {name}, password: {password} (shown only once)")
            self.stdout.flush()
        try:
            done = installation.prepare()
        except (jobs.JobFailed, DatasetError) as error:
            raise CommandError(f"{error} Fix this and start `first_run` again to finish the set-up.") from error
        self.stdout.write("Everything is ready." if done else "Everything was ready already.")
