"""A site of an earlier version keeps everything: its database is restored and migrated, and answers as it did."""

import gzip
import json
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from celery import current_app
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.test import override_settings
from django_celery_beat.models import PeriodicTask
from pytest_django import DjangoDbBlocker

from recommender.engine.algorithms.registry import ALGORITHMS
from recommender.engine.data.artifact import ArtifactError
from recommender.management import first_run
from recommender.models import Job, ModelVersion
from recommender.services import jobs
from recommender.services.versions import loading
from tests.conftest import connected_to, url_of
from tests.upgrades.answers import answers, browser_of, row_counts

HERE = Path(__file__).parent
DUMPS = sorted(path.parent for path in HERE.glob("*/expected.json"))
OFFERED = {"django_celery_beat_crontabschedule", "django_celery_beat_periodictask"}
GROWS_BY_MIGRATING = {"auth_permission", "django_content_type", "django_migrations"} | OFFERED
"""Rows that Django writes about the code, not about the site, and the schedules that later versions offer."""
STARS = 0.0101
"""How far predicted stars may be from those of another processor: the API rounds them to hundredths."""
BOUNDS = 0.1
"""And the bounds of an interval: how consistent a user is has been measured in another way since."""


@pytest.fixture(scope="module", params=DUMPS, ids=lambda folder: folder.name)
def dump(request: pytest.FixtureRequest) -> Path:
    """Return the folder of what was kept of one version."""
    folder: Path = request.param
    return folder


@pytest.fixture(scope="module")
def expected(dump: Path) -> dict[str, Any]:
    """Return what the site answered then."""
    found: dict[str, Any] = json.loads((dump / "expected.json").read_text())
    return found


