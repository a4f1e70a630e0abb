"""Leaving by the «отписаться» of a mail program: one press, no sign-in, taken back as easily (RFC 2369, RFC 8058).

The address is signed and holds for ever: a letter may be read years later. It tells who leaves what: a ticket's letters, or,
where he hears of it only as an observer (S75), those of the company, or those of all tickets.
"""

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, delete, or_, select

from extensions import db
from models import Company, Person, Ticket, Unsubscription
from models.numbers import fits
from services import seals

PURPOSE = "unsubscribe"
TOKEN = re.compile(r"([tca])-([1-9][0-9]{0,17}|0)-([1-9][0-9]{0,17})-([0-9a-f]{32})", re.ASCII)


class Of(StrEnum):
    """What is left: the letters of a ticket, of a company's tickets, of all tickets."""

    TICKET = "t"
    COMPANY = "c"
    ALL = "a"


@dataclass(frozen=True)
class Leave:
    """Who leaves what. `id` is the ticket's or the company's, 0 for all."""

    of: Of
    id: int
    person_id: int


@dataclass(frozen=True)
class Left:
    """What somebody has left, as a page shows it: the ticket's number or the company's name, neither for all."""

    token: str
    number: int | None
    company: str | None


def token(leave: Leave) -> str:
    text = f"{leave.of}-{leave.id}-{leave.person_id}"
    return f"{text}-{seals.keyed_digest(text, PURPOSE)[:32]}"


def read(text: str) -> Leave | None:
    """Return what a token of ours stands for, else None."""
    found = TOKEN.fullmatch(text)
    if found is None:
        return None
    leave = Leave(Of(found[1]), int(found[2]), int(found[3]))
    is_ours = hmac.compare_digest(token(leave), text) and fits(leave.person_id) and (leave.id == 0 or fits(leave.id))
    return leave if is_ours else None


def offered(person: Person, ticket: Ticket) -> Leave:
    """Return what a letter about the ticket lets its reader leave."""
    if ticket.company_id is not None and person.id not in (ticket.contact_id, ticket.assignee_id):
        return Leave(Of.COMPANY, ticket.company_id, person.id)
    return Leave(Of.TICKET, ticket.id, person.id)


def leave(what: Leave, *, at: datetime) -> bool:
    """Write down that he has left; again is no other thing. False when the one or the other is gone meanwhile."""
    if db.session.get(Person, what.person_id) is None or subject_of(what) is None:
        return False
    if not has_left(what):
        ids = {"ticket_id": what.id if what.of == Of.TICKET else None}
        ids |= {"company_id": what.id if what.of == Of.COMPANY else None}
        db.session.add(Unsubscription(person_id=what.person_id, at=at, **ids))
        db.session.flush()
    return True


def come_back(what: Leave) -> None:
    db.session.execute(delete(Unsubscription).where(_row(what)))


def has_left(what: Leave) -> bool:
    return db.session.scalar(select(Unsubscription.id).where(_row(what)).limit(1)) is not None


def _row(what: Leave) -> ColumnElement[bool]:
    his = Unsubscription.person_id == what.person_id
    match what.of:
        case Of.TICKET:
            return and_(his, Unsubscription.ticket_id == what.id)
        case Of.COMPANY:
            return and_(his, Unsubscription.company_id == what.id)
        case Of.ALL:
            return and_(his, Unsubscription.ticket_id.is_(None), Unsubscription.company_id.is_(None))


def subject_of(what: Leave) -> int | str | None:
    """Return the ticket's number or the company's name, '' for all tickets; None when it is gone."""
    if what.of == Of.TICKET:
        return db.session.scalar(select(Ticket.number).where(Ticket.id == what.id))
    if what.of == Of.COMPANY:
        return db.session.scalar(select(Company.name).where(Company.id == what.id))
    return ""


def wants_letters(person_id: int, ticket: Ticket) -> bool:
    """Tell whether he still takes letters about the ticket."""
    of_all = and_(Unsubscription.ticket_id.is_(None), Unsubscription.company_id.is_(None))
    left = [of_all, Unsubscription.ticket_id == ticket.id]
    if ticket.company_id is not None and person_id not in (ticket.contact_id, ticket.assignee_id):
        left.append(Unsubscription.company_id == ticket.company_id)
    query = select(Unsubscription.id).where(Unsubscription.person_id == person_id, or_(*left))
    return db.session.scalar(query.limit(1)) is None


def of(person: Person) -> Sequence[Left]:
    """Return what he has left, the newest first."""
    rows = db.session.execute(
        select(Unsubscription.ticket_id, Unsubscription.company_id, Ticket.number, Company.name)
        .outerjoin(Ticket, Ticket.id == Unsubscription.ticket_id)
        .outerjoin(Company, Company.id == Unsubscription.company_id)
        .where(Unsubscription.person_id == person.id)
        .order_by(Unsubscription.id.desc())
    )
    return [Left(token(_leave(person.id, row[0], row[1])), row[2], row[3]) for row in rows]


def _leave(person_id: int, ticket_id: int | None, company_id: int | None) -> Leave:
    if ticket_id is not None:
        return Leave(Of.TICKET, ticket_id, person_id)
    return Leave(Of.ALL if company_id is None else Of.COMPANY, company_id or 0, person_id)
