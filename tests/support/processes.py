"""What tests ask of the operating system about processes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import psutil
from django.conf import settings
from django.db import connection

from recommender.services.training.rating_arrays import adbc_uri


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; a zombie does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


PATIENCE = 300
"""Seconds to wait for something before it counts as never happening; machines can be slow."""


def wait_until(condition: Callable[[], bool]) -> bool:
    """Wait for something to become true; return whether it did."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def all_gone(pids: Iterable[int]) -> bool:
    """Wait for processes to end; return whether all did."""
    return wait_until(lambda: not any(is_alive(pid) for pid in pids))


ROOT = Path(__file__).resolve().parents[2]


def manage(*arguments: str, **more: str) -> "subprocess.Popen[str]":
    """Start `manage.py` with these arguments and settings; it hears Ctrl-C."""
    known = {
        "DATABASE_URL": adbc_uri(connection.settings_dict),
        "SECRET_KEY": settings.SECRET_KEY,
        "MOVIEREC_DATA_DIR": str(settings.DATA_DIR),
        "CELERY_BROKER_URL": settings.CELERY_BROKER_URL,
    }
    return subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT, env=os.environ | known | more, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # ignored in the background
    )  # fmt: skip
