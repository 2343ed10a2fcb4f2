"""Workers and their pool processes are killed at random moments, again and again: the result is the undisturbed one."""

import random
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest

from recommender.models import Job, JobChunk, ModelVersion
from recommender.services import jobs
from recommender.services.jobs import broker
from recommender.services.movielens import release
from recommender.services.storage import artifacts
from recommender.services.training import train
from tests.support.processes import is_alive
from tests.tasks.conftest import Workers

pytestmark = [pytest.mark.slow]
SLOW = "tests.tasks.slow_kinds"
PATIENCE = 240
ALS = {"n_factors": 8, "n_epochs": 12}
WORK: dict[Job.Kind, dict[str, Any]] = {
    Job.Kind.TRAIN: {"algorithm": "als", "hyperparameters": ALS, "seed": 3, "pause": 0.5},
    Job.Kind.SIMILAR_MOVIES: {"co_ratings_per_chunk": 15_000, "seconds": 0.7},
    Job.Kind.EVALUATE: {"algorithms": ["mean", "als"], "n_splits": 4, "seed": 5, "pause": 0.1},
    Job.Kind.RETRAIN: {"pause": 0.2, "co_ratings_per_chunk": 50_000},
}


@dataclass
class Killer:
    """Kills as a random generator says: mostly the process at work, now and then the whole worker."""

    workers: Workers
    rng: random.Random
    done: dict[int, int] = field(default_factory=dict)
    n_killed: int = 0

    def go_on_until_finished(self, job: Job, *, kills: int) -> None:
        """Kill so many times while a job runs, then leave it in peace until it has succeeded."""
        deadline = time.monotonic() + PATIENCE
        while Job.objects.get(pk=job.pk).state != Job.State.SUCCEEDED:
            assert time.monotonic() < deadline, list(job.log_lines.all())
            time.sleep(self.rng.uniform(0.2, 2.0))
            self._check_that_nothing_finished_is_redone(job)
            self._let_it_go_on(job)
            if self.n_killed < kills and job.chunks.running().exists():
                self._kill()

    def _kill(self) -> None:
        self.n_killed += 1
        worker = self.rng.choice([process for process in self.workers.processes if is_alive(process.pid)])
        if self.rng.random() < 0.3:
            self.workers.kill(worker)
            self.workers.start(app=SLOW)
            return
        for process in psutil.Process(worker.pid).children():
            process.kill()

    def _check_that_nothing_finished_is_redone(self, job: Job) -> None:
        now = dict(job.chunks.filter(state=JobChunk.State.SUCCEEDED).values_list("pk", "attempts"))
        assert self.done.items() <= now.items()
        self.done = now

    def _let_it_go_on(self, job: Job) -> None:
        """Retry what failed because one chunk was hit three times, which is what the message says."""
        now = Job.objects.get(pk=job.pk)
        if now.state == Job.State.FAILED:
            assert "has lost its worker 3 times" in now.error
            jobs.retry(job_id=job.pk)


def outcome_of(job: Job) -> dict[str, Any]:
    """Return what must not depend on what happened on the way; every file is read and verified."""
    versions = ModelVersion.objects.filter(job=job)
    for version in versions:
        artifacts.local_file(key=version.artifact_key, sha256=version.artifact_sha256)
    # The title index names its parts at random.
    files = sorted(
        (version.algorithm, "" if version.kind == ModelVersion.Kind.INDEX else version.artifact_sha256)
        for version in versions
    )
    outcome: dict[str, Any] = {"files": files}
    if job.kind == Job.Kind.EVALUATE:
        assert job.result is not None
        outcome["figures"] = job.result["evaluation"]
        for figures in outcome["figures"]["algorithms"].values():
            figures.pop("seconds")
    return outcome


def undisturbed(kind: Job.Kind) -> Job:
    """Return a job of this kind that this process has done by itself."""
    unhurried = {name: value for name, value in WORK[kind].items() if name not in ("pause", "seconds")}
    with broker.silenced():
        job = jobs.run_here(job_id=jobs.start(kind=kind, arguments=unhurried).pk)
    assert job.state == Job.State.SUCCEEDED, job.error
    return job


@pytest.mark.parametrize("kind", WORK)
def test_it_ends_as_if_nobody_had_been_killed(workers: Workers, small_dataset: Path, kind: Job.Kind) -> None:
    release.import_movielens(path=small_dataset)
    if kind == Job.Kind.RETRAIN:
        train.train(algorithm="als", hyperparameters=ALS, seed=3)
        train.train(algorithm="mean")
    expected = outcome_of(undisturbed(kind))
    killer = Killer(workers, random.Random(str(kind)))
    workers.start(2, app=SLOW)
    job = jobs.start(kind=kind, arguments=WORK[kind])
    killer.go_on_until_finished(job, kills=8)
    assert outcome_of(Job.objects.get(pk=job.pk)) == expected
    assert killer.n_killed >= 1  # how many fit into the job depends on the machine
    assert not job.chunks.exclude(state=JobChunk.State.SUCCEEDED).exists()
    for algorithm in ModelVersion.objects.values_list("algorithm", flat=True).distinct():
        assert ModelVersion.objects.active().filter(algorithm=algorithm).count() <= 1
