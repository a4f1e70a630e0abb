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

BATCH = 500  # looked at together
TOGETHER = 20  # steps of a transaction: a commit and a word to the workers cost as much as two steps


def run(now: datetime | None = None, *, dry_run: bool = False) -> dict[str, list[int]]:
    """Take every step that is due at `now`, some in each transaction, so a pass killed anywhere goes on later.

    What is due is asked once, so that no ticket takes two steps in a pass. A ticket that can't be stepped is logged and
    left out: it must not hold up all those after it.
    """
    at, done = now or utc_now(), robot.Done()
    ids = robot.due(at=at)
    for start in range(0, len(ids), BATCH):
        ready = _ready(ids[start : start + BATCH], at, dry_run)
        for first in range(0, len(ready), TOGETHER):
            for kind, number in _taken(ready[first : first + TOGETHER], at, dry_run):
                done.of(kind).append(number)
    return asdict(done)


def _ready(ticket_ids: list[int], at: datetime, dry_run: bool) -> list[int]:
    """Leave out what only looked due: after a change of the calendar that is nearly all."""
    if dry_run:
        return ticket_ids
    with committed():
        return robot.settle(ticket_ids, at=at)


def _taken(ticket_ids: list[int], at: datetime, dry_run: bool) -> list[tuple[Step, int]]:
    """Take the steps of some tickets in one transaction; where one of them fails, each in its own."""
    try:
        if dry_run:
            foretold = [robot.preview(ticket_id, at=at) for ticket_id in ticket_ids]
            return [step for step in foretold if step is not None]
        with committed():
            return robot.steps(ticket_ids, at=at)
    except BaseTimeoutException:  # of the whole pass: the worker says that it is over
        raise
    except Exception:
        if len(ticket_ids) == 1:
            log.exception("the robot's step with ticket id %s", ticket_ids[0])
            return []
        return [step for ticket_id in ticket_ids for step in _taken([ticket_id], at, dry_run)]


def tick() -> None:
    """What the schedule calls."""
    run()
    db.session.remove()
