"""However `make run` ends, it leaves no process behind."""

import contextlib
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from movierec_site.processes import supervisor
from tests.support.processes import PATIENCE, all_gone, is_alive, wait_until

# A server with a child of its own, both of which ignore SIGTERM, and a worker that does not.
STUBBORN = """
import os, signal, time
from movierec_site.processes import children
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork() == 0:
    children.exit_with_parent()
print("web says hello", flush=True)
while True:
    time.sleep(60)
"""
POLITE = "import time; time.sleep(600)"
SUPERVISE = f"""
import signal, sys
from pathlib import Path
from movierec_site import embedded
from movierec_site.processes.supervisor import Restarts, Supervisor, only_one, stop_signals
data_dir = Path(sys.argv[1])
try:
    with (
        stop_signals(),
        only_one(data_dir, "http://127.0.0.1:8000/"),
        embedded.serve(data_dir, throw_away=True, join=False) as server,
    ):
        together = Supervisor(data_dir / "logs", restarts=Restarts(at_most=2, first_pause=0.0),
                              say=lambda said: print(said, flush=True))
        together.watch("database", server.process, data_dir / "logs" / "postgres.log")
        try:
            for name, code in (("web", {STUBBORN!r}), ("worker", {POLITE!r})):
                together.start(name, [sys.executable, "-c", code], death_signal=signal.SIGQUIT,
                               stop_signals=[(signal.SIGTERM, 1.0), (signal.SIGQUIT, 1.0)])
            print("started", flush=True)
            together.wait()
        finally:
            together.stop()
except KeyboardInterrupt:
    print("told to stop", flush=True)
except Exception as error:
    sys.exit(str(error))
"""


def as_in_a_script() -> None:
    """Ignore signals as a command does that a script starts with "&"; undo nohup, under which the suite may run."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    for number in (signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)


class Run:
    """A supervisor with its database, a stubborn server and a polite worker."""

    def __init__(self, data_dir: Path) -> None:
        command = [sys.executable, "-c", SUPERVISE, str(data_dir)]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=as_in_a_script
        )
        assert self.process.stdout.readline() == "started\n", self.process.stderr.read()
        assert wait_until(lambda: "hello" in (data_dir / "logs" / "web.log").read_text())
        everyone = psutil.Process(self.process.pid).children(recursive=True)
        self.pids = [child.pid for child in everyone]
        self.children = {
            name: next(child for child in everyone if child.ppid() == self.process.pid and mark in child.cmdline()[-1])
            for name, mark in (("web", "hello"), ("worker", "sleep(600)"))
        }
        self.children["database"] = next(
            child
            for child in everyone
            if child.name() == "postgres" and psutil.Process(child.ppid()).name() != "postgres"
        )

    def ends(self) -> str:
        out, errors = self.process.communicate(timeout=PATIENCE)
        return out + errors


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Run]:
    run = Run(tmp_path)
    yield run
    run.process.kill()
    for pid in run.pids:
        if is_alive(pid):
            psutil.Process(pid).kill()


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything(running: Run, told: signal.Signals) -> None:
    running.process.send_signal(told)
    assert "told to stop" in running.ends()
    assert len(running.pids) > 4
    assert not any(is_alive(pid) for pid in running.pids)


def worker_of(running: Run) -> psutil.Process | None:
    """Return the worker that runs now."""
    for child in psutil.Process(running.process.pid).children():
        with contextlib.suppress(psutil.Error):
            if "sleep(600)" in child.cmdline()[-1] and child.status() != psutil.STATUS_ZOMBIE:
                return child
    return None


def test_a_child_that_dies_is_started_again_up_to_a_bound(running: Run) -> None:
    worker = running.children["worker"]
    for _ in range(2):
        worker.kill()
        died = worker.pid
        assert wait_until(lambda died=died: (now := worker_of(running)) is not None and now.pid != died)
        worker = worker_of(running)
    assert running.children["web"].is_running()
    running.pids.append(worker.pid)
    worker.kill()
    said = running.ends()
    assert said.count("The worker process was killed by SIGKILL") == 3
    assert said.count("It is started again in 0 s.") == 2
    assert "It has been started again 2 times; stopping everything." in said
    assert running.process.returncode == 1
    assert all_gone(running.pids)


def test_what_a_dead_child_leaves_is_gone_before_it_starts_again(running: Run) -> None:
    left = running.children["web"].children()[0]
    running.children["web"].kill()
    assert wait_until(lambda: not is_alive(left.pid))


def test_the_pauses_grow_and_old_deaths_are_forgotten() -> None:
    restarts = supervisor.Restarts(at_most=3, within=600, first_pause=1)
    assert [restarts.pause_after([0.0, 1.0, 2.0, 3.0][:n]) for n in (1, 2, 3, 4)] == [1, 2, 4, None]
    assert restarts.pause_after([0.0, 1.0, 2.0, 700.0]) == 1


def test_the_death_of_the_database_stops_everything(running: Run) -> None:
    running.children["database"].kill()
    said = running.ends()
    assert "The database process was killed by SIGKILL" in said
    assert running.process.returncode == 1
    assert all_gone(running.pids)


def test_the_message_has_the_last_lines_of_the_log(running: Run) -> None:
    running.children["web"].kill()
    assert "The web process was killed" in running.process.stdout.readline()
    assert "web says hello" in running.process.stdout.readline()


def test_a_killed_supervisor_leaves_nothing(running: Run) -> None:
    running.process.kill()
    assert all_gone(running.pids)


def test_the_next_run_recovers_from_a_killed_one(running: Run, tmp_path: Path) -> None:
    running.process.kill()
    again = Run(tmp_path)
    again.process.send_signal(signal.SIGTERM)
    assert "told to stop" in again.ends()
    assert all_gone([*running.pids, *again.pids])


def test_a_second_run_names_the_first_ones_address(running: Run, tmp_path: Path) -> None:
    second = subprocess.run(
        [sys.executable, "-c", SUPERVISE, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert second.returncode == 1
    assert second.stderr.strip() == "movierec is already running at http://127.0.0.1:8000/."
    assert all(child.is_running() for child in running.children.values())


def test_a_taken_port_is_noticed() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert not supervisor.port_is_free("127.0.0.1", port)
    assert supervisor.port_is_free("127.0.0.1", port)
    with pytest.raises(OSError, match="not known"):
        supervisor.port_is_free("nobody.invalid", port)


def test_a_large_log_is_set_aside(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    log.write_text("small")
    supervisor.rotate(log)
    assert log.read_text() == "small"
    log.write_bytes(b"x" * (supervisor.MAX_LOG_BYTES + 1))
    supervisor.rotate(log)
    assert not log.exists()
    assert (tmp_path / "web.log.1").stat().st_size == supervisor.MAX_LOG_BYTES + 1
