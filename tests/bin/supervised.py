"""A small desk for tests of the supervisor: `python -m tests.bin.supervised NAME` runs one of the scenes below.

A process of its own, since the supervisor takes over signals and all children of the one that it lives in.
"""

import os
import signal
import sys
import time
from collections.abc import Callable

from bin.process import Part
from bin.supervisor import Supervisor, say

PAUSE_SECONDS = 60  # longer than any test waits


def wait() -> None:
    time.sleep(PAUSE_SECONDS)


def speaks(name: str) -> Callable[[], None]:
    """Return a part that says its name at the start and at the end."""

    def run() -> None:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(f"{name} stops"))
        print(f"{name} runs")
        wait()

    return run


def stubborn() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if os.fork() == 0:  # and a child of its own, in a session of its own
        os.setsid()
        wait()
    print("stubborn runs")
    wait()


def fails() -> None:
    print("still well")
    raise ValueError("no luck")


def until_stopped(supervisor: Supervisor, order: tuple[tuple[str, ...], ...] = ()) -> None:
    while not supervisor.stops:
        supervisor.turn(None)
    supervisor.stop(order)
    say("all stopped")


def in_order(supervisor: Supervisor) -> None:
    for name in ("one", "two", "three"):
        supervisor.start(Part(name, speaks(name)))
    until_stopped(supervisor, (("two",), ("three",)))


def kills_the_stubborn(supervisor: Supervisor) -> None:
    supervisor.start(Part("stubborn", stubborn, stop_seconds=0.2))
    until_stopped(supervisor)


def is_in_no_hurry(supervisor: Supervisor) -> None:
    supervisor.start(Part("stubborn", stubborn, stop_seconds=PAUSE_SECONDS))
    until_stopped(supervisor)


def restarts(supervisor: Supervisor) -> None:
    supervisor.start(Part("unlucky", fails, noise=(b"Traceback", b"  ")))
    until_stopped(supervisor)


def once(supervisor: Supervisor) -> None:
    codes = [supervisor.finish(Part(str(code), lambda code=code: sys.exit(code), is_lasting=False)) for code in (0, 3)]
    codes.append(supervisor.finish(Part("killed", lambda: os.kill(os.getpid(), signal.SIGKILL), is_lasting=False)))
    codes.append(supervisor.finish(Part("told", lambda: sys.exit("its last words"), is_lasting=False)))
    say(str(codes))
    supervisor.stop(())


if __name__ == "__main__":
    globals()[sys.argv[1]](Supervisor())
