"""Who is told of an event, by which channels: one Delivery a reader and channel, in the event's transaction
(S59, S67–S68)."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import joinedload, undefer

from extensions import db
from models import CompanyObserver, Delivery, Event, EventKind, Person, PushSubscription, Role, Ticket
from models.access import visible_to
from rules import notices as choices
from services import outbox

TOLD = {
    EventKind.OPENED: "opened",  # to the company's observers only (S75)
    EventKind.COMMENTED: "comment",
    EventKind.WARNED: "comment",
    EventKind.STATUS: "status",
}

SECOND_RING = timedelta(minutes=2)  # how long a push has to be read before the letter goes


def tell(event: Event, ticket: Ticket, *, by: Person, at: datetime) -> None:
    """Store the letters and pushes of a public event for everybody it concerns but the one who caused it.

    Each reader hears by the channels that he has left on for such events (rules.notices); a push comes beside the letter.
    Who wants one ring an event has his letter wait, and `services.receipts.is_needless` asked before it is sent.
    """
    template = TOLD.get(EventKind(event.kind))
    concerned = _concerned(EventKind(event.kind), ticket, by)
    if template is None or not concerned:
        return
    told = and_(or_(*concerned), Person.id != by.id, Person.blocked_at.is_(None))
    people = db.session.scalars(select(Person).where(told).order_by(Person.id)).all()
    by_id = {person.id: person for person in people}
    phones = db.session.scalars(select(PushSubscription).where(PushSubscription.person_id.in_(by_id))).all()
    rung = set()
    for phone in phones:
        reader = by_id[phone.person_id]
        if choices.wants(reader.notices_off, _topic(event, reader, by), choices.PUSH):
            key = f"event-{event.id}-push-{phone.id}"
            outbox.put(key, reader, choices.PUSH, str(phone.id), template, at=at, event=event)
            rung.add(reader.id)
    for person in people:
        if choices.wants(person.notices_off, _topic(event, person, by), choices.EMAIL):
            key = f"event-{event.id}-person-{person.id}"
            due_at = at + SECOND_RING if person.rings_once and person.id in rung else None
            outbox.put(key, person, choices.EMAIL, person.email, template, at=at, event=event, due_at=due_at)


def _topic(event: Event, reader: Person, by: Person) -> str:
    """Return what the reader's choices call the event: a colleague is a contact to a contact, a new ticket his words."""
    if event.kind == EventKind.STATUS:
        return choices.STATUS
    if by.role == Role.ROBOT:
        return choices.ROBOT
    return choices.COLLEAGUE if by.is_contact and reader.is_contact else choices.COMMENT


def _concerned(kind: EventKind, ticket: Ticket, by: Person) -> list[ColumnElement[bool]]:
    """The contact hears of all that he did not do; the specialist of what the customer or the robot did; the
    observers of the company (S75), contacts of it or staff, of everything public, a new ticket too."""
    concerned = [] if ticket.company_id is None else [_observes(ticket.company_id)]
    readers = set() if kind == EventKind.OPENED else {ticket.contact_id}
    if kind != EventKind.OPENED and not by.is_staff and ticket.assignee_id is not None:
        readers.add(ticket.assignee_id)
    return [*concerned, Person.id.in_(readers)] if readers - {by.id} else concerned


def _observes(company_id: int) -> ColumnElement[bool]:
    """Return the condition on `Person`. Who has left the company meanwhile hears nothing of it."""
    named = select(CompanyObserver.person_id).where(CompanyObserver.company_id == company_id)
    return and_(Person.id.in_(named), or_(Person.company_id == company_id, Person.role.in_((Role.AGENT, Role.ADMIN))))


def may_hear(delivery: Delivery) -> bool:
    """Tell whether its reader may still be told, asked right before it is sent: since it was stored he may have been
    blocked, have left the company, or have lost the right to see its tickets (S71)."""
    fresh = (joinedload(Person.company), undefer(Person.observes_company))
    reader = db.session.get_one(Person, delivery.person_id, options=fresh, populate_existing=True)
    if reader.blocked_at is not None:
        return False
    if delivery.event is None:
        return True
    asked = select(Ticket.id).where(Ticket.id == delivery.event.ticket_id, visible_to(reader))
    return db.session.scalar(asked) is not None


def has_phone(person: Person) -> bool:
    """Tell whether any device of his takes pushes."""
    query = select(PushSubscription.id).where(PushSubscription.person_id == person.id)
    return db.session.scalar(query.limit(1)) is not None
