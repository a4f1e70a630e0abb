"""Opening tickets and moving them: the only writer of `ticket.status`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from extensions import db
from models import (
    Attachment,
    Comment,
    Counter,
    EventKind,
    Kind,
    Person,
    Priority,
    Team,
    Ticket,
    TicketRelation,
    TicketSerial,
    TicketType,
    VoiceNote,
)
from models.access import actors, numbered, visible_to
from rules import robot as robot_rules
from rules.errors import Invalid, InvalidMove
from rules.lengths import reopen_until
from rules.statuses import CUSTOMERS, Status, next_status
from rules.tickets import NewTicket
from services import events, files, richtext, voice_notes
from services.clockwork import clockwork

FIRST_NUMBER = 152875  # S31: six digits, rising; the guide's own last sample


@dataclass(frozen=True)
class Enclosed:
    """What goes with a text: files and recordings that its author has already stored."""

    files: Sequence[Attachment] = ()
    notes: Sequence[VoiceNote] = ()

    def __bool__(self) -> bool:
        return bool(self.files or self.notes)

    def attach(self, comment: Comment) -> None:
        files.attach(self.files, comment)
        voice_notes.attach(self.notes, comment)


NOTHING = Enclosed()


def find(number: int, person: Person, *, to_write: bool = False) -> Ticket | None:
    """Return the ticket if `person` may see it. `to_write` locks its row for the transaction."""
    query = select(Ticket).where(numbered(number), visible_to(person))
    return db.session.scalar(
        query.with_for_update() if to_write else query, execution_options={"populate_existing": True}
    )


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
    if new.continues:
        _continue(ticket, new.continues, author)
    text, html = richtext.body(new.description, is_html=is_html)
    description = Comment(
        ticket_id=ticket.id, author_id=author.id, kind=Kind.DESCRIPTION, body_text=text, body_html=html, at=at
    )
    db.session.add(description)
    db.session.flush()
    enclosed.attach(description)
    events.record(ticket, EventKind.OPENED, by=author, at=at, comment=description)
    return ticket


def _next_number() -> int:
    """The row is locked until the commit, so two tickets never get one number."""
    grown: int | None = db.session.scalar(
        update(Counter).where(Counter.name == "ticket").values(value=Counter.value + 1).returning(Counter.value)
    )
    if grown is None:
        raise LookupError("the counter of tickets is missing: services.defaults makes it")
    return grown


def _continue(ticket: Ticket, number: int, author: Person) -> None:
    """D5: link to the earlier ticket if he may see it; else keep what he typed, and he can't tell the difference."""
    earlier = find(number, author)
    if earlier is not None:
        db.session.add(TicketRelation(ticket_id=ticket.id, earlier_id=earlier.id))
    ticket.continues_text = str(number)


def apply(ticket: Ticket, verb: str, *, by: Person, at: datetime) -> tuple[Status, Status]:
    """Take the ticket from its status to the verb's and return both. Raises InvalidMove.

    Every clock that hangs on the status starts or stops here.
    """
    before = Status(ticket.status)
    after = next_status(before, verb, actors(by, ticket))
    ticket.status = after
    if after != before or (after == Status.WAITING and verb in {"answer", "later"}):
        ticket.status_since, ticket.warned_at = at, None
    if after != Status.DEFERRED:
        ticket.deferred_until = None
    if after == Status.RESOLVED and before != Status.RESOLVED:
        ticket.resolved_at = at
    ticket.closed_at = at if after == Status.CLOSED else None
    schedule(ticket)
    return before, after


def schedule(ticket: Ticket) -> None:
    """Write down when the robot has its next step to take."""
    found = next_step(ticket)
    ticket.robot_due_at = found[1] if found else None


def next_step(ticket: Ticket) -> tuple[robot_rules.Step, datetime] | None:
    work = clockwork()
    return robot_rules.due(
        Status(ticket.status), ticket.status_since, ticket.warned_at, ticket.deferred_until, work.lengths, work.calendar
    )


def move(ticket: Ticket, verb: str, *, by: Person, at: datetime, comment: Comment | None = None) -> None:
    """Do a move that needs nothing but its verb: resolve, reopen, take-back, accept, close, wake. Raises InvalidMove."""
    if verb == "reopen":
        _check_reopen(ticket, by, at)
    before, after = apply(ticket, verb, by=by, at=at)
    if verb == "accept":
        ticket.team, ticket.assignee_id = Team.SERVICE_CENTER, by.id
    _record_status(ticket, verb, before, after, by=by, at=at, comment=comment)


