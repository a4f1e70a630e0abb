"""Who is told of an event, by which channels: one Delivery a reader and channel, in the event's transaction
(S59, S67–S68)."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select

from extensions import db
from models import Company, CompanyObserver, Delivery, Event, EventKind, Person, PushSubscription, Role, Ticket
from models.access import visible_to
from rules import notices as choices
from services import outbox, unsubscriptions
from services.receipts import SECOND_RING

TOLD = {
    EventKind.OPENED: "opened",  # to the company's observers only (S75)
    EventKind.COMMENTED: "comment",
    EventKind.WARNED: "comment",
    EventKind.STATUS: "status",
    EventKind.DEADLINE: "deadline",  # to whoever has the ticket only
}


def tell(event: Event, ticket: Ticket, *, by: Person, at: datetime) -> None:
    """Store the letters and pushes of a public event for everybody it concerns but the one who caused it.

    Each reader hears by the channels that he has left on for such events (rules.notices); a push comes beside the letter.
    Who wants one ring an event has his letter wait, and `services.receipts.is_needless` asked before it is sent.
    """
    template = TOLD.get(EventKind(event.kind))
    concerned = _concerned(event, ticket, by)
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
            outbox.put(key, reader, choices.PUSH, str(phone.id), _worded(template, event, reader), at=at, event=event)
            rung.add(reader.id)
    for person in people:
        if choices.wants(person.notices_off, _topic(event, person, by), choices.EMAIL):
            key = f"event-{event.id}-person-{person.id}"
            due_at = at + SECOND_RING if person.rings_once and person.id in rung else None
            worded = _worded(template, event, person)
            outbox.put(key, person, choices.EMAIL, person.email, worded, at=at, event=event, due_at=due_at)


def _worded(template: str, event: Event, reader: Person) -> str:
    """Return the template for this reader: to a specialist a ticket that wakes is a reminder (S100)."""
    return "reminder" if _wakes(event) and reader.is_staff else template


def _wakes(event: Event) -> bool:
    return event.kind == EventKind.STATUS and event.data.get("verb") == "wake"


def _topic(event: Event, reader: Person, by: Person) -> str:
    """Return what the reader's choices call the event: a colleague is a contact to a contact, a new ticket his words."""
    if event.kind == EventKind.STATUS:
        return choices.STATUS
    if by.role == Role.ROBOT:
        return choices.ROBOT
    return choices.COLLEAGUE if by.is_contact and reader.is_contact else choices.COMMENT


def _concerned(event: Event, ticket: Ticket, by: Person) -> list[ColumnElement[bool]]:
    """The contact hears of all that he did not do; the specialist of what the customer or the robot did; the
    observers of the company (S75), contacts of it or staff, of everything public, a new ticket too."""
    kind = event.kind
    if kind == EventKind.DEADLINE:
        return [_in_charge(ticket)]
    if _wakes(event) and ticket.assignee_id is None:
        return [*_others_concerned(kind, ticket, by), Person.id == _deferred_by(ticket)]
    return _others_concerned(kind, ticket, by)


def _in_charge(ticket: Ticket) -> ColumnElement[bool]:
    """Return the condition on `Person` that holds for who has the ticket: its specialist, else the company's own, else
    all of its team."""
    if ticket.assignee_id is not None:
        return Person.id == ticket.assignee_id
    responsible = (
        select(Person.id)
        .join(Company, Company.responsible_id == Person.id)
        .where(Company.id == ticket.company_id, Person.role.in_((Role.AGENT, Role.ADMIN)), Person.blocked_at.is_(None))
        .scalar_subquery()
    )
    team = and_(responsible.is_(None), Person.role == Role.AGENT, Person.team == ticket.team)
    return or_(Person.id == responsible, team)


def _deferred_by(ticket: Ticket) -> int:
    """Return who put the ticket off last, 0 for nobody: of a ticket that nobody has he is the one to be reminded."""
    of_ticket = (Event.ticket_id == ticket.id, Event.kind == EventKind.STATUS)
    moves = db.session.execute(select(Event.actor_id, Event.data).where(*of_ticket).order_by(Event.id.desc()))
    return next((actor_id for actor_id, data in moves if data.get("verb") == "defer"), 0)


def _others_concerned(kind: str, ticket: Ticket, by: Person) -> list[ColumnElement[bool]]:
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
    """Tell whether its reader may still be told, asked right before it is sent, of what
    `services.deliveries` has just loaded: since it was stored he may have been
    blocked, have left the company, have lost the right to see its tickets (S71), or have left its letters."""
    reader = delivery.person
    if reader.blocked_at is not None:
        return False
    if delivery.event is None:
        return True
    ticket = db.session.scalar(select(Ticket).where(Ticket.id == delivery.event.ticket_id, visible_to(reader)))
    if ticket is None:
        return False
    return delivery.channel != choices.EMAIL or unsubscriptions.wants_letters(reader.id, ticket)


def has_phone(person: Person) -> bool:
    """Tell whether any device of his takes pushes."""
    query = select(PushSubscription.id).where(PushSubscription.person_id == person.id)
    return db.session.scalar(query.limit(1)) is not None
