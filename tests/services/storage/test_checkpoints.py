"""Checkpoints in artifact storage: the newest that is whole counts, and nothing is left behind."""

from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages

from recommender.services.storage import artifacts, checkpoints
from recommender.services.storage.checkpoints import StoredCheckpoint
from tests.support.artifact_storage import OnDisk, OnS3, keys

pytestmark = pytest.mark.usefixtures("artifact_storage")
MANIFEST = {"algorithm": "als", "seed": "3", "parameters": "{}"}


def state(number: int) -> dict[str, np.ndarray]:
    return {"n_epochs": np.array([number]), "factors": np.full((4, 2), number, dtype=np.float32)[:, :1]}


@pytest.fixture
def checkpoint() -> StoredCheckpoint:
    kept = StoredCheckpoint.of(MANIFEST)
    kept.remove()
    return kept


def files(checkpoint: StoredCheckpoint) -> list[str]:
    return [key for key, _ in artifacts.listing(folder=checkpoint.folder)]


def content(key: str) -> bytes:
    with storages["artifacts"].open(key) as stored:
        return stored.read()


def loaded(checkpoint: StoredCheckpoint) -> int | None:
    arrays = checkpoint.load()
    return None if arrays is None else int(arrays["n_epochs"][0])


def test_it_gives_back_what_was_saved_last(checkpoint: StoredCheckpoint) -> None:
    assert loaded(checkpoint) is None
    for number in range(1, 12):
        checkpoint.save(state(number))
    arrays = StoredCheckpoint.of(MANIFEST).load()
    assert arrays is not None
    for name, array in state(11).items():
        np.testing.assert_array_equal(arrays[name], array)
        assert arrays[name].dtype == array.dtype
    assert len(files(checkpoint)) == 1


@pytest.mark.parametrize("changed", [{"seed": "4"}, {"algorithm": "hybrid"}, {"parameters": '{"n": 1}'}])
def test_another_fit_has_another_checkpoint(checkpoint: StoredCheckpoint, changed: dict[str, str]) -> None:
    checkpoint.save(state(1))
    assert StoredCheckpoint.of(MANIFEST | changed).load() is None


@pytest.mark.parametrize("damage", [lambda content: content[:-3], lambda content: content[:-1] + b"?", lambda _: b""])
def test_it_passes_over_a_damaged_one(
    artifact_storage: OnDisk | OnS3, checkpoint: StoredCheckpoint, damage: Callable[[bytes], bytes]
) -> None:
    checkpoint.save(state(1))
    (older,) = files(checkpoint)
    whole = content(older)
    checkpoint.save(state(2))
    artifact_storage.overwrite(older, whole)
    newest = files(checkpoint)[-1]
    artifact_storage.overwrite(newest, damage(content(newest)))
    assert loaded(checkpoint) == 1
    artifacts.remove(key=older)
    assert loaded(checkpoint) is None


def test_a_full_disk_does_not_stop_the_fit(
    checkpoint: StoredCheckpoint, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    checkpoint.save(state(1))

    def full(*_: object, **__: object) -> str:
        raise OSError("No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(storages["artifacts"], "save", full)
        checkpoint.save(state(2))
    assert "could not be saved (No space left on device)" in caplog.text
    assert loaded(checkpoint) == 1


def test_it_is_removed_with_its_fit(checkpoint: StoredCheckpoint) -> None:
    checkpoint.save(state(1))
    checkpoint.remove()
    assert keys() == set()


def test_stale_ones_are_removed(checkpoint: StoredCheckpoint) -> None:
    checkpoint.save(state(1))
    storages["artifacts"].save("checkpoints/somebody/else.safetensors", ContentFile(b"x"))
    assert checkpoints.remove_stale() == 0
    assert loaded(checkpoint) == 1
    assert checkpoints.remove_stale(older_than=timedelta(0)) == 2
    assert loaded(checkpoint) is None
