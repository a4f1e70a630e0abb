"""The outbox being emptied: claimed, sent, tried again, given up (S59, S67)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, text, update
from sqlalchemy.orm import joinedload

from extensions import db
from models import Delivery, DeliveryState, Held, Person

STALE = timedelta(seconds=60)  # a claim this old is a dead worker's: every channel gives up sooner
MAX_ATTEMPTS = 32  # in three days or so
MAX_DEATHS = 3  # workers that one message may end
FIRST_WAIT_SECONDS = 15
LONGEST_WAIT_SECONDS = 3 * 3600
SPREAD, MOST_SPREAD_SECONDS = 0.25, 60  # by up to how much a wait is longer, so that not all come back at once
SECRETS = {"confirm_registration", "reset_password", "staff_invitation"}  # their data opens a door
MINUTE = timedelta(minutes=1)
APART = {"synchronize_session": False}


@dataclass(frozen=True)
class Pace:
    """How much a channel may do at once, and in a minute (0: as much as it can), all workers together."""

    at_once: int
    a_minute: int = 0


def _due(at: datetime) -> ColumnElement[bool]:
    return and_(Delivery.state == DeliveryState.WAITING, Delivery.next_attempt_at <= at)


def _left(at: datetime) -> ColumnElement[bool]:
    return and_(Delivery.state == DeliveryState.CLAIMED, Delivery.claimed_at < at - STALE)


def due(*, at: datetime, channel: str = "", limit: int = 500) -> list[int]:
    """Return the ids of what waits to be sent, by any channel or one, the oldest first, and of what a dead worker left."""
    query = select(Delivery.id).where(or_(_due(at), _left(at))).order_by(Delivery.id).limit(limit)
    return list(db.session.scalars(query.where(Delivery.channel == channel) if channel else query))


def due_count(*, at: datetime) -> int:
    return db.session.scalar(select(func.count()).select_from(Delivery).where(or_(_due(at), _left(at)))) or 0


def take(channel: str, pace: Pace, *, at: datetime, first: Collection[int] = ()) -> Sequence[Delivery]:
    """Claim as much of the channel's work as its pace leaves room for, `first` before others and then the oldest.

    Whoever else takes from this channel waits meanwhile, so neither two workers get one message nor all of them
    together more than the pace allows. In a transaction that writes (`jobs.committed`).
    """
    if db.engine.dialect.name == "postgresql":  # on SQLite only one transaction writes at a time anyway
        db.session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": f"deliveries {channel}"})
    room = _room(channel, pace, at)
    if room <= 0:
        return []
    of_channel = Delivery.channel == channel
    chosen: list[int] = []
    if first:
        fresh = select(Delivery.id).where(Delivery.id.in_(first), of_channel, _due(at)).order_by(Delivery.id)
        chosen += db.session.scalars(fresh.limit(room))
    for free, order in ((_left(at), Delivery.claimed_at), (_due(at), Delivery.next_attempt_at)):
        if len(chosen) < room:
            query = select(Delivery.id).where(of_channel, free, Delivery.id.not_in(chosen))
            chosen += db.session.scalars(query.order_by(order, Delivery.id).limit(room - len(chosen)))
    return _claimed(chosen, at)


def _claimed(chosen: Sequence[int], at: datetime) -> Sequence[Delivery]:
    """Claim what is due at once, and one by one what a dead worker left."""
    mine = update(Delivery).where(Delivery.id.in_(chosen), _due(at)).values(**_once_more(at)).returning(Delivery.id)
    ids = set(db.session.scalars(mine, execution_options=APART)) if chosen else set()
    ids |= {row.id for left in chosen if left not in ids and (row := claim(left, at=at)) is not None}
    return loaded_all(ids)


def _once_more(at: datetime) -> dict[str, Any]:
    return {"attempts_count": Delivery.attempts_count + 1, "state": DeliveryState.CLAIMED, "claimed_at": at}


def _room(channel: str, pace: Pace, at: datetime) -> int:
    """Return how many messages more may leave now."""
    mine = select(func.count()).select_from(Delivery).where(Delivery.channel == channel)
    busy = Delivery.state == DeliveryState.CLAIMED, Delivery.claimed_at >= at - STALE
    busy_count = db.session.scalar(mine.where(*busy)) or 0
    room = pace.at_once - busy_count
    if pace.a_minute and room > 0:
        sent_count = db.session.scalar(mine.where(Delivery.sent_at > at - MINUTE)) or 0
        room = min(room, pace.a_minute - sent_count - busy_count)
    return room


def claim(delivery_id: int, *, at: datetime) -> Delivery | None:
    """Take the delivery for this worker, or None: a conditional UPDATE, so of two workers one gets it.

    What has ended one worker after another is set aside instead.
    """
    _set_aside(delivery_id, at)
    died = and_(Delivery.id == delivery_id, _left(at))
    taken = _changed(died, _once_more(at) | {"deaths_count": Delivery.deaths_count + 1})
    if not taken and not _changed(and_(Delivery.id == delivery_id, _due(at)), _once_more(at)):
        return None
    return loaded(delivery_id)


def _set_aside(delivery_id: int, at: datetime) -> None:
    poison = and_(Delivery.id == delivery_id, _left(at), Delivery.deaths_count >= MAX_DEATHS - 1)
    why = f"{MAX_DEATHS} workers ended while they were at it"
    if _changed(poison, {"state": DeliveryState.FAILED, "claimed_at": None, "last_error": why}):
        _share_fate(delivery_id, {"state": DeliveryState.FAILED, "last_error": why})


def _changed(which: ColumnElement[bool], values: dict[str, Any]) -> int:
    """Change rows past the session, and return how many: whoever goes on with one loads it anew."""
    done = db.session.execute(update(Delivery).where(which).values(**values), execution_options=APART)
    return int(done.rowcount)  # type: ignore[attr-defined]


def loaded(delivery_id: int) -> Delivery | None:
    """Return the row with its event and its reader, and what tells whether he may hear of it, as they are now."""
    return next(iter(loaded_all([delivery_id])), None)


def loaded_all(ids: Collection[int]) -> Sequence[Delivery]:
    """Return the rows in the order of their ids, all in one statement."""
    if not ids:
        return []
    reader = joinedload(Delivery.person)
    fresh = (
        reader.undefer(Person.quiet_start),
        reader.undefer(Person.quiet_end),
        reader.undefer(Person.observes_company),
        reader.joinedload(Person.company),
        joinedload(Delivery.event),
    )
    query = select(Delivery).where(Delivery.id.in_(ids)).order_by(Delivery.id).options(*fresh)
    return db.session.scalars(query, execution_options={"populate_existing": True}).all()


def sent(delivery: Delivery, *, at: datetime) -> None:
    delivery.state, delivery.sent_at, delivery.claimed_at, delivery.last_error = DeliveryState.SENT, at, None, ""
    delivery.held_for = ""
    _wipe(delivery)
    if delivery.event_id is not None:
        _share_fate(delivery.id, {"state": DeliveryState.SENT, "sent_at": at, "last_error": "", "held_for": ""})


def skipped(delivery: Delivery) -> None:
    """Nobody needs it any more: it is never sent."""
    delivery.state, delivery.claimed_at, delivery.last_error = DeliveryState.SKIPPED, None, ""
    _wipe(delivery)
    _share_fate(delivery.id, {"state": DeliveryState.SKIPPED, "last_error": ""})


def held(delivery: Delivery, why: Held, until: datetime) -> None:
    """Put it back till then: it was looked at, not tried."""
    delivery.state, delivery.claimed_at = DeliveryState.WAITING, None
    delivery.attempts_count -= 1
    delivery.held_for, delivery.next_attempt_at = why, until


def _wipe(delivery: Delivery) -> None:
    if delivery.template in SECRETS:
        delivery.data = {}


def _share_fate(leader_id: int, values: dict[str, Any]) -> None:
    """Do with what was gathered into the message as with the message. A worker that was thought dead may get through yet
    what was given up already: then all of it has arrived."""
    open_yet = Delivery.state.in_((DeliveryState.GATHERED, DeliveryState.FAILED))
    _changed(and_(Delivery.gathered_into_id == leader_id, open_yet), values)


def failed(
    delivery: Delivery,
    error: str,
    *,
    permanent: bool,
    retry_after: int | None = None,
    at: datetime,
    chance: float = 0.0,
) -> None:
    """Write the failure down: for good, or to be tried again after a wait that doubles; `retry_after` in seconds.

    A wait is longer by some of `chance` (0 to 1), lest all that failed together come back together. What is no longer
    claimed stays as it is: another worker got it through meanwhile, or its reader is gone.
    """
    if delivery.state != DeliveryState.CLAIMED:
        return
    delivery.last_error, delivery.claimed_at = error[:300], None
    if permanent or delivery.attempts_count >= MAX_ATTEMPTS:
        delivery.state = DeliveryState.FAILED
        _wipe(delivery)
        _share_fate(delivery.id, {"state": DeliveryState.FAILED, "last_error": error[:300]})
        return
    seconds = wait_seconds(delivery.attempts_count, retry_after, chance)
    delivery.state, delivery.next_attempt_at = DeliveryState.WAITING, at + timedelta(seconds=seconds)


def wait_seconds(attempts_count: int, retry_after: int | None, chance: float) -> float:
    """Return how long to wait after so many attempts: what the other side asked for, else twice as long each time."""
    own = min(FIRST_WAIT_SECONDS * 2 ** min(attempts_count - 1, 20), LONGEST_WAIT_SECONDS)
    seconds = retry_after or own
    return seconds + chance * min(seconds * SPREAD, MOST_SPREAD_SECONDS)


def waiting_count() -> int:
    states = (DeliveryState.WAITING, DeliveryState.CLAIMED)
    return db.session.scalar(select(func.count()).select_from(Delivery).where(Delivery.state.in_(states))) or 0
