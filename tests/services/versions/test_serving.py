"""What is in service is loaded once, replaced on activation, and survives a damaged successor."""

from pathlib import Path

import numpy as np
import pytest
from django.core.files.storage import storages

from recommender.models import ModelVersion
from recommender.services.lists import served_model
from recommender.services.storage import artifacts
from recommender.services.versions import lifecycle, serving
from tests.support.factories import small_artifact

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _check_every_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "CHECK_INTERVAL", 0.0)


def put_in_service(folder: Path, offset: float, algorithm: str = "als") -> ModelVersion:
    """Activate a model that predicts the same for every movie."""
    file = folder / "model.safetensors"
    file.write_bytes(small_artifact(algorithm, offset))
    stored = artifacts.store(path=file, name=algorithm)
    version = lifecycle.register(algorithm=algorithm, artifact=stored, data_fingerprint="f" * 64)
    return lifecycle.activate(version=version)


def damage(version: ModelVersion) -> None:
    file = Path(storages["artifacts"].path(version.artifact_key))
    file.chmod(0o640)
    file.write_bytes(b"damaged")


def served() -> float:
    model = serving.model("als")
    assert model is not None
    none = np.zeros(0, dtype=np.int32)
    return float(model.predict(model.fold_in(none, none.astype(np.int8)))[0])


def test_it_serves_nothing_at_first() -> None:
    assert serving.model("als") is None
    assert serving.title_index() is None
    assert serving.neighbours() is None


def test_it_notices_a_new_version_and_a_roll_back(tmp_path: Path) -> None:
    put_in_service(tmp_path, 3.0)
    assert served() == 3.0
    put_in_service(tmp_path, 4.0)
    assert served() == 4.0
    lifecycle.roll_back(algorithm="als")
    assert served() == 3.0


def test_it_loads_a_version_once(tmp_path: Path) -> None:
    put_in_service(tmp_path, 3.0)
    assert serving.model("als") is serving.model("als")


def test_it_keeps_the_previous_version_when_the_new_one_is_damaged(tmp_path: Path) -> None:
    put_in_service(tmp_path, 3.0)
    assert served() == 3.0
    damaged = put_in_service(tmp_path, 4.0)
    damage(damaged)
    assert served() == 3.0


def test_a_process_that_has_just_started_serves_the_newest_before_it_that_loads(tmp_path: Path) -> None:
    for offset in (2.0, 3.0):
        put_in_service(tmp_path, offset)
    for version in (put_in_service(tmp_path, 3.5), put_in_service(tmp_path, 4.0)):
        damage(version)
    assert served() == 3.0


def test_it_does_not_fall_back_to_what_was_rolled_back(tmp_path: Path) -> None:
    put_in_service(tmp_path, 2.0)
    damaged = put_in_service(tmp_path, 3.0)
    put_in_service(tmp_path, 4.0)
    lifecycle.roll_back(algorithm="als")
    damage(damaged)
    assert served() == 2.0


def test_a_damaged_version_is_not_read_again_at_every_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_in_service(tmp_path, 3.0)
    damage(put_in_service(tmp_path, 4.0))
    read: list[str] = []
    whole = artifacts.local_file

    def counting(*, key: str, sha256: str) -> Path:
        read.append(key)
        return whole(key=key, sha256=sha256)

    monkeypatch.setattr(artifacts, "local_file", counting)
    for _ in range(5):
        assert served() == 3.0
    assert len(read) == 2


def test_it_tries_again_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    version = put_in_service(tmp_path, 4.0)
    file = Path(storages["artifacts"].path(version.artifact_key))
    whole = file.read_bytes()
    damage(version)
    assert serving.model("als") is None
    file.write_bytes(whole)
    assert serving.model("als") is None
    monkeypatch.setattr(serving.time, "monotonic", lambda: float("inf"))
    assert served() == 4.0


def test_the_site_offers_another_algorithm_when_the_best_cannot_be_loaded(tmp_path: Path) -> None:
    put_in_service(tmp_path, 3.0, "mean")
    damage(put_in_service(tmp_path, 4.0, "als"))
    assert served_model.default_algorithm() == "mean"
    assert served_model.served().algorithm == "mean"


def test_it_serves_nothing_when_the_only_version_is_damaged(tmp_path: Path) -> None:
    damaged = put_in_service(tmp_path, 4.0)
    Path(storages["artifacts"].path(damaged.artifact_key)).unlink()
    assert serving.model("als") is None
