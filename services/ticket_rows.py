"""A line of a list of tickets, read in one statement that is built once: building it costs more than running it."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from markupsafe import Markup
from sqlalchemy import Row, Select, and_, bindparam, select
from sqlalchemy.orm import aliased

from models import Company, Person, Priority, Ticket, TicketRead, TicketType
from rules import names
from rules.statuses import Status

Contact, Author, Assignee = aliased(Person), aliased(Person), aliased(Person)


@dataclass(frozen=True, slots=True)
class TicketRow:
    """A line of S79. Where words were looked for: `subject_html` and `found_html` have them in <mark>; `found_in` says
    where the latter stands (services.search.Place)."""

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
    subject_html: Markup | None = None
    found_in: str = ""
    found_html: Markup | None = None

    @property
    def step(self) -> int:
        """«Прогресс»: 1 just registered, 2 with a specialist, 3 answered, 4 resolved."""
        if self.status in (Status.RESOLVED, Status.CLOSED):
            return 4
        if self.status == Status.WAITING:
            return 3
        return 2 if self.assignee_short or self.status != Status.OPEN else 1


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
    Ticket.updated_at,
    Ticket.staff_updated_at,
    TicketRead.read_at,
)  # fmt: skip
ROWS: Select[*tuple[Any, ...]] = (
    select(*COLUMNS)
    .join(TicketType, TicketType.id == Ticket.type_id)
    .join(Priority, Priority.id == Ticket.priority_id)
    .join(Contact, Contact.id == Ticket.contact_id)
    .join(Author, Author.id == Ticket.author_id)
    .outerjoin(Assignee, Assignee.id == Ticket.assignee_id)
    .outerjoin(Company, Company.id == Ticket.company_id)
    .outerjoin(TicketRead, and_(TicketRead.ticket_id == Ticket.id, TicketRead.person_id == bindparam("reader")))
)


def ticket_row(row: Row[*tuple[Any, ...]], person: Person, **found: Any) -> TicketRow:
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
        contact_short=short(row.contact_last, row.contact_first, row.contact_patronymic),
        author_short=short(row.author_last, row.author_first, row.author_patronymic),
        assignee_short=short(row.assignee_last, row.assignee_first, row.assignee_patronymic),
        updated_at=changed_at,
        is_unread=row.read_at is None or row.read_at < changed_at,
        is_mine_to_answer=_is_mine(row, person),
        **found,
    )


@lru_cache(maxsize=4096)  # the same people stand in every row
def short(last: str | None, first: str | None, patronymic: str | None) -> str:
    return names.short(last or "", first or "", patronymic or "")


def _is_mine(row: Row[*tuple[Any, ...]], person: Person) -> bool:
    if person.is_staff:
        return bool(row.assignee_id == person.id) and row.status in (Status.OPEN, Status.REOPENED)
    return bool(row.contact_id == person.id) and row.status == Status.WAITING
