"""The id of the request that started a job is in the lines of the worker that runs its chunks."""

import json

import pytest
from django.conf import settings
from django.test import Client

from recommender.models import Job
from recommender.services import jobs
from tests.support.factories import make_user
from tests.support.processes import wait_until
from tests.tasks.conftest import Workers


@pytest.mark.django_db(transaction=True)
def test_the_click_is_named_in_the_lines_of_the_chunk(workers: Workers, collected_static: None) -> None:
    (worker,) = workers.start(LOG_FORMAT="json")
    browser = Client()
    root = make_user("root", is_staff=True, is_superuser=True)
    browser.force_login(root, backend=settings.AUTHENTICATION_BACKENDS[0])
    click = browser.post("/admin/recommender/job/start/", {"kind": "title_index"}, headers={"X-Request-ID": "forged"})
    job = Job.objects.get()
    assert job.request_id == click["X-Request-ID"] != "forged"
    assert wait_until(lambda: Job.objects.get().state in Job.FINISHED), workers.log_of(worker)
    lines = [json.loads(line) for line in workers.log_of(worker).splitlines() if line.startswith("{")]
    of_the_job = [line for line in lines if line.get("job_id") == job.pk]
    assert any("begins" in line["message"] for line in of_the_job)
    assert {line["request_id"] for line in of_the_job} == {click["X-Request-ID"]}
    assert {line["kind"] for line in of_the_job} == {"title_index"}


def test_a_job_outside_of_a_request_has_no_request(db: None, notified: list[int]) -> None:
    from structlog.contextvars import clear_contextvars

    clear_contextvars()
    assert jobs.start(kind=Job.Kind.TITLE_INDEX).request_id == ""


@pytest.mark.django_db(transaction=True)
def test_a_worker_says_that_it_is_there_and_when_it_stops(workers: Workers) -> None:
    from recommender.models import Worker

    file = workers.logs / "heartbeat"
    (process,) = workers.start(WORKER_HEARTBEAT_FILE=str(file))
    assert wait_until(lambda: file.exists() and Worker.objects.seen_within(60).count() == 1)
    before, seen = file.stat().st_mtime_ns, Worker.objects.get().seen_at
    assert wait_until(lambda: file.stat().st_mtime_ns > before and Worker.objects.get().seen_at > seen)
    process.terminate()
    assert wait_until(lambda: not Worker.objects.exists() and not file.exists()), workers.log_of(process)
