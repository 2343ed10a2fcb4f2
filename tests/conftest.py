"""Fixtures that all tests share: a dataset, databases with and without it, a running site, people with names."""

import fcntl
import os
import shutil
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.files.storage import storages
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import F
from django.test import Client
from pytest_django import DjangoDbBlocker

from recommender.formats.generator.generate import generate
from recommender.models import ModelVersion, Movie, Rater
from recommender.services.catalogue import title_search
from recommender.services.jobs import broker
from recommender.services.movielens import release
from recommender.services.ratings.ratings import rater_of
from recommender.services.training import similar_movies, train
from recommender.services.training.rating_arrays import adbc_uri
from recommender.services.versions import serving
from tests.embedded_plugin import SHARED
from tests.support import quick_hashing  # noqa: F401 - imported for its effect
from tests.support.factories import make_user
from tests.support.processes import PATIENCE, wait_until
from tests.support.tmdb_server import KEY, TmdbServer

ROOT = Path(__file__).resolve().parent.parent
MIGRATED = "migrated_template"


@pytest.fixture(scope="session")
def dataset_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The MovieLens release at MOVIELENS_DATA, or a small generated one."""
    if settings.MOVIELENS_DATA:
        return Path(settings.MOVIELENS_DATA)
    folder = tmp_path_factory.mktemp("dataset") / "generated"
    generate(folder, n_raters=300, n_movies=600, n_ratings=15_000, seed=0)
    return folder


@contextmanager
def one_at_a_time(name: str) -> Iterator[Path]:
    """Keep other processes out; the result lets one process leave to the others what it has made."""
    made = Path(os.environ.get(SHARED) or settings.DATA_DIR) / name
    with made.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield made


@pytest.fixture(scope="session")
def collected_static() -> None:
    """Hashed static files, as the running site serves them, collected once for all processes."""
    with one_at_a_time("static-collected") as collected:
        if not collected.exists():
            call_command("collectstatic", interactive=False, verbosity=0)
            aside = collected.with_suffix(".partial")
            shutil.copytree(settings.STATIC_ROOT, aside, dirs_exist_ok=True)
            aside.rename(collected)
            return
        shutil.copytree(collected, settings.STATIC_ROOT, dirs_exist_ok=True)
    staticfiles_storage.hashed_files, staticfiles_storage.manifest_hash = staticfiles_storage.load_manifest()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: DjangoDbBlocker
) -> None:
    """Let test databases be copies of one that was migrated once for all processes, except on a foreign server."""
    if SHARED not in os.environ:
        return
    with one_at_a_time("database-migrated") as migrated, django_db_blocker.unblock():
        if not migrated.exists():
            copy_database("template1", MIGRATED)
            with connected_to(MIGRATED):
                call_command("migrate", verbosity=0)
            migrated.touch()
    connection.settings_dict["TEST"]["TEMPLATE"] = MIGRATED


@contextmanager
def connected_to(database: str) -> Iterator[None]:
    """Let Django's connection go to another database of the same server."""
    usual = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = database
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual


