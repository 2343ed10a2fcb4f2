"""Jobs as rows: asked for once, run chunk by chunk, followed to their end."""

from typing import Any

import pytest

from recommender.models import Job, JobChunk, JobLogLine
from recommender.services import jobs
from recommender.services.jobs import broker, log, outputs
from recommender.services.jobs.progress import OnProgress
from recommender.services.jobs.stages import Outcome, Stage
from recommender.services.storage import artifacts
from tests.support.factories import make_job, make_user
from tests.support.job_plans import KIND, nothing, now, one_stage, put_in_place, split_stage, start, states

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("notified")]


def test_it_notifies_a_worker_for_every_chunk_only_after_the_rows_are_committed(
    notified: list[int], monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    put_in_place(monkeypatch, split_stage("parts", 3, nothing))
    with django_capture_on_commit_callbacks(execute=True):
        job = start()
        assert notified == []
    assert notified == [job.pk] * 3


def test_it_keeps_the_job_when_the_broker_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(broker.current_app, "send_task", away)
    job = start()
    broker.notify_workers(job_id=job.pk)
    assert now(job).state == Job.State.QUEUED


def test_a_job_asked_for_twice_is_one_job(monkeypatch: pytest.MonkeyPatch) -> None:
    put_in_place(monkeypatch, one_stage(nothing))
    first = start(language="en", size=3)
    assert start(size=3, language="en") == first
    assert start(size=4, language="en") != first
    jobs.run_here(job_id=first.pk)
    assert start(language="en", size=3) != first


def test_it_remembers_who_asked() -> None:
    alice = make_user("alice")
    job = jobs.start(kind=KIND, requested_by=alice)
    assert job.requested_by == alice
    assert "alice" in JobLogLine.objects.filter(job=job)[0].text


def test_it_runs_a_job_once_however_often_workers_are_notified(monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[int] = []

    def note(chunk: JobChunk, on_progress: OnProgress) -> Outcome:
        runs.append(chunk.job_id)
        return Outcome({"found": 3})

    put_in_place(monkeypatch, one_stage(note))
    job = start()
    assert jobs.run_chunk(job_id=job.pk, worker="worker-1")
    assert not jobs.run_chunk(job_id=job.pk)
    assert runs == [job.pk]
    assert (now(job).state, job.progress, job.result, job.worker, job.attempts) == (
        Job.State.SUCCEEDED, 1, {"found": 3}, "worker-1", 1,
    )  # fmt: skip
    assert (job.peak_memory or 0) > 1_000_000
    assert job.duration is not None


def test_the_last_chunk_of_a_stage_plans_the_next_stage_from_what_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    def square(chunk: JobChunk, on_progress: OnProgress) -> Outcome:
        return Outcome({"square": chunk.arguments["position"] ** 2})

    def add(chunk: JobChunk, on_progress: OnProgress) -> Outcome:
        return Outcome({"sum": sum(chunk.arguments["squares"])})

    def plan(job: Job) -> list[dict[str, Any]]:
        rows = job.chunks.filter(stage_name="squares").order_by("number").values_list("result", flat=True)
        return [{"squares": [row["square"] for row in rows]}]

    put_in_place(monkeypatch, split_stage("squares", 4, square), Stage("sum", "Sum", add, plan=plan))
    job = start()
    assert states(job) == ["queued"] * 4
    for _ in range(3):
        jobs.run_chunk(job_id=job.pk)
    assert (now(job).stage, states(job)) == (0, ["succeeded"] * 3 + ["queued"])
    jobs.run_chunk(job_id=job.pk)
    assert (now(job).stage, states(job)) == (1, ["succeeded"] * 4 + ["queued"])
    assert jobs.run_here(job_id=job.pk).result == {"sum": 14}


def test_a_stage_without_chunks_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    put_in_place(monkeypatch, one_stage(nothing), split_stage("empty", 0, nothing), split_stage("last", 1, nothing))
    job = jobs.run_here(job_id=start().pk)
    assert (job.state, job.stage, states(job)) == (Job.State.SUCCEEDED, 2, ["succeeded"] * 2)


def test_it_keeps_the_error_and_the_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(chunk: JobChunk, on_progress: OnProgress) -> Outcome:
        raise ValueError("ratings.csv, line 17: no.")

    put_in_place(monkeypatch, one_stage(broken))
    job = jobs.run_here(job_id=start().pk)
    assert (job.state, job.error) == (Job.State.FAILED, "ratings.csv, line 17: no.")
    assert "in broken" in job.traceback
    assert "in broken" in job.chunks.get().traceback
    with pytest.raises(jobs.JobFailed, match="line 17"):
        list(jobs.follow(job_id=job.pk))


def test_a_job_goes_on_without_an_optional_stage_that_fails_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(chunk: JobChunk, on_progress: OnProgress) -> Outcome:
        raise ValueError("There are no ratings.")

    def found(chunk: JobChunk, on_progress: OnProgress) -> Outcome:
        return Outcome({"found": 3})

    put_in_place(monkeypatch, one_stage(found), Stage("report", "Report", broken, optional=True), one_stage(nothing))
    job = jobs.run_here(job_id=start().pk)
    assert (job.state, states(job)) == (Job.State.SUCCEEDED, ["succeeded", "failed", "succeeded"]), job.error
    assert job.result == {"found": 3, "failed_stages": ["Report: There are no ratings."]}
    said = "Goes on although a stage failed. Report: There are no ratings."
    assert said in job.log_lines.values_list("text", flat=True)
    assert "in broken" in job.chunks.get(stage=1).traceback


def test_a_stage_that_cannot_be_planned_fails_the_job_and_keeps_what_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    def hopeless(job: Job) -> list[dict[str, Any]]:
        raise ValueError("There is nothing to cut.")

    put_in_place(monkeypatch, one_stage(nothing), Stage("next", "Next", nothing, plan=hopeless))
    job = jobs.run_here(job_id=start().pk)
    assert (job.state, job.error, states(job)) == (Job.State.FAILED, "There is nothing to cut.", ["succeeded"])
    put_in_place(monkeypatch, one_stage(nothing), split_stage("next", 2, nothing))
    jobs.retry(job_id=job.pk)
    assert jobs.run_here(job_id=job.pk).state == Job.State.SUCCEEDED
    assert list(job.chunks.order_by("stage", "number").values_list("attempts", flat=True)) == [1, 1, 1]


def test_a_job_that_cannot_be_planned_is_not_written_down(monkeypatch: pytest.MonkeyPatch) -> None:
    def hopeless(job: Job) -> list[dict[str, Any]]:
        raise ValueError("Unknown algorithm.")

    put_in_place(monkeypatch, Stage("first", "First", nothing, plan=hopeless))
    with pytest.raises(ValueError, match="Unknown"):
        start()
    assert not Job.objects.exists()


def test_what_is_committed_is_undone_when_the_chunk_cannot_be_finished(monkeypatch: pytest.MonkeyPatch) -> None:
    def commit() -> dict[str, Any]:
        make_user("bob")
        raise RuntimeError("The disk is full.")

    put_in_place(monkeypatch, one_stage(lambda chunk, on_progress: Outcome(commit=commit)))
    job = jobs.run_here(job_id=start().pk)
    assert (job.state, job.error) == (Job.State.FAILED, "The disk is full.")
    with pytest.raises(Exception, match="does not exist"):
        type(make_user("carol")).objects.get(username="bob")


def test_files_of_chunks_are_read_by_later_stages_and_gone_after_the_job(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    seen: list[str] = []

    def write(chunk: JobChunk, on_progress: OnProgress) -> Outcome:
        file = tmp_path / "part.txt"
        file.write_text(f"part {chunk.number}")
        return Outcome(artifact=outputs.store(chunk=chunk, path=file))

    def read(chunk: JobChunk, on_progress: OnProgress) -> Outcome:
        seen.extend(file.read_text() for file in outputs.files(job=chunk.job, stage="parts"))
        return Outcome()

    put_in_place(monkeypatch, split_stage("parts", 3, write), one_stage(read))
    job = start()
    jobs.run_chunk(job_id=job.pk)
    key, sha256 = job.chunks.get(number=0).artifact_key, job.chunks.get(number=0).artifact_sha256
    assert artifacts.local_file(key=key, sha256=sha256).read_text() == "part 0"
    assert jobs.clean_up() == 0
    jobs.run_here(job_id=job.pk)
    assert seen == ["part 0", "part 1", "part 2"]
    assert jobs.clean_up() == 1
    assert not now(job).has_outputs
    with pytest.raises(artifacts.ArtifactError, match="cannot be read"):
        artifacts.local_file(key=key, sha256=sha256)


def test_the_log_is_bounded_and_keeps_the_newest_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "LINES", 3)
    job, other = make_job(), make_job(arguments={"another": 1})
    log.write(job_id=other.pk, text="stays")
    for number in range(6):
        log.write(job_id=job.pk, text=f"line {number}" + "x" * 600)
    assert [line.text[:6] for line in job.log_lines.all()] == ["line 3", "line 4", "line 5"]
    assert other.log_lines.count() == 1


def test_starting_and_running_a_job_takes_a_fixed_number_of_queries(
    monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    put_in_place(monkeypatch, split_stage("parts", 50, nothing))
    with django_assert_max_num_queries(12):
        job = start()
    jobs.run_chunk(job_id=job.pk)
    with django_assert_max_num_queries(16):
        jobs.run_chunk(job_id=job.pk)
