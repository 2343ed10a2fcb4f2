"""Activate and roll back."""

import pytest

from recommender.models import ModelVersion
from recommender.services import model_versions
from tests.factories import make_model_version

pytestmark = pytest.mark.django_db
State = ModelVersion.State


def states() -> dict[str, str]:
    return dict(ModelVersion.objects.values_list("artifact_key", "state"))


def test_it_retires_the_version_that_was_in_service() -> None:
    for key in ("als/1", "als/2"):
        model_versions.activate(version=make_model_version(key))
    assert states() == {"als/1": State.RETIRED, "als/2": State.ACTIVE}


def test_it_leaves_other_algorithms_alone() -> None:
    model_versions.activate(version=make_model_version("mean/1", algorithm="mean"))
    model_versions.activate(version=make_model_version("als/1"))
    assert states() == {"mean/1": State.ACTIVE, "als/1": State.ACTIVE}


def test_it_rolls_back_to_the_version_before() -> None:
    for key in ("als/1", "als/2", "als/3"):
        model_versions.activate(version=make_model_version(key))
    assert model_versions.roll_back(algorithm="als").artifact_key == "als/2"
    assert states() == {"als/1": State.RETIRED, "als/2": State.ACTIVE, "als/3": State.RETIRED}


def test_it_has_nothing_to_roll_back_to_at_first() -> None:
    model_versions.activate(version=make_model_version("als/1"))
    with pytest.raises(ModelVersion.DoesNotExist):
        model_versions.roll_back(algorithm="als")
    assert states() == {"als/1": State.ACTIVE}


def test_it_keeps_figures_with_the_version_they_are_about() -> None:
    served = make_model_version("als/1", parameters={"n_factors": 64})
    model_versions.activate(version=served)
    make_model_version("als/2", parameters={"n_factors": 64})
    figures = {"als": {"rmse": {"mean": 0.84}}, "mean": {"rmse": {"mean": 0.86}}}
    parameters = {"als": {"n_factors": 64}, "mean": {}}
    assert model_versions.record_metrics(metrics=figures, parameters=parameters) == 1
    served.refresh_from_db()
    assert served.metrics == figures["als"]


def test_it_keeps_no_figures_of_other_parameters() -> None:
    served = make_model_version("als/1", parameters={"n_factors": 64})
    model_versions.activate(version=served)
    changed = model_versions.record_metrics(metrics={"als": {"rmse": 1}}, parameters={"als": {"n_factors": 8}})
    served.refresh_from_db()
    assert (changed, served.metrics) == (0, {})
