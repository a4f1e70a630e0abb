"""Putting a message into the outbox, in the transaction of what it tells about."""

from datetime import datetime
from typing import Any

from extensions import db
from models import Delivery, Event, Person

FRESH = "fresh_deliveries"  # session.info: ids for the edge to wake the workers with, after its commit


def put(
    key: str,
    person: Person,
    channel: str,
    target: str,
    template: str,
    *,
    at: datetime,
    event: Event | None = None,
    data: dict[str, Any] | None = None,
    due_at: datetime | None = None,
) -> Delivery:
    """Store one message to one reader; `key` never repeats (models.delivery). Flushed by the caller.

    With `due_at` it waits till then; the sweep finds it.
    """
    delivery = Delivery(
        key=key,
        person=person,
        event=event,
        channel=channel,
        target=target,
        template=template,
        data=data or {},
        created_at=at,
        next_attempt_at=due_at or at,
    )
    db.session.add(delivery)
    if due_at is not None:
        return delivery
    db.session.info.setdefault(FRESH, []).append(delivery)
    return delivery


def letter(key: str, person: Person, template: str, *, at: datetime, data: dict[str, Any] | None = None) -> Delivery:
    """Store a letter that belongs to no ticket: about the account."""
    return put(f"{key}-email", person, "email", person.email, template, at=at, data=data)
