"""One pass over the promises of the regulations: whoever has a ticket hears before a deadline passes (S92–S97)."""

import logging
from datetime import datetime

from rq.timeouts import BaseTimeoutException

from extensions import db
from jobs import committed
from jobs.clock import utc_now
from rules.sla import Target
from services import clockwork, sla

log = logging.getLogger(__name__)

BATCH = 200


def run(now: datetime | None = None) -> dict[str, list[int]]:
    """Look at every ticket whose promises changed or run out; return the numbers of those told of, by promise.

    Safe to cut off anywhere and to run twice at once: a warning is an event, and the events say that it was given.
    """
    at = now or utc_now()
    clockwork.forget()
    warned: dict[str, list[int]] = {target.value: [] for target in Target}
    ids = sla.due(at=at)
    for start in range(0, len(ids), BATCH):
        with committed():
            hear = sla.settle(ids[start : start + BATCH], at=at)
        for ticket_id in hear:
            told = _told(ticket_id, at)
            if told is not None:
                warned[told[0]].append(told[1])
    return warned


def _told(ticket_id: int, at: datetime) -> tuple[Target, int] | None:
    try:
        with committed():
            return sla.warn(ticket_id, at=at)
    except BaseTimeoutException:  # of the whole pass: the worker says that it is over
        raise
    except Exception:
        log.exception("the promises of ticket id %s", ticket_id)
        return None


def tick() -> None:
    """What the schedule calls."""
    run()
    db.session.remove()
