"""The pre-commit hooks run what `make lint` runs, and the workflow runs `.ci/run` on every Python that we support."""

import os
import re
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent


def loaded(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text())


def test_the_hooks_run_what_make_lint_runs() -> None:
    recipe = re.search(r"^lint:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert recipe
    commands = [line.strip().removeprefix("@").replace("$(BIN)", ".venv/bin") for line in recipe[1].splitlines()]
    hooks = [hook for repo in loaded(".pre-commit-config.yaml")["repos"] for hook in repo["hooks"]]
    assert [hook["entry"] for hook in hooks] == commands
    assert all(hook["language"] == "system" and hook["pass_filenames"] is False for hook in hooks)


def test_the_workflow_runs_the_whole_check_on_every_supported_python() -> None:
    job = loaded(".github/workflows/ci.yml")["jobs"]["check"]
    pythons = job["strategy"]["matrix"]["python"]
    oldest = re.search(r'^requires-python = ">=(.+)"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    known = re.findall(r"\bpython(3\.\d+)\b", (ROOT / "Makefile").read_text())
    assert oldest
    assert pythons[0] == oldest[1]
    assert sorted(pythons) == sorted(set(known))
    check = job["steps"][-1]
    assert check["run"] == ".ci/run"
    assert check["env"] == {"PYTHON": "python${{ matrix.python }}"}
    assert (ROOT / ".ci/run").stat().st_mode & stat.S_IXUSR


def test_make_takes_the_python_that_the_environment_names() -> None:
    asked = os.environ | {"PYTHON": "/somewhere/python3.13"}
    shown = subprocess.run(
        ["make", "-pn", "help"], cwd=ROOT, env=asked, capture_output=True, text=True, check=False
    ).stdout
    assert "PYTHON = /somewhere/python3.13" in shown


def test_the_check_refuses_an_environment_of_another_python(tmp_path: Path) -> None:
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci/run", tmp_path / ".ci/run")
    (tmp_path / ".venv/bin").mkdir(parents=True)
    for path, version in ((".venv/bin/python", "3.11.0"), ("asked", "3.13.0")):
        (tmp_path / path).write_text(f"#!/bin/sh\necho Python {version}\n")
        (tmp_path / path).chmod(0o755)
    asked = os.environ | {"PYTHON": str(tmp_path / "asked")}
    done = subprocess.run([".ci/run"], cwd=tmp_path, env=asked, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert ".venv has Python 3.11.0, not Python 3.13.0" in done.stderr
