"""A game day: three machines import, train and compare movies while everything that can go wrong does (ADR 40)."""

import os
import random
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.db import Error, connection, connections
from pytest_django import DjangoDbBlocker

from recommender.formats.generator.generate import generate
from recommender.models import Job, JobChunk, ModelVersion, Rating
from recommender.services import jobs
from recommender.services.jobs import broker as messages
from recommender.services.storage import artifacts
from tests.game_day.faults import Faults
from tests.game_day.machines import N_THREADS, Machine, machines
from tests.game_day.servers import Database, RedisOnTheBridge, Storage
from tests.support.network import Network
from tests.support.processes import wait_until
from tests.tasks.conftest import use_broker

pytestmark = pytest.mark.slow
SEED = "MOVIEREC_GAME_DAY"
PATIENCE = 300
ALS = {"n_factors": 8, "n_epochs": 12}
PAUSES: dict[Job.Kind, dict[str, Any]] = {
    Job.Kind.IMPORT: {"pause": 1.0},
    Job.Kind.TRAIN: {"pause": 1.5},
    Job.Kind.SIMILAR_MOVIES: {"seconds": 3.0},
}
"""What makes each job last long enough to be hit."""
UP_TO = {Job.Kind.IMPORT: 2, Job.Kind.TRAIN: 3, Job.Kind.SIMILAR_MOVIES: 7}
"""Faults that strike a job at most, so that each gets some."""
RATING = ("rater__movielens_id", "movie_id", "half_stars", "rated_at")


def work(dataset: Path) -> dict[Job.Kind, dict[str, Any]]:
    return {
        Job.Kind.IMPORT: {"path": str(dataset)},
        Job.Kind.TRAIN: {"algorithm": "als", "hyperparameters": ALS, "seed": 3},
        Job.Kind.SIMILAR_MOVIES: {"co_ratings_per_chunk": 12_000},
    }


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """A generated dataset on disk."""
    folder = tmp_path / "dataset"
    generate(folder, n_raters=80, n_movies=120, n_ratings=3_000, seed=1)
    return folder


@pytest.fixture
def network() -> Iterator[Network]:
    """Three machines without anything on them."""
    with Network(n_machines=3) as joined:
        yield joined


