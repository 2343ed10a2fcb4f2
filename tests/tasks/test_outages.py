"""What workers need goes away for a while: the database, artifact storage, room on the disk."""

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import OperationalError, connection

from movierec_site import embedded
from recommender.models import Activation, Job, JobChunk, ModelVersion
from recommender.services import jobs
from recommender.services.storage import artifacts
from tests.support import s3
from tests.support.factories import make_job
from tests.support.processes import wait_until
from tests.tasks.conftest import Workers

pytestmark = [pytest.mark.slow]
SLOW = "tests.tasks.slow_kinds"
PER_CHUNK = 15_000
BUCKET = "artifacts"


def start(**arguments: Any) -> Job:
    return jobs.start(kind=Job.Kind.SIMILAR_MOVIES, arguments={"co_ratings_per_chunk": PER_CHUNK, **arguments})


def wait_for(job: Job, state: Job.State) -> Job:
    reached = wait_until(lambda: Job.objects.get(pk=job.pk).state == state)
    job = Job.objects.get(pk=job.pk)
    assert reached, (job.state, job.error, list(job.log_lines.all()))
    return job


def is_running(job: Job) -> bool:
    return job.chunks.filter(stage_name="compare", number__gt=0, state=JobChunk.State.RUNNING).exists()


def finished_chunks(job: Job) -> dict[int, int]:
    return dict(job.chunks.filter(state=JobChunk.State.SUCCEEDED).values_list("pk", "attempts"))


def in_service() -> ModelVersion:
    return ModelVersion.objects.active().get(kind=ModelVersion.Kind.NEIGHBOURS)


class Database:
    """A PostgreSQL of our own that Django's connection goes to while it is open."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._running = folder, contextlib.ExitStack()

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._running.enter_context(embedded.serve(self.folder, throw_away=True))

    def stop(self) -> None:
        """Stop it in immediate mode: connections break, and it recovers from its log when it comes back."""
        self._running.close()
        connection.close()


@pytest.fixture
def database(transactional_db: None, tmp_path: Path) -> Iterator[Database]:
    """A database of our own, migrated."""
    usual = dict(connection.settings_dict)
    connection.close()
    own = Database(tmp_path / "own")
    own.start()
    names = ("NAME", "USER", "PASSWORD", "HOST", "PORT")
    theirs = embedded.settings_for(own.folder)
    connection.settings_dict.update({name: theirs[name] for name in names})
    try:
        call_command("migrate", verbosity=0)
        with connection.cursor() as cursor:  # throw-away servers save that time; this one is to keep what it has said
            cursor.execute("ALTER ROLE CURRENT_USER SET synchronous_commit TO on")
        connection.close()
        yield own
    finally:
        own.stop()
        connection.settings_dict.update({name: usual[name] for name in names})


def test_a_database_that_crashes_and_stays_away_for_a_while_only_delays(
    database: Database, workers: Workers, undisturbed: str
) -> None:
    both = workers.start(2, app=SLOW)
    job = start(seconds=1)
    assert wait_until(lambda: is_running(job))
    done = finished_chunks(job)
    database.stop()
    with pytest.raises(OperationalError):
        Job.objects.count()
    time.sleep(6)  # twice as long as until a chunk is taken for lost
    database.start()
    wait_for(job, Job.State.SUCCEEDED)
    assert in_service().artifact_sha256 == undisturbed
    assert done.items() <= finished_chunks(job).items()
    assert Activation.objects.filter(version__job=job).count() == 1
    assert [process.poll() for process in both] == [None, None]


@pytest.fixture
def storage(settings: Any, tmp_path: Path) -> Iterator[s3.S3]:
    """Artifact storage on S3."""
    with s3.running() as server:
        settings.STORAGES = settings.STORAGES | {"artifacts": server.make_bucket(BUCKET)}
        settings.ARTIFACT_CACHE_DIR = tmp_path / "cache"
        yield server


def test_a_job_waits_while_storage_is_away_and_goes_on_by_itself(
    storage: s3.S3, workers: Workers, undisturbed: str
) -> None:
    workers.start(app=SLOW, ARTIFACT_BUCKET=BUCKET, AWS_ENDPOINT_URL=storage.url)
    job = start(seconds=1)
    assert wait_until(lambda: is_running(job))
    storage.stop()
    finished_before = make_job(state=Job.State.SUCCEEDED, has_outputs=True, **ended())
    assert wait_until(lambda: Job.objects.get(pk=job.pk).waits > 1)
    log = "\n".join(line.text for line in job.log_lines.all())
    assert "Waiting for storage, which is tried again in 5 s: " in log
    assert "Could not connect to the endpoint URL" in log
    assert not ModelVersion.objects.filter(job=job).exists()
    done = finished_chunks(job)
    assert done
    storage.start()
    job = wait_for(job, Job.State.SUCCEEDED)
    assert done.items() <= finished_chunks(job).items()
    version = in_service()
    assert (version.job_id, version.artifact_sha256) == (job.pk, undisturbed)
    assert artifacts.local_file(key=version.artifact_key, sha256=undisturbed).exists()
    assert wait_until(lambda: not Job.objects.get(pk=finished_before.pk).has_outputs)  # the worker still cleans up


def ended() -> dict[str, Any]:
    moment = Job.objects.latest("pk").created_at
    return {"started_at": moment, "finished_at": moment}


def limit_files(workers: Workers, size: int) -> None:
    """Let the kernel refuse writes beyond this size to the workers, as a full disk does to larger ones."""
    for worker in workers.processes:
        parent = psutil.Process(worker.pid)
        for process in (parent, *parent.children()):
            process.rlimit(psutil.RLIMIT_FSIZE, (size, psutil.RLIM_INFINITY))


@pytest.mark.skipif(not hasattr(psutil, "RLIMIT_FSIZE"), reason="only Linux sets the limits of other processes")
@pytest.mark.parametrize("room", [0, 16_384])
def test_a_full_disk_fails_the_job_in_a_sentence_and_a_retry_goes_on(
    workers: Workers, undisturbed: str, room: int
) -> None:
    workers.start(app=SLOW)
    before = stored_files()
    limit_files(workers, room)
    job = wait_for(start(), Job.State.FAILED)
    assert job.error.startswith("The worker's disk is full (File too large): free some space for ")
    assert stored_files() == before
    limit_files(workers, psutil.RLIM_INFINITY)
    jobs.retry(job_id=job.pk)
    wait_for(job, Job.State.SUCCEEDED)
    assert in_service().artifact_sha256 == undisturbed


def stored_files() -> set[Path]:
    """Return all files in artifact storage and those being worked on."""
    folders = (django_settings.DATA_DIR / name for name in ("artifacts", "work"))
    return {path for folder in folders for path in folder.rglob("*") if path.is_file()}
