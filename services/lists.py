"""Lists of tickets as plain rows, a page at a time by keyset: no OFFSET, no COUNT, no entities."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    String,
    and_,
    bindparam,
    cast,
    func,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import aliased

from extensions import db
from models import (
    Company,
    Person,
    Priority,
    Role,
    Team,
    Ticket,
    TicketRead,
    TicketSerial,
    TicketType,
)
from models.access import visible_to
from rules import names
from rules.statuses import ACTIVE, Status
from services.matching import holds

PAGE_ROWS = 20
LONGEST = 200  # letters of what is looked for: no subject has more
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Contact, Author, Assignee = aliased(Person), aliased(Person), aliased(Person)


@dataclass(frozen=True, slots=True)
class TicketRow:
    """A line of S79."""

    number: int
    subject: str
    status: Status
    deferred_until: datetime | None
    type_name: str
    priority_name: str
    priority_code: str
    company_name: str
    contact_short: str
    author_short: str
    assignee_short: str
    updated_at: datetime
    is_unread: bool
    is_mine_to_answer: bool

    @property
    def step(self) -> int:
        """«Прогресс»: 1 just registered, 2 with a specialist, 3 answered, 4 resolved."""
        if self.status in (Status.RESOLVED, Status.CLOSED):
            return 4
        if self.status == Status.WAITING:
            return 3
        return 2 if self.assignee_short or self.status != Status.OPEN else 1


@dataclass(frozen=True)
class Page:
    rows: list[TicketRow]
    next_cursor: str | None


@dataclass(frozen=True)
class Filters:
    """What a list was asked for; empty means all. `scope`: mine or company; `view`: a key of VIEWS."""

    status: str = ""
    q: str = ""
    scope: str = ""
    assignee: str = ""
    company: str = ""
    type: str = ""
    priority: str = ""
    sort: str = ""
    view: str = ""

    def __post_init__(self) -> None:
        """Drop what PostgreSQL refuses to look for, and what is longer than SQLite can."""
        for field in fields(self):
            object.__setattr__(self, field.name, getattr(self, field.name).replace("\0", "")[:LONGEST])


COLUMNS = (
    Ticket.id,
    Ticket.number,
    Ticket.subject,
    Ticket.status,
    Ticket.deferred_until,
    TicketType.name.label("type_name"),
    Priority.name.label("priority_name"),
    Priority.code.label("priority_code"),
    Company.name.label("company_name"),
    Ticket.contact_id,
    Ticket.assignee_id,
    *(who_column.label(f"{who}_{part}") for who, entity in (("contact", Contact), ("author", Author), ("assignee", Assignee))
      for part, who_column in (("last", entity.last_name), ("first", entity.first_name), ("patronymic", entity.patronymic))),
    Ticket.created_at,
    Ticket.updated_at,
    Ticket.staff_updated_at,
    TicketRead.read_at,
)  # fmt: skip


ROWS: Select[*tuple[Any, ...]] = (  # built once: building it costs SQLAlchemy more than running it
    select(*COLUMNS)
    .join(TicketType, TicketType.id == Ticket.type_id)
    .join(Priority, Priority.id == Ticket.priority_id)
    .join(Contact, Contact.id == Ticket.contact_id)
    .join(Author, Author.id == Ticket.author_id)
    .outerjoin(Assignee, Assignee.id == Ticket.assignee_id)
    .outerjoin(Company, Company.id == Ticket.company_id)
    .outerjoin(
        TicketRead,
        and_(
            TicketRead.ticket_id == Ticket.id,
            TicketRead.person_id == bindparam("reader"),
        ),
    )
)
TYPES = select(TicketType).order_by(TicketType.position, TicketType.id)
PRIORITIES = select(Priority).order_by(Priority.position, Priority.id)
COMPANIES = select(Company.id, Company.name).order_by(Company.name)
STAFF = (
    select(Person.id, Person.last_name, Person.first_name, Person.patronymic)
    .where(Person.role.in_((Role.AGENT, Role.ADMIN)))
    .order_by(Person.last_name, Person.first_name)
)
VIEWS: dict[str, ColumnElement[bool]] = {
    "mine": Ticket.assignee_id == bindparam("reader"),
    "new": and_(Ticket.assignee_id.is_(None), Ticket.status.in_((Status.OPEN, Status.REOPENED))),
    "service": or_(Ticket.team == Team.SERVICE_CENTER, Ticket.status == Status.SERVICE_CENTER),
    "resolved": Ticket.status == Status.RESOLVED,
}
COUNTED = ("mine", "new", "service")
COUNTS = select(
    func.count().label("active"),
    *(func.count().filter(VIEWS[view]).label(view) for view in COUNTED),
).where(Ticket.status.in_(ACTIVE))


def own(person: Person, filters: Filters, *, cursor: str = "") -> Page:
    """Return a page of what a customer may see, the last changed first."""
    wanted = [visible_to(person), *_search(filters.q)]
    if filters.scope == "mine":
        wanted.append(Ticket.contact_id == person.id)
    elif filters.scope == "company":
        wanted.append(Ticket.company_id == person.company_id)
    if filters.status in set(Status):
        wanted.append(Ticket.status == filters.status)
    return _page(wanted, Ticket.updated_at, cursor, person)


def queue(person: Person, filters: Filters, *, cursor: str = "") -> Page:
    """Return a page of a specialist's queue: «Решена» and «Закрыта» only when asked for (S44)."""
    wanted = [visible_to(person), *_search(filters.q, with_companies=True)]
    if filters.view in VIEWS:
        wanted.append(VIEWS[filters.view])
    if filters.status in set(Status):
        wanted.append(Ticket.status == filters.status)
    elif filters.view not in {"resolved", "all"} and not filters.q:
        wanted.append(Ticket.status.in_(ACTIVE))
    for column, value in (
        (Ticket.assignee_id, filters.assignee),
        (Ticket.company_id, filters.company),
    ):
        if value == "none":
            wanted.append(column.is_(None))
        elif value:
            wanted.append(column == _id(value))
    if filters.type:
        wanted.append(Ticket.type_id.in_(select(TicketType.id).where(TicketType.code == filters.type)))
    if filters.priority:
        wanted.append(Ticket.priority_id.in_(select(Priority.id).where(Priority.code == filters.priority)))
    by = Ticket.created_at if filters.sort == "created" else Ticket.staff_updated_at
    return _page(wanted, by, cursor, person)


