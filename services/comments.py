"""Answers, customers' comments and internal notes, and what follows from each (S45, S51)."""

from datetime import datetime
from uuid import NAMESPACE_OID, uuid5

from sqlalchemy import exists, select

from extensions import db
from models import Comment, EventKind, Kind, Person, Ticket
from rules.errors import InvalidMove, NotAllowed, Stale
from rules.statuses import Status
from rules.tickets import is_thanks
from services import events, messages, tickets
from services.messages import NOTHING, Enclosed


def by_client_id(ticket: Ticket, author: Person, client_id: str | None) -> Comment | None:
    """Return the comment that this `client_id` has made on this ticket."""
    if not client_id:
        return None
    key = key_of(ticket, client_id)
    return db.session.scalar(select(Comment).where(Comment.author_id == author.id, Comment.client_id == key))


def key_of(ticket: Ticket, client_id: str | None) -> str | None:
    """Return what is stored of a `client_id`: the same one sent to another ticket is another comment."""
    return str(uuid5(NAMESPACE_OID, f"{ticket.id} {client_id}")) if client_id else None


def reply(
    ticket: Ticket,
    text: str,
    *,
    by: Person,
    at: datetime,
    is_html: bool = False,
    enclosed: Enclosed = NOTHING,
    client_id: str | None = None,
    seen: int | None = None,
    reply_to: int | None = None,
    is_late: bool = False,
) -> Comment:
    """Say something that both sides read, and let the status follow.

    The same `client_id` again returns the first comment. `seen`: the last comment that its author had before him;
    a specialist's answer that somebody else's newer comment has overtaken raises Stale, for him to look again; so does
    a customer's that `is_late`: written without a network, and sent by itself when nobody was looking.
    `reply_to`: the comment that it answers; one that the readers can't see is not kept.
    Raises InvalidMove closed_no_comment (S58), Invalid body.
    """
    if first := by_client_id(ticket, by, client_id):
        return first
    if ticket.status == Status.CLOSED:
        raise InvalidMove("closed_no_comment")
    if (by.is_staff or is_late) and seen is not None and _overtaken(ticket, by, seen):
        raise Stale("overtaken")
    comment = messages.add(
        ticket,
        by,
        text,
        at=at,
        is_html=is_html,
        enclosed=enclosed,
        client_id=key_of(ticket, client_id),
        reply_to_id=_answered(ticket, reply_to, Kind.PUBLIC),
    )
    before, after = tickets.apply(ticket, _verb(ticket, by, comment, enclosed), by=by, at=at)
    if by.is_staff:
        tickets.react(ticket, at)
    moved = {"from": before, "to": after} if after != before else {}
    events.record(ticket, EventKind.COMMENTED, by=by, at=at, comment=comment, **moved)
    return comment


def _verb(ticket: Ticket, by: Person, comment: Comment, enclosed: Enclosed) -> str:
    if by.is_staff:
        return "answer"
    thanks = ticket.status == Status.RESOLVED and not enclosed and is_thanks(comment.body_text)
    return "thank" if thanks else "reply"


def _answered(ticket: Ticket, comment_id: int | None, kind: Kind) -> int | None:
    """Return the id if it is a comment of this ticket that whoever reads a `kind` may read."""
    if comment_id is None:
        return None
    found = select(Comment.id).where(Comment.ticket_id == ticket.id, Comment.id == comment_id)
    return db.session.scalar(found if kind == Kind.INTERNAL else found.where(Comment.kind != Kind.INTERNAL))


def _overtaken(ticket: Ticket, by: Person, seen: int) -> bool:
    newer = exists().where(
        Comment.ticket_id == ticket.id,
        Comment.id > seen,
        Comment.author_id != by.id,
        Comment.kind == Kind.PUBLIC,
    )
    return bool(db.session.scalar(select(newer)))


def note(
    ticket: Ticket,
    text: str,
    *,
    by: Person,
    at: datetime,
    is_html: bool = False,
    enclosed: Enclosed = NOTHING,
    client_id: str | None = None,
    reply_to: int | None = None,
) -> Comment:
    """Write an internal note: staff only read it, no status follows, nobody is told."""
    if not by.is_staff:
        raise NotAllowed("staff_only")
    if first := by_client_id(ticket, by, client_id):
        return first
    if ticket.status == Status.CLOSED:
        raise InvalidMove("closed_no_comment")
    comment = messages.add(
        ticket,
        by,
        text,
        at=at,
        kind=Kind.INTERNAL,
        is_html=is_html,
        enclosed=enclosed,
        client_id=key_of(ticket, client_id),
        reply_to_id=_answered(ticket, reply_to, Kind.INTERNAL),
    )
    events.record(ticket, EventKind.NOTED, by=by, at=at, comment=comment)
    return comment
