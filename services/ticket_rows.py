"""A line of a list of tickets, read in one statement that is built once: building it costs more than running it."""

from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from markupsafe import Markup
from sqlalchemy import Row, Select, and_, bindparam, select
from sqlalchemy.orm import aliased

from models import Company, Person, Priority, Ticket, TicketRead, TicketType
from rules import names
from rules.statuses import Status

Contact, Author, Assignee = aliased(Person), aliased(Person), aliased(Person)


class TicketRow(NamedTuple):  # not a dataclass: a page makes twenty of them and looks each up among the kept parts
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
    found_at: str = ""  # what leads there, behind the address of the ticket

    @property
    def step(self) -> int:
        """«Прогресс»: 1 just registered, 2 with a specialist, 3 answered, 4 resolved."""
        if self.status in (Status.RESOLVED, Status.CLOSED):
            return 4
        if self.status == Status.WAITING:
            return 3
        return 2 if self.assignee_short or self.status != Status.OPEN else 1


_FACTS = (
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
    TicketRead.read_at,
)  # fmt: skip
_ROWS: Select[*tuple[Any, ...]] = (
    select(*_FACTS)
    .join(TicketType, TicketType.id == Ticket.type_id)
    .join(Priority, Priority.id == Ticket.priority_id)
    .join(Contact, Contact.id == Ticket.contact_id)
    .join(Author, Author.id == Ticket.author_id)
    .outerjoin(Assignee, Assignee.id == Ticket.assignee_id)
    .outerjoin(Company, Company.id == Ticket.company_id)
    .outerjoin(TicketRead, and_(TicketRead.ticket_id == Ticket.id, TicketRead.person_id == bindparam("reader")))
)


def columns(is_staff: bool) -> tuple[Any, ...]:
    """Return the columns of a row: a customer's list knows nothing of what only specialists see."""
    return *_FACTS, Ticket.staff_updated_at if is_staff else Ticket.updated_at


@lru_cache
def rows(is_staff: bool) -> Select[*tuple[Any, ...]]:
    """Return the statement of `columns` for all tickets; it takes the parameter `reader`."""
    return _ROWS.with_only_columns(*columns(is_staff), maintain_column_froms=True)


def ticket_row(row: Row[*tuple[Any, ...]], person: Person, **found: Any) -> TicketRow:
    # At once, since a row finds each of its columns anew by name.
    (_, number, subject, status, deferred_until, type_name, priority_name, priority_code, company_name, contact_id,
     assignee_id, *called, read_at, changed_at) = row[:_WIDTH]  # fmt: skip
    answers_id, its_turn = (assignee_id, _OURS) if person.is_staff else (contact_id, _THEIRS)
    return TicketRow(
        number=number,
        subject=subject,
        status=_STATUSES[status],
        deferred_until=deferred_until,
        type_name=type_name,
        priority_name=priority_name,
        priority_code=priority_code,
        company_name=company_name or "",
        contact_short=short(*called[:3]),
        author_short=short(*called[3:6]),
        assignee_short=short(*called[6:]),
        updated_at=changed_at,
        is_unread=read_at is None or read_at < changed_at,
        is_mine_to_answer=answers_id == person.id and status in its_turn,
        **found,
    )


_WIDTH = len(_FACTS) + 1
_STATUSES = {status.value: status for status in Status}  # calling the class takes four times as long
_OURS, _THEIRS = frozenset({Status.OPEN, Status.REOPENED}), frozenset({Status.WAITING})  # whose turn it is


@lru_cache(maxsize=4096)  # the same people stand in every row
def short(last: str | None, first: str | None, patronymic: str | None) -> str:
    return names.short(last or "", first or "", patronymic or "")
