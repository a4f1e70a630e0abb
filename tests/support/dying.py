"""A process that dies in the middle of its work, at a place that the test chooses."""

import os
import signal

from sqlalchemy import event

from extensions import db


def die_before(statement: int) -> None:
    """Let this process, a fork, be killed before its Nth statement or commit (from 0).

    A connection that the parent has open is left alone: two processes that share one ruin it.
    """
    db.engine.dispose(close=False)
    left = iter(range(statement))

    def count(*_: object) -> None:
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)

    for moment in ("before_cursor_execute", "commit"):
        event.listen(db.engine, moment, count)
