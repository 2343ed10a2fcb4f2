"""A site to back up, and empty databases to restore into."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from pytest_django import DjangoDbBlocker

from recommender.services.backups.backup import back_up
from tests.conftest import connected_to, copy_database, url_of


@contextmanager
def database_of_our_own(template: str, name: str) -> Iterator[None]:
    """Have a database for a while and connect to it."""
    copy_database(template, name)
    server = url_of("postgres")
    try:
        with connected_to(name):
            yield
    finally:
        with psycopg.connect(server, autocommit=True) as maintenance:
            maintenance.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def site(site_database: str, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A whole site in a database of its own."""
    with django_db_blocker.unblock(), database_of_our_own(site_database, f"{site_database}_to_back_up"):
        yield


@pytest.fixture(scope="module")
def backup(site_database: str, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of it, which tests must leave as it is."""
    target = tmp_path_factory.mktemp("backups")
    with django_db_blocker.unblock(), database_of_our_own(site_database, f"{site_database}_backed_up"):
        return Path(back_up(str(target)).address)


@pytest.fixture
def copied_backup(backup: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may damage."""
    return Path(shutil.copytree(backup, tmp_path / "copies" / backup.name))


@pytest.fixture
def empty_site(site_database: str, django_db_blocker: DjangoDbBlocker, tmp_path: Path, settings: Any) -> Iterator[None]:
    """An installation that has nothing: an empty database, no artifacts."""
    settings.STORAGES = settings.STORAGES | {
        "artifacts": {
            "BACKEND": "movierec_site.storage.ArtifactFolder",
            "OPTIONS": {"location": str(tmp_path / "new" / "artifacts")},
        }
    }
    settings.ARTIFACT_CACHE_DIR = tmp_path / "new" / "cache"
    with django_db_blocker.unblock(), database_of_our_own("template1", f"{site_database}_restored"):
        yield


@pytest.fixture(autouse=True)
def _own_results(tmp_path: Path) -> Iterator[None]:
    """Results of one test are not there in the next."""
    yield
    shutil.rmtree(Path(settings.DATA_DIR) / "operations", ignore_errors=True)
    connection.close()
