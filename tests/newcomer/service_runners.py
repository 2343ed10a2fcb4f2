"""Where the services of `docker compose up` come from without a container engine: this clone, or an image."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
USER = 10001
OURS = re.compile(
    r"(?:DATABASE_URL|DJANGO_SETTINGS_MODULE|SECRET_KEY|MOVIELENS_DATA|HTTPS|MOVIEREC_.*|ALLOWED_HOSTS|PORT|HOST)"
)


class Clone:
    """Runs `manage.py` of this clone."""

    def __init__(self, folder: Path) -> None:
        self.paths = {name: str(folder / name) for name in ("data", "secrets", "database")}
        self.settings = {"MOVIEREC_DATA_DIR": self.paths["data"], "STATIC_ROOT": str(folder / "static")}
        self.settings |= {"MOVIELENS_DATA": os.environ.get("MOVIELENS_DATA", "")}
        subprocess.run(self.command("collectstatic", "--no-input"), env=self.environment(self.settings), check=True)

    def command(self, *arguments: str, settings: dict[str, str] | None = None) -> list[str]:
        return [sys.executable, str(ROOT / "manage.py"), *arguments]

    def script(self, *arguments: str, settings: dict[str, str]) -> list[str]:
        return [sys.executable, "-I", str(ROOT / "deploy" / arguments[0]), *arguments[1:]]

    def environment(self, settings: dict[str, str]) -> dict[str, str]:
        return {name: value for name, value in os.environ.items() if not OURS.fullmatch(name)} | settings

    def check(self) -> None:
        """Nothing is special about a clone."""


class Image:
    """Runs `movierec` of an image, as its account and with its volumes."""

    def __init__(self, folder: Path, image: str, options: list[str]) -> None:
        self.buildah = ["buildah", *options]
        self.paths = {name: f"/{name}" for name in ("data", "secrets", "database")}
        self.settings = {"MOVIELENS_DATA": "/movielens" if os.environ.get("MOVIELENS_DATA") else ""}
        os.chown(folder / "data", USER, USER)
        volumes = {str(folder / "data"): "/data", str(folder / "secrets"): "/secrets"}
        volumes |= {str(folder / "database"): "/database"}
        if release := os.environ.get("MOVIELENS_DATA"):
            volumes |= {release: "/movielens:ro"}
        self.mounts = [f"--volume={source}:{target}" for source, target in volumes.items()]
        self.image, self.container = image, self._ask("from", image)
        self.root = Path(self._ask("mount", self.container))
        self.files = self._files()

    def command(self, *arguments: str, settings: dict[str, str] | None = None, user: int = USER) -> list[str]:
        return self._inside(["movierec", *arguments], settings or {}, user)

    def script(self, *arguments: str, settings: dict[str, str], user: int = USER) -> list[str]:
        program = ["python3", "-I", f"/opt/movierec/{arguments[0]}", *arguments[1:]]
        return self._inside(program, settings, 0 if arguments[0] == "write_secrets.py" else user)

    def environment(self, settings: dict[str, str]) -> dict[str, str]:
        return dict(os.environ)

    def check(self) -> None:
        """There is no compiler; the site has written, and can write, only to its volumes: its root may be read-only."""
        assert self._files() == self.files, self._files() - self.files
        config = json.loads(self._ask("inspect", "--type", "image", self.image))["Docker"]["config"]
        assert config["User"] == f"{USER}:{USER}", config
        assert "/opt/movierec/health_check.py" in config["Healthcheck"]["Test"], config
        assert config["Labels"]["org.opencontainers.image.title"] == "movierec", config
        compilers, elsewhere = (
            "command -v cc gcc ld as",
            "! -path '/data*' ! -path '/tmp*' ! -path '/dev*' ! -path '/proc*'",
        )
        look = f"{compilers}; find / -xdev -writable ! -type l {elsewhere}"
        command = self._inside(["sh", "-c", look], {}, USER)
        found = set(subprocess.run(command, capture_output=True, text=True, check=False).stdout.split())
        assert found <= {"/var/tmp", "/run/lock"}, found

    def remove(self) -> None:
        self._ask("rm", self.container)

    def _files(self) -> set[Path]:
        return {file for name in ("home", "opt", "root", "usr", "var") for file in (self.root / name).rglob("*")}

    def _inside(self, program: list[str], settings: dict[str, str], user: int) -> list[str]:
        run = [
            "run",
            "--isolation",
            "chroot",
            "--user",
            f"{user}:{user}",
            *self.mounts,
            "--mount=type=tmpfs,destination=/tmp",
        ]
        return [*self.buildah, *run, self.container, "--", "env", *(f"{k}={v}" for k, v in settings.items()), *program]

    def _ask(self, *arguments: str) -> str:
        return subprocess.run([*self.buildah, *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
