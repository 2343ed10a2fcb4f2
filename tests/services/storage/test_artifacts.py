"""Artifacts in storage: verified, immutable, never half-written."""

import os
import tarfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages

from recommender.engine.data.artifact import ArtifactError, read_artifact, write_artifact
from recommender.services.storage import artifacts
from tests.support.artifact_storage import OnDisk, OnS3, keys

pytestmark = pytest.mark.usefixtures("artifact_storage")
on_disk = pytest.mark.parametrize("artifact_storage", ["file system"], indirect=True)


def test_it_gives_back_what_was_stored(tmp_path: Path) -> None:
    file = tmp_path / "numbers.txt"
    file.write_text("one two three")
    stored = artifacts.store(path=file, name="test")
    assert artifacts.local_file(key=stored.key, sha256=stored.sha256).read_text() == "one two three"
    assert stored.size == 13


def test_it_never_uses_a_name_twice(tmp_path: Path) -> None:
    file = tmp_path / "same.txt"
    file.write_text("same")
    assert artifacts.store(path=file, name="test").key != artifacts.store(path=file, name="test").key


@on_disk
def test_it_removes_what_killed_processes_left_days_ago(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR, settings.ARTIFACT_CACHE_DIR = tmp_path, tmp_path / "artifact-cache"
    old_work, busy_work, cache = tmp_path / "work/old", tmp_path / "work/busy", settings.ARTIFACT_CACHE_DIR
    for folder in (old_work, busy_work, cache):
        folder.mkdir(parents=True)
    (old_work / "model.safetensors").touch()
    (cache / "abc.safetensors.partial-1").touch()
    (cache / "abc.safetensors").touch()
    three_days_ago = time.time() - 3 * 86_400
    for path in (*old_work.iterdir(), old_work, busy_work, *cache.iterdir()):
        os.utime(path, (three_days_ago, three_days_ago))
    (busy_work / "model.safetensors").touch()
    assert artifacts.remove_abandoned_work() == 2
    assert [path.name for path in (tmp_path / "work").iterdir()] == ["busy"]
    assert [path.name for path in cache.iterdir()] == ["abc.safetensors"]


def test_it_refuses_a_damaged_artifact(artifact_storage: OnDisk | OnS3, tmp_path: Path) -> None:
    file = tmp_path / "numbers.txt"
    file.write_text("one two three")
    stored = artifacts.store(path=file, name="test")
    artifact_storage.overwrite(stored.key, b"one two four!")
    with pytest.raises(ArtifactError, match="is damaged"):
        artifacts.local_file(key=stored.key, sha256=stored.sha256)


@on_disk
def test_it_reads_an_artifact_once_to_verify_it_until_it_is_touched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "numbers.txt"
    file.write_text("one two three, once")
    stored = artifacts.store(path=file, name="test")
    monkeypatch.setattr(artifacts, "SETTLED_AFTER", -1.0)
    whole, hashed = artifacts._sha256, []
    monkeypatch.setattr(artifacts, "_sha256", lambda path: hashed.append(path) or whole(path))
    for _ in range(3):
        artifacts.local_file(key=stored.key, sha256=stored.sha256)
    assert len(hashed) == 1
    in_storage = Path(storages["artifacts"].path(stored.key))
    in_storage.chmod(0o640)
    times = in_storage.stat()
    in_storage.write_text("one two three, 0nce")
    os.utime(in_storage, ns=(times.st_atime_ns, times.st_mtime_ns))
    with pytest.raises(ArtifactError, match="is damaged"):
        artifacts.local_file(key=stored.key, sha256=stored.sha256)


def test_it_says_which_artifact_is_missing() -> None:
    with pytest.raises(ArtifactError, match=r"als/gone\.safetensors (cannot be read|is not in storage)"):
        artifacts.local_file(key="als/gone.safetensors", sha256="0" * 64)


def test_it_gives_back_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    folder.mkdir()
    (folder / "a").write_text("A")
    (folder / "b").write_text("B")
    stored = artifacts.store_folder(path=folder, name="test")
    for _ in range(2):
        local = artifacts.local_folder(key=stored.key, sha256=stored.sha256)
        assert {file.name: file.read_text() for file in local.iterdir()} == {"a": "A", "b": "B"}


def test_readers_may_lock_an_unpacked_folder_and_write_nothing_else_there(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    folder.mkdir()
    for name in ("titles", ".tantivy-meta.lock"):
        (folder / name).touch(mode=0o600)
    stored = artifacts.store_folder(path=folder, name="test")
    local = artifacts.local_folder(key=stored.key, sha256=stored.sha256)
    # By their modes, since root, as which CI runs, may do everything.
    assert {file.name: bool(file.stat().st_mode & 0o222) for file in local.iterdir()} == {
        "titles": False,
        ".tantivy-meta.lock": True,
    }


@pytest.mark.parametrize("name", ["../outside", "/outside", "in/side", ".."])
def test_it_unpacks_plain_files_only(tmp_path: Path, name: str) -> None:
    packed = tmp_path / "packed.tar"
    with tarfile.open(packed, "w") as archive:
        archive.addfile(tarfile.TarInfo(name))
    stored = artifacts.store(path=packed, name="test")
    with pytest.raises(ArtifactError, match="is not a plain file"):
        artifacts.local_folder(key=stored.key, sha256=stored.sha256)


def test_it_leaves_nothing_behind_when_writing_fails() -> None:
    class Broken(ContentFile):  # type: ignore[type-arg]
        def read(self, *_: object, **__: object) -> bytes:
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        storages["artifacts"].save("broken/file.bin", Broken(b"data"))
    assert keys() == set()


@on_disk
def test_arrays_come_back_as_they_were_and_the_same_arrays_give_the_same_bytes(tmp_path: Path) -> None:
    arrays = {"b": np.arange(6, dtype=np.float32).reshape(2, 3), "a": np.array([[1], [2]], dtype=np.int8)}
    for name in ("first", "second"):
        write_artifact(tmp_path / name, arrays, {"algorithm": "als", "seed": "3", "parameters": "{}"})
    assert (tmp_path / "first").read_bytes() == (tmp_path / "second").read_bytes()
    read, manifest = read_artifact(tmp_path / "first")
    assert manifest["seed"] == "3"
    for name, array in arrays.items():
        np.testing.assert_array_equal(read[name], array)
        assert read[name].dtype == array.dtype
        assert not read[name].flags.writeable


@on_disk
@pytest.mark.parametrize("content", [b"", b"not an artifact at all", b"\xff" * 64])
def test_it_refuses_a_foreign_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "foreign").write_bytes(content)
    with pytest.raises(ArtifactError, match="foreign is not"):
        read_artifact(tmp_path / "foreign")


@on_disk
def test_it_refuses_a_truncated_artifact(tmp_path: Path) -> None:
    whole = tmp_path / "model"
    write_artifact(whole, {"a": np.zeros(1000)}, {})
    whole.write_bytes(whole.read_bytes()[:-100])
    with pytest.raises(ArtifactError, match="model is not a readable artifact"):
        read_artifact(whole)


@on_disk
def test_a_read_only_cache_does_not_stop_anybody_from_reading(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "numbers.txt"
    file.write_text("one two three, read-only")
    stored = artifacts.store(path=file, name="test")
    (tmp_path / "taken").touch()
    settings.ARTIFACT_CACHE_DIR = tmp_path / "taken" / "cache"  # cannot be made, even by root
    monkeypatch.setattr(artifacts, "SETTLED_AFTER", -1.0)
    assert artifacts.local_file(key=stored.key, sha256=stored.sha256).read_text() == "one two three, read-only"
    with pytest.raises(ArtifactError, match=r"cannot be unpacked into .*; free some space there, or set MOVIEREC_DATA"):
        artifacts.local_folder(key=stored.key, sha256=stored.sha256)
