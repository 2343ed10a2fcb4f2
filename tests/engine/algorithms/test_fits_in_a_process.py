"""What a training leaves to the rest of its process: Python's lock for other threads, and memory."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from recommender.engine.algorithms.registry import ALGORITHMS

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[3]
LONGEST_SILENCE = 0.25
"""Seconds of processor time. LAPACK held the lock for 0.5 s in one call on the matrix of EASE, and at full size, during
which no heartbeat could go out, for 30 s."""
MOST_MB = 300
NAMES = [name for name in ALGORITHMS if name not in ("als_3", "als_5", "als_7", "als_9", "als_11")]


@pytest.fixture(scope="module", params=NAMES)
def measured(request: pytest.FixtureRequest, dataset_dir: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.support.fit_in_a_process", request.param, str(dataset_dir)]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(told.stdout)


def test_no_training_keeps_other_threads_waiting(measured: dict[str, Any]) -> None:
    assert measured["longest_silence"] < LONGEST_SILENCE


def test_no_training_needs_much_memory(measured: dict[str, Any]) -> None:
    assert measured["peak_mb"] - measured["before_mb"] < MOST_MB
