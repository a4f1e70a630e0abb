"""Finding tickets and moving them: the only writer of `ticket.status`."""

from datetime import datetime
from typing import Protocol

from sqlalchemy import select

from extensions import db
from models import Comment, EventKind, Person, Team, Ticket
from models.access import actors, numbered, visible_to
from rules import robot as robot_rules
from rules.errors import Invalid, InvalidMove
from rules.lengths import reopen_until
from rules.statuses import CUSTOMERS, Status, next_status
from services import events, messages
from services.clockwork import clockwork


def find(number: int, person: Person, *, to_write: bool = False) -> Ticket | None:
    """Return the ticket if `person` may see it. `to_write` locks its row for the transaction."""
    query = select(Ticket).where(numbered(number), visible_to(person))
    return db.session.scalar(
        query.with_for_update() if to_write else query, execution_options={"populate_existing": True}
    )


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


class Standing(Protocol):
    """What of a ticket the robot goes by."""

    @property
    def status(self) -> str: ...
    @property
    def status_since(self) -> datetime: ...
    @property
    def warned_at(self) -> datetime | None: ...
    @property
    def deferred_until(self) -> datetime | None: ...
    @property
    def team(self) -> str: ...


def next_step(ticket: Standing) -> tuple[robot_rules.Step, datetime] | None:
    work = clockwork()
    calendar = work.calendar_of(ticket.team)
    return robot_rules.due(
        Status(ticket.status), ticket.status_since, ticket.warned_at, ticket.deferred_until, work.lengths, calendar
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
    comment = messages.add(ticket, by, text, at=at)
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
    comment = messages.add(ticket, by, shipping, at=at)
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
    if assignee is not None and (not assignee.is_staff or assignee.blocked_at is not None):
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