def _record_status(
    ticket: Ticket,
    verb: str,
    before: Status,
    after: Status,
    *,
    by: Person,
    at: datetime,
    comment: Comment | None = None,
) -> None:
    moved = {"from": before, "to": after, "verb": verb}
    until = ticket.deferred_until.isoformat() if ticket.deferred_until else None
    events.record(ticket, EventKind.STATUS, by=by, at=at, comment=comment, until=until, **moved)


def _check_reopen(ticket: Ticket, by: Person, at: datetime) -> None:
    """D1: the customer has 5 days in «Решена», the administrator 3 days in «Закрыта»."""
    work = clockwork()
    until = reopen_until(Status(ticket.status), ticket.status_since, work.lengths, work.calendar)
    limited = ticket.status == Status.CLOSED or bool(actors(by, ticket) & CUSTOMERS)
    if limited and until is not None and at > until:
        raise InvalidMove("too_late_to_reopen", until=until)


def defer(ticket: Ticket, *, until: datetime | None, text: str, by: Person, at: datetime) -> None:
    """Defer to a date in the future, with a public comment that says why (S39, S97, S99). Raises Invalid, InvalidMove."""
    next_status(Status(ticket.status), "defer", actors(by, ticket))
    if until is None:
        raise Invalid("until", "required")
    if until <= at:
        raise Invalid("until", "not_in_future")
    if not text.strip():
        raise Invalid("body", "required")
    comment = add_comment(ticket, by, text, at=at)
    ticket.deferred_until = until
    before, after = apply(ticket, "defer", by=by, at=at)
    react(ticket, at)
    _record_status(ticket, "defer", before, after, by=by, at=at, comment=comment)


def send_in(ticket: Ticket, *, confirmed: bool, shipping: str, by: Person, at: datetime) -> None:
    """Hand over to the service center: it confirmed that it takes the equipment, and how to ship it (S102–S103)."""
    next_status(Status(ticket.status), "service-center", actors(by, ticket))
    if not confirmed:
        raise Invalid("confirmed", "required")
    if not shipping.strip():
        raise Invalid("shipping", "required")
    comment = add_comment(ticket, by, shipping, at=at)
    ticket.shipping = comment.body_text[:2000]
    before, after = apply(ticket, "service-center", by=by, at=at)
    react(ticket, at)
    _record_status(ticket, "service-center", before, after, by=by, at=at, comment=comment)


def later(ticket: Ticket, *, by: Person, at: datetime) -> None:
    """«Отвечу позже»: the robot's clock starts anew, at most `later_limit` times a ticket."""
    if ticket.later_count >= clockwork().lengths["later_limit"].value:
        raise InvalidMove("later_used_up")
    apply(ticket, "later", by=by, at=at)
    ticket.later_count += 1
    events.record(ticket, EventKind.POSTPONED, by=by, at=at)


def assign(ticket: Ticket, assignee: Person | None, *, by: Person, at: datetime) -> None:
    """Give the ticket to a specialist (S93: a first reaction), or to nobody."""
    if assignee is not None and not assignee.is_staff:
        raise Invalid("assignee", "unknown")
    if ticket.assignee_id == (assignee.id if assignee else None):
        return
    ticket.assignee_id = assignee.id if assignee else None
    if assignee is not None:
        react(ticket, at)
    events.record(ticket, EventKind.ASSIGNED, by=by, at=at, to=assignee.full_name if assignee else "")


def identify(ticket: Ticket, *, by: Person, at: datetime) -> None:
    """The equipment is known now: the clock of the first answer starts (S94). Once."""
    if ticket.identified_at is None:
        ticket.identified_at = at
        events.record(ticket, EventKind.IDENTIFIED, by=by, at=at)


def react(ticket: Ticket, at: datetime) -> None:
    """S92–S93: the first sign that somebody deals with it."""
    ticket.first_reaction_at = ticket.first_reaction_at or at


def add_comment(
    ticket: Ticket,
    by: Person,
    text: str,
    *,
    at: datetime,
    kind: Kind = Kind.PUBLIC,
    is_html: bool = False,
    enclosed: Enclosed = NOTHING,
    client_id: str | None = None,
) -> Comment:
    """Store what was said; what follows from it is the caller's."""
    if len(text) > 2 * richtext.MAX_CHARS:  # not even read: that takes longer than sending it
        raise Invalid("body", "too_long", limit=richtext.MAX_CHARS)
    plain, html = richtext.body(text, is_html=is_html)
    if not plain and not enclosed:
        raise Invalid("body", "required")
    if len(html) > richtext.MAX_CHARS:
        raise Invalid("body", "too_long", limit=richtext.MAX_CHARS)
    comment = Comment(
        ticket_id=ticket.id,
        author_id=by.id,
        kind=kind,
        body_text=plain,
        body_html=html,
        at=at,
        client_id=client_id or None,
    )
    db.session.add(comment)
    db.session.flush()
    enclosed.attach(comment)
    return comment
