"""Another process notices activations and roll-backs without a restart."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from recommender.services.training.rating_arrays import adbc_uri
from recommender.services.versions import lifecycle, serving
from tests.support.factories import make_model_version

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.django_db(transaction=True)
WEB_PROCESS = """
import time, django
django.setup()
from recommender.services.versions import serving
printed = "nothing yet"
while True:
    model = serving.model("als")
    stars = None if model is None else float(model.item_features.offsets[0])
    if stars != printed:
        print(stars, flush=True)
    printed = stars
    time.sleep(0.01)
"""


@pytest.fixture
def other_process(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that asks for the model as a request does, and prints what it gets."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "movierec_site.settings",
        "DATABASE_URL": adbc_uri(connection.settings_dict),
        "SECRET_KEY": settings.SECRET_KEY,
        "MOVIEREC_DATA_DIR": str(settings.DATA_DIR),
    }
    command = [sys.executable, "-c", WEB_PROCESS]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=log, text=True)
        with process:
            yield process
            process.kill()


def next_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_another_process_notices(other_process: subprocess.Popen[str]) -> None:
    versions = [make_model_version(f"als/{stars}", stars=stars) for stars in (3.0, 4.0)]
    assert next_line(other_process) == "None"
    lifecycle.activate(version=versions[0])
    assert next_line(other_process) == "3.0"
    lifecycle.activate(version=versions[1])
    assert next_line(other_process) == "4.0"
    lifecycle.roll_back(algorithm="als")
    assert next_line(other_process) == "3.0"


def test_processes_check_more_than_once_a_second() -> None:
    assert serving.CHECK_INTERVAL < 1
