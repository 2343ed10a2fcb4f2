"""Backups are whole or not there, hold no secrets, and restore into the same site."""

import json
import re
import signal
import urllib.request
from pathlib import Path
from typing import Any, ClassVar

import boto3
import pytest
from boto3.exceptions import Boto3Error
from django.conf import settings as django_settings
from django.db import connection
from moto.server import ThreadedMotoServer

from recommender.models import Job, JobChunk, ModelVersion, Rating, Tag
from recommender.services import jobs
from recommender.services.backups import BackupError, backup, manifest, places, record
from recommender.services.backups.restore import restore
from recommender.services.lists.served_model import default_algorithm
from tests.support.processes import manage, wait_until

BUCKET = "s3://backups/nightly"
KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": "us-east-1"}


@pytest.fixture
def few_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests about something else."""
    monkeypatch.setattr(record, "N_LISTS", 3)


def result(kind: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((Path(django_settings.DATA_DIR) / "operations" / f"{kind}.json").read_text())
    return found


def test_it_has_the_dump_the_artifacts_in_service_and_names_of_settings_but_no_secret(backup: Path) -> None:
    made = manifest.read(backup)
    assert "database.dump" in made.files
    assert len(made.files) > 3
    assert len(made.lists) == record.N_LISTS
    assert all(len(movies) == record.LIST_LENGTH for movies in made.lists.values())
    assert made.row_counts["recommender_rating"] > 1000
    assert "SECRET_KEY" in made.settings
    assert django_settings.SECRET_KEY not in (backup / manifest.NAME).read_text()
    assert backup.stat().st_mode & 0o077 == 0


def test_it_restores_into_the_same_site(backup: Path, empty_site: None) -> None:
    shares: list[float] = []
    restored = restore(str(backup.parent), compare=True, on_progress=lambda share, message="": shares.append(share))
    assert restored.problems == []
    assert restored.address == str(backup)
    assert shares == sorted(shares)
    assert default_algorithm()
    assert Rating.objects.count() == manifest.read(backup).row_counts["recommender_rating"]


def test_a_restored_site_is_compared_row_by_row_and_list_by_list(copied_backup: Path, empty_site: None) -> None:
    made = json.loads((copied_backup / manifest.NAME).read_text())
    made["tables"]["recommender_tag"]["rows"] += 1
    made["tables"]["recommender_rating"]["digest"] = "1"
    rater = next(iter(made["lists"]))
    made["lists"][rater][:2] = [-1, -2]
    made["lists"][list(made["lists"])[1]][-1] = -1  # another processor may round the last place away
    (copied_backup / manifest.NAME).write_text(json.dumps(made))
    problems = restore(str(copied_backup), compare=True).problems
    assert len(problems) == 3
    assert re.fullmatch(r"The table recommender_rating has other contents in its \d+ rows\.", problems[0])
    assert problems[1].startswith("The table recommender_tag has ")
    assert problems[2] == f"Rater {rater} gets another list: 18 of its 20 movies are left."


def test_a_database_that_is_not_empty_is_refused_unless_asked(backup: Path, site: None) -> None:
    Tag.objects.create(name="written after the backup")
    with pytest.raises(BackupError, match=r"is not empty: it has \d+ tables\. Restore into an empty one, or let"):
        restore(str(backup))
    assert Tag.objects.filter(name="written after the backup").exists()
    assert restore(str(backup), replace=True, compare=True).problems == []
    assert not Tag.objects.filter(name="written after the backup").exists()


def test_a_database_in_use_is_refused(backup: Path, site: None) -> None:
    with connection.copy().cursor() as other:
        other.execute("SELECT 1")
        with pytest.raises(BackupError, match="1 other sessions use the database"):
            restore(str(backup), replace=True)
        other.connection.close()


@pytest.mark.parametrize("name", ["database.dump", "artifacts"])
def test_a_damaged_backup_is_refused_before_anything_is_changed(copied_backup: Path, site: None, name: str) -> None:
    file = next(path for path in sorted(copied_backup.rglob("*")) if path.is_file() and name in str(path))
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    n_ratings = Rating.objects.count()
    with pytest.raises(BackupError, match=r"is damaged: .* has another sha256"):
        restore(str(copied_backup), replace=True)
    assert Rating.objects.count() == n_ratings
    file.unlink()
    with pytest.raises(BackupError, match=r"is not whole: .* is missing"):
        restore(str(copied_backup), replace=True)


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_a_dump_that_cannot_be_read_to_its_end_leaves_the_database_as_it_was(
    copied_backup: Path, site: None, share: float
) -> None:
    dump = copied_backup / manifest.DUMP
    dump.write_bytes(dump.read_bytes()[: 100 + int(dump.stat().st_size * share)])
    made = json.loads((copied_backup / manifest.NAME).read_text())
    made["files"][manifest.DUMP] = {"sha256": manifest.File.of(dump).sha256, "size": dump.stat().st_size}
    (copied_backup / manifest.NAME).write_text(json.dumps(made))
    n_ratings = Rating.objects.count()
    with pytest.raises(BackupError, match="could not be restored, and is as it was: "):
        restore(str(copied_backup), replace=True)
    assert Rating.objects.count() == n_ratings > 0


def test_a_backup_of_a_newer_release_is_refused(copied_backup: Path, empty_site: None) -> None:
    made = json.loads((copied_backup / manifest.NAME).read_text())
    made["migrations"].append("recommender.9999_from_the_future")
    (copied_backup / manifest.NAME).write_text(json.dumps(made))
    with pytest.raises(BackupError, match=r"newer than this one: it has the migration recommender\.9999"):
        restore(str(copied_backup))


def test_what_was_under_way_starts_over_and_versions_without_artifact_are_marked(
    few_lists: None, site: None, tmp_path: Path
) -> None:
    job = jobs.start(kind=Job.Kind.TRAIN, arguments={"algorithm": "mean"})
    assert jobs.run_chunk(job_id=job.pk, worker="worker@before")
    assert job.chunks.filter(state=JobChunk.State.SUCCEEDED).exists()
    old = ModelVersion.objects.active().first()
    assert old is not None
    ModelVersion.objects.filter(pk=old.pk).update(state="retired", artifact_key="als/gone")
    made = backup.back_up(str(tmp_path))
    restore(made.address, replace=True)
    assert jobs.run_here(job_id=job.pk).state == Job.State.SUCCEEDED
    assert ModelVersion.objects.get(pk=old.pk).artifact_removed_at is not None


def test_a_backup_that_fails_leaves_nothing_and_says_so(
    few_lists: None, site: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup.back_up(str(tmp_path / "good"))
    before = result("backup")
    assert before["ok"]
    assert before["last_good_at"] == before["finished_at"]

    def fail(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device", "/backups/database.dump")

    monkeypatch.setattr(backup.database, "dump", fail)
    with pytest.raises(BackupError, match=r"could not be written to /backups/database.dump \(No space left on device"):
        backup.back_up(str(tmp_path / "bad"))
    assert list((tmp_path / "bad").iterdir()) == []
    assert not result("backup")["ok"]
    assert result("backup")["last_good_at"] == before["finished_at"]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_backup_that_is_stopped_does_not_look_whole(site: None, tmp_path: Path, number: signal.Signals) -> None:
    process = manage("backup", str(tmp_path))
    assert wait_until(lambda: any(tmp_path.glob(".*.partial")))
    process.send_signal(number)
    said = process.communicate()[1]
    with pytest.raises(BackupError, match="There is no whole backup in"):
        places.found(str(tmp_path))
    if number == signal.SIGINT:
        assert said.splitlines()[-1] == "CommandError: Interrupted; nothing of the backup is left."
        assert list(tmp_path.iterdir()) == []


class Storage:
    """Moto's S3 over HTTP."""

    def __init__(self) -> None:
        self.server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self.server.start()
        host, port = self.server.get_host_and_port()
        self.url = f"http://{host}:{port}"
        urllib.request.urlopen(f"{self.url}/moto-api/reset", data=b"").close()  # it keeps what tests before have stored

    def keys(self) -> list[str]:
        """Return what is in the bucket."""
        found = boto3.client("s3", endpoint_url=self.url).list_objects_v2(Bucket="backups")
        return [each["Key"] for each in found.get("Contents", ())]


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Any:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    storage = Storage()
    settings.AWS_ENDPOINT_URL = storage.url
    boto3.client("s3", endpoint_url=storage.url).create_bucket(Bucket="backups")
    yield storage
    storage.server.stop()


