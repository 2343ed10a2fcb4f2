"""This machine's copies stay within their bound; the least recently used goes first, what is in use stays."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from movierec_site import artifact_bucket
from recommender.engine.data.artifact import ArtifactError, read_artifact, write_artifact
from recommender.services.storage import artifacts, cache
from recommender.services.storage.artifacts import StoredArtifact
from tests.support.artifact_storage import OnS3

SIZE = 8_000
MAP_IT = "import sys, numpy; from recommender.engine.data.artifact import read_artifact; from pathlib import Path; "
MAP_IT += "kept = read_artifact(Path(sys.argv[1])); print('mapped', flush=True); sys.stdin.read()"


@pytest.fixture
def on_s3_only(on_s3: OnS3, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OnS3:
    """Artifacts on S3, with room for two and a half copies here, which count as used only while they are."""
    settings.ARTIFACT_CACHE_DIR, settings.ARTIFACT_CACHE_BUDGET = tmp_path / "cache", int(2.5 * SIZE)
    settings.STORAGES = settings.STORAGES | {"artifacts": on_s3.backend}
    on_s3.use()
    monkeypatch.setattr(cache, "JUST_USED", 0.0)
    monkeypatch.setattr(artifacts, "SETTLED_AFTER", 3600.0)  # no notes of what was verified, which take room too
    return on_s3


def store(folder: Path, number: int) -> StoredArtifact:
    """Store an artifact of about SIZE bytes."""
    file = folder / f"{number}.safetensors"
    write_artifact(file, {"numbers": np.full(SIZE // 8 - 20, float(number))}, {})
    return artifacts.store(path=file, name="test")


def local(stored: StoredArtifact) -> Path:
    return artifacts.local_file(key=stored.key, sha256=stored.sha256)


def used_in_this_order(*paths: Path) -> None:
    """Say when each was used last, the first the longest ago."""
    for age, path in enumerate(reversed(paths), start=1):
        moment = time.time() - 100 * age
        os.utime(path, (moment, moment))


def test_the_least_recently_used_goes_first(on_s3_only: OnS3, tmp_path: Path) -> None:
    stored = [store(tmp_path, number) for number in range(3)]
    first, second = local(stored[0]), local(stored[1])
    used_in_this_order(first, second)
    assert local(stored[0]) == first  # used again
    third = local(stored[2])
    assert {copy.path for copy in cache.copies()} == {first, third}
    assert local(stored[1]) == second  # fetched again when it is needed


def test_a_mapped_file_stays_however_long_it_was_not_asked_for(on_s3_only: OnS3, tmp_path: Path) -> None:
    stored = [store(tmp_path, number) for number in range(3)]
    first, second = local(stored[0]), local(stored[1])
    arrays, _ = read_artifact(first)
    used_in_this_order(first, second)
    third = local(stored[2])
    assert {copy.path for copy in cache.copies()} == {first, third}
    assert arrays["numbers"][0] == 0.0
    del arrays
    used_in_this_order(first, third)
    local(stored[1])
    assert {copy.path for copy in cache.copies()} == {second, third}


def test_a_file_that_another_process_has_mapped_stays_until_that_process_ends(on_s3_only: OnS3, tmp_path: Path) -> None:
    stored = [store(tmp_path, number) for number in range(3)]
    first, second = local(stored[0]), local(stored[1])
    command = [sys.executable, "-c", MAP_IT, str(first)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "mapped\n"
        used_in_this_order(first, second)
        third = local(stored[2])
        assert {copy.path for copy in cache.copies()} == {first, third}
        other.kill()
    used_in_this_order(first, third)
    local(stored[1])
    assert {copy.path for copy in cache.copies()} == {second, third}


def test_a_file_that_was_just_asked_for_stays(
    on_s3_only: OnS3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(cache, "JUST_USED", 600.0)
    paths = {local(store(tmp_path, number)) for number in range(3)}
    assert {copy.path for copy in cache.copies()} == paths
    assert "more than ARTIFACT_CACHE_BUDGET: all are in use." in caplog.text


def test_an_unpacked_folder_counts_and_stays_while_it_is_held(on_s3_only: OnS3, settings: Any, tmp_path: Path) -> None:
    class Opened:
        """Whatever reads the folder."""

    settings.ARTIFACT_CACHE_BUDGET = 1 << 40
    folder = tmp_path / "index"
    folder.mkdir()
    (folder / "a").write_bytes(b"a" * SIZE)
    stored = artifacts.store_folder(path=folder, name="test")
    unpacked, opened = artifacts.local_folder(key=stored.key, sha256=stored.sha256), Opened()
    cache.hold(unpacked, while_alive=opened)
    settings.ARTIFACT_CACHE_BUDGET = 0
    assert cache.trim() > SIZE
    assert [copy.path for copy in cache.copies()] == [unpacked]
    del opened
    assert cache.trim() == 0
    assert not unpacked.exists()


def test_large_files_go_in_parts_and_each_is_checked(on_s3_only: OnS3, settings: Any, tmp_path: Path) -> None:
    settings.ARTIFACT_CACHE_BUDGET = 1 << 40
    file = tmp_path / "large.bin"
    file.write_bytes(os.urandom(artifact_bucket.PART + 1_000))
    stored = artifacts.store(path=file, name="test")
    about = on_s3_only.server.client.head_object(Bucket=on_s3_only.bucket, Key=stored.key, ChecksumMode="ENABLED")
    assert about["ETag"].strip('"').endswith("-2")  # S3's mark of a file that came in two parts
    assert "ChecksumSHA256" in about
    assert local(stored).read_bytes() == file.read_bytes()
    on_s3_only.overwrite(stored.key, file.read_bytes()[:-1] + b"?")
    local(stored).unlink()
    with pytest.raises(ArtifactError, match="is damaged: its sha256 is"):
        local(stored)
    assert cache.copies() == []
