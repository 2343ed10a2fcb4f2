"""The embedded PostgreSQL: which process owns it, which ones join, and what is left after one is killed."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from movierec_site import embedded
from movierec_site.embedded import EmbeddedError, cluster
from movierec_site.processes import machine
from tests.support.processes import PATIENCE, all_gone, is_alive

HOLD = """
import sys
from pathlib import Path
from movierec_site import embedded
from movierec_site.processes import children
if "without-death-signal" in sys.argv:
    children._LIBC = None
with embedded.serve(Path(sys.argv[1]), throw_away=True) as server:
    print(server.process.pid if server.owner else 0, flush=True)
    sys.stdin.read()
"""


class Holder:
    """Another process that serves a data folder until it is told to exit."""

    def __init__(self, data_dir: Path, *arguments: str) -> None:
        command = [sys.executable, "-c", HOLD, str(data_dir), *arguments]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.server_pid = int(self.process.stdout.readline())

    def leave(self) -> int:
        self.process.stdin.close()
        return self.process.wait(PATIENCE)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE)


@contextlib.contextmanager
def holding(data_dir: Path, *arguments: str) -> Iterator[Holder]:
    holder = Holder(data_dir, *arguments)
    try:
        yield holder
    finally:
        holder.kill()


def serve(data_dir: Path) -> contextlib.AbstractContextManager[embedded.Server]:
    return embedded.serve(data_dir, throw_away=True)


def run(server: embedded.Server, statement: str) -> list[tuple]:
    with psycopg.connect(server.url, autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a database, so that a test need not wait for initdb."""
    data_dir = tmp_path_factory.mktemp("made")
    with embedded.serve(data_dir) as server:
        run(server, "CREATE TABLE people (name text)")
        run(server, "INSERT INTO people VALUES ('alice')")
    return data_dir


def test_it_starts_a_server_and_stops_it_when_it_leaves(tmp_path: Path) -> None:
    with serve(tmp_path) as server:
        assert server.owner
        assert run(server, "SELECT current_database(), lower('ÄÖ')") == [("movierec", "äö")]
        pid = server.process.pid
    assert not is_alive(pid)
    assert not list((tmp_path / "postgres" / "socket").iterdir())


def test_it_gives_django_the_address_without_starting_anything(tmp_path: Path) -> None:
    settings = embedded.settings_for(tmp_path)
    assert settings["HOST"] == str(tmp_path / "postgres" / "socket")
    assert (settings["NAME"], settings["USER"]) == ("movierec", "postgres")
    assert not (tmp_path / "postgres").exists()


def test_it_listens_on_a_private_socket_and_no_port(made: Path) -> None:
    with serve(made) as server:
        assert server.socket_dir.stat().st_mode & 0o777 == 0o700
        assert (made / "postgres" / "data").stat().st_mode & 0o777 == 0o700
        assert not psutil.Process(server.process.pid).net_connections("inet")


def test_the_real_server_syncs_to_disk(made: Path) -> None:
    with embedded.serve(made) as server:
        assert run(server, "SHOW fsync") == run(server, "SHOW synchronous_commit") == [("on",)]


def test_two_joiners_share_the_owners_server_and_leave_it_running(made: Path) -> None:
    with serve(made) as server, holding(made) as alice, holding(made) as bob:
        assert alice.server_pid == bob.server_pid == 0
        assert alice.leave() == bob.leave() == 0
        assert run(server, "SELECT name FROM people") == [("alice",)]


def test_a_joiner_in_the_same_process_leaves_the_server_running(made: Path) -> None:
    with serve(made) as owner:
        with serve(made) as joiner:
            assert not joiner.owner
        assert run(owner, "SELECT 1") == [(1,)]


def test_a_killed_owner_takes_the_server_along(made: Path) -> None:
    with holding(made) as alice:
        alice.kill()
        assert all_gone([alice.server_pid])


def test_a_killed_joiner_changes_nothing(made: Path) -> None:
    with serve(made) as server, holding(made) as bob:
        bob.kill()
        assert run(server, "SELECT name FROM people") == [("alice",)]


def test_the_next_owner_stops_an_orphaned_server(made: Path) -> None:
    with holding(made, "without-death-signal") as alice:
        alice.kill()
        assert psutil.pid_exists(alice.server_pid)
        with serve(made) as server:
            assert server.owner
            assert server.process.pid != alice.server_pid
            assert not is_alive(alice.server_pid)
            assert run(server, "SELECT name FROM people") == [("alice",)]