def test_a_bucket_works_like_a_folder(s3: Storage, few_lists: None, site: None) -> None:
    where = places.place(BUCKET)
    made = backup.back_up(BUCKET)
    assert where.names() == [made.address.rpartition("/")[2]]
    assert restore(BUCKET, replace=True, compare=True).problems == []


def test_a_bucket_that_goes_away_keeps_nothing_of_half_a_backup(
    s3: Storage, few_lists: None, site: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "_s3", lambda: OnlyOnce(s3.url))
    with pytest.raises(BackupError, match=r"s3://backups/nightly/ cannot be used \(.*no more.*\)"):
        backup.back_up(BUCKET)
    assert s3.keys() == []


class OnlyOnce:
    """A client that sends one file more and then no other."""

    sent: ClassVar[list[str]] = []

    def __init__(self, url: str) -> None:
        self._client = boto3.client("s3", endpoint_url=url)

    def upload_file(self, *file: str) -> None:
        """Send a file, or refuse to."""
        if self.sent:
            raise Boto3Error("no more")
        self.sent.append(file[-1])
        self._client.upload_file(*file)

    def delete_object(self, **what: str) -> None:
        """Delete a file."""
        self._client.delete_object(**what)


def test_a_bucket_that_is_not_there_is_named(s3: Storage, few_lists: None, site: None) -> None:
    with pytest.raises(BackupError, match=r"s3://elsewhere/ cannot be used .*; check the bucket, AWS_ENDPOINT_URL"):
        backup.back_up("s3://elsewhere")
