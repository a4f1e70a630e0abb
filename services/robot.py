"""The inactivity robot at work (S47–S58): warns, resolves, closes, wakes what was deferred."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from extensions import db
from models import EventKind, Ticket
from rules.robot import RESOLVED_TEXT, Step, warning_text
from services import clockwork, events, messages, people, tickets


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


def due(*, at: datetime, after_id: int = 0, limit: int = 100) -> list[int]:
    """Return the ids of tickets whose step is due, through the index on `robot_due_at`; `after_id` pages on."""
    clockwork.forget()  # what another process has changed a moment ago counts already
    query = select(Ticket.id).where(Ticket.robot_due_at <= at, Ticket.id > after_id).order_by(Ticket.id).limit(limit)
    return list(db.session.scalars(query))


def step(ticket_id: int, *, at: datetime) -> tuple[Step, int] | None:
    """Take one due step with one ticket and return it with the ticket's number; None when there is none (any more).

    The row is locked and its clock looked at again, so a customer's answer that came in between wins, and two
    robots at once take the step once.
    """
    ticket = db.session.scalar(
        select(Ticket).where(Ticket.id == ticket_id).with_for_update(), execution_options={"populate_existing": True}
    )
    found = tickets.next_step(ticket) if ticket is not None else None
    if ticket is None or found is None:
        return None
    kind, due_at = found
    if due_at > at:
        tickets.schedule(ticket)  # a length or the calendar was changed since
        return None
    _take(ticket, kind, at)
    return kind, ticket.number


def preview(ticket_id: int, *, at: datetime) -> tuple[Step, int] | None:
    """Return the step that `step` would take, and take none."""
    ticket = db.session.get(Ticket, ticket_id)
    found = tickets.next_step(ticket) if ticket is not None else None
    return (found[0], ticket.number) if ticket is not None and found is not None and found[1] <= at else None


def _take(ticket: Ticket, kind: Step, at: datetime) -> None:
    robot = people.robot()
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
