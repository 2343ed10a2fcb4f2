"""Activate, reject and roll back."""

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import storages
from django.db import IntegrityError, transaction
from django.utils import timezone

from recommender.models import Activation, ModelVersion
from recommender.services.versions import lifecycle
from tests.support.factories import make_model_version

pytestmark = pytest.mark.django_db
State = ModelVersion.State


def states() -> dict[str, str]:
    return dict(ModelVersion.objects.values_list("artifact_key", "state"))


def in_service() -> str:
    return ModelVersion.objects.active().get(algorithm="als").artifact_key


def activate(*keys: str) -> list[ModelVersion]:
    return [lifecycle.activate(version=make_model_version(key)) for key in keys]


def damage(version: ModelVersion) -> None:
    file = Path(storages["artifacts"].path(version.artifact_key))
    file.chmod(0o640)
    file.write_bytes(file.read_bytes()[:-1] + b"?")


def test_it_retires_the_version_that_was_in_service() -> None:
    activate("als/1", "als/2")
    assert states() == {"als/1": State.RETIRED, "als/2": State.ACTIVE}


def test_it_leaves_other_algorithms_alone() -> None:
    lifecycle.activate(version=make_model_version("mean/1", algorithm="mean"))
    activate("als/1")
    assert states() == {"mean/1": State.ACTIVE, "als/1": State.ACTIVE}


def test_activating_what_is_in_service_changes_nothing() -> None:
    (version,) = activate("als/1")
    again = lifecycle.activate(version=version)
    assert again.activated_at == version.activated_at
    assert Activation.objects.count() == 1


def test_it_keeps_who_activated_and_when(bob: User) -> None:
    lifecycle.activate(version=make_model_version(), by=bob)
    activation = Activation.objects.get()
    assert (activation.activated_by, activation.overrides_rejection) == (bob, False)
    assert activation.activated_at <= timezone.now()


def test_only_somebody_may_activate_what_was_rejected(bob: User) -> None:
    rejected = lifecycle.reject(version=make_model_version(), reason="Too slow.")
    with pytest.raises(lifecycle.NotActivatable, match="was rejected; only an admin"):
        lifecycle.activate(version=rejected)
    assert states() == {"als/1": State.REJECTED}
    lifecycle.activate(version=rejected, by=bob)
    assert states() == {"als/1": State.ACTIVE}
    assert Activation.objects.get().overrides_rejection
    assert ModelVersion.objects.get().metrics["rejection"]["sentence"] == "Too slow."


def test_it_does_not_reject_what_is_in_service(bob: User) -> None:
    (version,) = activate("als/1")
    with pytest.raises(lifecycle.NotActivatable, match="is in service; roll back"):
        lifecycle.reject(version=version, by=bob)


def test_it_activates_in_place_of_the_expected_version_alone() -> None:
    first, second = activate("als/1", "als/2")
    third = make_model_version("als/3")
    for expected in (first.pk, None):
        with pytest.raises(lifecycle.ActiveChanged, match=f"als version {second.pk} is now in service"):
            lifecycle.activate(version=third, instead_of=expected)
    lifecycle.activate(version=third, instead_of=second.pk)
    assert in_service() == "als/3"


def test_it_refuses_a_damaged_artifact() -> None:
    activate("als/1")
    version = make_model_version("als/2")
    damage(version)
    with pytest.raises(lifecycle.NotActivatable, match=r"cannot be put in service: Artifact als/2 is damaged"):
        lifecycle.activate(version=version)
    assert states() == {"als/1": State.ACTIVE, "als/2": State.CANDIDATE}


def test_it_refuses_an_artifact_that_was_removed(bob: User) -> None:
    version = make_model_version("als/1", artifact_removed_at=timezone.now())
    with pytest.raises(lifecycle.NotActivatable, match="was removed to save space; train again"):
        lifecycle.activate(version=version, by=bob)


