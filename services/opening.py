"""Opening tickets: their numbers, their descriptions, what they continue."""

from datetime import datetime

from sqlalchemy import insert, select, update

from extensions import db
from models import Comment, Counter, EventKind, Kind, Person, Priority, Team, Ticket, TicketSerial, TicketType
from rules.statuses import Status
from rules.tickets import NewTicket
from services import events, relations, richtext, tickets
from services.messages import NOTHING, Enclosed

FIRST_NUMBER = 152875  # S31: six digits, rising; the guide's own last sample


def by_client_id(author: Person, client_id: str | None) -> Ticket | None:
    if not client_id:
        return None
    return db.session.scalar(select(Ticket).where(Ticket.author_id == author.id, Ticket.client_id == client_id))


def open_ticket(
    author: Person,
    new: NewTicket,
    *,
    at: datetime,
    is_html: bool = False,
    enclosed: Enclosed = NOTHING,
    client_id: str | None = None,
) -> Ticket:
    """Make the ticket, its description and its event (S30). The same `client_id` again returns the first one."""
    if first := by_client_id(author, client_id):
        return first
    ticket = Ticket(
        number=_next_number(),
        subject=new.subject,
        type_id=db.session.scalars(select(TicketType.id).where(TicketType.code == new.type)).one(),
        priority_id=db.session.scalars(select(Priority.id).where(Priority.code == new.priority)).one(),
        status=Status.OPEN,
        team=Team.SUPPORT,
        contact_id=author.id,
        author_id=author.id,
        company_id=author.company_id,
        invoice_number=new.invoice_number,
        order_number=new.order_number,
        order_year=new.order_year,
        client_id=client_id or None,
        created_at=at,
        updated_at=at,
        staff_updated_at=at,
        status_since=at,
    )
    db.session.add(ticket)
    db.session.flush()
    serials = [
        {"ticket_id": ticket.id, "position": position, "serial_number": serial}
        for position, serial in enumerate(new.serial_numbers)
    ]
    if serials:
        db.session.execute(insert(TicketSerial), serials)
    text, html = richtext.body(new.description, is_html=is_html, images=enclosed.images)
    description = Comment(
        ticket_id=ticket.id, author_id=author.id, kind=Kind.DESCRIPTION, body_text=text, body_html=html, at=at
    )
    db.session.add(description)
    db.session.flush()
    enclosed.attach(description)
    events.record(ticket, EventKind.OPENED, by=author, at=at, comment=description)
    if new.continues:
        _continue(ticket, new.continues, author, at)
    return ticket


def _next_number() -> int:
    """The row is locked until the commit, so two tickets never get one number."""
    grown: int | None = db.session.scalar(
        update(Counter).where(Counter.name == "ticket").values(value=Counter.value + 1).returning(Counter.value)
    )
    if grown is None:
        raise LookupError("the counter of tickets is missing: services.defaults makes it")
    return grown


def _continue(ticket: Ticket, number: int, author: Person, at: datetime) -> None:
    """D5: link to the earlier ticket if he may see it; else keep what he typed, and he can't tell the difference."""
    earlier = tickets.find(number, author, to_write=True)
    if earlier is not None and earlier.id != ticket.id:  # the next number is easily guessed
        relations.relate(ticket, earlier, "continues", by=author, at=at)
    ticket.continues_text = str(number)