@pytest.fixture(scope="session")
def site_database(django_db_setup: None, django_db_blocker: DjangoDbBlocker, dataset_dir: Path) -> Iterator[str]:
    """Name of a database of its own with the dataset imported and everything built from it, once for all processes."""
    name = f"{connection.settings_dict['NAME']}_site"
    shared = Path(os.environ.get(SHARED) or settings.DATA_DIR)
    template, artifacts = f"{name}_template", shared / "site-artifacts"
    if SHARED in os.environ:
        template = "site_template"
    with django_db_blocker.unblock(), (shared / "site.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not artifacts.exists():
            _build_site(template, dataset_dir, artifacts)
        copy_database(template, name)
        shutil.copytree(artifacts, storages["artifacts"].path(""), dirs_exist_ok=True)
        server_url = url_of("postgres")
    yield name
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        if SHARED not in os.environ:
            server.execute(f'DROP DATABASE "{template}" WITH (FORCE)')


def _build_site(database: str, dataset_dir: Path, artifacts: Path) -> None:
    """Fill a new database, and copy the artifacts that it names; their folder appears when all is done."""
    copy_database(MIGRATED if SHARED in os.environ else "template1", database)
    aside = artifacts.with_name(f"{artifacts.name}.partial")
    shutil.rmtree(aside, ignore_errors=True)
    with connected_to(database):
        call_command("migrate", verbosity=0)
        release.import_movielens(path=dataset_dir)
        Movie.objects.update(runtime_minutes=85 + 35 * (F("pk") % 2))
        title_search.build()
        for algorithm in ("als", "als_3", "tag_ls", "mean"):
            train.train(algorithm=algorithm)
        similar_movies.build()
        for key in ModelVersion.objects.values_list("artifact_key", flat=True):
            (aside / key).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(storages["artifacts"].path(key), aside / key)
    aside.rename(artifacts)


def copy_database(template: str, name: str) -> None:
    """Make a database anew as a copy of one that nobody is connected to."""
    connection.close()
    with psycopg.connect(url_of("postgres"), autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')


@pytest.fixture(scope="session")
def served_database(site_database: str, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Name of a copy of it that a running site may write to."""
    name = f"{site_database}_served"
    with django_db_blocker.unblock():
        copy_database(site_database, name)
        server_url = url_of("postgres")
    yield name
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def site_data(site_database: str, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The imported dataset and what is built from it; what a test writes is rolled back. Not to be used with `db`."""
    with django_db_blocker.unblock(), connected_to(site_database), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def checked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is in service is looked up once, however long the test takes, so that queries can be counted."""
    monkeypatch.setattr(serving, "CHECK_INTERVAL", 3600.0)


@pytest.fixture
def database(request: pytest.FixtureRequest) -> None:
    """The site's data where a test asks for it, an empty database otherwise."""
    request.getfixturevalue("site_data" if "site_data" in request.fixturenames else "db")


@pytest.fixture(scope="session")
def site_tmdb() -> Iterator[TmdbServer]:
    """The TMDB that the running site asks; it knows no film unless a test adds one."""
    with TmdbServer({}).running() as running:
        yield running


@pytest.fixture(scope="session")
def site_url(
    served_database: str, site_tmdb: TmdbServer, collected_static: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A running site (gunicorn, as in production) with the dataset in it; its database is not the test's."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    environment = os.environ | {
        "DATABASE_URL": url_of(served_database),
        "SECRET_KEY": settings.SECRET_KEY,
        "HTTPS": "0",
        "TMDB_URL": site_tmdb.url,
        "TMDB_API_KEY": KEY,
        "MOVIEREC_DATA_DIR": str(settings.DATA_DIR),
        "STATIC_ROOT": str(settings.STATIC_ROOT),
    }
    log = tmp_path_factory.mktemp("site") / "gunicorn.log"
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "tests.support.site_wsgi",
        "-b",
        address,
        "-k",
        "gthread",
        "--threads",
        "4",
    ]
    with log.open("wb") as out, subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out) as server:
        try:
            _wait_for(f"http://{address}/api/v1/search", server, log)
            yield f"http://{address}"
        finally:
            server.terminate()


@pytest.fixture(autouse=True)
def _nothing_loaded() -> Iterator[None]:
    """What one test put in service is not in the next one's memory."""
    serving.clear()
    yield
    serving.clear()


@pytest.fixture
def alice(database: None) -> User:
    """A user."""
    return make_user("alice", "alice likes aliens")


@pytest.fixture
def bob(database: None) -> User:
    """Another user."""
    return make_user("bob", "bob builds barns")


@pytest.fixture
def alice_client(alice: User) -> Client:
    """A browser in which alice is signed in."""
    client = Client()
    client.force_login(alice, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


@pytest.fixture
def alice_rater(alice: User) -> Rater:
    """Alice as someone who rates."""
    return rater_of(alice)


@pytest.fixture
def notified(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The job ids of the messages sent to the broker; nothing reaches a real one."""
    ids: list[int] = []

    def take(name: str, args: list[Any]) -> None:
        ids.extend(args)

    monkeypatch.setattr(broker.current_app, "send_task", take)
    return ids


def url_of(database: str) -> str:
    return adbc_uri(connection.settings_dict | {"NAME": database})


def _wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    def answers() -> bool:
        assert server.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(url, timeout=PATIENCE):
                return True
        except OSError:
            return False

    assert wait_until(answers), f"The site did not answer:\n{log.read_text()}"
