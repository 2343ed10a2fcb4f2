"""Forecasts are calculated from what past jobs took; how well is measured on the record of real jobs of three sizes.

tests/services/jobs/measured_jobs.json is what ``python -m tests.bench.bench_forecast --cpu --record FILE`` recorded.
"""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from django.utils import timezone

from recommender.models import Job, JobChunk
from recommender.services import jobs
from recommender.services.jobs import costs, forecast, heartbeat
from recommender.services.jobs.forecast import Forecast, data_size, extrapolated
from recommender.services.jobs.history import History
from recommender.services.versions import serving
from tests.support.factories import LONG_AGO, make_job, make_model_version
from tests.support.job_plans import KIND, nothing, now, put_in_place, split_stage, start

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("notified")]
RECORD: list[dict[str, Any]] = json.loads(Path(__file__).with_name("measured_jobs.json").read_text())
OF_A_SIZE = len(RECORD) // 3


def as_it_was(record: dict[str, Any], *, worker: str = "worker@here") -> Job:
    """Store a job that took what was recorded."""
    began = timezone.now()
    job = make_job(
        kind=record["kind"], arguments=record["arguments"], data_size=record["size"], state=Job.State.SUCCEEDED,
        attempts=1, started_at=began, finished_at=began + timedelta(seconds=record["seconds"]),
    )  # fmt: skip
    JobChunk.objects.bulk_create(
        JobChunk(
            job=job, stage=chunk["stage"], stage_name=chunk["stage_name"], number=chunk["number"], attempts=1,
            arguments={"algorithm": chunk["algorithm"]} if chunk["algorithm"] else {}, worker=worker,
            state=JobChunk.State.SUCCEEDED, result={"compared": chunk["compared"] is not False},
            started_at=began + timedelta(seconds=chunk["began"]), finished_at=began + timedelta(seconds=chunk["ended"]),
        )
        for chunk in record["chunks"]
    )  # fmt: skip
    return job


def expected(record: dict[str, Any], history: History) -> Forecast | None:
    job = Job(kind=record["kind"], arguments=record["arguments"])
    return forecast.forecast(job=job, size=record["size"], history=history)


def test_the_third_size_is_forecast_from_the_first_two_within_a_fifth() -> None:
    make_model_version("als/1.safetensors", state="active", activated_at=LONG_AGO)
    make_model_version("ease/1.safetensors", "ease", state="active", activated_at=LONG_AGO)
    serving.clear()
    for record in RECORD[: 2 * OF_A_SIZE]:
        as_it_was(record)
    history = History.read()
    errors: dict[str, list[float]] = {}
    for record in RECORD[2 * OF_A_SIZE :]:
        found = expected(record, history)
        if record["kind"] == "import":  # has had a stage more since then, which nobody has measured
            assert found is None
            continue
        assert found is not None, record["kind"]
        errors.setdefault(record["kind"], []).append(abs(record["seconds"] / found.seconds - 1))
    assert len(errors) >= 7
    assert median(median(of_kind) for of_kind in errors.values()) <= 0.2, errors


@pytest.mark.parametrize(
    ("seen", "size", "seconds"),
    [
        ([], 100, None),
        ([(100, 10)], 0, None),
        ([(100, 10)], 200, 20),  # one size: in proportion
        ([(100, 10), (200, 15)], 400, 25),  # a start of 5 s, then 5 s for every 100
        ([(200, 15), (100, 10), (100, 11), (100, 95)], 200, 15),  # one slow night counts little
        ([(100, 10), (200, 10)], 400, 10),  # no growth
        ([(100, 20), (200, 10)], 400, 15),  # noise, no shrinking
        ([(100, 10), (200, 40)], 400, 60),  # never a start below zero
    ],
)
def test_seconds_grow_from_a_start_by_the_size(seen: list[Any], size: float, seconds: float | None) -> None:
    found = extrapolated(seen, size)
    assert found == (pytest.approx(seconds, rel=0.35) if seconds is not None else None)


def job_of(seconds: float, *, n_chunks: int = 1, worker: str = "worker@here", at_once: bool = False) -> dict[str, Any]:
    """Return the record of a job of one stage, whose chunks ran one after the other or at once."""
    chunks = [
        {
            "stage": 0, "stage_name": "parts", "number": number, "algorithm": None, "compared": None,
            "began": 0.0 if at_once else number * seconds / n_chunks,
            "ended": seconds if at_once else (number + 1) * seconds / n_chunks,
        }
        for number in range(n_chunks)
    ]  # fmt: skip
    return {"kind": KIND, "arguments": {}, "size": {"ratings": 100}, "seconds": seconds + 1, "chunks": chunks}


