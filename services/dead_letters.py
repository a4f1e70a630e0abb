"""What the outbox could not send, for the administrator to see, to repeat and to put away; and how it is doing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, exists, func, or_, select, update
from sqlalchemy.orm import joinedload

from extensions import db
from models import Delivery, DeliveryState, Event, PushSubscription, Ticket
from models.numbers import fits
from services.deliveries import SECRETS

DAY = timedelta(days=1)
APART = {"synchronize_session": False}


@dataclass(frozen=True)
class Letter:
    """A message as the page lists it. `number`: its ticket's, None of what belongs to none. `can_repeat`: what it told is
    still there; the link of a letter that opens a door is not kept once it was given up."""

    id: int
    channel: str
    template: str
    name: str
    target: str
    number: int | None
    attempts_count: int
    created_at: datetime
    next_attempt_at: datetime
    error: str
    can_repeat: bool


@dataclass(frozen=True)
class Figures:
    """How the outbox is doing. `oldest_at`: since when the oldest waits that could leave now."""

    waiting_count: int
    dead_count: int
    oldest_at: datetime | None
    sent: dict[str, int]  # by channel, in a day


def _dead() -> ColumnElement[bool]:
    """What was given up and led its own life. A browser that withdrew its subscription is nobody's loss."""
    has_phone = exists().where(cast(PushSubscription.id, String) == Delivery.target)
    reachable = or_(Delivery.channel != "web_push", has_phone)
    return and_(Delivery.state == DeliveryState.FAILED, Delivery.gathered_into_id.is_(None), reachable)


def _repeatable() -> ColumnElement[bool]:
    return and_(_dead(), Delivery.template.not_in(SECRETS))


def page(*, after: int = 0, limit: int = 50) -> Sequence[Letter]:
    """Return dead letters, the newest first; `after` is the id of the last one of the page before."""
    below = [Delivery.id < after] if after else []
    return _letters(and_(_dead(), *below), Delivery.id.desc(), limit)


def struggling(limit: int = 20) -> Sequence[Letter]:
    """Return what has failed and is going to be tried again, the next one first."""
    waiting = and_(Delivery.state == DeliveryState.WAITING, Delivery.last_error != "")
    return _letters(waiting, Delivery.next_attempt_at, limit)


def _letters(which: ColumnElement[bool], order: Any, limit: int) -> Sequence[Letter]:
    query = (
        select(Delivery, Ticket.number)
        .outerjoin(Event, Event.id == Delivery.event_id)
        .outerjoin(Ticket, Ticket.id == Event.ticket_id)
        .where(which)
        .order_by(order)
        .limit(limit)
        .options(joinedload(Delivery.person))
    )
    return [_letter(row, number) for row, number in db.session.execute(query)]


def _letter(row: Delivery, number: int | None) -> Letter:
    return Letter(
        id=row.id,
        channel=row.channel,
        template=row.template,
        name=row.person.short_name,
        target=row.target if row.channel == "email" else "",
        number=number,
        attempts_count=row.attempts_count,
        created_at=row.created_at,
        next_attempt_at=row.next_attempt_at,
        error=row.last_error,
        can_repeat=row.template not in SECRETS,
    )


def figures(*, at: datetime) -> Figures:
    waiting = Delivery.state.in_((DeliveryState.WAITING, DeliveryState.CLAIMED))
    due = and_(waiting, Delivery.next_attempt_at <= at)
    counts = select(
        func.count().filter(waiting),
        func.min(Delivery.next_attempt_at).filter(due),
    ).select_from(Delivery)
    waiting_count, oldest_at = db.session.execute(counts.where(waiting)).one()
    by_channel = select(Delivery.channel, func.count()).where(Delivery.sent_at > at - DAY).group_by(Delivery.channel)
    sent = {row[0]: row[1] for row in db.session.execute(by_channel)}
    return Figures(waiting_count, dead_count(), oldest_at, sent)


def dead_count() -> int:
    return db.session.scalar(select(func.count()).select_from(Delivery).where(_dead())) or 0


def repeat(delivery_id: int, *, at: datetime) -> list[int]:
    """Let one be tried again, now; one that waits for its next attempt as well. Returns the ids to ask a worker for."""
    if not fits(delivery_id):
        return []
    waits = and_(Delivery.state == DeliveryState.WAITING, Delivery.last_error != "")
    return _again(and_(Delivery.id == delivery_id, or_(_repeatable(), waits)), at)


def repeat_all(*, at: datetime) -> list[int]:
    """Let all that were given up be tried again."""
    return _again(_repeatable(), at)


def _again(which: ColumnElement[bool], at: datetime) -> list[int]:
    """Begin its attempts anew, but not at none: it may have arrived before the line broke, so it goes as it was, with the
    company that it had and in nobody else's (`services.holding`)."""
    ids = list(db.session.scalars(select(Delivery.id).where(which)))
    anew = {"state": DeliveryState.WAITING, "attempts_count": 1, "deaths_count": 0, "next_attempt_at": at}
    for start in range(0, len(ids), 500):
        some = ids[start : start + 500]
        db.session.execute(update(Delivery).where(Delivery.id.in_(some)).values(**anew), execution_options=APART)
        gathered = and_(Delivery.gathered_into_id.in_(some), Delivery.state == DeliveryState.FAILED)
        values = {"state": DeliveryState.GATHERED}
        db.session.execute(update(Delivery).where(gathered).values(**values), execution_options=APART)
    return ids


def put_away(delivery_id: int) -> bool:
    """Take one off the list: nobody is going to be told. False when it is not on it."""
    if not fits(delivery_id):
        return False
    which = and_(Delivery.id == delivery_id, _dead())
    done = db.session.execute(
        update(Delivery).where(which).values(state=DeliveryState.SKIPPED), execution_options=APART
    )
    return bool(done.rowcount)  # type: ignore[attr-defined]
