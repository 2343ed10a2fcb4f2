"""What deploy/ holds is valid, pinned and keeps secrets out; the image's scripts do what they say."""

import os
import re
import stat
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.core.management import get_commands

from deploy import health_check, lock, write_secrets
from tests.support import compose_file

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
OURS = {name: service for name, service in compose_file.services({}).items() if "movierec" in service["image"]}


def test_the_compose_file_fits_its_schema(tmp_path: Path) -> None:
    file = tmp_path / "compose.yaml"
    file.write_text(compose_file.text({}))
    checked = subprocess.run(
        [BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", file], capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stdout


def test_the_services_are_commands_of_movierec() -> None:
    commands = {service["command"][0] for service in OURS.values() if "entrypoint" not in service}
    assert {"web", "worker", "beat", "migrate"} <= commands <= set(get_commands())


@pytest.mark.parametrize("name", sorted(OURS))
def test_a_service_of_ours_has_no_rights_it_does_not_need(name: str) -> None:
    service = OURS[name]
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service.get("user") is None or name == "secrets"


@pytest.mark.parametrize("name", sorted(compose_file.services({})))
def test_the_compose_file_has_no_secret(name: str) -> None:
    service = compose_file.services({})[name]
    told = {**service.get("environment", {}), **service.get("build", {}).get("args", {})}
    for variable, value in told.items():
        secret = re.search(r"PASSWORD|SECRET|TOKEN|KEY", variable)
        assert not secret or value in ("", None) or variable.endswith("_FILE"), f"{variable} of {name}"
        assert not re.search(r"//[^/@]*:[^/@]*@", str(value)), f"a password in {variable} of {name}"


def test_only_the_proxy_is_seen_from_outside() -> None:
    assert [name for name, service in compose_file.services({}).items() if "ports" in service] == ["proxy"]


def test_the_proxys_file_is_valid(tmp_path: Path) -> None:
    command = [BIN / "caddy", "validate", "--adapter", "caddyfile", "--config", ROOT / "deploy" / "Caddyfile"]
    homes = {name: str(tmp_path) for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")}
    checked = subprocess.run(command, env=os.environ | homes, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr


def test_locks_are_those_of_the_requirements() -> None:
    assert lock.stale() == [], "run `make lock`"


def test_a_changed_requirement_makes_its_lock_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = lock.requirements()
    first = next(iter(wanted))
    monkeypatch.setattr(lock, "requirements", lambda: wanted | {first: [*wanted[first], "another>=1"]})
    assert lock.stale() == ["deploy/requirements.lock"]


@pytest.mark.parametrize("file", sorted(set(lock.requirements()) - {lock.CONSTRAINTS}), ids=lambda file: file.name)
def test_every_pin_has_a_hash_and_no_address(file: Path) -> None:
    text = file.read_text()
    pins = re.findall(r"^[a-z][\w.-]*(?:\[[\w,-]+\])?==\S+", text, re.MULTILINE)
    assert len(pins) == len(
        re.findall(r"(?:^[a-z]).*(?:\n    --hash=sha256:[0-9a-f]{64}(?: \\)?)+$", text, re.MULTILINE)
    )
    assert len(pins) >= len(lock.requirements()[file])
    assert "://" not in text


def test_the_image_is_labelled_with_our_version() -> None:
    ours = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert f"\nARG VERSION={ours}\n" in (ROOT / "deploy" / "Dockerfile").read_text()


def test_secrets_are_made_once_and_may_be_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in write_secrets.NAMES:
        monkeypatch.delenv(name, raising=False)
    assert write_secrets.write(tmp_path) == ["SECRET_KEY", "DATABASE_PASSWORD"]
    key, password = ((tmp_path / name).read_text() for name in ("secret_key", "database_password"))
    assert len(key) == len(password) == 64
    assert key != password
    assert write_secrets.write(tmp_path) == []
    monkeypatch.setenv("SECRET_KEY", "given")
    assert write_secrets.write(tmp_path) == ["SECRET_KEY"]
    assert (tmp_path / "secret_key").read_text() == "given"
    assert (tmp_path / "database_password").read_text() == password
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o444


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Have a site that answers with the status in the list, and count nothing else."""
    status = [200]

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status[0] if self.path == "/healthz" else 404)
            self.end_headers()

        def log_message(self, *arguments: Any) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        monkeypatch.setenv("PORT", str(server.server_port))
        monkeypatch.delenv("WORKER_HEARTBEAT_FILE", raising=False)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield status
        server.shutdown()


def test_a_site_that_answers_is_well(site: list[int]) -> None:
    assert health_check.problem() == ""
    assert run_health_check() == 0
    site[0] = 503
    assert "503" in health_check.problem()
    assert run_health_check() == 1


def run_health_check() -> int:
    return subprocess.run([sys.executable, "-I", ROOT / "deploy" / "health_check.py"], capture_output=True).returncode


def test_a_site_that_does_not_listen_is_not_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "1")
    monkeypatch.delenv("WORKER_HEARTBEAT_FILE", raising=False)
    assert "refused" in health_check.problem()


def test_a_worker_is_well_while_its_heartbeat_is_fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heartbeat = tmp_path / "heartbeat"
    monkeypatch.setenv("WORKER_HEARTBEAT_FILE", str(heartbeat))
    assert "No such file" in health_check.problem()
    heartbeat.touch()
    assert health_check.problem() == ""
    os.utime(heartbeat, (0, 0))
    assert "s old" in health_check.problem()
