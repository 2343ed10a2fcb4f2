"""What is in service is mirrored to a bucket and back: only what changed, and again after an interruption."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.core.management import call_command
from django.core.management.base import CommandError

from recommender.models import ModelVersion
from recommender.services.storage import artifacts
from tests.support import s3
from tests.support.factories import LONG_AGO, make_model_version

pytestmark = pytest.mark.django_db
ADDRESS = "s3://mirror/site-1"


@pytest.fixture(scope="module")
def server() -> Iterator[s3.S3]:
    with s3.running() as running:
        running.make_bucket("mirror")
        yield running


@pytest.fixture
def mirror(server: s3.S3, settings: Any, tmp_path: Path) -> s3.S3:
    """A server with the empty bucket that commands copy to and from, and two versions in service besides one not."""
    server.empty("mirror")
    on_disk = {"BACKEND": "movierec_site.storage.ArtifactFolder", "OPTIONS": {"location": tmp_path / "artifacts"}}
    settings.STORAGES = settings.STORAGES | {"artifacts": on_disk}
    settings.ARTIFACT_CACHE_DIR, settings.AWS_ENDPOINT_URL = tmp_path / "cache", server.url
    in_service = {"state": ModelVersion.State.ACTIVE, "activated_at": LONG_AGO}
    make_model_version("als/1.safetensors", **in_service)
    make_model_version("mean/1.safetensors", "mean", 2.0, **in_service)
    make_model_version("als/2.safetensors", stars=4.0)
    return server


def stored_in(server: s3.S3) -> dict[str, str]:
    """Return the names in the bucket, each with its ETag."""
    found = server.client.list_objects_v2(Bucket="mirror").get("Contents", ())
    return {each["Key"]: each["LastModified"].isoformat() + each["ETag"] for each in found}


def last_line(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out.strip().splitlines()[-1]


def test_it_copies_what_is_in_service_and_then_only_what_changed(
    mirror: s3.S3, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("sync_artifacts", to=ADDRESS)
    assert last_line(capsys).startswith("2 of 2 artifacts in service copied (")
    assert set(stored_in(mirror)) == {"site-1/als/1.safetensors", "site-1/mean/1.safetensors"}
    before = stored_in(mirror)
    call_command("sync_artifacts", to=ADDRESS)
    assert last_line(capsys) == "0 of 2 artifacts in service copied (0\xa0bytes); 2 unchanged."
    assert stored_in(mirror) == before
    ModelVersion.objects.filter(artifact_key="als/1.safetensors").update(state=ModelVersion.State.RETIRED)
    ModelVersion.objects.filter(artifact_key="als/2.safetensors").update(
        state=ModelVersion.State.ACTIVE, activated_at=LONG_AGO
    )
    call_command("sync_artifacts", to=ADDRESS)
    assert last_line(capsys).startswith("1 of 2 artifacts in service copied (")


def test_it_brings_back_what_is_missing_or_damaged_here(mirror: s3.S3, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("sync_artifacts", to=ADDRESS)
    here = storages["artifacts"]
    whole = Path(here.path("als/1.safetensors")).read_bytes()
    here.delete("mean/1.safetensors")
    Path(here.path("als/1.safetensors")).write_bytes(whole[:-1] + b"?")
    call_command("sync_artifacts", source=ADDRESS)
    assert last_line(capsys).startswith("2 of 2 artifacts in service copied (")
    for version in ModelVersion.objects.active():
        artifacts.local_file(key=version.artifact_key, sha256=version.artifact_sha256)
    call_command("sync_artifacts", source=ADDRESS)
    assert last_line(capsys).startswith("0 of 2 artifacts in service copied (")


def test_after_an_interruption_it_goes_on_with_what_is_left(
    mirror: s3.S3, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    whole, asked = artifacts.local_file, []

    def interrupted(*, key: str, sha256: str) -> Path:
        asked.append(key)
        if len(asked) == 2:
            raise KeyboardInterrupt
        return whole(key=key, sha256=sha256)

    monkeypatch.setattr(artifacts, "local_file", interrupted)
    with pytest.raises(CommandError, match="what was copied stays"):
        call_command("sync_artifacts", to=ADDRESS)
    assert len(stored_in(mirror)) == 1
    monkeypatch.setattr(artifacts, "local_file", whole)
    call_command("sync_artifacts", to=ADDRESS)
    assert last_line(capsys).startswith("1 of 2 artifacts in service copied (")


def test_it_refuses_a_damaged_mirror_and_leaves_this_storage_as_it_was(mirror: s3.S3) -> None:
    call_command("sync_artifacts", to=ADDRESS)
    mirror.client.put_object(Bucket="mirror", Key="site-1/als/1.safetensors", Body=b"something else")
    storages["artifacts"].delete("als/1.safetensors")
    with pytest.raises(CommandError, match=r"Artifact als/1\.safetensors is damaged"):
        call_command("sync_artifacts", source=ADDRESS)
    assert not storages["artifacts"].exists("als/1.safetensors")


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("/backup", "is not the address of a bucket; write s3://bucket"),
        ("s3://", "is not the address of a bucket"),
        ("s3://in-use", "is the artifact storage of this installation"),
        ("s3://nowhere-to-be-found", "cannot be used"),
    ],
)
def test_it_says_what_is_wrong_with_the_address(mirror: s3.S3, settings: Any, address: str, sentence: str) -> None:
    settings.ARTIFACT_BUCKET = "in-use"
    with pytest.raises(CommandError, match=sentence):
        call_command("sync_artifacts", to=address)
