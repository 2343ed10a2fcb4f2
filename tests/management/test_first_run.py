"""What a fresh installation still needs, in order, and nothing twice."""

from pathlib import Path

import pytest
from django.utils import timezone

from recommender.engine.algorithms.registry import ALGORITHMS
from recommender.management import first_run
from recommender.models import Job, ModelVersion
from tests.support.factories import make_job, make_model_version, make_movie, make_rater, make_rating

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("notified")]


def labels() -> list[str]:
    return [step.label for step in first_run.pending_steps(dataset=lambda: Path("dataset"))]


def put_in_service(name: str, **more: str) -> None:
    make_model_version(f"{name}/1", state=ModelVersion.State.ACTIVE, activated_at=timezone.now(), **more)


def test_a_fresh_installation_imports_first_and_offers_every_algorithm_in_the_end() -> None:
    steps = labels()
    assert steps[:3] == ["Importing ratings", "Training the first model", "Finding similar movies"]
    assert steps[3] == "Training Best of all"
    assert len(steps) == 2 + len(ALGORITHMS)


def test_it_does_not_look_for_a_dataset_when_there_are_ratings() -> None:
    make_rating(make_rater(), make_movie())

    def never() -> Path:
        raise AssertionError("nobody should ask")

    assert first_run.pending_steps(dataset=never)[0].label == "Building the title index"


def test_it_skips_what_is_in_service() -> None:
    make_rating(make_rater(), make_movie())
    for kind in (ModelVersion.Kind.INDEX, ModelVersion.Kind.NEIGHBOURS):
        put_in_service(kind, kind=kind)
    for name in ALGORITHMS:
        put_in_service(name, algorithm=name)
    assert labels() == []


def test_it_takes_up_a_job_that_an_interrupted_run_left_behind() -> None:
    make_rating(make_rater(), make_movie())
    left_behind = make_job(kind=Job.Kind.TITLE_INDEX)
    step = first_run.pending_steps(dataset=lambda: Path("dataset"))[0]
    assert step.start() == left_behind
    assert Job.objects.count() == 1
