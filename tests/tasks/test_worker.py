"""A real worker process takes jobs from a real broker."""

from pathlib import Path

import pytest

from recommender.models import Job, ModelVersion, Movie, Rater, Rating
from recommender.services import jobs
from recommender.services.lists.recommendations import recommend_for
from recommender.services.movielens import release
from recommender.services.ratings.ratings import rater_of
from recommender.services.versions import serving
from tests.support.factories import make_user
from tests.tasks.conftest import Workers

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _worker(workers: Workers) -> None:
    workers.start()


def finished(job: Job) -> Job:
    for seen in jobs.follow(job_id=job.pk):
        job = seen
    return job


def test_a_worker_imports_trains_and_puts_the_model_in_service(small_dataset: Path) -> None:
    imported = finished(jobs.start(kind=Job.Kind.IMPORT, arguments={"path": str(small_dataset)}))
    assert imported.result is not None
    assert Rating.objects.count() > 2_000
    trained = finished(jobs.start(kind=Job.Kind.TRAIN, arguments={"algorithm": "als", "seed": 3}))
    version = ModelVersion.objects.active().get(algorithm="als")
    known = {"ratings": 3000, "model_version": version.pk, "state": "active", "compared": False}
    assert trained.result == known
    assert (version.seed, version.job_id) == (3, trained.pk)
    assert trained.worker.startswith("worker-1@")
    rater: Rater = rater_of(make_user("alice"))
    movie = Movie.objects.most_rated()[0]
    Rating.objects.create(rater=rater, movie=movie, half_stars=9, rated_at=version.created_at)
    assert movie not in [r.movie for r in recommend_for(rater=rater, limit=10, algorithm="als").results]


def test_the_same_data_and_seed_give_the_same_artifact(small_dataset: Path) -> None:
    release.import_movielens(path=small_dataset)
    for _ in range(2):
        finished(jobs.start(kind=Job.Kind.TRAIN, arguments={"algorithm": "als", "seed": 3}))
    assert ModelVersion.objects.count() == 2
    assert ModelVersion.objects.values("artifact_sha256").distinct().count() == 1


def test_a_failed_job_says_why() -> None:
    job = jobs.start(kind=Job.Kind.TRAIN, arguments={"algorithm": "als"})
    with pytest.raises(jobs.JobFailed, match="no ratings to train on; import a dataset first"):
        finished(job)
    assert serving.active_algorithms() == frozenset()
