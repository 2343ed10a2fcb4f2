"""Other accounts of the machine read nothing in the data folder."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from movierec_site.private_folder import close_to_others
from movierec_site.processes import supervisor
from tests.test_settings import ROOT


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """What an earlier version has left."""
    folder = tmp_path / "var"
    for name in ("mail", "logs", "media"):
        (folder / name).mkdir(parents=True)
    for file in (folder / "mail" / "reset.log", folder / "logs" / "web.log", folder / "media" / "file"):
        file.write_text("secret")
        file.chmod(0o644)
    for each in (folder, folder / "mail", folder / "logs"):
        each.chmod(0o755)
    return folder


def test_every_command_closes_what_was_open(data_dir: Path) -> None:
    environment = os.environ | {"MOVIEREC_DATA_DIR": str(data_dir)}
    subprocess.run([sys.executable, "manage.py", "check"], cwd=ROOT, env=environment, check=True, capture_output=True)
    assert [mode(data_dir / name) for name in ("", "mail", "logs")] == [0o700] * 3
    assert [mode(data_dir / name) for name in ("mail/reset.log", "logs/web.log")] == [0o600] * 2


def test_messages_and_logs_have_closed_folders_from_the_first_one_on(tmp_path: Path) -> None:
    close_to_others(tmp_path)
    assert [mode(tmp_path / name) for name in ("mail", "logs")] == [0o700] * 2


def test_it_leaves_shared_folders_and_links_alone(data_dir: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("x")
    outside.chmod(0o644)
    (data_dir / "logs" / "link").symlink_to(outside)
    data_dir.chmod(0o1777)
    close_to_others(data_dir)
    assert mode(data_dir) == 0o1777
    data_dir.chmod(0o755)
    close_to_others(data_dir)
    assert (mode(data_dir), mode(outside)) == (0o700, 0o644)


def test_it_leaves_a_folder_with_home_folders_alone(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (data_dir / "alice").mkdir()
    monkeypatch.setenv("HOME", str(data_dir / "alice"))
    close_to_others(data_dir)
    assert mode(data_dir) == 0o755


def test_postgresql_may_still_enter(data_dir: Path) -> None:
    from movierec_site.embedded.system_user import ACL, _with_traverse

    data_dir.chmod(0o700)
    try:
        os.setxattr(data_dir, ACL, _with_traverse(data_dir, uid=12345))
    except OSError:
        pytest.skip("This file system has no access lists.")
    before = os.getxattr(data_dir, ACL)
    close_to_others(data_dir)
    assert os.getxattr(data_dir, ACL) == before


def test_new_logs_are_private(tmp_path: Path) -> None:
    with open(tmp_path / "web.log", "ab", opener=supervisor.private):
        assert mode(tmp_path / "web.log") == 0o600
