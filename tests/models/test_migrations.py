"""The migrations say what the models say, the release before can live with them, and they never hold the site up."""

import threading
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, migrations
from django.db.migrations.recorder import MigrationRecorder
from django_migration_linter import MigrationLinter

from recommender.management.commands import migrate
from tests.conftest import url_of
from tests.support.processes import PATIENCE

ROOT = Path(__file__).resolve().parents[2]
BEFORE_THE_RULE = {"0005_jobs"}
"""It came with a release that could not be upgraded while it was running."""


def linted(**options: Any) -> MigrationLinter:
    linter = MigrationLinter(str(ROOT), include_apps=["recommender"], no_cache=True, no_output=True, **options)
    linter.lint_all_migrations()
    return linter


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", "recommender", check=True, dry_run=True, verbosity=0)


@pytest.mark.django_db
def test_the_release_before_can_live_with_every_migration() -> None:
    """Columns that it does not fill have a default, and nothing that it uses is removed or renamed."""
    linter = linted(ignore_name=BEFORE_THE_RULE)
    assert linter.nb_valid > 10
    assert linter.nb_erroneous == 0
    assert linted(include_name_contains="0005_jobs").nb_erroneous == 1


@pytest.fixture
def pending(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A migration that needs a lock on the tags."""
    add = migrations.RunSQL("ALTER TABLE recommender_tag ADD COLUMN added integer", migrations.RunSQL.noop)
    latest = MigrationRecorder.Migration.objects.filter(app="recommender").latest("id").name
    step = type("Migration", (migrations.Migration,), {"dependencies": [("recommender", latest)], "operations": [add]})
    usual = migrations.loader.MigrationLoader.load_disk

    def load_disk(loader: Any) -> None:
        usual(loader)
        loader.disk_migrations["recommender", "9999_added"] = step("9999_added", "recommender")

    monkeypatch.setattr(migrations.loader.MigrationLoader, "load_disk", load_disk)
    yield
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE recommender_tag DROP COLUMN IF EXISTS added")
    MigrationRecorder(connection).record_unapplied("recommender", "9999_added")


def columns() -> set[str]:
    with connection.cursor() as cursor:
        return {column.name for column in connection.introspection.get_table_description(cursor, "recommender_tag")}


def lock_timeout() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        return str(cursor.fetchone()[0])


def test_a_migration_lets_the_site_go_first_and_tries_again(pending: None, settings: Any) -> None:
    settings.MIGRATION_LOCK_TIMEOUT = 1
    said = StringIO()
    with psycopg.connect(url_of(connection.settings_dict["NAME"])) as site:
        site.execute("SELECT count(*) FROM recommender_tag")  # holds a lock until the transaction ends
        gave_way = threading.Event()
        said.write = lambda text: gave_way.set() or len(text)  # type: ignore[assignment,func-returns-value]
        done_reading = threading.Thread(target=lambda: (gave_way.wait(PATIENCE), site.rollback()))
        done_reading.start()
        call_command("migrate", verbosity=0, stderr=said)
        done_reading.join()
    assert gave_way.is_set()
    assert "added" in columns()
    assert lock_timeout() == "0"


def test_a_migration_that_never_gets_its_lock_says_so(
    pending: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MIGRATION_LOCK_TIMEOUT, settings.MIGRATION_TRIES = 1, 1
    monkeypatch.setattr(migrate, "PAUSE", 0)
    with psycopg.connect(url_of(connection.settings_dict["NAME"])) as site:
        site.execute("SELECT count(*) FROM recommender_tag")
        with pytest.raises(CommandError, match=r"in use for longer than 1 s each time \(MIGRATION_LOCK_TIMEOUT\)"):
            call_command("migrate", verbosity=0)
    assert "added" not in columns()
