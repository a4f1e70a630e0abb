"""One pass of the inactivity robot and the timed moves (S47–S58)."""

from dataclasses import asdict
from datetime import datetime

from extensions import db
from jobs import committed
from jobs.clock import utc_now
from services import robot


def run(now: datetime | None = None, *, dry_run: bool = False) -> dict[str, list[int]]:
    """Take every step that is due at `now`, each in its own transaction, so a pass killed anywhere goes on later."""
    at = now or utc_now()
    done, last_id = robot.Done(), 0
    while batch := robot.due(at=at, after_id=last_id):
        for ticket_id in batch:
            taken = robot.preview(ticket_id, at=at) if dry_run else _step(ticket_id, at)
            if taken is not None:
                kind, number = taken
                done.of(kind).append(number)
        last_id = batch[-1]
    return asdict(done)


def _step(ticket_id: int, at: datetime) -> tuple[robot.Step, int] | None:
    with committed():
        return robot.step(ticket_id, at=at)


def tick() -> None:
    """What the schedule calls."""
    run()
    db.session.remove()
