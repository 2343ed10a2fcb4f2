"""The wheel has every file that the site needs; .ci/image builds it and runs what it installs."""

import subprocess
import sys
from pathlib import Path

import pytest
from setuptools import Distribution

ROOT = Path(__file__).resolve().parents[2]
LINKS = ("templates", "static", "gunicorn.conf.py")


@pytest.fixture
def in_the_wheel(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Return the paths of the files that go into a wheel, without the kernels."""
    monkeypatch.chdir(ROOT)
    distribution = Distribution({"script_name": "setup.py"})
    distribution.parse_config_files()
    build = distribution.get_command_obj("build_py")
    build.ensure_finalized()
    build.build_lib = "."
    return {str(Path(file)) for file in build.get_outputs(include_bytecode=False)}


def test_pages_and_scripts_are_in_the_wheel(in_the_wheel: set[str]) -> None:
    needed = [file for name in LINKS[:2] for file in (ROOT / name).rglob("*") if file.is_file()]
    assert len(needed) > 100
    assert {f"movierec_site/{file.relative_to(ROOT)}" for file in needed} <= in_the_wheel
    assert "movierec_site/gunicorn.conf.py" in in_the_wheel


def test_every_module_is_in_the_wheel(in_the_wheel: set[str]) -> None:
    packages = ("movierec_site", "recommender", "native")
    modules = {str(file.relative_to(ROOT)) for name in packages for file in (ROOT / name).rglob("*.py")}
    assert modules <= in_the_wheel
    assert not [file for file in in_the_wheel if file.startswith(("tests", "deploy"))]


@pytest.mark.parametrize("name", LINKS)
def test_what_the_wheel_takes_from_elsewhere_is_a_link_into_the_repository(name: str) -> None:
    link = ROOT / "movierec_site" / name
    assert link.is_symlink()
    assert not link.readlink().is_absolute()
    assert link.resolve().is_relative_to(ROOT)


def test_a_module_of_the_current_folder_is_not_ours(tmp_path: Path) -> None:
    (tmp_path / "recommender").mkdir()
    (tmp_path / "recommender" / "__init__.py").write_text("raise SystemExit('the wrong one')")
    look = f"import sys; sys.path[0] = {str(ROOT)!r}; import movierec_site, recommender; print(recommender.__file__)"
    done = subprocess.run([sys.executable, "-c", look], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == str(ROOT / "recommender" / "__init__.py"), done.stderr
