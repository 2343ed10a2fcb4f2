"""What is in service is loaded once, replaced on activation, and survives a damaged successor."""

from pathlib import Path

import numpy as np
import pytest
from django.core.files.storage import storages

from recommender.engine.artifact import write_artifact
from recommender.engine.item_features import ItemFeatures
from recommender.engine.recommender import LinearModel
from recommender.models import ModelVersion
from recommender.services import artifacts, model_versions, serving

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _look_every_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "LOOK_EVERY", 0.0)


def put_in_service(folder: Path, offset: float) -> ModelVersion:
    """Activate an ALS model that predicts the same for every movie."""
    features = ItemFeatures(
        movie_ids=np.array([1, 2], dtype=np.int32),
        offsets=np.full(2, offset, dtype=np.float32),
        factors=np.zeros((2, 1), dtype=np.float32),
        prior_precision=np.ones(1, dtype=np.float32),
        bias_precision=1.0,
    )
    file = folder / "model.safetensors"
    write_artifact(file, LinearModel(features).to_arrays(), {"algorithm": "als"})
    stored = artifacts.store(path=file, name="als")
    version = model_versions.register(algorithm="als", artifact=stored, data_fingerprint="f" * 64)
    return model_versions.activate(version=version)


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
    model_versions.roll_back(algorithm="als")
    assert served() == 3.0


def test_it_loads_a_version_once(tmp_path: Path) -> None:
    put_in_service(tmp_path, 3.0)
    assert serving.model("als") is serving.model("als")


def test_it_keeps_the_previous_version_when_the_new_one_is_damaged(tmp_path: Path) -> None:
    put_in_service(tmp_path, 3.0)
    assert served() == 3.0
    damaged = put_in_service(tmp_path, 4.0)
    Path(storages["artifacts"].path(damaged.artifact_key)).write_bytes(b"damaged")
    assert served() == 3.0


def test_it_serves_nothing_when_the_only_version_is_damaged(tmp_path: Path) -> None:
    damaged = put_in_service(tmp_path, 4.0)
    Path(storages["artifacts"].path(damaged.artifact_key)).unlink()
    assert serving.model("als") is None
