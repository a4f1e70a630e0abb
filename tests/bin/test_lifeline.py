"""Processes that end with their parent, tried on real ones: a line of Python each."""

import subprocess
import sys
from pathlib import Path

from tests.bin.processes import Seen, alive, descendants
from tests.support.waiting import until

ROOT = Path(__file__).parents[2]
FAMILY = """
import os, signal
from bin import lifeline
lifeline.end_descendants()
if os.fork() == 0:
    os.setsid()
    lifeline.set_name("a-name-of-more-than-fifteen-bytes")
    os.fork()
    {child}
signal.pause()
"""


def end(child: str) -> list[Seen]:
    """Start a parent with a child and a grandchild, kill the parent, return the two."""
    with subprocess.Popen([sys.executable, "-c", FAMILY.format(child=child)], cwd=ROOT) as parent:
        try:
            two = until(lambda: len(found := descendants(parent.pid)) == 2 and found, "a child and a grandchild")
            until(lambda: {one.name for one in descendants(parent.pid)} == {"a-name-of-more-"}, "their name")
        finally:
            parent.kill()
    assert isinstance(two, list)
    return two


def test_descendants_end_with_a_killed_parent() -> None:
    family = end("pass")
    until(lambda: not alive(family), "the end of the family")


def test_descendants_that_ignore_signals_end_too() -> None:
    family = end("[signal.signal(one, signal.SIG_IGN) for one in (1, 2, 15)]")
    until(lambda: not alive(family), "the end of the family")
