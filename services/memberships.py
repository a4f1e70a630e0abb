"""Who belongs to which company: the queue of people without one, what speaks for a company, binding (S69–S70, S116–S118).

An address or a serial number is only ever a suggestion; an administrator decides (D7).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select

from extensions import db
from models import Company, CompanyObserver, Equipment, EventKind, Person, Role, Ticket, TicketSerial, Visibility
from models.numbers import fits
from rules import domains
from rules.errors import Invalid
from services import audit, events

PAGE_ROWS = 30
UNBOUND = (
    Person.role == Role.CONTACT,
    Person.company_id.is_(None),
    Person.activated_at.is_not(None),
    Person.blocked_at.is_(None),
)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A company that somebody seems to belong to. `by`: domain or serial; `serial` is then what his ticket names."""

    company_id: int
    company_name: str
    by: str
    serial: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody without a company, with his first ticket (S69) and what speaks for a company."""

    person: Person
    ticket_number: int | None
    ticket_subject: str
    suggestions: Sequence[Suggestion]


def waiting(*, after: int = 0) -> tuple[list[Waiting], int | None]:
    """Return contacts without a company who have confirmed their address, those who came last first; and the id after
    which the next page begins. Five statements, however many they are."""
    query = select(Person).where(*UNBOUND)
    if after and fits(after):
        query = query.where(Person.id < after)
    people = list(db.session.scalars(query.order_by(Person.id.desc()).limit(PAGE_ROWS + 1)))
    shown = people[:PAGE_ROWS]
    firsts, found = _first_tickets(shown), suggestions(shown)
    rows = []
    for person in shown:
        number, subject = firsts.get(person.id, (None, ""))
        rows.append(Waiting(person, number, subject, found[person.id]))
    return rows, shown[-1].id if len(people) > PAGE_ROWS else None


def waiting_count() -> int:
    """Return how many wait in the queue."""
    return db.session.scalar(select(func.count()).select_from(Person).where(*UNBOUND)) or 0


def _first_tickets(people: Iterable[Person]) -> dict[int, tuple[int, str]]:
    ids = [person.id for person in people]
    firsts = select(func.min(Ticket.number)).where(Ticket.contact_id.in_(ids)).group_by(Ticket.contact_id)
    rows = db.session.execute(select(Ticket.contact_id, Ticket.number, Ticket.subject).where(Ticket.number.in_(firsts)))
    return {contact_id: (number, subject) for contact_id, number, subject in rows}


def suggestions(people: Sequence[Person]) -> dict[int, list[Suggestion]]:
    """Return for each person the companies that his confirmed address or the serial numbers of his tickets speak for."""
    by_domain, by_serial = _by_domain(people), _by_serial(people)
    found = {}
    for person in people:
        named = {one.company_id for one in by_domain.get(person.id, [])}
        others = [one for one in by_serial.get(person.id, []) if one.company_id not in named]
        found[person.id] = [*by_domain.get(person.id, []), *others]
    return found


def _by_domain(people: Sequence[Person]) -> dict[int, list[Suggestion]]:
    wanted = {person.id: domains.candidates(person.email) for person in people if person.activated_at is not None}
    every = {domain for names in wanted.values() for domain in names}
    rows = db.session.execute(
        select(Company.id, Company.name, Company.domain).where(Company.domain.in_(every)).order_by(Company.id)
    ).all()
    return {
        person_id: [Suggestion(row.id, row.name, "domain") for row in rows if row.domain in names]
        for person_id, names in wanted.items()
    }


def _by_serial(people: Sequence[Person]) -> dict[int, list[Suggestion]]:
    """S118: he opens a ticket and gives the serial number of the equipment, in whatever case."""
    named = db.session.execute(
        select(Ticket.contact_id, TicketSerial.serial_number)
        .join(TicketSerial, TicketSerial.ticket_id == Ticket.id)
        .where(Ticket.contact_id.in_([person.id for person in people]))
        .distinct()
    ).all()
    spelled = {form for _, serial in named for form in (serial, serial.upper(), serial.lower())}
    devices = db.session.execute(
        select(Equipment.serial_number, Company.id, Company.name)
        .join(Company, Company.id == Equipment.company_id)
        .where(Equipment.serial_number.in_(spelled))
        .order_by(Company.id, Equipment.serial_number)
    ).all()
    found: dict[int, dict[int, Suggestion]] = {}
    for person_id, serial in named:
        for device, company_id, name in devices:
            if device.upper() == serial.upper():
                found.setdefault(person_id, {}).setdefault(company_id, Suggestion(company_id, name, "serial", device))
    return {person_id: list(by_company.values()) for person_id, by_company in found.items()}


def needs_grounds(person: Person, company: Company) -> bool:
    """Tell whether it must be written down how he was made sure of: his confirmed address does not say it (S117)."""
    return person.activated_at is None or not domains.matches(person.email, company.domain)


def bind(person: Person, company: Company, *, grounds: str, by: Person, at: datetime) -> int:
    """Make him a contact of the company; return how many of his tickets came along (S69–S70).

    All his tickets that had no company become this company's; those of another company stay there. What he was
    allowed elsewhere (supervisor, observer) does not come along. Raises Invalid: grounds required (S117).
    """
    if not person.is_contact:
        raise Invalid("company", "unknown")
    if person.company_id == company.id:
        return 0
    if not grounds and needs_grounds(person, company):
        raise Invalid("grounds", "required")
    before = _name(person.company_id)
    _leave(person)
    person.company_id, person.binding_note = company.id, grounds
    changes = {"company": [before, company.name]} | ({"grounds": ["", grounds]} if grounds else {})
    audit.record(person, "bound", by=by, at=at, changes=changes)
    audit.record(company, "contact_added", by=by, at=at, changes={"contact": ["", person.full_name]})
    return _take_along(person, company, by=by, at=at)


def unbind(person: Person, *, by: Person, at: datetime) -> None:
    """Let him belong to no company. The tickets stay the company's; he goes on seeing those that he opened."""
    company = db.session.get(Company, person.company_id) if person.company_id else None
    if company is None:
        return
    _leave(person)
    person.company_id, person.binding_note = None, ""
    audit.record(person, "unbound", by=by, at=at, changes={"company": [company.name, ""]})
    audit.record(company, "contact_removed", by=by, at=at, changes={"contact": [person.full_name, ""]})


def _name(company_id: int | None) -> str:
    company = db.session.get(Company, company_id) if company_id else None
    return company.name if company else ""


def _leave(person: Person) -> None:
    person.visibility = Visibility.COMPANY
    if person.company_id is not None:
        db.session.execute(delete(CompanyObserver).where(CompanyObserver.person_id == person.id))


def _take_along(person: Person, company: Company, *, by: Person, at: datetime) -> int:
    """S70: all their tickets belong to the company. Each says so in its thread."""
    theirs = db.session.scalars(
        select(Ticket).where(Ticket.contact_id == person.id, Ticket.company_id.is_(None)).order_by(Ticket.id)
    ).all()
    for ticket in theirs:
        ticket.company_id = company.id
        events.record(ticket, EventKind.BOUND, by=by, at=at, company=company.name)
    return len(theirs)
