"""Lists of tickets as plain rows, a page at a time by keyset: no OFFSET, no COUNT, no entities."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import func, select

from extensions import db, plain_rows
from models import Company, Person, Priority, Role, Ticket, TicketType
from rules.statuses import ACTIVE, Status
from services import list_queries, search
from services.list_queries import PAGE_ROWS, VIEWS
from services.ticket_rows import TicketRow, short, ticket_row

LONGEST = search.LONGEST
FEW_SECONDS = 300


@dataclass(frozen=True)
class Page:
    rows: list[TicketRow]
    next_cursor: str | None


@dataclass(frozen=True)
class Filters:
    """What a list was asked for; empty means all. `scope`: mine or company; `view`: a key of VIEWS; `sort`: of ORDERS."""

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
        for name, value in vars(self).items():
            if len(value) > LONGEST or "\0" in value:
                object.__setattr__(self, name, value.replace("\0", "")[:LONGEST])


TYPES = select(TicketType).order_by(TicketType.position, TicketType.id)
PRIORITIES = select(Priority).order_by(Priority.position, Priority.id)
COMPANIES = select(Company.id, Company.name).order_by(Company.name)
STAFF = (
    select(Person.id, Person.last_name, Person.first_name, Person.patronymic)
    .where(Person.role.in_((Role.AGENT, Role.ADMIN)), Person.blocked_at.is_(None))
    .order_by(Person.last_name, Person.first_name)
)
COUNTED = ("mine", "new", "service")
COUNTS = select(
    func.count().label("active"),
    *(func.count().filter(VIEWS[view]).label(view) for view in COUNTED),
).where(Ticket.status.in_(ACTIVE))


def own(person: Person, filters: Filters, *, cursor: str = "") -> Page:
    """Return a page of what a customer may see, the last changed first, and above all what waits for him. What was found
    by words, and what was sorted otherwise, keeps its order."""
    names, values = _contact(person)
    if filters.scope == "mine" or (filters.scope == "company" and person.company_id):
        names.append(f"scope_{filters.scope}")
    if filters.status in set(Status):
        names.append("status")
        values["status"] = filters.status
    may_wait = not filters.sort and not filters.q.strip() and filters.status in {"", Status.WAITING}
    order = "waits" if may_wait else filters.sort if filters.sort in {"created", "status"} else "updated"
    return _page(person, names, values, order, cursor, filters.q)


def _contact(person: Person) -> tuple[list[str], dict[str, Any]]:
    values = {"reader": person.id, "company": person.company_id}
    if person.is_staff:
        return [], values
    return ["visible_with_company" if person.sees_company_tickets else "visible"], values


def queue(person: Person, filters: Filters, *, cursor: str = "") -> Page:
    """Return a page of a specialist's queue: «Решена» and «Закрыта» only when asked for (S44)."""
    names, values = _contact(person)
    if filters.view in VIEWS:
        names.append(f"view_{filters.view}")
    if filters.status in set(Status):
        names.append("status")
    elif filters.view not in {"resolved", "all"} and not filters.q:
        names.append("active")
    for name, value in (("assignee", filters.assignee), ("client", filters.company)):
        if value:
            names.append(f"{name}_none" if value == "none" else name)
            values[name] = _id(value)
    names += [name for name in ("type", "priority") if getattr(filters, name)]
    values |= {"status": filters.status, "type": filters.type, "priority": filters.priority}
    order = {"created": "created", "status": "staff_status"}.get(filters.sort, "staff_updated")
    return _page(person, names, values, order, cursor, filters.q)


def view_counts(person: Person) -> dict[str, int]:
    """Return how many active tickets each view holds, in one statement."""
    return dict(db.session.execute(COUNTS, {"reader": person.id}).one()._mapping)


def _page(person: Person, names: list[str], values: dict[str, Any], order: str, cursor: str, words: str) -> Page:
    if words.strip():
        question = search.question(words, internal=person.is_staff, of_few=_has_few(person, names[:1], values))
        if question is None:
            return Page([], None)
        names.append(question[0])
        values |= question[1]
    after = list_queries.read_cursor(cursor, order)
    place = "first" if after is None else "rest" if order == "waits" and not after["after_0"] else "next"
    query, marks = list_queries.page(tuple(names), order, place, db.engine.dialect.name, person.is_staff)
    rows = plain_rows(query, values | (after or {})).all()
    shown = rows[:PAGE_ROWS]
    more = list_queries.write_cursor(tuple(shown[-1][mark] for mark in marks)) if len(rows) > PAGE_ROWS else None
    return Page(_dressed(shown, person, words), more)


def _has_few(person: Person, names: list[str], values: dict[str, Any]) -> bool:
    """Tell whether a contact sees so few tickets that looking into each is the shorter way; PostgreSQL knows by itself.

    Both ways find the same, so it needn't be asked with every letter that is typed."""
    if person.is_staff or db.engine.dialect.name != "sqlite":
        return False
    return _few(tuple(names), values["reader"], values["company"], int(time.monotonic() // FEW_SECONDS))


@lru_cache(maxsize=4096)
def _few(names: tuple[str, ...], reader: int, company: int | None, _while: int) -> bool:
    values = {"reader": reader, "company": company}
    return plain_rows(list_queries.beyond(names, search.FEW), values).first() is None


def _dressed(rows: Sequence[Any], person: Person, words: str) -> list[TicketRow]:
    if not words.strip():
        return [ticket_row(row, person) for row in rows]
    what = search.read(words)
    whole = frozenset(range(len(what.terms)))
    deeper = [row.id for row in rows if what.found_in(f"{row.number} {row.subject}") != whole]
    places = search.excerpts(what, deeper, internal=person.is_staff)
    dressed = []
    for row in rows:
        place = places.get(row.id)
        found = {"found_in": place.kind, "found_html": place.html, "found_at": place.link} if place else {}
        dressed.append(ticket_row(row, person, subject_html=search.marked(row.subject, what), **found))
    return dressed


def _id(text: str) -> int:
    """Return the id that an address carries, -1 for what can be none: databases fail on numbers too large for them."""
    return int(text) if text.isdecimal() and len(text) < 10 else -1


def staff() -> Sequence[tuple[int, str]]:
    """Return (id, «Алексеев С.») of everybody a ticket can be given to."""
    return [(id_, short(*name)) for id_, *name in db.session.execute(STAFF)]


def companies() -> Sequence[tuple[int, str]]:
    return [(row.id, row.name) for row in db.session.execute(COMPANIES)]


def choices() -> tuple[list[TicketType], list[Priority]]:
    """Return «Тип заявки» and «Приоритет», in the administrator's order."""
    return list(db.session.scalars(TYPES)), list(db.session.scalars(PRIORITIES))
