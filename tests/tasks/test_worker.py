"""A real worker process takes jobs from a real broker."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from movierec_site.env import adbc_uri
from recommender.engine.generator import generate
from recommender.models import Job, ModelVersion, Movie, Rater, Rating
from recommender.services import jobs, movielens, serving
from recommender.services.ratings import rater_of
from recommender.services.recommendations import recommend_for
from tests.factories import make_user

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A Celery worker on the test's database and broker."""
    environment = os.environ | {
        "DATABASE_URL": adbc_uri(connection.settings_dict),
        "SECRET_KEY": settings.SECRET_KEY,
        "MOVIEREC_DATA_DIR": str(settings.DATA_DIR),
    }
    command = [sys.executable, "-m", "celery", "-A", "movierec_site", "worker", "--concurrency", "1", "-l", "INFO"]
    log = tmp_path / "worker.log"
    with log.open("wb") as out, subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out) as process:
        yield process
        process.terminate()


@pytest.fixture
def small_dataset(tmp_path: Path) -> Path:
    """A generated dataset on disk."""
    folder = tmp_path / "dataset"
    generate(folder, n_raters=80, n_movies=120, n_ratings=3_000, seed=1)
    return folder


def finished(job: Job) -> Job:
    for seen in jobs.follow(job_id=job.pk):
        job = seen
    return job


def test_a_worker_imports_trains_and_puts_the_model_in_service(
    worker: subprocess.Popen[bytes], small_dataset: Path
) -> None:
    imported = finished(jobs.start(kind=Job.Kind.IMPORT, arguments={"path": str(small_dataset)}))
    assert imported.result is not None
    assert Rating.objects.count() > 2_000
    trained = finished(jobs.start(kind=Job.Kind.TRAIN, arguments={"algorithm": "als", "seed": 3}))
    version = ModelVersion.objects.active().get(algorithm="als")
    assert trained.result == {"model_version": version.pk}
    assert (version.seed, version.job_id) == (3, trained.pk)
    assert trained.worker.startswith("celery@")
    rater: Rater = rater_of(make_user("alice"))
    movie = Movie.objects.most_rated()[0]
    Rating.objects.create(rater=rater, movie=movie, half_stars=9, rated_at=version.created_at)
    assert movie not in [r.movie for r in recommend_for(rater=rater, limit=10, algorithm="als").results]


def test_the_same_data_and_seed_give_the_same_artifact(worker: subprocess.Popen[bytes], small_dataset: Path) -> None:
    movielens.import_movielens(path=small_dataset)
    for _ in range(2):
        finished(jobs.start(kind=Job.Kind.TRAIN, arguments={"algorithm": "als", "seed": 3}))
    assert ModelVersion.objects.count() == 2
    assert ModelVersion.objects.values("artifact_sha256").distinct().count() == 1


def test_a_failed_job_says_why(worker: subprocess.Popen[bytes]) -> None:
    job = jobs.start(kind=Job.Kind.TRAIN, arguments={"algorithm": "als"})
    with pytest.raises(jobs.JobFailed, match="no ratings to train on; import a dataset first"):
        finished(job)
    assert serving.active_algorithms() == frozenset()
