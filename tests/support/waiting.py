"""Waiting for something that another process does: asked again until it is there, never slept for."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


def until(look: Callable[[], Found | None], what: str, seconds: float = 60, every: float = 0.05) -> Found:
    """Return the first true answer of `look`; fails with `what` after `seconds`. `every`: for what may be asked only so often."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:.0f} s: {what}")
        time.sleep(every)  # gives the processor to the ones we wait for
