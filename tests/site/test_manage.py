"""manage.py starts a database for commands that need one, and reports errors in one clear sentence."""

import os
import socket
import subprocess
import sys
from pathlib import Path

from movierec_site import embedded
from tests.support.processes import PATIENCE

ROOT = Path(__file__).resolve().parents[2]


def manage(data_dir: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment |= {"MOVIEREC_DATA_DIR": str(data_dir), **settings}
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=PATIENCE)


def test_a_command_starts_and_stops_its_own_database(tmp_path: Path) -> None:
    done = manage(tmp_path, "showmigrations", "recommender")
    assert "[ ] 0001_initial" in done.stdout, done.stderr
    assert (tmp_path / "postgres" / "data" / "PG_VERSION").exists()
    assert not (tmp_path / "postgres" / "data" / "postmaster.pid").exists()


def test_a_command_joins_a_running_database(tmp_path: Path) -> None:
    with embedded.serve(tmp_path, throw_away=True) as server:
        done = manage(tmp_path, "showmigrations", "recommender")
        assert "[ ] 0001_initial" in done.stdout, done.stderr
        assert server.process.poll() is None


def test_help_needs_no_database(tmp_path: Path) -> None:
    assert "showmigrations" in manage(tmp_path, "help").stdout
    assert "usage:" in manage(tmp_path, "migrate", "--help").stdout
    assert not (tmp_path / "postgres").exists()


def test_an_invalid_setting_is_reported_in_one_sentence(tmp_path: Path) -> None:
    done = manage(tmp_path, "run", PORT="eighty")
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1] == 'PORT is "eighty"; set it to a whole number from 1 to 65535.'
    assert "Traceback" not in done.stderr


def test_run_says_which_port_is_taken(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = manage(tmp_path, "run", PORT=str(port))
    assert done.returncode == 1
    assert f"Port {port} of 127.0.0.1 is taken by another program" in done.stderr
    assert not (tmp_path / "postgres").exists()
