"""Runs an installed movierec from a strange folder: `python -m tests.newcomer.wheel ENVIRONMENT` has the wheel."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.newcomer.check import Visitor, free_port

PATIENCE = 900
NOT_OURS = ("DATABASE_URL", "DJANGO_SETTINGS_MODULE", "MOVIEREC_DATA_DIR", "PYTHONPATH", "SECRET_KEY", "VIRTUAL_ENV")


def files(folder: Path) -> set[Path]:
    """Return the files below a folder, without compiled ones."""
    return {file for file in folder.rglob("*") if file.suffix != ".pyc" and file.name != "__pycache__"}


def answers(site: str) -> bool:
    with contextlib.suppress(OSError):
        return "<html" in Visitor(site).get("/")
    return False


def walk(environment: Path, folder: Path) -> None:
    """Run the site, look at its first page and what that loads, and stop it by Ctrl-C."""
    packages = next(environment.glob("lib/python3.*/site-packages"))
    before, data, strange = files(packages), folder / "data", folder / "elsewhere"
    strange.mkdir()
    settings = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
    settings |= {"XDG_DATA_HOME": str(data), "PORT": str(free_port())}
    command = [str(environment / "bin" / "movierec"), "run"]
    site = f"http://127.0.0.1:{settings['PORT']}"
    with subprocess.Popen(command, cwd=strange, env=settings, start_new_session=True) as run:
        try:
            deadline = time.monotonic() + PATIENCE
            while not answers(site):
                assert run.poll() is None, "movierec run has ended"
                assert time.monotonic() < deadline, f"no page after {PATIENCE} s"
                time.sleep(0.2)
            loaded = re.findall(r'(?:href|src)="(/static/[^"]+)"', Visitor(site).get("/"))
            assert loaded, "the first page loads no static files"
            for asset in loaded:
                Visitor(site).fetch(asset)
            os.killpg(run.pid, signal.SIGINT)
            assert run.wait(PATIENCE) == 0, f"movierec run ends with {run.returncode}"
        finally:
            run.kill()
    assert (data / "movierec" / "secret_key").is_file(), f"nothing is kept in {data}"
    assert not list(strange.iterdir()), f"something is kept in the current folder: {list(strange.iterdir())}"
    assert files(packages) == before, f"something is kept beside the code: {files(packages) - before}"


def main() -> None:
    """Walk the path; an AssertionError says where it ends."""
    folder = Path(tempfile.mkdtemp(prefix="movierec-wheel-")).resolve()
    try:
        walk(Path(sys.argv[1]).resolve(), folder)
    except (AssertionError, OSError, subprocess.TimeoutExpired) as error:
        for log in sorted(folder.glob("data/movierec/logs/*.log")):
            print(f"== {log.name}", *log.read_text(errors="replace").splitlines()[-20:], sep="\n", file=sys.stderr)
        sys.exit(f"The path of the wheel ends here: {error}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print("The path of the wheel is clear.")


if __name__ == "__main__":
    main()
