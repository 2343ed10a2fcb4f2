"""How much memory and how many cores this process may use, containers included."""

import os
from collections.abc import Iterator
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")


def n_cores() -> int:
    """Return the cores this process may use: its affinity, bounded by the cgroup's quota."""
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    for limit in _limits("cpu.max"):
        quota, _, period = limit.partition(" ")
        if quota.isdecimal() and period.isdecimal():
            cores = min(cores, -(-int(quota) // int(period)))
    return max(cores, 1)


def memory_bytes() -> int:
    """Return the memory this process may use: the machine's, bounded by the cgroup's limit."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for limit in _limits("memory.max", version_1="memory/memory.limit_in_bytes"):
        if limit.isdecimal():
            memory = min(memory, int(limit))
    return memory


def _limits(name: str, *, version_1: str | None = None) -> Iterator[str]:
    """Yield the limit of every cgroup from ours up to the root."""
    files = [CGROUPS / version_1] if version_1 else []
    try:
        lines = Path("/proc/self/cgroup").read_text().splitlines()
    except OSError:
        lines = []
    ours = next((line.partition("::")[2] for line in lines if line.startswith("0::")), "/")
    group = CGROUPS / ours.lstrip("/")
    files += [folder / name for folder in (group, *group.parents) if folder.is_relative_to(CGROUPS)]
    for file in files:
        try:
            yield file.read_text().strip()
        except OSError:
            continue
