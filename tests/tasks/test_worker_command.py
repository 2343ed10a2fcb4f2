"""`manage.py worker` runs jobs with as many chunks at once as the machine allows."""

import signal
from pathlib import Path

import pytest

from recommender.models import Job
from recommender.services import jobs
from tests.support.processes import PATIENCE, manage, wait_until
from tests.tasks.conftest import Workers

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_worker_with_auto_runs_a_job_on_the_cores_it_has(workers: Workers, small_dataset: Path) -> None:
    worker = manage("worker", "--concurrency", "auto", WORKER_MEMORY="1G", MOVIEREC_THREADS="")
    job = jobs.start(kind=Job.Kind.IMPORT, arguments={"path": str(small_dataset)})
    try:
        assert wait_until(lambda: Job.objects.get(pk=job.pk).state in Job.FINISHED)
        job.refresh_from_db()
        assert (job.state, job.error) == (Job.State.SUCCEEDED, "")
        assert job.worker.startswith("worker@")
    finally:
        worker.send_signal(signal.SIGTERM)
        said, errors = worker.communicate(timeout=PATIENCE)
    assert said.startswith("A worker with "), errors


@pytest.mark.parametrize("wrong", ["0", "many", "-1"])
def test_it_refuses_what_is_neither_auto_nor_a_number(wrong: str, transactional_db: None) -> None:
    refused = manage("worker", f"--concurrency={wrong}")
    _, errors = refused.communicate(timeout=PATIENCE)
    assert refused.returncode != 0
    assert f"{wrong} is neither auto nor a whole number of at least 1" in errors
