"""Training writes a candidate that depends on nothing but its inputs, and resumes where it was interrupted."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.files.storage import storages
from threadpoolctl import threadpool_limits

from recommender.engine.algorithms.baselines import Mean
from recommender.engine.algorithms.registry import ALGORITHMS
from recommender.engine.code_version import CODE_VERSION
from recommender.engine.data.artifact import read_artifact
from recommender.engine.data.ratings import RatingMatrix
from recommender.engine.data.snapshot import Snapshot
from recommender.models import Job, ModelVersion
from recommender.services.jobs.progress import JobCancelled
from recommender.services.storage import artifacts
from recommender.services.training import train as training
from tests.support.blas_threads import most_blas_threads
from tests.support.factories import make_job
from tests.support.sample import sample_movies, sample_ratings
from tests.support.sample_site import SMALL

pytestmark = pytest.mark.django_db
RATINGS = sample_ratings()
MOVIES = sample_movies(RATINGS)
DATA = Snapshot(RATINGS, MOVIES)


def train(algorithm: str = "als", **more: Any) -> ModelVersion:
    small = SMALL.get(algorithm, {})
    options: dict[str, Any] = {"data": DATA, "hyperparameters": small, "seed": 3} | more
    return training.train_candidate(algorithm=algorithm, **options)


def file_of(version: ModelVersion) -> Path:
    return artifacts.local_file(key=version.artifact_key, sha256=version.artifact_sha256)


def checkpoint_files() -> list[Path]:
    return list(Path(storages["artifacts"].path("checkpoints")).glob("*/*"))


@pytest.mark.parametrize("algorithm", list(ALGORITHMS))
def test_the_same_inputs_give_the_same_artifact(algorithm: str) -> None:
    first, second = train(algorithm), train(algorithm)
    assert first.artifact_sha256 == second.artifact_sha256
    assert first.artifact_key != second.artifact_key
    assert first.state == ModelVersion.State.CANDIDATE


def test_a_fit_has_one_blas_thread_however_many_are_there(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.N_THREADS, seen = 2, []
    fit = Mean.fit

    def watched(*arguments: Any) -> Any:
        seen.append(most_blas_threads())
        return fit(*arguments)

    monkeypatch.setattr(Mean, "fit", watched)
    with threadpool_limits(limits=2, user_api="blas"):
        train("mean")
    assert seen == [1]


def test_the_manifest_says_all_that_the_artifact_depends_on() -> None:
    version = train(hyperparameters={"n_factors": 8})
    _, manifest = read_artifact(file_of(version))
    parameters = json.loads(manifest.pop("parameters"))
    assert parameters["n_factors"] == 8
    assert parameters == version.parameters
    assert manifest == {
        "algorithm": "als",
        "seed": "3",
        "data_fingerprint": version.data_fingerprint,
        "code_version": CODE_VERSION,
        "format_version": "1",
        "n_threads": str(version.n_threads),
    }
    assert version.code_version == CODE_VERSION


def test_another_seed_other_parameters_threads_ratings_or_movies_give_another_artifact(settings: Any) -> None:
    shas = [train().artifact_sha256, train(seed=4).artifact_sha256]
    shas.append(train(hyperparameters={"n_factors": 7}).artifact_sha256)
    shas.append(train(data=Snapshot(sample_ratings(seed=1), MOVIES)).artifact_sha256)
    shas.append(train(data=Snapshot(RATINGS, sample_movies(RATINGS, seed=1))).artifact_sha256)
    settings.N_THREADS = 7
    shas.append(train().artifact_sha256)
    assert len(set(shas)) == len(shas)


def test_the_fingerprint_tells_apart_what_has_the_same_bytes() -> None:
    one = RatingMatrix.from_triples([1, 1], [1, 2], [3, 4], catalogue=[1, 2])
    other = RatingMatrix.from_triples([1, 2], [1, 2], [3, 4], catalogue=[1, 2])
    assert Snapshot(one, sample_movies(one)).fingerprint() != Snapshot(other, sample_movies(one)).fingerprint()


@pytest.mark.parametrize("algorithm", ["als", "hybrid"])
def test_an_interrupted_training_resumes_with_the_same_bytes(algorithm: str, monkeypatch: pytest.MonkeyPatch) -> None:
    undisturbed = train(algorithm).artifact_sha256
    for at in (0.1, 0.5, 0.8):

        def interrupt(share: float, message: str = "", at: float = at) -> None:
            if share > at:
                raise JobCancelled

        with pytest.raises(JobCancelled):
            train(algorithm, on_progress=interrupt)
    assert len(checkpoint_files()) == 1
    shares: list[float] = []
    resumed = train(algorithm, on_progress=lambda share, message="": shares.append(share))
    assert shares[0] > 0.15
    assert resumed.artifact_sha256 == undisturbed
    assert checkpoint_files() == []


def test_an_attempt_that_died_after_it_registered_its_version_is_not_repeated() -> None:
    job = make_job(kind=Job.Kind.TRAIN)
    first = train(job=job)
    assert train(job=job) == first
    assert train(job=job, seed=4) != first
    assert train(job=make_job(kind=Job.Kind.TRAIN, arguments={"algorithm": "als"})) != first


def test_it_needs_ratings() -> None:
    nothing = RatingMatrix.from_triples([], [], [], catalogue=np.arange(3))
    with pytest.raises(training.NothingToTrainOn, match="import a dataset first"):
        train(data=Snapshot(nothing, MOVIES))
