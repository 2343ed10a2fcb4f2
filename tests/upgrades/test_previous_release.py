"""The release before goes on working while its database has already been migrated: web processes and workers of both
run side by side during an upgrade (ADR 40)."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from recommender.models import Job
from tests.conftest import ROOT, connected_to, url_of
from tests.upgrades.answers import answers
from tests.upgrades.test_upgrades import database

PREVIOUS = "1332c4ec6829564153bcdd267f2860a5ab1cd63a"
"""The commit of the release before: move it on whenever one is made."""

pytestmark = pytest.mark.slow


def git(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=False)


@pytest.fixture(scope="module")
def previous(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout of the release before, with its kernels."""
    if not (ROOT / ".git").exists():
        pytest.skip("This is not a checkout, so it has no release before.")
    archived = git("archive", PREVIOUS)
    if archived.returncode != 0:
        pytest.fail(f"The history does not reach back to {PREVIOUS[:7]}; fetch it: git fetch --unshallow.")
    folder = tmp_path_factory.mktemp("previous")
    with tarfile.open(fileobj=BytesIO(archived.stdout)) as archive:
        archive.extractall(folder, filter="data")
    if git("diff", "--quiet", PREVIOUS, "--", "native", "setup.py").returncode == 0:
        for kernel in (ROOT / "native").glob("*.so"):
            shutil.copy(kernel, folder / "native")
    else:
        command = [sys.executable, "setup.py", "-q", "build_ext", "--inplace"]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
    shutil.copy(Path(__file__).with_name("previous_release.py"), folder / "tests" / "upgrades")
    return folder


@pytest.fixture
def migrated(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Name of an empty database with today's tables."""
    with django_db_blocker.unblock():
        name = f"{connection.settings_dict['NAME']}_side_by_side"
        with database(url_of("postgres"), name, template="template0"), connected_to(name):
            from django.core.management import call_command

            call_command("migrate", verbosity=0)
            yield name


def test_the_release_before_works_on_todays_tables_and_todays_code_on_its_rows(
    previous: Path, migrated: str, tmp_path: Path
) -> None:
    environment = os.environ | {
        "DATABASE_URL": url_of(migrated),
        "MOVIEREC_DATA_DIR": str(tmp_path / "var"),
        "HTTPS": "0",
        "DEBUG": "1",  # static files need not be collected
        "SECRET_KEY": settings.SECRET_KEY,
    }
    command = [sys.executable, "-m", "tests.upgrades.previous_release", str(tmp_path)]
    done = subprocess.run(command, cwd=previous, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    sessions = json.loads((tmp_path / "sessions.json").read_text())
    folder = {"BACKEND": settings.STORAGES["artifacts"]["BACKEND"], "OPTIONS": {"location": tmp_path / "var/artifacts"}}
    with override_settings(STORAGES=settings.STORAGES | {"artifacts": folder}, DATA_DIR=tmp_path / "var"):
        assert answers(sessions)["algorithms"] == ["mean", "als", "ease"]
    assert Job.objects.unfinished().count() == 2
