"""The first boot installs the wheel and the units, and starts what the kind of machine runs; settings come from SSM."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from movierec_site import parameter_store
from movierec_site.parameter_store import UnusableSetting
from tests.support import aws_server
from tests.support.aws_server import AwsServer

ROOT = Path(__file__).resolve().parents[2]
RECORDED = """#!/bin/sh
echo "$(basename "$0") $*" >>"{log}"
"""
PYTHON = """#!/bin/sh
echo "python $*" >>"{log}"
[ "$2" = venv ] && mkdir -p "$3/bin" && cp "$0" "$3/bin/python"
exit 0
"""


class Machine:
    """A new machine in a folder; the programs that would change this one write down how they were called."""

    def __init__(self, folder: Path) -> None:
        self.root, self.release, self._bin = folder / "root", folder / "release", folder / "bin"
        self.log = folder / "log"
        self._bin.mkdir()
        self.root.mkdir()
        for name in ("dnf", "useradd", "systemctl"):
            self._program(name, RECORDED)
        self._program("getent", "#!/bin/sh\nexit 2\n")
        self._program("python3.12", PYTHON)
        (self.release / "deploy").mkdir(parents=True)
        for name in ("aws", "systemd"):
            (self.release / "deploy" / name).symlink_to(ROOT / "deploy" / name)
        (self.release / "movierec-0.2.0-cp312-cp312-linux_x86_64.whl").write_text("")

    def boot(self, kind: str) -> subprocess.CompletedProcess[str]:
        """Run the script."""
        environment = {"PATH": f"{self._bin}:{os.environ['PATH']}", "SYSTEM_ROOT": str(self.root)}
        script = [ROOT / "deploy/aws/first_boot.sh", kind, self.release, "/movies/", "eu-west-1", f"/movies/{kind}"]
        return subprocess.run(script, env=environment, capture_output=True, text=True, check=False)

    def calls(self, program: str) -> list[str]:
        """Return the arguments that a program was called with."""
        lines = self.log.read_text().splitlines()
        return [line.partition(" ")[2] for line in lines if line.startswith(f"{program} ")]

    def _program(self, name: str, text: str) -> None:
        file = self._bin / name
        file.write_text(text.format(log=self.log))
        file.chmod(0o755)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.mark.parametrize(
    ("kind", "units"),
    [
        ("web", ["movierec-web.service"]),
        ("worker", ["movierec-worker.service", "movierec-metrics.service"]),
        (
            "scheduler",
            [
                "movierec-migrate.service",
                "movierec-beat.service",
                "movierec-metrics.service",
                "movierec-backup.timer",
                "movierec-drill.timer",
            ],
        ),
    ],
)
def test_a_machine_starts_what_its_kind_runs(machine: Machine, kind: str, units: list[str]) -> None:
    booted = machine.boot(kind)
    assert booted.returncode == 0, booted.stderr
    assert booted.stdout.splitlines()[-1] == f"This machine is a {kind} of movierec: {' '.join(units)}."
    calls = machine.calls("systemctl")
    assert calls == [
        "daemon-reload",
        "start movierec-settings",
        f"enable {' '.join(units)}",
        f"restart --no-block {' '.join(units)}",
    ]
    installed = {file.name for file in (machine.root / "etc/systemd/system").glob("movierec-*.*") if file.is_file()}
    assert installed == {file.name for file in (ROOT / "deploy/systemd").iterdir()}
    (wheel,) = [call for call in machine.calls("python") if "pip install" in call]
    assert wheel.endswith(".whl[embedded]" if kind == "scheduler" else ".whl")
    settings = machine.root / "etc/movierec"
    assert (settings / "aws").read_text() == "PARAMETER_PATH=/movies/\nAWS_DEFAULT_REGION=eu-west-1\n"
    assert stat.S_IMODE(settings.stat().st_mode) == 0o700
    agent = machine.root / "opt/aws/amazon-cloudwatch-agent/etc/movierec.json"
    assert f'"log_group_name": "/movies/{kind}"' in agent.read_text()


def test_it_may_run_again(machine: Machine) -> None:
    machine.boot("worker")
    again = machine.boot("worker")
    assert again.returncode == 0, again.stderr
    assert len([call for call in machine.calls("python") if call.startswith("-m venv")]) == 1


def test_an_unknown_kind_or_a_release_without_a_wheel_is_refused_in_one_sentence(machine: Machine) -> None:
    refused = machine.boot("butler")
    assert (refused.returncode, refused.stderr) == (
        2,
        "butler is no kind of machine; it is web, worker or scheduler.\n",
    )
    assert not machine.log.exists()
    next(machine.release.glob("*.whl")).unlink()
    refused = machine.boot("web")
    assert (refused.returncode, refused.stderr) == (1, f"There is no wheel in {machine.release}.\n")


@pytest.fixture(scope="module")
def aws() -> Iterator[AwsServer]:
    """A Parameter Store with settings, one of them a secret."""
    with aws_server.running() as running:
        ssm = running.client("ssm")
        arn = running.client("secretsmanager").create_secret(Name="key", SecretString='$ecret "key" \\')["ARN"]
        values = {"settings/HOST": "0.0.0.0", "settings/SQS_QUEUE_URL": "https://sqs/1/q", "secrets/SECRET_KEY": arn}
        values |= {f"settings/MANY_{number}": "x" for number in "ABCDEFGHIJKL"}  # more than a page
        for name, value in values.items():
            ssm.put_parameter(Name=f"/movies/{name}", Value=value, Type="String")
        ssm.put_parameter(Name="/movies/settings/TMDB_API_KEY", Value="0123", Type="SecureString")
        ssm.put_parameter(Name="/others/settings/HOST", Value="theirs", Type="String")
        yield running


def test_settings_and_secrets_become_an_environment_file(aws: AwsServer, tmp_path: Path) -> None:
    file = tmp_path / "environment"
    command = [sys.executable, "-m", "movierec_site.parameter_store", "/movies/", str(file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, f"Wrote 16 settings to {file}.\n"), done.stderr
    lines = file.read_text().splitlines()
    assert {'HOST="0.0.0.0"', 'SQS_QUEUE_URL="https://sqs/1/q"', 'TMDB_API_KEY="0123"'} < set(lines)
    assert 'SECRET_KEY="\\$ecret \\"key\\" \\\\"' in lines
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]


def test_what_cannot_be_read_leaves_the_old_file(aws: AwsServer, tmp_path: Path) -> None:
    file = tmp_path / "environment"
    file.write_text("HOST=old\n")
    with pytest.raises(UnusableSetting, match="The Parameter Store has nothing below /nothing/settings"):
        parameter_store.main(["/nothing/", str(file)])
    assert file.read_text() == "HOST=old\n"


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"host": "x"}, "host is no name of a setting; use capital letters"),
        ({"HOST": "a\nLD_PRELOAD=b"}, "The value of HOST has a line break"),
    ],
)
def test_what_no_environment_can_hold_is_refused(settings: dict[str, str], sentence: str) -> None:
    with pytest.raises(UnusableSetting, match=sentence):
        parameter_store.as_environment_file(settings)
