"""What a service worker tells of a push: that it has shown it, that its reader has opened it."""

from datetime import datetime, timedelta
from hmac import compare_digest

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from extensions import db
from models import Delivery, DeliveryState, Event, PushSubscription, TicketRead
from models.numbers import fits
from services import seals

SHOWN, OPENED = "shown", "opened"
PUSH, EMAIL = "web_push", "email"
SECOND_RING = timedelta(minutes=2)  # how long a push has to be read before the letter goes
TAKEN = {DeliveryState.CLAIMED, DeliveryState.GATHERED}
_PURPOSE = "push receipt"


def signature(delivery: Delivery) -> str:
    """Return what lets a receipt in: nobody is signed in where a service worker speaks, and row numbers are guessed."""
    return seals.keyed_digest(delivery.key, _PURPOSE)[:32]


def take(delivery_id: int, signed: str, what: str, *, at: datetime) -> bool:
    """Write the receipt down; False for one that is not ours. The first of a kind counts, and who opens has seen."""
    delivery = db.session.get(Delivery, delivery_id) if fits(delivery_id) else None
    if delivery is None or delivery.channel != PUSH or what not in (SHOWN, OPENED):
        return False
    if not compare_digest(signature(delivery).encode(), signed.encode(errors="replace")):
        return False
    delivery.shown_at = delivery.shown_at or at
    if what == OPENED:
        delivery.opened_at = delivery.opened_at or at
    phone = db.session.get(PushSubscription, int(delivery.target))
    if phone is not None and phone.person_id == delivery.person_id:
        phone.last_shown_at = at
    return True


def is_needless(delivery: Delivery) -> bool:
    """Tell whether a message may stay unsent: its reader wants one ring an event, and has heard of it the other way or
    read it. A push that its service took only after the letter had left would ring a second time.

    Only what he chose to be rung once for: a letter is otherwise sent also, not instead (S67).
    """
    if delivery.event is None or not delivery.person.rings_once:
        return False
    if _is_read(delivery.person_id, delivery.event):
        return True
    if delivery.channel == PUSH:
        sent = _about(delivery, EMAIL).where(Delivery.state == DeliveryState.SENT)
        return db.session.scalar(sent.limit(1)) is not None
    return _is_opened(delivery)


def second_ring(letter: Delivery, *, at: datetime) -> datetime | None:
    """Return when a letter of one ring may go, None for now: some time after the push, which may have waited itself. A
    push that was tried in vain is not waited for."""
    if not letter.person.rings_once:
        return None
    pushes = _about(letter, PUSH).add_columns(Delivery.state, Delivery.attempts_count, Delivery.sent_at)
    moments = [
        (sent_at or at) + SECOND_RING
        for _, state, attempts_count, sent_at in db.session.execute(pushes)
        if sent_at or state in TAKEN or (state == DeliveryState.WAITING and not attempts_count)
    ]
    until = max(moments, default=at)
    return until if until > at else None


def _about(delivery: Delivery, channel: str) -> Select[int]:
    """Return the query for what tells the same reader of the same event by a channel."""
    same = Delivery.event_id == delivery.event_id, Delivery.person_id == delivery.person_id
    return select(Delivery.id).where(*same, Delivery.channel == channel)


def _is_opened(letter: Delivery) -> bool:
    """A push may have gone in another one, after quiet hours: that is the one that was opened then."""
    leader = aliased(Delivery)
    query = _about(letter, PUSH).outerjoin(leader, leader.id == Delivery.gathered_into_id)
    opened = query.where(Delivery.opened_at.is_not(None) | leader.opened_at.is_not(None))
    return db.session.scalar(opened.limit(1)) is not None


def _is_read(person_id: int, event: Event) -> bool:
    read = select(TicketRead.read_at).where(
        TicketRead.person_id == person_id, TicketRead.ticket_id == event.ticket_id, TicketRead.read_at >= event.at
    )
    return db.session.scalar(read) is not None
