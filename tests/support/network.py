"""Several machines on one: network namespaces, joined by a bridge that this machine is on, too."""

import os
import shutil
import subprocess

import pytest

PREFIX = "mrgd"


def ip(*arguments: str) -> None:
    """Run a command of iproute2."""
    subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True)


class Network:
    """A bridge with machines on it. `address` is where they reach the servers of this one."""

    def __init__(self, *, n_machines: int) -> None:
        number = os.getpid() % 250
        self.bridge, self._subnet = f"{PREFIX}{number}", f"10.213.{number}"
        self.address = f"{self._subnet}.1"
        self.machines = [f"{PREFIX}{number}-{machine}" for machine in range(n_machines)]

    def __enter__(self) -> "Network":
        _need_rights()
        self._remove()  # what a killed run left
        try:
            ip("link", "add", self.bridge, "type", "bridge")
            ip("address", "add", f"{self.address}/24", "dev", self.bridge)
            ip("link", "set", self.bridge, "up")
            for number, name in enumerate(self.machines):
                self._add(name, f"{self._subnet}.{number + 11}/24")
        except BaseException:
            self._remove()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._remove()

    def inside(self, machine: str) -> list[str]:
        """Return what comes before a command that is to run on a machine."""
        return ["ip", "netns", "exec", machine]

    def cut(self, machine: str) -> None:
        """Take a machine off the network: what it sends is lost, and nobody tells it so."""
        ip("link", "set", machine, "down")

    def join(self, machine: str) -> None:
        """Put it back."""
        ip("link", "set", machine, "up")

    def processes(self, machine: str) -> list[int]:
        """Return the processes that run on a machine."""
        listed = subprocess.run(["ip", "netns", "pids", machine], check=True, capture_output=True, text=True)
        return [int(pid) for pid in listed.stdout.split()]

    def _add(self, name: str, address: str) -> None:
        ip("netns", "add", name)
        ip("link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name)
        ip("link", "set", name, "master", self.bridge, "up")
        ip("-n", name, "address", "add", address, "dev", "eth0")
        ip("-n", name, "link", "set", "eth0", "up")
        ip("-n", name, "link", "set", "lo", "up")

    def _remove(self) -> None:
        for name in self.machines:
            subprocess.run(["ip", "link", "delete", name], check=False, capture_output=True)
            subprocess.run(["ip", "netns", "delete", name], check=False, capture_output=True)
        subprocess.run(["ip", "link", "delete", self.bridge], check=False, capture_output=True)


def _need_rights() -> None:
    """Fail in CI, and skip elsewhere, where no network namespaces can be made."""
    problem = _problem()
    if problem and os.environ.get("CI") == "true":
        pytest.fail(f"{problem}; in CI the game day must run.")
    if problem:
        pytest.skip(problem)


def _problem() -> str:
    if shutil.which("ip") is None:
        return "The game day needs the program ip (apt-get install iproute2)"
    name = f"{PREFIX}-{os.getpid()}"
    tried = subprocess.run(["ip", "netns", "add", name], check=False, capture_output=True, text=True)
    if tried.returncode == 0:
        tried = subprocess.run(
            ["ip", "netns", "exec", name, "ip", "link", "set", "lo", "up"], check=False, capture_output=True, text=True
        )
        ip("netns", "delete", name)
    if tried.returncode == 0:
        return ""
    return f"The game day needs network namespaces, so run it as root ({tried.stderr.strip() or 'not permitted'})"
