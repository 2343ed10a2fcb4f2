"""A drill restores a backup in an installation that has nothing, and says whether it is the same site."""

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command

from recommender.services.backups import manifest
from tests.conftest import url_of
from tests.services.backups.test_backup import result

SCRATCH_DATABASES = "SELECT datname FROM pg_database WHERE datname LIKE 'movierec_drill_%'"
"""Only these: the other processes of the test run make and drop databases of theirs on the same server."""


@pytest.fixture
def scratch_databases(site: None) -> Any:
    def names() -> set[str]:
        with psycopg.connect(url_of("postgres")) as server:
            return {name for (name,) in server.execute(SCRATCH_DATABASES)}

    return names


def test_a_good_backup_passes_on_an_embedded_server(
    backup: Path, scratch_databases: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("drill", str(backup.parent))
    said = capsys.readouterr().out.splitlines()[-1]
    assert said.startswith(f"{backup} can be restored: ")
    assert said.endswith("the lists of 100 raters are the same.")
    found = result("drill")
    assert (found["ok"], found["lists"], found["problems"]) == (True, 100, [])
    assert found["finished_at"] == found["last_good_at"]
    assert found["seconds"] > 0


def test_a_bad_one_fails_in_a_scratch_database_which_is_gone_afterwards(
    copied_backup: Path, scratch_databases: Any
) -> None:
    made = json.loads((copied_backup / manifest.NAME).read_text())
    made["tables"]["recommender_tag"]["digest"] = "1"
    made["lists"] = {}
    (copied_backup / manifest.NAME).write_text(json.dumps(made))
    with pytest.raises(CommandError, match=r"is not what was backed up\. The table recommender_tag has other contents"):
        call_command("drill", str(copied_backup), server=url_of("postgres"))
    assert scratch_databases() == set()
    found = result("drill")
    assert not found["ok"]
    assert len(found["problems"]) == 1


def test_one_that_cannot_be_restored_fails_with_its_reason(copied_backup: Path, scratch_databases: Any) -> None:
    (copied_backup / manifest.DUMP).write_bytes(b"nonsense")
    with pytest.raises(CommandError, match=r"could not be restored: .*database\.dump has another sha256"):
        call_command("drill", str(copied_backup), server=url_of("postgres"))
    assert not result("drill")["ok"]
    assert "another sha256" in result("drill")["error"]
