"""A job waits while S3 is away, however long, and is bounded only by cancelling it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db.models.functions import Now
from django.test import Client

from recommender.management import progress_bar
from recommender.models import Job, JobChunk
from recommender.services import jobs
from recommender.services.jobs import outputs, waiting
from recommender.services.jobs.progress import OnProgress
from recommender.services.jobs.stages import Outcome, Stage
from recommender.services.storage.outages import is_away
from tests.support import s3
from tests.support.job_plans import nothing, now, one_stage, put_in_place, start, states

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("notified")]
State = Job.State


@pytest.fixture
def storage(settings: Any, tmp_path: Path) -> Iterator[s3.S3]:
    """Artifact storage on an S3 that a test may stop."""
    with s3.running() as server:
        backend = server.make_bucket("artifacts")
        settings.STORAGES = settings.STORAGES | {"artifacts": backend}
        settings.ARTIFACT_CACHE_DIR = tmp_path / "cache"
        yield server


def write(chunk: JobChunk, on_progress: OnProgress) -> Outcome:
    """Store a file."""
    file = Path(chunk.job.arguments["file"])
    return Outcome({"stored": True}, artifact=outputs.store(chunk=chunk, path=file))


def read(job: Job) -> list[dict[str, Any]]:
    """Plan a chunk from what the stage before has stored."""
    return [{"content": outputs.file(job=job, stage="only").read_text()}]


def let_the_pause_end(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(waits_until=Now() - timedelta(seconds=1))
    jobs.recover()


def test_it_waits_with_growing_pauses_then_goes_on(
    storage: s3.S3, notified: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    put_in_place(monkeypatch, one_stage(write), Stage("second", "Second", nothing, plan=read))
    (tmp_path / "numbers.txt").write_text("one two three")
    job = start(file=str(tmp_path / "numbers.txt"))
    storage.stop()
    for n_before in range(3):
        job = jobs.run_here(job_id=job.pk)
        assert (job.state, job.waits, states(job)) == (State.QUEUED, n_before + 1, ["queued"])
        assert job.waits_for_storage
        assert job.waits_until is not None
        assert not jobs.run_chunk(job_id=job.pk)  # nobody claims it before
        log = list(job.log_lines.values_list("text", flat=True))
        assert f"tried again in {5 * 2**n_before} s" in log[-1]
        notified.clear()
        with django_capture_on_commit_callbacks(execute=True):
            jobs.recover(lost_after=timedelta(0))
        assert notified == []
        with django_capture_on_commit_callbacks(execute=True):
            let_the_pause_end(job)
        assert notified == [job.pk]
    storage.start()
    job = jobs.run_here(job_id=job.pk)
    assert (job.state, job.waits, job.waits_until) == (State.SUCCEEDED, 0, None)
    assert job.chunks.get(stage_name="second").arguments == {"content": "one two three"}
    assert job.error == ""


def test_storage_that_is_away_when_the_next_stage_is_planned_delays_that_stage(
    storage: s3.S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write_then_lose(chunk: JobChunk, on_progress: OnProgress) -> Outcome:
        outcome = write(chunk, on_progress)
        if now(chunk.job).waits == 0:
            storage.stop()
        return outcome

    put_in_place(monkeypatch, one_stage(write_then_lose), Stage("second", "Second", nothing, plan=read))
    (tmp_path / "numbers.txt").write_text("one two three")
    job = jobs.run_here(job_id=start(file=str(tmp_path / "numbers.txt")).pk)
    assert (job.state, job.waits, job.error) == (State.QUEUED, 1, "")
    storage.start()
    let_the_pause_end(job)
    assert jobs.run_here(job_id=job.pk).state == State.SUCCEEDED


def test_cancelling_ends_the_wait_and_a_retry_begins_without_one(
    storage: s3.S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_in_place(monkeypatch, one_stage(write))
    (tmp_path / "numbers.txt").write_text("one two three")
    job = start(file=str(tmp_path / "numbers.txt"))
    storage.stop()
    jobs.run_here(job_id=job.pk)
    jobs.cancel(job_id=job.pk)
    assert (now(job).state, job.waits, job.waits_until) == (State.CANCELLED, 0, None)
    storage.start()
    jobs.retry(job_id=job.pk)
    assert jobs.run_here(job_id=job.pk).state == State.SUCCEEDED


def test_a_bucket_that_is_not_there_fails_the_job_since_waiting_would_not_help(
    storage: s3.S3, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_in_place(monkeypatch, one_stage(write))
    (tmp_path / "numbers.txt").write_text("one two three")
    backend = settings.STORAGES["artifacts"]
    elsewhere = backend | {"OPTIONS": backend["OPTIONS"] | {"bucket_name": "elsewhere"}}
    settings.STORAGES = settings.STORAGES | {"artifacts": elsewhere}
    job = jobs.run_here(job_id=start(file=str(tmp_path / "numbers.txt")).pk)
    assert job.state == State.FAILED
    assert job.error.endswith("check ARTIFACT_BUCKET and AWS_ENDPOINT_URL, then retry.")


def test_pauses_double_up_to_five_minutes() -> None:
    assert [waiting.pause(n) for n in range(8)] == [5, 10, 20, 40, 80, 160, 300, 300]
    assert waiting.pause(30_000) == 300


def test_only_what_passes_by_itself_counts_as_away() -> None:
    from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError

    def answer(status: int, code: str) -> ClientError:
        return ClientError({"ResponseMetadata": {"HTTPStatusCode": status}, "Error": {"Code": code}}, "PutObject")

    wrapped = RuntimeError("the snapshot cannot be read")
    wrapped.__cause__ = EndpointConnectionError(endpoint_url="http://127.0.0.1:1")
    away = [wrapped, answer(500, "InternalError"), answer(503, "SlowDown"), answer(400, "RequestTimeout")]
    stays = [answer(403, "AccessDenied"), answer(404, "NoSuchBucket"), NoCredentialsError(), OSError(28, "disk full")]
    assert [is_away(error) for error in (*away, *stays)] == [True] * 4 + [False] * 4


def test_the_admin_and_the_command_say_that_it_waits(
    collected_static: None,
    client: Client,
    admin_user: Any,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    job = start()
    Job.objects.filter(pk=job.pk).update(waits=1, waits_until=Now() + timedelta(seconds=20))
    client.force_login(admin_user)
    assert "waiting for storage" in client.get(f"/admin/recommender/job/{job.pk}/change/").content.decode()
    assert "waiting for storage" in client.get("/admin/recommender/job/").content.decode()
    monkeypatch.setattr(progress_bar, "SECONDS_BETWEEN_LINES", 0.0)
    progress_bar.show("Title index", [now(job)])
    assert "waiting for storage" in capsys.readouterr().out
