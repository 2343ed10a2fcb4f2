"""Child processes that never outlive the one that started them."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(death_signal: signal.Signals) -> Callable[[], None]:
    """Return a `preexec_fn` that asks Linux to send a signal to the child when its parent dies.

    The kernel watches the thread that started the child, so children are started from the main thread.
    """
    parent = os.getpid()

    def ask() -> None:
        if _LIBC is not None:
            if death_signal != signal.SIGKILL:
                signal.signal(death_signal, signal.SIG_DFL)  # a shell's background commands ignore SIGINT and SIGQUIT
            _LIBC.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
            if os.getppid() != parent:  # it died before this call
                os._exit(1)

    return ask


def stop_with_make() -> None:
    """Stop this process, too, when `make` is killed, but not when a shell or init system exits."""
    if _LIBC is not None and "MAKELEVEL" in os.environ:
        _LIBC.prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)


def adopt_orphans() -> None:
    """Become the parent of orphaned grandchildren, so that `descendants` still finds them."""
    if _LIBC is not None:
        _LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def exit_with_parent(**_: object) -> None:
    """Watch the parent from a thread and exit with it; for child processes that other code forks."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, name="exit-with-parent", daemon=True).start()


def descendants(pid: int) -> list[int]:
    """Return the ids of all living descendants of a process, from Linux's /proc; none on other systems."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = stat.read_text().rpartition(")")[2].split()[:2]
        except (OSError, ValueError):
            continue
        if state not in "ZX":
            children.setdefault(int(parent), []).append(int(stat.parent.name))
    found: list[int] = []
    waiting = [pid]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def stop(process: subprocess.Popen[bytes], steps: list[tuple[signal.Signals, float]]) -> int:
    """Send each signal in turn and wait its seconds, until the child has exited; return its exit code."""
    for step, seconds in [*steps, (signal.SIGKILL, 10.0)]:
        if process.poll() is None:
            process.send_signal(step)
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            continue
    return process.wait()
