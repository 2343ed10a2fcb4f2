"""Storage stays within its bounds, on the file system and on S3; what is needed is never removed."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.utils import timezone

from recommender.models import ModelVersion
from recommender.services.storage import artifacts
from recommender.services.versions import lifecycle, retention
from tests.support.artifact_storage import OnDisk, OnS3
from tests.support.factories import make_model_version

pytestmark = pytest.mark.django_db
State = ModelVersion.State
PLENTY = 1 << 40


@pytest.fixture
def storage(artifact_storage: OnDisk | OnS3, settings: Any) -> None:
    """An empty artifact storage."""
    settings.ARTIFACT_BUDGET, settings.MODEL_VERSIONS_KEPT = PLENTY, 100


def versions(n: int, algorithm: str = "als", **more: Any) -> list[ModelVersion]:
    """Store versions, of which the first is the oldest: days old, all of them."""
    made = []
    for age in range(n, 0, -1):
        version = make_model_version(f"{algorithm}/{ModelVersion.objects.count()}.safetensors", algorithm, **more)
        ModelVersion.objects.filter(pk=version.pk).update(created_at=timezone.now() - timedelta(days=1 + age))
        version.refresh_from_db()
        made.append(version)
    return made


def stored() -> set[int]:
    """Return the versions whose file is there, after checking that rows and files agree."""
    with_file = {v.pk for v in ModelVersion.objects.all() if storages["artifacts"].exists(v.artifact_key)}
    assert with_file == set(ModelVersion.objects.stored().values_list("pk", flat=True))
    return with_file


def collect(django_capture_on_commit_callbacks: Any) -> retention.Collected:
    with django_capture_on_commit_callbacks(execute=True):
        return retention.collect()


def ids(*chosen: ModelVersion) -> set[int]:
    return {version.pk for version in chosen}


def test_the_newest_of_each_algorithm_are_kept(
    storage: None, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    als, mean = versions(4), versions(2, "mean")
    settings.MODEL_VERSIONS_KEPT = 2
    collected = collect(django_capture_on_commit_callbacks)
    assert stored() == ids(*als[2:], *mean)
    assert set(collected.versions) == ids(*als[:2])
    assert collected.freed == als[0].artifact_size + als[1].artifact_size


def test_what_was_removed_stays_as_history_and_cannot_be_activated(
    storage: None, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    (old, _) = versions(2)
    settings.MODEL_VERSIONS_KEPT = 1
    collect(django_capture_on_commit_callbacks)
    old.refresh_from_db()
    assert old.artifact_removed_at is not None
    with pytest.raises(lifecycle.NotActivatable, match="was removed to save space"):
        lifecycle.activate(version=old)


def test_what_is_in_service_and_what_a_roll_back_goes_to_are_kept_whatever_the_bounds(
    storage: None, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    made = versions(5)
    for version in made[:3]:
        lifecycle.activate(version=version)
    settings.MODEL_VERSIONS_KEPT, settings.ARTIFACT_BUDGET = 0, 0
    collect(django_capture_on_commit_callbacks)
    assert stored() == ids(made[1], made[2])
    assert lifecycle.roll_back(algorithm="als") == made[1]


def test_a_candidate_of_today_is_kept(storage: None, settings: Any, django_capture_on_commit_callbacks: Any) -> None:
    fresh, rejected = make_model_version("als/a"), make_model_version("als/b", state=State.REJECTED)
    settings.MODEL_VERSIONS_KEPT = 0
    collect(django_capture_on_commit_callbacks)
    assert stored() == ids(fresh)
    assert rejected.pk not in stored()


def test_the_budget_takes_rejected_ones_first_then_the_oldest(
    storage: None, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    old, middle, rejected, new = versions(4)
    ModelVersion.objects.filter(pk=rejected.pk).update(state=State.REJECTED)
    for n_kept, kept in ((3, {old, middle, new}), (2, {middle, new}), (1, {new})):
        settings.ARTIFACT_BUDGET = n_kept * new.artifact_size
        collect(django_capture_on_commit_callbacks)
        assert stored() == ids(*kept)
    assert retention.usage().used <= settings.ARTIFACT_BUDGET


def test_orphans_are_removed_after_a_day(
    storage: None, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    (version,) = versions(1)
    for key in ("als/orphan.safetensors", "title_index/orphan.tar", "snapshots/of-a-job.arrow"):
        storages["artifacts"].save(key, ContentFile(b"x"))
    assert collect(django_capture_on_commit_callbacks).orphans == ()
    monkeypatch.setattr(retention, "SAFE_FOR", timedelta(seconds=-5))
    collected = collect(django_capture_on_commit_callbacks)
    assert set(collected.orphans) == {"als/orphan.safetensors", "title_index/orphan.tar"}
    assert stored() == ids(version)
    assert storages["artifacts"].exists("snapshots/of-a-job.arrow")


def test_a_file_that_could_not_be_removed_is_removed_the_next_time(
    storage: None, settings: Any, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    old, new = versions(2)
    settings.MODEL_VERSIONS_KEPT = 1

    def stuck(*, key: str) -> None:
        raise OSError("storage is away")

    with monkeypatch.context() as away:
        away.setattr(artifacts, "remove", stuck)
        collect(django_capture_on_commit_callbacks)
    assert storages["artifacts"].exists(old.artifact_key)
    monkeypatch.setattr(retention, "SAFE_FOR", timedelta(seconds=-5))
    assert collect(django_capture_on_commit_callbacks).orphans == (old.artifact_key,)
    assert stored() == ids(new)


def test_storage_that_fails_midway_costs_only_the_files_it_holds_on_to(
    storage: None, settings: Any, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    made = versions(5)
    lifecycle.activate(version=made[0])
    storages["artifacts"].save("als/a-orphan.safetensors", ContentFile(b"x"))
    storages["artifacts"].save("mean/z-orphan.safetensors", ContentFile(b"x"))
    settings.MODEL_VERSIONS_KEPT = 1
    monkeypatch.setattr(retention, "SAFE_FOR", timedelta(seconds=-5))
    held, remove = {made[2].artifact_key, "als/a-orphan.safetensors"}, artifacts.remove

    def some(*, key: str) -> None:
        if key in held:
            raise OSError("storage is away")
        remove(key=key)

    with monkeypatch.context() as failing:
        failing.setattr(artifacts, "remove", some)
        collected = collect(django_capture_on_commit_callbacks)
    assert set(collected.versions) == ids(*made[1:4])
    assert "mean/z-orphan.safetensors" in collected.orphans
    assert not held.intersection(collected.orphans)
    assert {version.pk for version in made if storages["artifacts"].exists(version.artifact_key)} == ids(
        made[0], made[2], made[4]
    )
    assert set(ModelVersion.objects.stored()) == {made[0], made[4]}
    assert set(collect(django_capture_on_commit_callbacks).orphans) == held
    assert stored() == ids(made[0], made[4])


def test_usage_is_one_query(storage: None, settings: Any, django_assert_num_queries: Any) -> None:
    als, mean = versions(3), versions(1, "mean")
    versions(1, artifact_removed_at=timezone.now())
    settings.ARTIFACT_BUDGET = 5_000
    with django_assert_num_queries(1):
        usage = retention.usage()
    assert usage.budget == 5_000
    assert usage.by_algorithm["als"] == retention.AlgorithmUsage(3, sum(v.artifact_size for v in als))
    assert usage.by_algorithm["mean"].versions == 1
    assert usage.used == sum(v.artifact_size for v in als + mean)


def test_it_reads_all_algorithms_at_once(
    storage: None, django_assert_num_queries: Any, django_capture_on_commit_callbacks: Any
) -> None:
    for algorithm in ("als", "mean", "median", "ease"):
        versions(2, algorithm)
    with django_assert_num_queries(6):
        collect(django_capture_on_commit_callbacks)


def test_a_version_that_goes_into_service_meanwhile_is_left(
    storage: None, settings: Any, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    old, _ = versions(2)
    settings.MODEL_VERSIONS_KEPT = 1
    chosen = retention._superfluous

    def overtaken(*arguments: Any) -> list[ModelVersion]:
        removed = chosen(*arguments)
        lifecycle.activate(version=old)
        return removed

    monkeypatch.setattr(retention, "_superfluous", overtaken)
    assert collect(django_capture_on_commit_callbacks).versions == ()
    assert old.pk in stored()
