"""Supervises the processes of `make run`: one that dies is started again, up to a bound; all stop together."""

import contextlib
import errno
import fcntl
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from movierec_site.processes import children

MAX_LOG_BYTES = 5 * 2**20
LAST_LINES = 20
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class ChildDied(Exception):
    """A child process has exited unexpectedly; the message has the last lines of its log."""


class AlreadyRunning(Exception):
    """Another `make run` uses this data folder; the message has its address."""


@dataclass(frozen=True, slots=True)
class Restarts:
    """How often a process that dies is started again, and after how many seconds; each pause is twice the last."""

    at_most: int = 5
    within: float = 600.0
    first_pause: float = 1.0

    def pause_after(self, deaths: Sequence[float]) -> float | None:
        """Return the pause after the last of these deaths, or None if there were too many lately."""
        recent = [death for death in deaths if death > deaths[-1] - self.within]
        return None if len(recent) > self.at_most else self.first_pause * 2 ** (len(recent) - 1)


@dataclass
class Child:
    """A process, its log, the signals that stop it and what starts it again (neither if other code does that)."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    stop_signals: Sequence[tuple[signal.Signals, float]] = ()
    spawn: Callable[[], subprocess.Popen[bytes]] | None = None
    deaths: list[float] = field(default_factory=list)
    starts_again_at: float | None = None


class Supervisor:
    """Starts processes, starts those again that die, and stops them all."""

    def __init__(self, logs: Path, *, say: Callable[[str], None] = print, restarts: Restarts | None = None) -> None:
        self._logs, self._say, self._restarts = logs, say, restarts or Restarts()
        self._children: list[Child] = []
        self._wake = threading.Event()
        logs.mkdir(parents=True, exist_ok=True, mode=0o700)
        signal.signal(signal.SIGCHLD, self._on_child)

    def start(
        self,
        name: str,
        command: Sequence[str],
        *,
        stop_signals: Sequence[tuple[signal.Signals, float]],
        death_signal: signal.Signals,
        environment: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        """Start a process in its own session, with its own log; call this from the main thread."""
        log = self._logs / f"{name}.log"

        def spawn() -> subprocess.Popen[bytes]:
            rotate(log)
            with open(log, "ab", opener=private) as out:
                return subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=subprocess.STDOUT,
                    env={**os.environ, **(environment or {})},
                    cwd=cwd,
                    start_new_session=True,
                    preexec_fn=children.die_with_parent(death_signal),
                )

        self._children.append(Child(name, spawn(), log, stop_signals, spawn))

    def watch(self, name: str, process: subprocess.Popen[bytes], log: Path) -> None:
        """Watch a process that other code starts and stops."""
        self._children.append(Child(name, process, log))

    def wait(self) -> None:
        """Never return; start processes again that end.

        Raises
        ------
        ChildDied
            If one ends too often, or one that other code has started.
        KeyboardInterrupt
            If we are told to stop.
        """
        while True:
            for child in self._children:
                self._attend_to(child)
            due = [child.starts_again_at - time.monotonic() for child in self._children if child.starts_again_at]
            self._wake.wait(max(min([2.0, *due]), 0.0))
            self._wake.clear()

    def wait_for_port(self, host: str, port: int, seconds: float) -> None:
        """Wait until something listens on a port."""
        deadline = time.monotonic() + seconds
        while True:
            self.check()
            with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=1):
                return
            if time.monotonic() > deadline:
                raise ChildDied(
                    f"Nothing listens on {host}:{port} after {seconds:.0f} s; see the logs in {self._logs}."
                )
            time.sleep(0.1)

    def check(self) -> None:
        """Raise `ChildDied` if one of the processes has ended."""
        for child in self._children:
            code = child.process.poll()
            if code is not None:
                raise ChildDied(_exit_report(child, code))

    def _attend_to(self, child: Child) -> None:
        if child.starts_again_at is not None:
            if child.spawn is not None and time.monotonic() >= child.starts_again_at:
                child.process, child.starts_again_at = child.spawn(), None
            return
        code = child.process.poll()
        if code is None:
            return
        child.deaths.append(time.monotonic())
        report, pause = _exit_report(child, code), self._restarts.pause_after(child.deaths)
        if child.spawn is None:
            raise ChildDied(report)
        if pause is None:
            raise ChildDied(f"{report}\nIt has been started again {self._restarts.at_most} times; stopping everything.")
        _kill_group(child)  # what it may have left would be in the way
        self._say(f"{report}\nIt is started again in {pause:.0f} s.")
        child.starts_again_at = time.monotonic() + pause

    def stop(self) -> None:
        """Ask all processes to stop at the same time, then kill them and their process groups."""
        ours = [child for child in self._children if child.stop_signals]
        threads = [threading.Thread(target=_stop_group, args=(child,)) for child in ours]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _on_child(self, _number: int, _frame: FrameType | None) -> None:
        self._wake.set()


@contextlib.contextmanager
def stop_signals() -> Iterator[None]:
    """Turn the first of Ctrl-C, SIGTERM and SIGHUP into a KeyboardInterrupt and ignore the rest while we stop."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        ignore()
        raise KeyboardInterrupt

    def ignore() -> None:
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)

    for number in STOP_SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN or number != signal.SIGHUP:  # under nohup we keep running
            signal.signal(number, interrupt)
    children.adopt_orphans()
    children.stop_with_make()
    try:
        yield
    finally:
        ignore()
        for pid in children.descendants(os.getpid()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


@contextlib.contextmanager
def only_one(data_dir: Path, url: str) -> Iterator[None]:
    """Hold the data folder's run lock, which contains our address for the message of a second run."""
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = os.open(data_dir / "run.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(f"movierec is already running at {os.pread(lock, 200, 0).decode()}.") from None
        os.ftruncate(lock, 0)
        os.pwrite(lock, url.encode(), 0)
        yield
    finally:
        os.close(lock)


def port_is_free(host: str, port: int) -> bool:
    """Tell whether a server could listen on a port; raise `OSError` if the host or port is not for this account."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            return False
    return True


def private(path: str, flags: int) -> int:
    """Open a file that only this account can read (an `opener`)."""
    return os.open(path, flags, 0o600)


def rotate(log: Path) -> None:
    """Set a large log aside, keeping one older file."""
    if log.exists() and log.stat().st_size > MAX_LOG_BYTES:
        log.replace(log.with_name(f"{log.name}.1"))


def _stop_group(child: Child) -> None:
    children.stop(child.process, list(child.stop_signals))
    _kill_group(child)


def _kill_group(child: Child) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.process.pid, signal.SIGKILL)


def _exit_report(child: Child, code: int) -> str:
    how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
    try:
        lines = child.log.read_text(errors="replace").splitlines()[-LAST_LINES:]
    except OSError:
        lines = []
    return "\n".join([f"The {child.name} process {how}; the end of {child.log}:", *(f"  {line}" for line in lines)])