def view_counts(person: Person) -> dict[str, int]:
    """Return how many active tickets each view holds, in one statement."""
    return dict(db.session.execute(COUNTS, {"reader": person.id}).one()._mapping)


def _search(text: str, *, with_companies: bool = False) -> list[ColumnElement[bool]]:
    """Find by number, part of the subject, serial or order number, company. The thread is not searched yet."""
    words = text.strip()
    if not words:
        return []
    serial = select(TicketSerial.ticket_id).where(holds(TicketSerial.serial_number, words))
    number = cast(Ticket.number, String).contains(words, autoescape=True)
    found = [
        holds(Ticket.subject, words),
        holds(Ticket.order_number, words),
        number,
        Ticket.id.in_(serial),
    ]
    if with_companies:
        found.append(Ticket.company_id.in_(select(Company.id).where(holds(Company.name, words))))
    return [or_(*found)]


def _page(wanted: list[ColumnElement[bool]], by: Any, cursor: str, person: Person) -> Page:
    """Choose by the index alone, then dress the chosen: SQLite would join names to every open ticket and then sort."""
    if after := _read_cursor(cursor):
        wanted.append(tuple_(by, Ticket.id) < tuple_(*after))
    order = (by.desc(), Ticket.id.desc())
    chosen = select(Ticket.id).where(*wanted).order_by(*order).limit(PAGE_ROWS + 1).correlate(None)
    rows = db.session.execute(ROWS.where(Ticket.id.in_(chosen)).order_by(*order), {"reader": person.id}).all()
    shown = rows[:PAGE_ROWS]
    more = _write_cursor(getattr(shown[-1], by.key), shown[-1].id) if len(rows) > PAGE_ROWS else None
    return Page([_row(row, person) for row in shown], more)


def _id(text: str) -> int:
    """Return the id that an address carries, -1 for what can be none: databases fail on numbers too large for them."""
    return int(text) if text.isdecimal() and len(text) < 10 else -1


def _write_cursor(at: datetime, ticket_id: int) -> str:
    return f"{(at - EPOCH) // timedelta(microseconds=1)}-{ticket_id}"


def _read_cursor(text: str) -> tuple[datetime, int] | None:
    micros, dash, ticket_id = text.partition("-")
    if not (dash and micros.isdecimal() and _id(ticket_id) >= 0 and len(text) < 40):
        return None
    try:
        return EPOCH + timedelta(microseconds=int(micros)), _id(ticket_id)
    except OverflowError:
        return None


def _row(row: Row[*tuple[Any, ...]], person: Person) -> TicketRow:
    changed_at = row.staff_updated_at if person.is_staff else row.updated_at
    return TicketRow(
        number=row.number,
        subject=row.subject,
        status=Status(row.status),
        deferred_until=row.deferred_until,
        type_name=row.type_name,
        priority_name=row.priority_name,
        priority_code=row.priority_code,
        company_name=row.company_name or "",
        contact_short=_short(row.contact_last, row.contact_first, row.contact_patronymic),
        author_short=_short(row.author_last, row.author_first, row.author_patronymic),
        assignee_short=_short(row.assignee_last, row.assignee_first, row.assignee_patronymic),
        updated_at=changed_at,
        is_unread=row.read_at is None or row.read_at < changed_at,
        is_mine_to_answer=_is_mine(row, person),
    )


@lru_cache(maxsize=4096)  # the same people stand in every row
def _short(last: str | None, first: str | None, patronymic: str | None) -> str:
    return names.short(last or "", first or "", patronymic or "")


def _is_mine(row: Row[*tuple[Any, ...]], person: Person) -> bool:
    if person.is_staff:
        return bool(row.assignee_id == person.id) and row.status in (
            Status.OPEN,
            Status.REOPENED,
        )
    return bool(row.contact_id == person.id) and row.status == Status.WAITING


def staff() -> Sequence[tuple[int, str]]:
    """Return (id, «Алексеев С.») of everybody a ticket can be given to."""
    return [(id_, _short(*name)) for id_, *name in db.session.execute(STAFF)]


def companies() -> Sequence[tuple[int, str]]:
    return [(row.id, row.name) for row in db.session.execute(COMPANIES)]


def choices() -> tuple[list[TicketType], list[Priority]]:
    """Return «Тип заявки» and «Приоритет», in the administrator's order."""
    return list(db.session.scalars(TYPES)), list(db.session.scalars(PRIORITIES))