def test_the_database_keeps_removed_artifacts_out_of_service() -> None:
    (version,) = activate("als/1")
    version.artifact_removed_at = timezone.now()
    with pytest.raises(IntegrityError, match="model_version_active_has_artifact"), transaction.atomic():
        version.save()


def test_it_rolls_back_to_the_version_before(bob: User) -> None:
    activate("als/1", "als/2", "als/3")
    assert lifecycle.roll_back(algorithm="als", by=bob).artifact_key == "als/2"
    assert states() == {"als/1": State.RETIRED, "als/2": State.ACTIVE, "als/3": State.RETIRED}
    undone = Activation.objects.get(undone_at__isnull=False)
    assert (undone.version.artifact_key, undone.undone_by) == ("als/3", bob)


def test_rolling_back_twice_goes_further_back() -> None:
    activate("als/1", "als/2", "als/3")
    assert [lifecycle.roll_back(algorithm="als").artifact_key for _ in range(2)] == ["als/2", "als/1"]
    with pytest.raises(lifecycle.NothingToRollBackTo):
        lifecycle.roll_back(algorithm="als")
    assert in_service() == "als/1"


def test_rolling_back_forgets_what_was_rolled_back_but_not_what_came_after() -> None:
    activate("als/1", "als/2")
    lifecycle.roll_back(algorithm="als")
    activate("als/3", "als/4")
    assert [lifecycle.roll_back(algorithm="als").artifact_key for _ in range(2)] == ["als/3", "als/1"]


def test_a_version_that_was_activated_again_is_rolled_back_to_where_it_was() -> None:
    first, _ = activate("als/1", "als/2")
    lifecycle.activate(version=first)
    found = [lifecycle.roll_back(algorithm="als").artifact_key for _ in range(2)]
    assert found == ["als/2", "als/1"]


def test_rolling_back_passes_over_what_was_removed_or_rejected() -> None:
    versions = activate("als/1", "als/2", "als/3", "als/4")
    ModelVersion.objects.filter(pk=versions[2].pk).update(artifact_removed_at=timezone.now())
    lifecycle.reject(version=versions[1])
    assert lifecycle.roll_back(algorithm="als").artifact_key == "als/1"
    with pytest.raises(lifecycle.NothingToRollBackTo):
        lifecycle.roll_back(algorithm="als")


def test_it_does_not_roll_back_to_a_damaged_version() -> None:
    damaged, _ = activate("als/1", "als/2")
    damage(damaged)
    with pytest.raises(lifecycle.NotActivatable, match="als/1 is damaged"):
        lifecycle.roll_back(algorithm="als")
    assert in_service() == "als/2"


def test_it_has_nothing_to_roll_back_to_at_first() -> None:
    activate("als/1")
    with pytest.raises(lifecycle.NothingToRollBackTo, match="There is no stored version of als"):
        lifecycle.roll_back(algorithm="als")
    assert states() == {"als/1": State.ACTIVE}


def test_it_keeps_figures_with_the_version_they_are_about() -> None:
    served = make_model_version("als/1", parameters={"n_factors": 64}, metrics={"gate": {"outcome": "accepted"}})
    lifecycle.activate(version=served)
    make_model_version("als/2", parameters={"n_factors": 64})
    figures = {"als": {"rmse": {"mean": 0.84}}, "mean": {"rmse": {"mean": 0.86}}}
    parameters = {"als": {"n_factors": 64}, "mean": {}}
    assert lifecycle.record_metrics(metrics=figures, parameters=parameters) == 1
    served.refresh_from_db()
    assert served.metrics == figures["als"] | {"gate": {"outcome": "accepted"}}


def test_it_keeps_no_figures_of_other_parameters() -> None:
    served = make_model_version("als/1", parameters={"n_factors": 64})
    lifecycle.activate(version=served)
    changed = lifecycle.record_metrics(metrics={"als": {"rmse": 1}}, parameters={"als": {"n_factors": 8}})
    served.refresh_from_db()
    assert (changed, served.metrics) == (0, {})
