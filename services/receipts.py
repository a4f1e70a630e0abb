"""What a service worker tells of a push: that it has shown it, that its reader has opened it."""

from datetime import datetime
from hmac import compare_digest

from sqlalchemy import select

from extensions import db
from models import Delivery, Event, PushSubscription, TicketRead
from models.numbers import fits
from services import seals

SHOWN, OPENED = "shown", "opened"
PUSH, EMAIL = "web_push", "email"
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
    """Tell whether a letter may stay unsent: its reader wants one ring an event, and has heard of it by a push or read it.

    Only what he chose to be rung once for: a letter is otherwise sent also, not instead (S67).
    """
    if delivery.channel != EMAIL or delivery.event is None or not delivery.person.rings_once:
        return False
    return _is_opened(delivery) or _is_read(delivery.person_id, delivery.event)


def _is_opened(letter: Delivery) -> bool:
    opened = select(Delivery.id).where(
        Delivery.event_id == letter.event_id,
        Delivery.person_id == letter.person_id,
        Delivery.channel == PUSH,
        Delivery.opened_at.is_not(None),
    )
    return db.session.scalar(opened.limit(1)) is not None


def _is_read(person_id: int, event: Event) -> bool:
    read = select(TicketRead.read_at).where(
        TicketRead.person_id == person_id, TicketRead.ticket_id == event.ticket_id, TicketRead.read_at >= event.at
    )
    return db.session.scalar(read) is not None
