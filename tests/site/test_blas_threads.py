"""Every process of the site keeps BLAS to one thread, however it is started, unless the environment says otherwise."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from movierec_site.processes.machine import n_cores
from tests.support.blas_threads import BLAS_THREADS
from tests.support.processes import PATIENCE, wait_until

TWO = str(min(n_cores(), 2))
ROOT = Path(__file__).resolve().parents[2]
COUNT = "import numpy; from tests.support.blas_threads import most_blas_threads as most; print(most())"


def environment(**more: str) -> dict[str, str]:
    """The environment of somebody who has set no number of BLAS threads."""
    names = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "GOTO_NUM_THREADS")
    return {name: value for name, value in os.environ.items() if name not in names} | more


@pytest.mark.parametrize(
    ("more", "threads"), [({}, "1"), ({"OPENBLAS_NUM_THREADS": TWO}, TWO)], ids=["by itself", "when told otherwise"]
)
def test_the_blas_threads_of_a_celery_worker(tmp_path: Path, more: dict[str, str], threads: str) -> None:
    log = tmp_path / "worker.log"
    command = [sys.executable, "-m", "celery", "-A", "movierec_site", "worker", "--concurrency", "1"]
    with log.open("wb") as out:
        worker = subprocess.Popen(
            [*command, "--include", "tests.support.blas_threads", "--hostname", "blas@test"],
            cwd=ROOT,
            env=environment(**more),
            stdout=out,
            stderr=out,
        )
        try:
            assert wait_until(lambda: BLAS_THREADS in log.read_text() or worker.poll() is not None), log.read_text()
        finally:
            worker.terminate()
            worker.wait(PATIENCE)
    assert f"{BLAS_THREADS}{threads}\n" in log.read_text()


@pytest.mark.parametrize(
    "start",
    [
        "import movierec_site.wsgi",
        "import runpy; runpy.run_path('deploy/gunicorn.conf.py')",
        "import runpy, sys; sys.argv = ['manage.py', 'version']; runpy.run_path('manage.py', run_name='__main__')",
    ],
    ids=["wsgi", "gunicorn", "manage"],
)
def test_web_processes_and_commands_have_one_blas_thread(start: str) -> None:
    told = subprocess.run(
        [sys.executable, "-c", f"{start};{COUNT}"],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.splitlines()[-1] == "1"
