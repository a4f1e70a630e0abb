"""Writing down what happened to a ticket: the one way to make an Event."""

from datetime import datetime
from typing import Any

from extensions import db
from models import Comment, Event, EventKind, Person, Ticket
from services import notices

# The customer's list does not move.
FOR_STAFF = {
    *(EventKind.NOTED, EventKind.ASSIGNED, EventKind.IDENTIFIED, EventKind.BOUND),
    *(EventKind.LINKED, EventKind.RATED),
}
# Nor does the specialists': whoever is told of it gets a message, and nothing new stands in the ticket.
QUIET = {EventKind.DEADLINE}


def record(
    ticket: Ticket, kind: EventKind, *, by: Person, at: datetime, comment: Comment | None = None, **data: Any
) -> Event:
    """Store the event, move the ticket up in the lists, and put its letters and pushes into the outbox."""
    event = Event(
        ticket_id=ticket.id,
        actor_id=by.id,
        comment_id=comment.id if comment else None,
        kind=kind,
        at=at,
        data={name: value for name, value in data.items() if value is not None},
    )
    db.session.add(event)
    if kind not in QUIET:
        ticket.staff_updated_at = ticket.sla_look_at = at  # its promises are counted anew (services.sla)
        if kind not in FOR_STAFF:
            ticket.updated_at = at
    db.session.flush()
    notices.tell(event, ticket, by=by, at=at)
    return event
