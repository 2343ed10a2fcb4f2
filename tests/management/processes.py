"""What the tests of commands share: a process of its own for a command, on the test's database."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.db import connection

from movierec_site.env import adbc_uri

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
