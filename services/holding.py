"""What a message waits for before its first attempt, and what else goes in it: quiet hours, bursts of letters.

Asked when a worker takes the message, not when it is stored, so it costs whoever writes nothing.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import current_app
from sqlalchemy import ColumnElement, and_, false, or_, select, update
from sqlalchemy.orm import joinedload

from extensions import db
from models import Delivery, DeliveryState, Event, Held, Person, TicketRead
from rules.calendar import YEKATERINBURG
from rules.notices import EMAIL
from rules.quiet import quiet_until
from services import receipts

MOST_GATHERED = 50
GATHERED = {"comment", "opened"}  # letters that come in bursts; others wait for none but their own kind


def hold(delivery: Delivery, *, at: datetime) -> tuple[Held, datetime] | None:
    """Return what the message must wait for and until when, None when it may go.

    What belongs to no ticket never waits: somebody signs in just now, or looks whether his phone rings. A message that
    could not be sent before the quiet hours is not tried again in them.
    """
    if delivery.event is None:
        return None
    until = _quiet(delivery.person, at)
    if until is not None:
        return Held.QUIET, until
    if delivery.channel != EMAIL or delivery.attempts_count > 1:
        return None
    until = receipts.second_ring(delivery, at=at)
    if until is not None:
        return Held(delivery.held_for or Held.BURST), until
    until = _burst(delivery, delivery.event, at)
    return None if until is None else (Held.BURST, until)


def _quiet(person: Person, at: datetime) -> datetime | None:
    try:
        zone = ZoneInfo(person.timezone) if person.timezone else YEKATERINBURG
    except (ZoneInfoNotFoundError, ValueError):
        zone = YEKATERINBURG
    return quiet_until(at, person.quiet_start, person.quiet_end, zone)


def _burst(letter: Delivery, event: Event, at: datetime) -> datetime | None:
    """Return a minute after the last letter about the ticket, unless its reader has looked at it or spoken since.

    A change of status does not wait behind comments, and takes those that wait along.
    """
    window = timedelta(seconds=current_app.config["LETTERS_GATHERED_SECONDS"])
    leaving = and_(Delivery.state == DeliveryState.CLAIMED, Delivery.claimed_at > at - window, Event.id < event.id)
    query = (
        select(Delivery.sent_at, Delivery.claimed_at, Event)
        .join(Event, Event.id == Delivery.event_id)
        .where(Event.ticket_id == event.ticket_id, Delivery.person_id == letter.person_id, Delivery.channel == EMAIL)
        .where(Delivery.id != letter.id, Event.at > event.at - window, or_(Delivery.sent_at > at - window, leaving))
        .order_by(Event.at.desc())
    )
    if letter.template not in GATHERED:
        query = query.where(Delivery.template == letter.template)
    last = db.session.execute(query.limit(1)).first()
    if last is None or _has_seen(letter.person_id, last[2]):
        return None
    left_at = last[0] or last[1] or at
    until: datetime = left_at + window
    return until if until > at else None


def _has_seen(person_id: int, event: Event) -> bool:
    """Tell whether he has looked at the ticket or said something since the event."""
    read = select(TicketRead.read_at).where(
        TicketRead.person_id == person_id, TicketRead.ticket_id == event.ticket_id, TicketRead.read_at > event.at
    )
    spoke = select(Event.id).where(Event.ticket_id == event.ticket_id, Event.actor_id == person_id, Event.id > event.id)
    return db.session.scalar(read) is not None or db.session.scalar(spoke.limit(1)) is not None


def gather(leader: Delivery, claimed: Sequence[Delivery] = (), *, at: datetime) -> list[int]:
    """Put into the leader what waits for the same reader and way and may go in one; return the ids of those rows.

    Letters about one ticket go in one, and all that waited for the end of his quiet hours. Only before the first attempt:
    a message that may have arrived is repeated as it was. `claimed` are those that the caller has taken meanwhile.
    """
    if leader.event is None or leader.attempts_count > 1:
        return []
    ours = [one for one in claimed if _goes_with(one, leader)]
    waiting = (
        select(Delivery.id)
        .join(Event, Event.id == Delivery.event_id)
        .where(
            Delivery.state == DeliveryState.WAITING,
            Delivery.channel == leader.channel,
            Delivery.person_id == leader.person_id,
            Delivery.target == leader.target,
            Delivery.attempts_count == 0,
            Delivery.id != leader.id,
            _kin(leader, leader.event, at),
        )
        .order_by(Delivery.id)
        .limit(MOST_GATHERED)
    )
    return _put_into(leader, [*db.session.scalars(waiting), *(one.id for one in ours)])


def _kin(leader: Delivery, event: Event, at: datetime) -> ColumnElement[bool]:
    """Return what may go with the leader: of one ticket what waits for nothing else, of any what was held for the night."""
    same_ticket = and_(
        Event.ticket_id == event.ticket_id,
        or_(Delivery.held_for != "", Delivery.next_attempt_at <= at),
    )
    kinds: list[ColumnElement[bool]] = [same_ticket] if leader.channel == EMAIL else []
    if leader.held_for == Held.QUIET:
        kinds.append(Delivery.held_for == Held.QUIET)
    return or_(false(), *kinds)


def _goes_with(one: Delivery, leader: Delivery) -> bool:
    """Say the same of a row that was taken at the same time."""
    if one.id == leader.id or one.event is None or leader.event is None or one.attempts_count > 1:
        return False
    if one.state != DeliveryState.CLAIMED:
        return False
    if (one.channel, one.person_id, one.target) != (leader.channel, leader.person_id, leader.target):
        return False
    both_held = one.held_for == Held.QUIET == leader.held_for
    return both_held or (leader.channel == EMAIL and one.event.ticket_id == leader.event.ticket_id)


def _put_into(leader: Delivery, ids: list[int]) -> list[int]:
    if not ids:
        return []
    free = Delivery.state.in_((DeliveryState.WAITING, DeliveryState.CLAIMED))
    taken = db.session.scalars(
        update(Delivery)
        .where(Delivery.id.in_(ids), free)
        .values(state=DeliveryState.GATHERED, gathered_into_id=leader.id, claimed_at=None)
        .returning(Delivery.id)
    ).all()
    # What one of them had gathered before it was put off itself goes along, or nobody would be told of it.
    theirs = update(Delivery).where(Delivery.gathered_into_id.in_(taken))
    db.session.execute(theirs.values(gathered_into_id=leader.id))
    return list(taken)


def members(leader_id: int) -> Sequence[Delivery]:
    """Return what goes in the leader, itself included, the oldest first."""
    both = or_(Delivery.id == leader_id, Delivery.gathered_into_id == leader_id)
    query = select(Delivery).where(both).options(joinedload(Delivery.event))
    return db.session.scalars(query.order_by(Delivery.event_id, Delivery.id)).all()


def release() -> None:
    """Let go of what waits only for more of its kind: an operator wants it out now."""
    held = Delivery.state == DeliveryState.WAITING, Delivery.held_for == Held.BURST
    db.session.execute(update(Delivery).where(*held).values(next_attempt_at=Delivery.created_at))