def test_committed_rows_survive_a_killed_server(tmp_path: Path) -> None:
    with embedded.serve(tmp_path) as server:
        run(server, "CREATE TABLE people AS SELECT 'charlie' AS name")
        server.process.send_signal(signal.SIGKILL)
        server.process.wait(PATIENCE)
    with serve(tmp_path) as server:
        assert run(server, "SELECT name FROM people") == [("charlie",)]


def test_waiting_for_ownership_is_reported_once(made: Path) -> None:
    told: list[float] = []
    with holding(made) as alice:

        def on_wait() -> None:
            told.append(time.monotonic())
            alice.process.stdin.close()

        with embedded.serve(made, throw_away=True, join=False, on_wait=on_wait) as server:
            assert server.owner
    assert len(told) == 1


def test_a_pid_file_that_names_another_program_is_no_obstacle(made: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as stranger:
        (made / "postgres" / "data" / "postmaster.pid").write_text(f"{stranger.pid}\n")
        with serve(made) as server:
            assert server.owner
            assert stranger.poll() is None
        stranger.kill()


def test_a_half_made_database_is_made_again(tmp_path: Path) -> None:
    half = tmp_path / "postgres" / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    with serve(tmp_path) as server:
        assert run(server, "SELECT 1") == [(1,)]
    assert not half.exists()


def test_a_long_path_gets_a_short_private_socket_folder(tmp_path: Path) -> None:
    data_dir = tmp_path / ("long" * 30)
    with serve(data_dir) as server:
        assert len(str(server.socket_dir)) < 60
        assert server.socket_dir.stat().st_mode & 0o777 == 0o700
        assert run(server, "SELECT 1") == [(1,)]
    assert not server.socket_dir.exists()


@pytest.mark.parametrize("name", ["with a blank", "with,a,comma", "mit Übermut"])
def test_odd_folder_names_work(tmp_path: Path, name: str) -> None:
    with serve(tmp_path / name) as server:
        assert run(server, "SELECT 1") == [(1,)]


def test_it_refuses_a_socket_folder_of_somebody_else(tmp_path: Path) -> None:
    data_dir = tmp_path / ("long" * 30)
    trap = Path(embedded.settings_for(data_dir)["HOST"])
    trap.symlink_to(tmp_path)
    try:
        with pytest.raises(EmbeddedError, match="belongs to another account; remove it"), serve(data_dir):
            pass
    finally:
        trap.unlink()


def test_it_names_another_major_version(tmp_path: Path) -> None:
    data = tmp_path / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("9\n")
    with pytest.raises(EmbeddedError, match=r"was made by PostgreSQL 9, .* move the folder away"), serve(tmp_path):
        pass


def test_it_says_when_the_disk_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "MIN_FREE_BYTES", 2**60)
    with pytest.raises(EmbeddedError, match="MB are free on the disk"), serve(tmp_path):
        pass


def test_it_quotes_the_server_when_that_does_not_start(tmp_path: Path) -> None:
    with serve(tmp_path):
        pass
    (tmp_path / "postgres" / "data" / "postgresql.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(EmbeddedError, match=r"did not start: .*FATAL"), serve(tmp_path):
        pass


def test_it_can_be_used_again_after_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(cluster, "MIN_FREE_BYTES", 2**60)
        with pytest.raises(EmbeddedError), serve(tmp_path):
            pass
    with serve(tmp_path) as server:
        assert server.owner


def test_memory_settings_fit_a_small_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "memory_bytes", lambda: 512 * 2**20)
    monkeypatch.setattr(cluster, "n_cores", lambda: 1)
    small = cluster.parameters(tmp_path, throw_away=False)
    assert (small["shared_buffers"], small["work_mem"], small["max_connections"]) == ("64MB", "4MB", "50")
    monkeypatch.setattr(cluster, "memory_bytes", lambda: 64 * 2**30)
    monkeypatch.setattr(cluster, "n_cores", lambda: 32)
    large = cluster.parameters(tmp_path, throw_away=False)
    assert (large["shared_buffers"], large["work_mem"], large["max_connections"]) == ("2048MB", "64MB", "200")


def test_a_containers_limits_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "memory.max").write_text(f"{300 * 2**20}\n")
    (tmp_path / "cpu.max").write_text("100000 100000\n")
    monkeypatch.setattr(machine, "CGROUPS", tmp_path)
    assert machine.memory_bytes() == 300 * 2**20
    assert machine.n_cores() == 1


def test_a_container_without_limits_has_the_machines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "memory.max").write_text("max\n")
    (tmp_path / "cpu.max").write_text("max 100000\n")
    monkeypatch.setattr(machine, "CGROUPS", tmp_path)
    assert machine.memory_bytes() == psutil.virtual_memory().total
    assert machine.n_cores() == len(os.sched_getaffinity(0))
