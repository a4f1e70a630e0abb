"""A forked child: its own session, its output on a pipe, its life tied to ours."""

import io
import os
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NoReturn

from bin import lifeline

SIGNALS = {signal.SIGTERM, signal.SIGINT, signal.SIGCHLD, signal.SIGHUP}


@dataclass(frozen=True)
class Part:
    """One process of the desk. `run` is called in it; the process ends when it returns or raises."""

    name: str
    run: Callable[[], object]
    stop_seconds: float = 10  # from SIGTERM to SIGKILL
    is_lasting: bool = True  # is started again when it ends
    death_signal: int = signal.SIGKILL  # what it gets when the supervisor is killed
    noise: tuple[bytes, ...] = ()  # lines of its output with one of these in them are not shown


@dataclass
class Process:
    """A part that runs. `output` is the end of the pipe to read from; `rest` an unfinished line of it."""

    part: Part
    pid: int
    output: int
    started_at: float  # time.monotonic()
    rest: bytes = field(default=b"")


def fork(part: Part, now: float, in_child: Callable[[], None]) -> Process:
    """Start `part`; `in_child` closes there what belongs to the parent alone.

    A fork in place of a new program: the application is imported once for all processes, and they share the memory.
    """
    parent = os.getpid()
    reads, writes = os.pipe()
    # A signal between the fork and the child's own handlers would be lost, and with it an order to stop.
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        pid = os.fork()
        if pid == 0:
            _live(part, parent, writes, in_child)
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    os.close(writes)
    os.set_blocking(reads, False)
    return Process(part, pid, reads, now)


def _live(part: Part, parent: int, writes: int, in_child: Callable[[], None]) -> NoReturn:
    """Never comes back into the supervisor's own code, whatever happens."""
    code = 1
    try:
        in_child()
        os.setsid()  # Ctrl-C on the terminal is the supervisor's alone: it stops the others in order
        signal.set_wakeup_fd(-1)
        for number in SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        lifeline.end_with_parent(parent, part.death_signal)
        lifeline.set_name(f"desk-{part.name}")
        for stream in (1, 2):
            os.dup2(writes, stream)
        os.close(writes)
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(line_buffering=True)  # what was said before a crash is to be seen
        code = _outcome(part)
    finally:
        os._exit(code)


def _outcome(part: Part) -> int:
    try:
        part.run()
        return 0
    except SystemExit as leaving:
        return _code_of(leaving)
    except KeyboardInterrupt:
        return 130
    except BaseException:  # noqa: BLE001 - the last stop before the process ends: nothing may pass it
        traceback.print_exc()
        return 1
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()


def _code_of(leaving: SystemExit) -> int:
    if leaving.code is None or isinstance(leaving.code, int):
        return leaving.code or 0
    print(leaving.code, file=sys.stderr)
    return 1
