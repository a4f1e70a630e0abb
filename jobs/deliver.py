"""Sends what the outbox holds. Safe to run twice: the claim decides, and a repeat has the same Message-ID or tag.

One thread claims and writes down, in few transactions; others render and send, as many a channel as its pace allows. So a
mail server that says nothing for half a minute keeps no phone from ringing.
"""

import logging
import random
from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic

from flask import Flask, current_app

from channels import CHANNELS, SendError, smtp
from extensions import db
from jobs import DELIVERIES, committed, enqueue
from jobs.clock import utc_now
from models import Delivery, Held
from services import deliveries, holding, notices, phones, receipts
from services.deliveries import Pace

log = logging.getLogger(__name__)

PASS_SECONDS = 20  # then the worker sees what else is asked of it
LOOK_SECONDS = 0.2  # how often it is looked for new work while a message is on its way


@dataclass(frozen=True)
class Outcome:
    """How sending went; without an error the message is out."""

    delivery_id: int
    channel: str
    error: SendError | None


def deliver_all(delivery_ids: Collection[int] = (), at: datetime | None = None) -> None:
    """Send what is due, the named ones first. What is left when its time is over is asked for anew."""
    if not _Pass(at).run(delivery_ids):
        enqueue("jobs.deliver.deliver_all", [], queue=DELIVERIES)


def drain(at: datetime | None = None) -> dict[str, int]:
    """Send all that is due now, and what waits only for more of its kind; return {"sent", "failed", "waiting"}."""
    with committed():
        holding.release()
    one = _Pass(at, seconds=float("inf"), is_patient=False)
    one.run()
    return {"sent": one.sent_count, "failed": one.looked_at - one.sent_count, "waiting": deliveries.waiting_count()}


def deliver(delivery_id: int, at: datetime | None = None) -> bool:
    """Send one delivery, here, if it is free to be sent; return whether it went out."""
    moment = at or utc_now()
    with committed():
        taken = deliveries.claim(delivery_id, at=moment)
        ready = _ready([] if taken is None else [taken], moment, is_patient=True)
    if not ready:
        return False
    outcome = _sent(ready[0])
    _settle([outcome], at)
    return outcome.error is None


def paces() -> dict[str, Pace]:
    """Return how fast each channel may go, as the operator says."""
    config = current_app.config
    return {
        "email": Pace(max(1, config["MAIL_AT_ONCE"]), config["MAIL_A_MINUTE"]),
        "web_push": Pace(max(1, config["PUSH_AT_ONCE"]), config["PUSH_A_MINUTE"]),
    }


@dataclass
class _Pass:
    """One pass over the outbox; `at` is the moment it counts as, the clock's when there is none."""

    at: datetime | None = None
    seconds: float = PASS_SECONDS
    is_patient: bool = True  # lets bursts gather
    sent_count: int = 0
    looked_at: int = 0
    _closed: set[str] = field(default_factory=set)  # channels whose way is closed: the rest waits for the next pass

    def run(self, first: Collection[int] = ()) -> bool:
        """Return whether nothing is left that could have been sent."""
        app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
        ends_at, flying = monotonic() + self.seconds, dict[Future[Outcome], str]()
        limits = paces()
        threads = sum(pace.at_once for pace in limits.values())
        with smtp.kept_open(), ThreadPoolExecutor(threads, "deliver") as pool:
            while True:
                is_over = monotonic() > ends_at
                for channel, pace in () if is_over else limits.items():
                    for taken in self._take(channel, pace, first):
                        flying[pool.submit(_send_apart, app, taken.id, channel)] = channel
                if not flying:
                    return not is_over
                done, _ = wait(flying, LOOK_SECONDS, FIRST_COMPLETED)
                self._land([future.result() for future in done])
                for future in done:
                    del flying[future]

    def _take(self, channel: str, pace: Pace, first: Collection[int]) -> Sequence[Delivery]:
        """Claim what may leave by the channel now. Looks before it writes: most looks find nothing."""
        moment = self.at or utc_now()
        if channel in self._closed or not deliveries.due(at=moment, channel=channel, limit=1):
            db.session.commit()
            return []
        while True:
            with committed():
                taken = deliveries.take(channel, pace, at=moment, first=first)
                ready = _ready(taken, moment, is_patient=self.is_patient)
            self.looked_at += sum(1 for one in taken if one in ready or one.state == "skipped")
            if ready or not taken:
                return ready

    def _land(self, outcomes: Sequence[Outcome]) -> None:
        if not outcomes:
            return
        _settle(outcomes, self.at)
        self.sent_count += sum(outcome.error is None for outcome in outcomes)
        self._closed |= {one.channel for one in outcomes if one.error is not None and one.error.way_closed}


def _ready(taken: Iterable[Delivery], at: datetime, *, is_patient: bool) -> list[Delivery]:
    """Of what was claimed return what is to be sent now, with what waited for it in it. In the claim's transaction."""
    rows, ready = list(taken), list[Delivery]()
    gathered: set[int] = set()
    for one in rows:
        if one.id in gathered:
            continue
        if receipts.is_needless(one) or not notices.may_hear(one):
            deliveries.skipped(one)
            continue
        found = holding.hold(one, at=at)
        if found is not None and (is_patient or found[0] != Held.BURST):
            deliveries.held(one, *found)
            db.session.flush()
            continue
        db.session.flush()
        gathered.update(holding.gather(one, rows, at=at))
        ready.append(one)
    return ready


def _send_apart(app: Flask, delivery_id: int, channel: str) -> Outcome:
    """Send in a thread of its own, with a session of its own."""
    with app.app_context():
        delivery = deliveries.loaded(delivery_id)
        if delivery is None:  # its reader was removed this very moment
            return Outcome(delivery_id, channel, SendError(True, reason="no reader any more"))
        return _sent(delivery)


def _sent(delivery: Delivery) -> Outcome:
    error: SendError | None = None
    try:
        CHANNELS[delivery.channel](delivery)
    except SendError as refused:
        log.warning("delivery %s by %s: %s", delivery.id, delivery.channel, refused)
        error = refused
    except Exception as fault:  # of ours: kept in the row, tried again, seen by the administrator
        log.exception("delivery %s by %s", delivery.id, delivery.channel)
        error = SendError(False, reason=f"{type(fault).__name__}: {fault}")
        error.__cause__ = fault
        db.session.rollback()
    return Outcome(delivery.id, delivery.channel, error)


def _settle(outcomes: Iterable[Outcome], at: datetime | None) -> None:
    """Write down how they went, all in one transaction."""
    moment, errors = at or utc_now(), {outcome.delivery_id: outcome.error for outcome in outcomes}
    with committed():
        for delivery in deliveries.loaded_all(errors.keys()):
            _write_down(delivery, errors[delivery.id], moment)


def _write_down(delivery: Delivery, error: SendError | None, at: datetime) -> None:
    is_push = delivery.channel == receipts.PUSH
    if error is None:
        deliveries.sent(delivery, at=at)
        if is_push:
            phones.rung(int(delivery.target), at=at)
        return
    deliveries.failed(
        delivery,
        str(error),
        permanent=error.permanent,
        retry_after=error.retry_after,
        at=at,
        chance=random.random(),  # noqa: S311 (no secret)
    )
    if is_push and error.gone:
        phones.forget(int(delivery.target))
    elif is_push:
        phones.missed(int(delivery.target), delivery.person_id, str(error))