@pytest.fixture
def faults(
    network: Network,
    tmp_path: Path,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[Faults]:
    """The servers and the machines, started, and what will happen to them."""
    seed = os.environ.get(SEED) or str(random.randrange(10**6))
    print(f"\nThe game day of {SEED}={seed}.")
    (tmp_path / "redis").mkdir()
    broker, storage = RedisOnTheBridge(tmp_path / "redis", network.address), Storage(network.address)
    storage.use(settings, monkeypatch, tmp_path / "cache")
    settings.N_THREADS = N_THREADS  # an artifact names the number
    # Not below pytest's folder, whose rights each new session of pytest takes from the account of PostgreSQL.
    database = Database(settings.DATA_DIR / "game-day", network.address, monkeypatch)
    broker.start()
    usual = settings.CELERY_BROKER_URL
    with django_db_blocker.unblock(), database.in_use():
        started = machines(network, tmp_path, database, broker, storage)
        try:
            use_broker(broker.url)
            yield Faults(started, database, broker, storage, random.Random(seed))
        finally:
            use_broker(usual)
            for machine in started:
                machine.kill()
            broker.close()
            storage.stop()


def test_whatever_goes_wrong_the_result_is_the_same(faults: Faults, dataset: Path) -> None:
    imported = work(dataset)[Job.Kind.IMPORT]
    expected = {Job.Kind.IMPORT: outcome_of(undisturbed(Job.Kind.IMPORT, imported))}
    forget_everything()
    for machine in faults.machines:
        machine.start()
    done = {}
    for kind, asked in work(dataset).items():
        if kind not in expected:  # artifacts name raters by their ids, so of the rows that the machines have imported
            expected[kind] = outcome_of(undisturbed(kind, asked))
        done[kind] = disturbed(kind, asked, faults)
    assert faults.are_over, f"Only these happened: {faults.happened}"
    assert {kind: outcome_of(job) for kind, job in done.items()} == expected
    assert not JobChunk.objects.exclude(state=JobChunk.State.SUCCEEDED).exists()
    redone = sum(chunk.attempts - 1 for chunk in JobChunk.objects.all())
    print(f"{len(faults.happened)} faults hit workers {faults.n_hits} times; {redone} chunks were done again.")
    assert redone <= faults.n_hits
    check_that_nothing_is_left(faults)


def undisturbed(kind: Job.Kind, asked: dict[str, Any]) -> Job:
    """Return a job that this process has done by itself."""
    with messages.silenced():
        job = jobs.run_here(job_id=jobs.start(kind=kind, arguments=asked).pk)
    assert job.state == Job.State.SUCCEEDED, job.error
    return job


def disturbed(kind: Job.Kind, asked: dict[str, Any], faults: Faults) -> Job:
    """Return a job that the machines have done, while one fault after another struck."""
    job = jobs.start(kind=kind, arguments=asked | PAUSES[kind])
    print(f"{kind}:", flush=True)
    deadline, until = time.monotonic() + PATIENCE, len(faults.happened) + UP_TO[kind]
    while state_of(job) not in Job.FINISHED or retried(job):
        assert time.monotonic() < deadline, report(job, faults.machines)
        at_work = reading(lambda: job.chunks.running().exists())
        if at_work and not faults.are_over and len(faults.happened) < until:
            faults.strike()
        time.sleep(faults.rng.uniform(0.2, 1.0))
    assert state_of(job) == Job.State.SUCCEEDED, report(job, faults.machines)
    return job


def retried(job: Job) -> bool:
    """Retry a job that has failed because storage was away, which is what its message says."""
    now = Job.objects.get(pk=job.pk)
    if now.state != Job.State.FAILED or not now.error.startswith("Artifact storage fails"):
        return False
    jobs.retry(job_id=job.pk)
    return True


def state_of(job: Job) -> str:
    return str(reading(lambda: Job.objects.values_list("state", flat=True).get(pk=job.pk)))


def reading(read: Callable[[], Any]) -> Any:
    """Read from a database that may have been restarted since."""
    try:
        return read()
    except Error:
        connection.close()
        return read()


def outcome_of(job: Job) -> dict[str, Any]:
    """Return what must not depend on what happened on the way; every file is read and verified."""
    versions = ModelVersion.objects.filter(job=job)
    for version in versions:
        artifacts.local_file(key=version.artifact_key, sha256=version.artifact_sha256)
    rows = Rating.objects.order_by("rater__movielens_id", "movie_id")
    # The title index names its parts at random.
    files = [(of.algorithm, "" if of.kind == ModelVersion.Kind.INDEX else of.artifact_sha256) for of in versions]
    return {
        "kind": job.kind,
        "ratings": sha256(repr(list(rows.values_list(*RATING))).encode()).hexdigest(),
        "files": sorted(files),
        "chunks": job.chunks.count(),
    }


def forget_everything() -> None:
    """Empty all tables."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        kept = {"django_migrations", "django_content_type", "auth_permission"}
        names = ", ".join(connection.ops.quote_name(table) for table in tables if table not in kept)
        cursor.execute(f"TRUNCATE {names} RESTART IDENTITY CASCADE")


def check_that_nothing_is_left(faults: Faults) -> None:
    """Stop the machines as scale-in to zero does, and look for what is left of them."""
    for machine in faults.machines:
        machine.notify("scale-in")
    assert [machine.name for machine in faults.machines if machine.pids()] == []
    assert not Job.objects.unfinished().exists()
    jobs.clean_up()
    assert not Job.objects.filter(has_outputs=True).exists()
    assert artifacts.folders(folder="jobs") == []
    assert wait_until(lambda: n_sessions_of_machines() == 0)


def n_sessions_of_machines() -> int:
    """Return how many connections to the database come from the network."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE client_addr IS NOT NULL")
        return int(cursor.fetchone()[0])


def report(job: Job, of: list[Machine]) -> str:
    """Return everything that may explain why a job did not succeed."""
    connections.close_all()
    now = Job.objects.get(pk=job.pk)
    lines = [f"{line.at} {line.text}" for line in now.log_lines.all()]
    return "\n".join([now.state, now.error, now.traceback, *lines, *(machine.log()[-3000:] for machine in of)])
