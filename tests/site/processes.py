"""What tests ask of the operating system about processes."""

import time
from collections.abc import Callable, Iterable

import psutil


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; a zombie does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_until(condition: Callable[[], bool], seconds: float = 15) -> bool:
    """Wait for something to become true; return whether it did."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def all_gone(pids: Iterable[int], seconds: float = 15) -> bool:
    """Wait for processes to end; return whether all did."""
    return wait_until(lambda: not any(is_alive(pid) for pid in pids), seconds)
