"""What a process and all that it has started take of the machine. Linux only."""

import os
from collections.abc import Iterable
from pathlib import Path

PROC = Path("/proc")
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
KIB_PER_MIB = 1024


def cpu_seconds(pid: int) -> float:
    """Return the processor time that `pid` and its descendants have used."""
    return sum(map(_cpu_seconds, _family(pid, _children())))


def memory_mib(pid: int) -> dict[str, float]:
    """Return what `pid` and the family of each of its children hold, by name: shared memory in equal parts (PSS)."""
    children = _children()
    parts = {_name(child): sum(map(_pss_mib, _family(child, children))) for child in children.get(pid, [])}
    return {_name(pid): _pss_mib(pid), **dict(sorted(parts.items()))}


def child(pid: int, name: str) -> int:
    """Return the child of `pid` that has this name."""
    return next(child for child in _children().get(pid, []) if _name(child) == name)


def _children() -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for folder in PROC.glob("[0-9]*"):
        if fields := _stat(int(folder.name)):
            found.setdefault(int(fields[1]), []).append(int(folder.name))
    return found


def _stat(pid: int) -> list[str]:
    """Return the fields of proc(5) stat from the third on, or none when the process has just ended."""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _family(pid: int, children: dict[int, list[int]]) -> Iterable[int]:
    yield pid
    for one in children.get(pid, []):
        yield from _family(one, children)


def _cpu_seconds(pid: int) -> float:
    return sum(map(int, _stat(pid)[11:13])) / TICKS_PER_SECOND


def _name(pid: int) -> str:
    return (PROC / str(pid) / "comm").read_text().strip()


def _pss_mib(pid: int) -> float:
    try:
        lines = (PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / KIB_PER_MIB
