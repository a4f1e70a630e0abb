"""The inactivity robot at work (S47–S58): warns, resolves, closes, wakes what was deferred."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, select, update

from extensions import db
from models import EventKind, Person, Ticket
from rules.robot import RESOLVED_TEXT, Step, warning_text
from services import clockwork, events, messages, people, tickets

STANDING: Select[*tuple[Any, ...]] = select(
    *(Ticket.id, Ticket.number, Ticket.status, Ticket.status_since, Ticket.warned_at, Ticket.deferred_until),
    *(Ticket.team, Ticket.robot_due_at, Ticket.subject),
)
SETTLED = (
    update(Ticket)
    .where(Ticket.id == bindparam("of"), Ticket.robot_due_at == bindparam("seen"))
    .values(robot_due_at=bindparam("due_at"))
)


@dataclass
class Done:
    """The numbers of the tickets that a pass took a step with."""

    warned: list[int] = field(default_factory=list)
    resolved: list[int] = field(default_factory=list)
    closed: list[int] = field(default_factory=list)
    woken: list[int] = field(default_factory=list)

    def of(self, step: Step) -> list[int]:
        return {Step.WARN: self.warned, Step.RESOLVE: self.resolved, Step.CLOSE: self.closed, Step.WAKE: self.woken}[
            step
        ]


def due(*, at: datetime, after_id: int = 0, limit: int | None = None) -> list[int]:
    """Return the ids of tickets whose step is due, in order, through the index on `robot_due_at`."""
    clockwork.forget()  # what another process has changed a moment ago counts already
    query = select(Ticket.id).where(Ticket.robot_due_at <= at, Ticket.id > after_id).order_by(Ticket.id).limit(limit)
    return list(db.session.scalars(query))


def settle(ticket_ids: Sequence[int], *, at: datetime) -> list[int]:
    """Return those of the tickets that have a step to take now, and write down of the others when they have theirs: a
    length or the calendar was changed. A ticket that changes meanwhile keeps what was written with the change."""
    found, settled = [], []
    for row in db.session.execute(STANDING.where(Ticket.id.in_(ticket_ids)).order_by(Ticket.id)):
        try:
            step = tickets.next_step(row)
        except ValueError:  # a status that there is not: `step` says which ticket it is
            step = None
        if step is None or step[1] <= at:
            found.append(row.id)
        elif step[1] != row.robot_due_at:
            settled.append({"of": row.id, "seen": row.robot_due_at, "due_at": step[1]})
    if settled:
        db.session.connection().execute(SETTLED, settled)
    return found


def step(ticket_id: int, *, at: datetime) -> tuple[Step, int] | None:
    """Take one due step with one ticket and return it with the ticket's number; None when there is none (any more)."""
    return next(iter(steps([ticket_id], at=at)), None)


def steps(ticket_ids: Sequence[int], *, at: datetime) -> list[tuple[Step, int]]:
    """Take the due steps of these tickets, one each, and return them with the tickets' numbers.

    The rows are locked and their clocks looked at again, so a customer's answer that came in between wins, and two
    robots at once take each step once.
    """
    locked = select(Ticket).where(Ticket.id.in_(ticket_ids)).order_by(Ticket.id).with_for_update()
    found = db.session.scalars(locked, execution_options={"populate_existing": True}).all()
    robot = people.robot() if found else None
    return [taken for ticket in found if robot and (taken := _step(ticket, robot, at)) is not None]


def _step(ticket: Ticket, robot: Person, at: datetime) -> tuple[Step, int] | None:
    found = tickets.next_step(ticket)
    if found is None:
        return None
    kind, due_at = found
    if due_at > at:
        tickets.schedule(ticket)  # a length or the calendar was changed since
        return None
    _take(ticket, kind, robot, at)
    return kind, ticket.number


@dataclass(frozen=True, slots=True)
class Foretold:
    """A step that the robot would take."""

    step: Step
    due_at: datetime
    number: int
    subject: str


def foretell(*, at: datetime, limit: int) -> list[Foretold]:
    """Return the steps that a pass at `at` would take, those that are due first; takes none (S54)."""
    query = STANDING.where(Ticket.robot_due_at <= at).order_by(Ticket.robot_due_at, Ticket.id).limit(limit)
    steps_of = [(row, tickets.next_step(row)) for row in db.session.execute(query)]
    return [Foretold(*step, row.number, row.subject) for row, step in steps_of if step is not None and step[1] <= at]


def preview(ticket_id: int, *, at: datetime) -> tuple[Step, int] | None:
    """Return the step that `step` would take, and take none."""
    ticket = db.session.get(Ticket, ticket_id)
    found = tickets.next_step(ticket) if ticket is not None else None
    return (found[0], ticket.number) if ticket is not None and found is not None and found[1] <= at else None


def _take(ticket: Ticket, kind: Step, robot: Person, at: datetime) -> None:
    if kind == Step.WARN:
        text = warning_text(clockwork.clockwork().lengths["robot_resolve_after"])
        comment = messages.add(ticket, robot, text, at=at)
        ticket.warned_at = at
        tickets.schedule(ticket)
        events.record(ticket, EventKind.WARNED, by=robot, at=at, comment=comment)
    elif kind == Step.RESOLVE:
        comment = messages.add(ticket, robot, RESOLVED_TEXT, at=at)
        tickets.move(ticket, "resolve", by=robot, at=at, comment=comment)
    else:
        tickets.move(ticket, kind, by=robot, at=at)