@pytest.fixture(scope="module")
def data_dir(dump: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the data folder with the artifacts of then."""
    folder = tmp_path_factory.mktemp("data")
    with tarfile.open(dump / "artifacts.tar.gz") as archive:
        archive.extractall(folder, filter="data")
    return folder


@pytest.fixture(scope="module")
def migrated(dump: Path, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Name of a database with the dump restored and migrated."""
    with django_db_blocker.unblock():
        server, name = url_of("postgres"), f"{connection.settings_dict['NAME']}_upgraded"
        with database(server, name, template="template0"):
            with psycopg.connect(url_of(name)) as restored:
                restored.execute(gzip.decompress((dump / "dump.sql.gz").read_bytes()))
            with connected_to(name):
                call_command("migrate", verbosity=0)
            yield name


@pytest.fixture
def settings_of_then(expected: dict[str, Any], data_dir: Path) -> Iterator[None]:
    """The settings with which the upgraded site finds its artifacts and trusts its sessions."""
    artifacts = {"BACKEND": settings.STORAGES["artifacts"]["BACKEND"], "OPTIONS": {"location": data_dir / "artifacts"}}
    unhashed = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(
        DATA_DIR=data_dir,
        ARTIFACT_CACHE_DIR=data_dir / "artifact-cache",
        STORAGES=settings.STORAGES | {"artifacts": artifacts, "staticfiles": unhashed},
        SECRET_KEY=expected["secret_key"],
    ):
        yield


@pytest.fixture
def site(migrated: str, settings_of_then: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The upgraded site; what a test writes is rolled back."""
    with django_db_blocker.unblock(), connected_to(migrated), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def copied_site(migrated: str, settings_of_then: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A copy of it, for what needs several connections."""
    with django_db_blocker.unblock():
        server, name = url_of("postgres"), f"{migrated}_copy"
        with database(server, name, template=migrated), connected_to(name):
            yield


@contextmanager
def database(server: str, name: str, *, template: str) -> Iterator[None]:
    """Have a database for a while."""
    connection.close()
    with psycopg.connect(server, autocommit=True) as maintenance:
        maintenance.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        maintenance.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    yield
    with psycopg.connect(server, autocommit=True) as maintenance:
        maintenance.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def test_no_row_is_lost(site: None, expected: dict[str, Any]) -> None:
    before = {table: n for table, n in expected["rows"].items() if table not in GROWS_BY_MIGRATING}
    now = row_counts()
    assert {table: now.get(table) for table in before} == before


def test_every_artifact_can_be_loaded(site: None) -> None:
    refused = []
    for version in ModelVersion.objects.stored():
        try:
            loading.check(version)
        except ArtifactError as error:
            refused.append(str(error))
    assert refused == []


def test_every_version_has_its_kind(site: None) -> None:
    found = set(ModelVersion.objects.exclude(kind="model").values_list("kind", "algorithm"))
    assert found == {("index", "title_index"), ("neighbours", "similar_movies"), ("snapshot", "snapshot")}
    models = set(ModelVersion.objects.ranking().values_list("algorithm", flat=True))
    assert models
    assert models <= set(ALGORITHMS)


def test_people_are_still_signed_in_and_get_the_same_answers(site: None, expected: dict[str, Any]) -> None:
    """Lists with predicted stars, similar movies, searches, and all that alice and bob have said."""
    found = answers(expected["sessions"])
    for question, before in expected.items():
        if question in found:
            assert_same(found[question], before, question)


def test_nothing_is_built_again(site: None, expected: dict[str, Any]) -> None:
    """`make run` trains algorithms that are new since then, and nothing else."""
    steps = first_run.pending_steps(dataset=lambda: pytest.fail("The ratings are not found."))
    new = [f"Training {each.label}" for name, each in ALGORITHMS.items() if name not in expected["algorithms"]]
    assert sorted(step.label for step in steps) == sorted(new)


def test_every_schedule_still_starts_what_it_did(site: None, expected: dict[str, Any], notified: list[int]) -> None:
    current_app.loader.import_default_modules()
    not_started = []
    for scheduled in PeriodicTask.objects.filter(name__in=expected["schedules"]):
        wanted = json.loads(scheduled.kwargs)
        current_app.tasks[scheduled.task](*json.loads(scheduled.args), **wanted)
        started = Job.objects.unfinished().filter(arguments__contains=wanted.get("arguments", {}))
        if "kind" in wanted and not started.filter(kind=wanted["kind"]).exists():
            not_started.append(scheduled.name)
    assert not_started == []


def test_an_interrupted_job_goes_on_where_it_was(copied_site: None, notified: list[int]) -> None:
    job = Job.objects.get(state=Job.State.RUNNING)
    done_before = job.chunks.get(state="succeeded").finished_at
    finished = jobs.run_here(job_id=job.pk)
    assert (finished.state, finished.error) == (Job.State.SUCCEEDED, "")
    assert job.chunks.order_by("stage")[0].finished_at == done_before


def test_the_admin_shows_what_was_done_before(site: None, expected: dict[str, Any]) -> None:
    admin = browser_of(expected["sessions"]["admin"])
    pages = ["/admin/", *(f"/admin/recommender/{name}/" for name in ("job", "modelversion", "experiment"))]
    pages += [f"/admin/recommender/job/{pk}/change/" for pk in Job.objects.values_list("pk", flat=True)]
    pages += [f"/admin/recommender/modelversion/{row.pk}/change/" for row in ModelVersion.objects.all()]
    assert {page: code for page in pages if (code := admin.get(page).status_code) != 200} == {}


def assert_same(found: Any, before: Any, where: str) -> None:
    """Compare what was answered; what is new since then may be added, and numbers may differ in the last digits."""
    if isinstance(before, dict):
        for key, value in before.items():
            assert key in found, where
            assert_same(found[key], value, f"{where} · {key}")
    elif isinstance(before, list):
        assert len(found) == len(before), where
        for place, (one, other) in enumerate(zip(found, before, strict=True), start=1):
            assert_same(one, other, f"{where} · {place}")
    elif isinstance(before, float):
        assert found == pytest.approx(before, abs=BOUNDS if "interval" in where else STARS), where
    else:
        assert found == before, where
