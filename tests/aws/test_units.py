"""The units of systemd are hardened, systemd itself finds nothing wrong with them, and they run what exists."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import get_commands

from tests.support.brokers import needed

FOLDER = Path(__file__).resolve().parents[2] / "deploy/systemd"
SERVICES = sorted(FOLDER.glob("*.service"))
TIMERS = sorted(FOLDER.glob("*.timer"))
VENV = "/opt/movierec/venv/bin/"
MOST_EXPOSED = 15
"""Tenths, by systemd's count of 0 (nothing can get out) to 10 (unsafe)."""
HARDENED = {
    "NoNewPrivileges=yes", "CapabilityBoundingSet=", "ProtectSystem=strict", "ProtectHome=yes", "PrivateTmp=yes",
    "PrivateDevices=yes", "ProtectKernelModules=yes", "RestrictNamespaces=yes", "SystemCallFilter=@system-service",
    "UMask=0077",
}  # fmt: skip


def name_of(file: Path) -> str:
    return file.stem


def options_of(file: Path, option: str) -> list[str]:
    return re.findall(rf"^{option}=(.*)$", file.read_text(), re.MULTILINE)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The units with the programs of this environment, as systemd asks whether they exist."""
    folder = tmp_path_factory.mktemp("units")
    for file in (*SERVICES, *TIMERS):
        text = file.read_text().replace(VENV, f"{Path(sys.executable).parent}/")
        (folder / file.name).write_text(text)
    return folder


def test_systemd_finds_nothing_wrong(installed: Path) -> None:
    needed("systemd-analyze", "systemd")
    files = [str(file) for file in sorted(installed.iterdir())]
    checked = subprocess.run(["systemd-analyze", "verify", *files], capture_output=True, text=True, check=False)
    said = [line for line in checked.stderr.splitlines() if "movierec" in line]
    assert (checked.returncode, said) == (0, [])


@pytest.mark.parametrize("service", SERVICES, ids=name_of)
def test_a_service_is_as_little_exposed_as_systemd_can_make_it(service: Path) -> None:
    needed("systemd-analyze", "systemd")
    command = ["systemd-analyze", "security", "--offline=true", f"--threshold={MOST_EXPOSED}", str(service)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("service", SERVICES, ids=name_of)
def test_a_service_is_hardened_and_no_root_except_to_write_its_settings(service: Path) -> None:
    assert set(service.read_text().splitlines()) >= HARDENED
    users = options_of(service, "User")
    assert users == ([] if service.stem == "movierec-settings" else ["movierec"])
    files = options_of(service, "EnvironmentFile")
    assert files == ["/etc/movierec/aws" if service.stem == "movierec-settings" else "/etc/movierec/environment"]


@pytest.mark.parametrize("service", SERVICES, ids=name_of)
def test_a_service_runs_what_exists(service: Path) -> None:
    commands = options_of(service, "ExecStart") + options_of(service, "ExecStartPre")
    assert commands
    for command in commands:
        program, *arguments = command.split()
        assert program.startswith(VENV)
        assert shutil.which(program.removeprefix(VENV), path=str(Path(sys.executable).parent))
        if program.endswith("django-admin"):
            assert arguments[0] in get_commands()


def test_a_worker_has_time_to_hand_back_and_stays_stopped_after_a_notice() -> None:
    worker = FOLDER / "movierec-worker.service"
    assert options_of(worker, "KillMode") == ["mixed"]  # the watcher alone gets SIGTERM and passes it on
    assert options_of(worker, "TimeoutStopSec") == ["30"]
    assert options_of(worker, "Restart") == ["on-failure"]
    (command,) = options_of(worker, "ExecStart")
    assert command.startswith(f"{VENV}django-admin watch_instance -- {VENV}celery -A movierec_site worker ")


def test_every_timer_has_its_service() -> None:
    assert {timer.stem for timer in TIMERS} <= {service.stem for service in SERVICES}
    assert all(options_of(timer, "Persistent") == ["true"] for timer in TIMERS)
