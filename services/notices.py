"""Who is told of an event, by which channels: one Delivery a reader and channel, in the event's transaction
(S59, S67–S68)."""

from datetime import datetime

from sqlalchemy import select

from extensions import db
from models import Event, EventKind, Person, PushSubscription, Ticket
from services import outbox

TOLD = {EventKind.COMMENTED: "comment", EventKind.WARNED: "comment", EventKind.STATUS: "status"}


def tell(event: Event, ticket: Ticket, *, by: Person, at: datetime) -> None:
    """Store the letters and pushes of a public event for everybody it concerns but the one who caused it."""
    template = TOLD.get(EventKind(event.kind))
    readers = _readers(ticket, by)
    if template is None or not readers:
        return
    people = db.session.scalars(select(Person).where(Person.id.in_(readers))).all()
    phones = db.session.scalars(select(PushSubscription).where(PushSubscription.person_id.in_(readers))).all()
    for person in people:
        key = f"event-{event.id}-person-{person.id}"
        outbox.put(key, person, "email", person.email, template, at=at, event=event)
    by_id = {person.id: person for person in people}
    for phone in phones:
        key = f"event-{event.id}-push-{phone.id}"
        outbox.put(key, by_id[phone.person_id], "web_push", str(phone.id), template, at=at, event=event)


def _readers(ticket: Ticket, by: Person) -> set[int]:
    """The contact hears of all that he did not do; the specialist of what the customer or the robot did."""
    readers = {ticket.contact_id}
    if not by.is_staff and ticket.assignee_id is not None:
        readers.add(ticket.assignee_id)
    return readers - {by.id}
