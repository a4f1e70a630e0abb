"""Ties a process to the one that started it: the kernel sends it a signal when its parent ends, however it ends.

Without it a supervisor that is killed by signal 9 would leave its children running. Linux only; elsewhere nothing
happens.
"""

import ctypes
import os
import signal
import sys

_SET_DEATH_SIGNAL, _SET_NAME, _SET_SUBREAPER = 1, 15, 36  # prctl(2)
_forked_by = 0


def end_with_parent(parent: int, number: int = signal.SIGKILL) -> None:
    """Let the kernel send this process signal `number` when `parent`, its parent, ends."""
    _prctl(_SET_DEATH_SIGNAL, number)
    if os.getppid() != parent:  # it ended before the line above
        os.kill(os.getpid(), number)


def end_descendants() -> None:
    """Let whatever this process forks from now on end with it, and so on down: rq's work horses, web workers.

    A program started by exec is not reached, since Python runs no hook there.
    """
    os.register_at_fork(before=_note_parent, after_in_child=lambda: end_with_parent(_forked_by))


def _note_parent() -> None:
    global _forked_by
    _forked_by = os.getpid()


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parent has ended, so that they can be waited for."""
    _prctl(_SET_SUBREAPER, 1)


def set_name(name: str) -> None:
    """Set the name that ps and top show, of which the system keeps 15 bytes."""
    _prctl(_SET_NAME, ctypes.c_char_p(name.encode()[:15]))


def _prctl(option: int, value: int | ctypes.c_char_p) -> None:
    if sys.platform != "linux":
        return
    argument = ctypes.c_ulong(value) if isinstance(value, int) else value
    if ctypes.CDLL(None, use_errno=True).prctl(option, argument, 0, 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"prctl({option}): {os.strerror(number)}")
