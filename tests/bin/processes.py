"""Looks at the processes of this machine: who is whose child, what it is called, whether it lives."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Seen:
    """A process as /proc shows it; `began` tells it from a later one with the same number."""

    pid: int
    parent: int
    name: str
    began: int


def everybody() -> Iterator[Seen]:
    """Yield every process but those that have ended and wait for their parent to notice."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                text = (folder / "stat").read_text()
            except OSError:  # it ended meanwhile
                continue
            name, _, rest = text.partition("(")[2].rpartition(")")
            fields = rest.split()
            if fields[0] not in "ZX":
                yield Seen(int(folder.name), int(fields[1]), name, int(fields[19]))


def descendants(pid: int) -> list[Seen]:
    """Return the children of `pid`, theirs, and so on."""
    seen = list(everybody())
    found: list[Seen] = []
    parents = {pid}
    while parents:
        born = [one for one in seen if one.parent in parents]
        found += born
        parents = {one.pid for one in born}
    return found


def alive(processes: Iterable[Seen]) -> list[Seen]:
    """Return those of `processes` that still live."""
    now = {(one.pid, one.began) for one in everybody()}
    return [one for one in processes if (one.pid, one.began) in now]
