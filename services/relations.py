"""Which tickets belong together (D5, S124): linked by who goes on in a new one, or by the administrator."""

from datetime import datetime

from sqlalchemy import and_, or_, select

from extensions import db
from models import EventKind, Person, Ticket, TicketRelation
from models.access import actors
from rules.errors import Invalid, InvalidMove
from rules.statuses import Actor
from services import events

KINDS = ("continues", "continued_by", "related")


def relate(ticket: Ticket, other: Ticket, kind: str, *, by: Person, at: datetime) -> None:
    """Link the two, both ways at once; what they were to each other before is replaced.

    `kind`, of KINDS: `ticket` continues `other`, is continued by it, or just has to do with it.
    """
    later, earlier = (other, ticket) if kind == "continued_by" else (ticket, other)
    stored = "related" if kind == "related" else "continues"
    known = _between(ticket, other)
    if known is not None and (known.ticket_id, known.kind) == (later.id, stored):
        return
    if known is not None:
        db.session.delete(known)
        db.session.flush()
    db.session.add(TicketRelation(ticket_id=later.id, earlier_id=earlier.id, kind=stored))
    for one, another in ((ticket, other), (other, ticket)):
        events.record(one, EventKind.LINKED, by=by, at=at, number=another.number)


def _between(ticket: Ticket, other: Ticket) -> TicketRelation | None:
    relation = TicketRelation
    return db.session.scalar(
        select(relation).where(
            or_(
                and_(relation.ticket_id == ticket.id, relation.earlier_id == other.id),
                and_(relation.ticket_id == other.id, relation.earlier_id == ticket.id),
            )
        )
    )


def link(ticket: Ticket, other: Ticket | None, kind: str, *, by: Person, at: datetime) -> None:
    """Link two tickets as the administrator does (S124). Raises InvalidMove admin_only, Invalid ticket or kind."""
    if Actor.ADMIN not in actors(by, ticket):
        raise InvalidMove("admin_only")
    if kind not in KINDS:
        raise Invalid("kind", "unknown")
    if other is None or other.id == ticket.id:
        raise Invalid("ticket", "no_such_ticket")
    relate(ticket, other, kind, by=by, at=at)
