"""Activations and roll-backs at the same time, on connections of their own."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.db import close_old_connections, connection, transaction

from recommender.models import Activation, ModelVersion
from recommender.services.versions import lifecycle
from tests.support.factories import make_model_version

pytestmark = pytest.mark.django_db(transaction=True)
State = ModelVersion.State


def at_once(*verbs: Callable[[], object]) -> list[object]:
    """Run each in a thread with its own connection, started together; return results and exceptions."""
    start = threading.Barrier(len(verbs))

    def run(verb: Callable[[], object]) -> object:
        try:
            start.wait()
            return verb()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            return error
        finally:
            close_old_connections()
            connection.close()

    with ThreadPoolExecutor(len(verbs)) as threads:
        return list(threads.map(run, verbs))


def test_of_many_activations_at_once_each_succeeds_and_one_stays() -> None:
    for _ in range(5):
        versions = [make_model_version(f"als/{number}") for number in range(4)]
        outcomes = at_once(*(partial(lifecycle.activate, version=version) for version in versions))
        assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
        states = list(ModelVersion.objects.values_list("state", flat=True))
        assert sorted(states) == [State.ACTIVE, *[State.RETIRED] * 3]
        assert Activation.objects.count() == 4
        assert Activation.objects.latest("pk").version.state == State.ACTIVE
        ModelVersion.objects.all().delete()


def test_of_two_that_expect_the_same_version_in_service_one_is_activated() -> None:
    for _ in range(5):
        first = lifecycle.activate(version=make_model_version("als/1"))
        rivals = [make_model_version("als/2"), make_model_version("als/3")]
        verbs = [partial(lifecycle.activate, version=rival, instead_of=first.pk) for rival in rivals]
        outcomes = at_once(*verbs)
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["ActiveChanged", "ModelVersion"]
        assert Activation.objects.count() == 2
        ModelVersion.objects.all().delete()


def test_two_roll_backs_at_once_go_two_steps_back() -> None:
    for number in range(3):
        lifecycle.activate(version=make_model_version(f"als/{number}"))
    outcomes = at_once(*[partial(lifecycle.roll_back, algorithm="als")] * 2)
    assert sorted(str(outcome.artifact_key) for outcome in outcomes) == ["als/0", "als/1"]  # type: ignore[attr-defined]
    assert ModelVersion.objects.active().get().artifact_key == "als/0"


def test_an_activation_waits_for_one_that_is_not_committed() -> None:
    first, second = make_model_version("als/1"), make_model_version("als/2")
    done = threading.Event()

    def activate_second() -> None:
        try:
            lifecycle.activate(version=second)
            done.set()
        finally:
            connection.close()

    with transaction.atomic():
        lifecycle.activate(version=first)
        thread = threading.Thread(target=activate_second)
        thread.start()
        assert not done.wait(0.5)
        assert ModelVersion.objects.get(pk=second.pk).state == State.CANDIDATE
    thread.join(10)
    assert ModelVersion.objects.active().get() == second
    assert ModelVersion.objects.get(pk=first.pk).state == State.RETIRED
