"""One pass of the inactivity robot and the timed moves (S47–S58)."""

import logging
from dataclasses import asdict
from datetime import datetime

from rq.timeouts import BaseTimeoutException

from extensions import db
from jobs import committed
from jobs.clock import utc_now
from rules.robot import Step
from services import robot

log = logging.getLogger(__name__)


def run(now: datetime | None = None, *, dry_run: bool = False) -> dict[str, list[int]]:
    """Take every step that is due at `now`, each in its own transaction, so a pass killed anywhere goes on later.

    A ticket that can't be stepped is logged and left out: it must not hold up all those after it.
    """
    at = now or utc_now()
    done, last_id = robot.Done(), 0
    while batch := robot.due(at=at, after_id=last_id):
        for ticket_id in batch:
            taken = _taken(ticket_id, at, dry_run)
            if taken is not None:
                kind, number = taken
                done.of(kind).append(number)
        last_id = batch[-1]
    return asdict(done)


def _taken(ticket_id: int, at: datetime, dry_run: bool) -> tuple[Step, int] | None:
    try:
        if dry_run:
            return robot.preview(ticket_id, at=at)
        with committed():
            return robot.step(ticket_id, at=at)
    except BaseTimeoutException:  # of the whole pass: the worker says that it is over
        raise
    except Exception:
        log.exception("the robot's step with ticket id %s", ticket_id)
        return None


def tick() -> None:
    """What the schedule calls."""
    run()
    db.session.remove()
