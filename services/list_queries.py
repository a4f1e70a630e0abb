"""The statements of the lists, built once for each set of conditions: building one costs more than running it.

Conditions have names; a list says which of them it wants, and gives the values for their parameters.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, cast

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, case, not_, or_, select, tuple_, union_all

from extensions import UtcDateTime
from models import Person, Priority, Role, Team, Ticket, TicketType
from models.access import visible_to
from rules.statuses import ACTIVE, Status
from services import search
from services.ticket_rows import columns, rows

PAGE_ROWS = 20  # S78
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOST = 2**31 - 1  # databases fail on numbers too large for them
READER: BindParameter[int] = bindparam("reader")
COMPANY: BindParameter[int | None] = bindparam("company")

WAITS_FOR_ME = and_(Ticket.contact_id == READER, Ticket.status == Status.WAITING)
VIEWS: dict[str, ColumnElement[bool]] = {
    "mine": Ticket.assignee_id == READER,
    "new": and_(Ticket.assignee_id.is_(None), Ticket.status.in_((Status.OPEN, Status.REOPENED))),
    "service": or_(Ticket.team == Team.SERVICE_CENTER, Ticket.status == Status.SERVICE_CENTER),
    "resolved": Ticket.status == Status.RESOLVED,
}


def _visible(sees_company: bool) -> ColumnElement[bool]:
    """Return what a contact sees, by the rule itself, whoever he will be."""
    whoever = SimpleNamespace(
        id=READER, company_id=COMPANY, role=Role.CONTACT, is_staff=False, is_contact=True,
        sees_company_tickets=sees_company,
    )  # fmt: skip
    return visible_to(cast(Person, whoever))


CONDITIONS: dict[str, ColumnElement[bool]] = {
    "visible": _visible(False),
    "visible_with_company": _visible(True),
    "scope_mine": Ticket.contact_id == READER,
    "scope_company": Ticket.company_id == COMPANY,
    "status": Ticket.status == bindparam("status"),
    "active": Ticket.status.in_(ACTIVE),
    "assignee_none": Ticket.assignee_id.is_(None),
    "assignee": Ticket.assignee_id == bindparam("assignee"),
    "client_none": Ticket.company_id.is_(None),
    "client": Ticket.company_id == bindparam("client"),
    "type": Ticket.type_id.in_(select(TicketType.id).where(TicketType.code == bindparam("type"))),
    "priority": Ticket.priority_id.in_(select(Priority.id).where(Priority.code == bindparam("priority"))),
    **{f"view_{name}": condition for name, condition in VIEWS.items()},
}
# Whose turn it is comes first: of everything, only what waits for this reader can't wait.
WAITS_FIRST = case((WAITS_FOR_ME, 1), else_=0)
# From what is still to be dealt with down to what is over.
RISING = (
    *(Status.CLOSED, Status.RESOLVED, Status.DEFERRED, Status.SERVICE_CENTER),
    *(Status.OPEN, Status.REOPENED, Status.WAITING),
)
STATUS_FIRST = case(*((Ticket.status == status, place) for place, status in enumerate(RISING)), else_=0)
# By what a list stands, the greatest first; the id decides where that is the same.
ORDERS: dict[str, tuple[Any, ...]] = {
    "updated": (Ticket.updated_at, Ticket.id),
    "staff_updated": (Ticket.staff_updated_at, Ticket.id),
    "created": (Ticket.created_at, Ticket.id),
    "status": (STATUS_FIRST, Ticket.updated_at, Ticket.id),
    "staff_status": (STATUS_FIRST, Ticket.staff_updated_at, Ticket.id),
    "waits": (WAITS_FIRST, Ticket.updated_at, Ticket.id),
}


@lru_cache(maxsize=512)
def page(
    names: tuple[str, ...], order_name: str, after: str, dialect: str, is_staff: bool
) -> tuple[Select[*tuple[Any, ...]], tuple[int, ...]]:
    """Return the statement of a page's rows and of one more, and the places of the columns that they are ordered by.
    `names`: of CONDITIONS, or words, words_internal; `after`: first, next, or rest: the next page is past what waits for
    the reader.

    The page is chosen by the index alone and then dressed: SQLite would join names to every open ticket and then sort.
    """
    order = ORDERS[order_name]
    wanted = [search.condition(name, dialect) if name.startswith("words") else CONDITIONS[name] for name in names]
    chosen = _chosen(wanted, order, after)
    shown = list(columns(is_staff))
    added = [by for by in order if not any(by is column for column in shown)]
    query = rows(is_staff).add_columns(*(by.label(f"by_{place}") for place, by in enumerate(added)))
    query = query.where(Ticket.id.in_(chosen)).order_by(*(by.desc() for by in order)).limit(PAGE_ROWS + 1)
    everything = shown + added
    return query, tuple(next(place for place, column in enumerate(everything) if column is by) for by in order)


@lru_cache(maxsize=16)
def beyond(names: tuple[str, ...], some: int) -> Select[*tuple[Any, ...]]:
    """Return the statement that finds a ticket more than `some` of these conditions, if there is one."""
    return select(Ticket.id).where(*(CONDITIONS[name] for name in names)).offset(some).limit(1)


def _chosen(wanted: list[ColumnElement[bool]], order: tuple[Any, ...], after: str) -> Any:
    """Return the ids. What waits for the reader is looked for apart from the rest: each can then follow the index."""
    if order[0] is not WAITS_FIRST:
        return _slice(wanted, order, after == "next")
    rest = _slice([*wanted, not_(WAITS_FOR_ME)], order[1:], after == "rest", skip=1)
    if after == "rest":
        return rest
    mine = _slice([*wanted, WAITS_FOR_ME], order[1:], after == "next", skip=1)
    return union_all(*(select(part.subquery().c.id) for part in (mine, rest)))


def _slice(wanted: list[ColumnElement[bool]], order: tuple[Any, ...], is_past: bool, skip: int = 0) -> Any:
    marks = [bindparam(f"after_{place + skip}", type_=by.type) for place, by in enumerate(order)]
    past = [tuple_(*order) < tuple_(*marks)] if is_past else []
    falling = [by.desc() for by in order]
    return select(Ticket.id).where(*wanted, *past).order_by(*falling).limit(PAGE_ROWS + 1).correlate(None)


def write_cursor(marks: tuple[Any, ...]) -> str:
    """Return what the next page goes on after: numbers, moments as microseconds."""
    return "-".join(
        str((mark - EPOCH) // timedelta(microseconds=1) if isinstance(mark, datetime) else mark) for mark in marks
    )


def read_cursor(text: str, order_name: str) -> dict[str, Any] | None:
    """Return the parameters that a cursor stands for; None: it is none of this order's."""
    order, parts = ORDERS[order_name], text.split("-")
    if len(parts) != len(order) or not all(part.isdecimal() and len(part) < 20 for part in parts):
        return None
    try:
        return {f"after_{place}": _mark(int(part), order[place]) for place, part in enumerate(parts)}
    except OverflowError:
        return None


def _mark(number: int, by: Any) -> Any:
    return EPOCH + timedelta(microseconds=number) if isinstance(by.type, UtcDateTime) else min(number, MOST)