def test_there_is_no_forecast_before_the_first_job_and_one_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    put_in_place(monkeypatch, split_stage("parts", 2, nothing))
    job = start()
    assert (job.forecast_seconds, costs.expected(job)) == (None, "no forecast yet")
    jobs.run_here(job_id=job.pk)
    Job.objects.filter(pk=job.pk).update(data_size=None)  # as before this was kept
    as_it_was(job_of(10.0))
    monkeypatch.setattr(forecast, "estimated_counts", lambda *models: dict.fromkeys(models, 100))
    job = start()
    assert job.forecast_seconds == pytest.approx(11.0)
    assert job.data_size is not None
    assert job.data_size["ratings"] == 100
    job = jobs.run_here(job_id=job.pk)
    assert job.forecast_error is not None
    assert job.forecast_error < 0


def test_chunks_that_run_at_once_take_the_time_of_one_and_every_machine_costs(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PRICE_PER_HOUR, settings.PRICE_CURRENCY = 36.0, "EUR"
    put_in_place(monkeypatch, split_stage("parts", 2, nothing))
    job = as_it_was(job_of(10.0, n_chunks=2, at_once=True))
    found = expected(job_of(10.0), History.read())
    assert found is not None
    assert (found.seconds, found.machine_seconds) == (pytest.approx(11.0), pytest.approx(10.0))
    job.chunks.filter(number=1).update(worker="worker@there")
    found = expected(job_of(10.0), History.read())
    assert found is not None
    assert (found.seconds, found.machine_seconds) == (pytest.approx(11.0), pytest.approx(20.0))
    assert costs.in_words(found) == "about 11 s, 0.20 EUR"
    settings.PRICE_PER_HOUR = 0.0
    assert costs.in_words(found) == "about 11 s"


def test_interrupted_stages_and_comparisons_with_nothing_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    put_in_place(monkeypatch, split_stage("parts", 1, nothing))
    as_it_was(job_of(10.0)).chunks.update(attempts=2)
    as_it_was(job_of(10.0)).chunks.update(result={"compared": False})
    assert expected(job_of(10.0), History.read()) is None


def test_it_is_read_in_two_queries_however_many_jobs_there_were(django_assert_num_queries: Any) -> None:
    for _ in range(30):
        as_it_was(job_of(10.0, n_chunks=3))
    with django_assert_num_queries(2):
        history = History.read()
    assert len(history.of("parts", "")) == 20


def test_arguments_that_a_stage_cannot_read_start_without_a_forecast(monkeypatch: pytest.MonkeyPatch) -> None:
    def measure(job: Job) -> dict[str, float]:
        raise KeyError("path")

    put_in_place(monkeypatch, replace(split_stage("parts", 1, nothing), measure=measure))
    job = start()
    assert (job.forecast_seconds, job.data_size) == (None, None)


def test_an_import_is_measured_by_its_files(dataset_dir: Path) -> None:
    size = data_size(Job(kind=Job.Kind.IMPORT, arguments={"path": str(dataset_dir)}))
    assert size["bytes"] > size["movies"] > 0
    assert "bytes" not in data_size(Job(kind=Job.Kind.IMPORT, arguments={"path": "/nowhere"}))


def test_stages_count_by_the_seconds_they_are_expected_to_take(monkeypatch: pytest.MonkeyPatch) -> None:
    put_in_place(monkeypatch, split_stage("first", 1, nothing), split_stage("second", 1, nothing))
    job = start()
    Job.objects.filter(pk=job.pk).update(forecast_seconds=40, forecast={"stages": [30, 10], "machine_seconds": 40})
    jobs.run_chunk(job_id=job.pk)
    Job.objects.filter(pk=job.pk).update(heartbeat_at=LONG_AGO, state=Job.State.RUNNING)
    heartbeat.update_progress(job_id=job.pk, message="")
    assert now(job).progress == pytest.approx(0.75)


def test_the_time_left_is_the_forecast_at_first_and_then_follows_the_throughput() -> None:
    moment = timezone.now()
    fields: dict[str, Any] = {"state": Job.State.RUNNING, "started_at": LONG_AGO, "heartbeat_at": moment}
    fields |= {"forecast_seconds": 100, "forecast": {"stages": [], "machine_seconds": 100}}
    assert make_job(**fields, resumed_at=moment, arguments={"a": 1}).seconds_left == pytest.approx(100)
    half = make_job(**fields, resumed_at=moment - timedelta(seconds=100), progress=0.5, arguments={"a": 2})
    assert half.seconds_left == pytest.approx(0.5 * (0.2 * 100 + 100) / 0.7)


def test_what_it_took_is_said_with_the_error_of_the_forecast(settings: Any) -> None:
    settings.PRICE_PER_HOUR, settings.PRICE_CURRENCY = 3.6, "USD"
    job = as_it_was(job_of(129.0))
    assert costs.actual(job) == "2 min 10 s, less than 0.01 USD" or job.machine_seconds is None
    job.machine_seconds, job.forecast_seconds = 130.0, 100.0
    assert costs.actual(job) == "2 min 10 s, 0.13 USD, 30 % more than expected"
    job.forecast_seconds = 260.0
    assert costs.actual(job) == "2 min 10 s, 0.13 USD, 50 % less than expected"
