"""The result of a retraining is one table: what went in, what was refused and why."""

import pytest
from django.test import Client
from django.utils import timezone

from recommender.admin import training_table
from recommender.models import Job, JobChunk
from tests.support.factories import make_chunk, make_job, make_model_version

pytestmark = pytest.mark.django_db


def test_it_says_what_went_in_what_was_refused_and_why(visitors: dict[str, Client]) -> None:
    now = timezone.now()
    took = {"started_at": now, "finished_at": now}
    job = make_job(kind=Job.Kind.RETRAIN, state=Job.State.SUCCEEDED, result={"model_version": 1}, **took)
    done = {"job": job, "state": JobChunk.State.SUCCEEDED, **took}
    make_chunk(**done, stage_name="snapshot", result={"ratings": 12345})
    better = make_model_version(
        "als/1", job=job, state="active", activated_at=now, metrics={"gate": {"sentence": "It ranks better."}}
    )
    worse = make_model_version(
        "tag_ls/1", "tag_ls", job=job, state="rejected", metrics={"gate": {"sentence": "It ranks worse."}}
    )
    make_model_version("similar_movies/1", kind="neighbours", job=job, state="active", activated_at=now)
    for number, version in enumerate((better, worse)):
        arguments = {"algorithm": version.algorithm}
        make_chunk(**done, stage=1, number=number, stage_name="train", arguments=arguments,
                   result={"model_version": version.pk})  # fmt: skip
    found = training_table.of(job)
    assert found is not None
    assert found.n_ratings == 12345
    assert [(row.name, row.outcome, row.why) for row in found.rows] == [
        ("als", "In service", "It ranks better."),
        ("tag_ls", "Refused", "It ranks worse."),
        ("Similar movies", "In service", training_table.BUILT),
    ]
    page = visitors["viewer"].get(f"/admin/recommender/job/{job.pk}/change/").content.decode()
    assert "All of it was made of 12,345 ratings." in page
    assert page.count("It ranks worse.") == 1


def test_a_training_that_failed_says_which_and_why() -> None:
    now = timezone.now()
    job = make_job(kind=Job.Kind.TRAIN, state=Job.State.FAILED, error="no", started_at=now, finished_at=now)
    make_chunk(
        job=job, stage_name="train", arguments={"algorithm": "als"}, state="failed", error="Out of memory.",
        started_at=now, finished_at=now,
    )  # fmt: skip
    found = training_table.of(job)
    assert found is not None
    assert found.n_ratings is None
    assert [(row.name, row.version, row.outcome, row.why) for row in found.rows] == [
        ("als", None, "Failed", "Out of memory.")
    ]


def test_other_jobs_have_no_such_table() -> None:
    assert training_table.of(make_job()) is None
