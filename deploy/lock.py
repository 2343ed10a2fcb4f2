"""Pin what the image and the tests install; `--check` says whether the lock files are those of pyproject.toml."""

import hashlib
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STAMP = "# By `make lock`, from the requirements of pyproject.toml with the digest "
# pip takes these pins as constraints, which may have no hashes: the project itself is installed beside them.
CONSTRAINTS = ROOT / "deploy" / "constraints.txt"


def requirements() -> dict[Path, list[str]]:
    """Return each lock file with the requirements that it pins."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project, build = settings["project"], settings["build-system"]["requires"]
    extras = [wanted for name, extra in project["optional-dependencies"].items() if name != "bench" for wanted in extra]
    return {
        ROOT / "deploy" / "requirements.lock": project["dependencies"],
        ROOT / "deploy" / "build.lock": build,
        CONSTRAINTS: [*project["dependencies"], *extras, *build],
    }


def stamp(wanted: list[str]) -> str:
    """Return the first line of a lock file for these requirements."""
    return STAMP + hashlib.sha256("\n".join(sorted(wanted)).encode()).hexdigest()


def stale() -> list[str]:
    """Return the names of the lock files whose requirements have changed since."""
    return [
        str(lock.relative_to(ROOT))
        for lock, wanted in requirements().items()
        if not lock.is_file() or lock.read_text(encoding="utf-8").partition("\n")[0] != stamp(wanted)
    ]


def write(lock: Path, wanted: list[str]) -> None:
    """Pin the newest versions that fit, for every Python and processor that movierec runs on."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "requirements.in", Path(folder) / "requirements.lock"
        source.write_text("\n".join(wanted), encoding="utf-8")
        command = ["uv", "pip", "compile", "--universal", "--python-version", "3.11", "--quiet"]
        command += [] if lock == CONSTRAINTS else ["--generate-hashes"]
        options = ["--native-tls", "--no-header", "--no-annotate", "--output-file", str(target), str(source)]
        subprocess.run([*command, *options], check=True, cwd=folder)
        lock.write_text(f"{stamp(wanted)}\n{target.read_text(encoding='utf-8')}", encoding="utf-8")


def main() -> None:
    """Write the lock files, or check them."""
    if sys.argv[1:] == ["--check"]:
        if outdated := stale():
            sys.exit(f"pyproject.toml has changed since {' and '.join(outdated)} was written; run `make lock`.")
        return
    for lock, wanted in requirements().items():
        write(lock, wanted)
        n_pins = sum("==" in line for line in lock.read_text(encoding="utf-8").splitlines())
        sys.stdout.write(f"{lock.relative_to(ROOT)} pins {n_pins} packages.\n")


if __name__ == "__main__":
    main()
