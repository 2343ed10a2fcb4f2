"""A worker's memory stays flat over 200 jobs."""

from pathlib import Path
from typing import Any

import psutil
import pytest

from recommender.models import Job
from recommender.services import jobs, movielens
from tests.site.processes import wait_until
from tests.tasks.conftest import Workers

pytestmark = [pytest.mark.slow]
N_JOBS = 200
BATCH = 10
WARM_UP = 60
"""Jobs until every kind has run in the process, with all it imports and keeps."""
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
    return sum(process.memory_full_info().uss for process in (parent, *parent.children()))


@pytest.mark.parametrize("broker", ["redis"], indirect=True)  # the quickest
def test_it_stays_flat(workers: Workers, small_dataset: Path) -> None:
    movielens.import_movielens(path=small_dataset)
    (worker,) = workers.start()
    sizes: list[int] = []
    for first in range(0, N_JOBS, BATCH):
        for number in range(first, first + BATCH):
            kind, arguments = KINDS[number % len(KINDS)]
            jobs.start(kind=kind, arguments=arguments | {"seed": number})
        assert wait_until(lambda: not Job.objects.unfinished().exists(), 60), workers.log_of(worker)
        sizes.append(memory_of(worker.pid))
    assert Job.objects.filter(state=Job.State.SUCCEEDED).count() == N_JOBS
    table = f"MB after every {BATCH} jobs: {', '.join(str(size >> 20) for size in sizes)}"
    print(table)
    settled = sizes[WARM_UP // BATCH :]
    half = len(settled) // 2
    assert max(settled[half:]) - max(settled[:half]) < MOST_GROWTH, table
