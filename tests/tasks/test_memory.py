"""A worker's memory stays flat over 200 jobs."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from recommender.models import Job
from recommender.services import jobs
from recommender.services.movielens import release
from tests.support.processes import wait_until
from tests.tasks.conftest import Workers

pytestmark = [pytest.mark.slow]
N_JOBS = 200
BATCH = 25
"""Jobs with more chunks than a pool process takes in its life: each batch sees one grow and be replaced."""
MOST_GROWTH = 12 << 20
KINDS: tuple[tuple[Job.Kind, dict[str, Any]], ...] = (
    (Job.Kind.TRAIN, {"algorithm": "als", "hyperparameters": {"n_factors": 8, "n_epochs": 2}}),
    (Job.Kind.SIMILAR_MOVIES, {"co_ratings_per_chunk": 1 << 30}),
    (Job.Kind.EVALUATE, {"algorithms": ["mean"], "n_splits": 1}),
    (Job.Kind.TITLE_INDEX, {}),
)


def memory_of(pid: int) -> int:
    """Return the bytes that a worker and its pool have to themselves."""
    parent = psutil.Process(pid)
    total = 0
    for process in (parent, *parent.children()):
        with suppress(psutil.NoSuchProcess):  # just replaced
            total += process.memory_full_info().uss
    return total


@pytest.mark.parametrize("broker", ["redis"], indirect=True)  # the quickest
def test_it_stays_flat(workers: Workers, small_dataset: Path) -> None:
    release.import_movielens(path=small_dataset)
    (worker,) = workers.start()
    peaks: list[int] = []

    def is_done() -> bool:
        peaks[-1] = max(peaks[-1], memory_of(worker.pid))
        return not Job.objects.unfinished().exists()

    for first in range(0, N_JOBS, BATCH):
        for number in range(first, first + BATCH):
            kind, arguments = KINDS[number % len(KINDS)]
            jobs.start(kind=kind, arguments=arguments | {"seed": number})
        peaks.append(0)
        assert wait_until(is_done), workers.log_of(worker)
    assert Job.objects.filter(state=Job.State.SUCCEEDED).count() == N_JOBS
    table = f"MB at most in every {BATCH} jobs: {', '.join(str(peak >> 20) for peak in peaks)}"
    print(table)
    half = len(peaks) // 2
    assert max(peaks[half:]) - max(peaks[:half]) < MOST_GROWTH, table
