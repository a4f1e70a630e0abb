"""A ticket's card as plain values: its facts, what it is related to, and whether there are news."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, cast

from sqlalchemy import Integer, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import aliased

from extensions import plain_rows
from models import (
    Attachment,
    Comment,
    Company,
    Person,
    Priority,
    Role,
    Ticket,
    TicketRead,
    TicketRelation,
    TicketSerial,
    TicketType,
    VoiceNote,
)
from models.access import visible_to
from models.numbers import fits
from rules import names


@dataclass(slots=True, unsafe_hash=True)  # not frozen: each of its many fields would take four times as long to fill
class Card:
    """The columns of a ticket that its page prints or asks the rules about, by the names that they have in `Ticket`.
    Nobody changes it: pages are kept by it."""

    id: int
    number: int
    subject: str
    status: str
    team: str
    invoice_number: str
    order_number: str
    order_year: int | None
    continues_text: str
    contact_id: int
    company_id: int | None
    assignee_id: int | None
    created_at: datetime
    updated_at: datetime
    staff_updated_at: datetime
    status_since: datetime
    deferred_until: datetime | None
    warned_at: datetime | None
    later_count: int
    first_reaction_at: datetime | None
    identified_at: datetime | None
    rating_grade: int | None
    rating_comment: str
    type_code: str
    type_name: str
    priority_code: str
    priority_name: str
    company_name: str
    contact_name: str
    author_name: str
    assignee_name: str
    serial_numbers: tuple[str, ...]
    has_files: bool
    has_notes: bool
    has_relations: bool
    read_at: datetime | None = field(compare=False)  # by the reader: no fact of the ticket's

    def newest(self, *, for_staff: bool) -> datetime:
        return self.staff_updated_at if for_staff else self.updated_at


@dataclass(frozen=True, slots=True)
class Related:
    """A ticket before or after this one (S124); `direction`: continues, continued_by or related."""

    number: int
    subject: str
    direction: str


@dataclass(frozen=True, slots=True)
class Pulse:
    """What tells whether a page that is open shows everything."""

    id: int
    updated_at: datetime
    staff_updated_at: datetime
    assignee_id: int | None


# Statements are built once: building one costs SQLAlchemy ten times what running it does.
Contact, Author, Assignee = aliased(Person), aliased(Person), aliased(Person)
OF_TICKET = (
    *(Ticket.id, Ticket.number, Ticket.subject, Ticket.status, Ticket.team, Ticket.invoice_number),
    *(
        Ticket.order_number,
        Ticket.order_year,
        Ticket.continues_text,
        Ticket.contact_id,
        Ticket.company_id,
        Ticket.assignee_id,
    ),
    *(Ticket.created_at, Ticket.updated_at, Ticket.staff_updated_at, Ticket.status_since, Ticket.deferred_until),
    *(Ticket.warned_at, Ticket.later_count, Ticket.first_reaction_at, Ticket.identified_at),
    *(Ticket.rating_grade, Ticket.rating_comment),
)
FACTS = tuple(column.key for column in OF_TICKET)
in_order = (
    select(TicketSerial.serial_number)
    .where(TicketSerial.ticket_id == Ticket.id)
    .order_by(TicketSerial.position)
    .correlate(Ticket)
    .subquery()
)
CARD: Select[*tuple[Any, ...]] = (
    select(
        *OF_TICKET,
        TicketType.code.label("type_code"),
        TicketType.name.label("type_name"),
        Priority.code.label("priority_code"),
        Priority.name.label("priority_name"),
        Company.name.label("company_name"),
        *(Contact.last_name.label("contact_last"), Contact.first_name.label("contact_first")),
        *(Author.last_name.label("author_last"), Author.first_name.label("author_first")),
        *(Assignee.last_name.label("assignee_last"), Assignee.first_name.label("assignee_first")),
        select(func.aggregate_strings(in_order.c.serial_number, "\n")).scalar_subquery().label("serials"),
        # What a ticket has none of is not asked for: most have neither files nor recordings nor relatives.
        exists().where(Comment.ticket_id == Ticket.id, Attachment.comment_id == Comment.id).label("has_files"),
        exists().where(Comment.ticket_id == Ticket.id, VoiceNote.comment_id == Comment.id).label("has_notes"),
        or_(
            exists().where(TicketRelation.ticket_id == Ticket.id),
            exists().where(TicketRelation.earlier_id == Ticket.id),
        ).label("has_relations"),
        TicketRead.read_at,
    )
    .join(TicketType, TicketType.id == Ticket.type_id)
    .join(Priority, Priority.id == Ticket.priority_id)
    .join(Contact, Contact.id == Ticket.contact_id)
    .join(Author, Author.id == Ticket.author_id)
    .outerjoin(Assignee, Assignee.id == Ticket.assignee_id)
    .outerjoin(Company, Company.id == Ticket.company_id)
    .outerjoin(TicketRead, and_(TicketRead.ticket_id == Ticket.id, TicketRead.person_id == bindparam("reader")))
)
PULSE = select(Ticket.id, Ticket.updated_at, Ticket.staff_updated_at, Ticket.assignee_id)
RELATED: Select[*tuple[Any, ...]] = (
    select(Ticket.number, Ticket.subject, TicketRelation.earlier_id, TicketRelation.kind)
    .join(
        TicketRelation,
        or_(
            and_(TicketRelation.ticket_id == bindparam("ticket"), TicketRelation.earlier_id == Ticket.id),
            and_(TicketRelation.earlier_id == bindparam("ticket"), TicketRelation.ticket_id == Ticket.id),
        ),
    )
    .order_by(Ticket.number)
)


STATEMENTS: dict[str, Select[*tuple[Any, ...]]] = {"card": CARD, "pulse": PULSE, "related": RELATED}


@lru_cache
def _statement(name: str, role: str, sees_company: bool) -> Select[*tuple[Any, ...]]:
    """Return the statement for all readers of one kind, by the rule itself: who he is comes with the parameters."""
    is_contact = role == Role.CONTACT
    whoever = SimpleNamespace(
        id=bindparam("reader", type_=Integer),
        company_id=bindparam("company", type_=Integer),
        role=role,
        is_contact=is_contact,
        is_staff=role in (Role.AGENT, Role.ADMIN),
        sees_company_tickets=sees_company,
    )
    asked = STATEMENTS[name].where(visible_to(cast(Person, whoever)))
    return asked if name == "related" else asked.where(Ticket.number == bindparam("number"))


def _ask(name: str, person: Person, **values: int) -> Any:
    sees_company = person.is_contact and person.sees_company_tickets
    asked = values | {"reader": person.id, "company": person.company_id}
    return plain_rows(_statement(name, person.role, sees_company), asked)


def card(number: int, person: Person) -> Card | None:
    """Return the ticket with the names that its page prints, in one statement; None when he may not see it."""
    row = _ask("card", person, number=number).first() if fits(number) else None
    if row is None:
        return None
    return Card(
        **dict(zip(FACTS, row, strict=False)),  # whose other columns have their names below
        type_code=row.type_code,
        type_name=row.type_name,
        priority_code=row.priority_code,
        priority_name=row.priority_name,
        company_name=row.company_name or "",
        contact_name=names.full(row.contact_last, row.contact_first),
        author_name=names.full(row.author_last, row.author_first),
        assignee_name=names.full(row.assignee_last or "", row.assignee_first or ""),
        serial_numbers=tuple(row.serials.split("\n")) if row.serials else (),
        has_files=row.has_files,
        has_notes=row.has_notes,
        has_relations=row.has_relations,
        read_at=row.read_at,
    )


def pulse(number: int, person: Person) -> Pulse | None:
    """Return when the ticket changed last: what an open page asks every few seconds."""
    row = _ask("pulse", person, number=number).first() if fits(number) else None
    return Pulse(*row) if row is not None else None


def related(ticket_id: int, person: Person) -> list[Related]:
    """Return the tickets it continues, is continued by or has to do with, of those that `person` may see."""
    found = _ask("related", person, ticket=ticket_id)
    return [
        Related(number, subject, _direction(kind, is_later=earlier_id == ticket_id))
        for number, subject, earlier_id, kind in found
    ]


def _direction(kind: str, *, is_later: bool) -> str:
    if kind != "continues":
        return "related"
    return "continued_by" if is_later else "continues"
