"""What the progress of chunks adds up to, and the time left at the measured throughput."""

from datetime import timedelta

import pytest
from django.utils import timezone

from recommender.models import Job, JobChunk
from recommender.services import jobs
from recommender.services.jobs import heartbeat
from recommender.services.jobs.chunks import claim
from recommender.services.jobs.stages import Stage
from tests.support.factories import LONG_AGO, make_job
from tests.support.job_plans import nothing, now, put_in_place, split_stage, start

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("notified")]


def test_stages_count_by_their_weight_and_chunks_by_their_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    put_in_place(monkeypatch, Stage("light", "Light", nothing, weight=1), split_stage("parts", 4, nothing))
    job = start()
    jobs.run_chunk(job_id=job.pk)
    jobs.run_chunk(job_id=job.pk)
    chunk = claim(job_id=job.pk, worker="")
    assert chunk is not None
    JobChunk.objects.filter(pk=chunk.pk).update(progress=0.5)
    Job.objects.filter(pk=job.pk).update(heartbeat_at=LONG_AGO)
    heartbeat.update_progress(job_id=job.pk, message="busy")
    assert now(job).progress == pytest.approx((1 + 1.5 / 4) / 2)
    assert job.message == "Parts: 1 of 4"


def test_the_time_left_follows_the_throughput_since_the_job_last_started() -> None:
    moment = timezone.now()
    fields = {"state": Job.State.RUNNING, "started_at": LONG_AGO, "resumed_at": moment - timedelta(seconds=60)}
    job = make_job(**fields, heartbeat_at=moment, resumed_progress=0.4, progress=0.7)
    assert job.seconds_left == pytest.approx(60)


def test_the_time_left_is_unknown_at_the_beginning() -> None:
    assert make_job().seconds_left is None
    assert (
        make_job(state=Job.State.RUNNING, started_at=LONG_AGO, resumed_at=LONG_AGO, arguments={"a": 1}).seconds_left
        is None
    )
