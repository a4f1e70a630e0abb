"""Answers, customers' comments and internal notes, and what follows from each (S45, S51)."""

from datetime import datetime

from sqlalchemy import exists, select

from extensions import db
from models import Comment, EventKind, Kind, Person, Ticket
from rules.errors import InvalidMove, NotAllowed, Stale
from rules.statuses import Status
from rules.tickets import is_thanks
from services import events, tickets
from services.tickets import NOTHING, Enclosed


def by_client_id(author: Person, client_id: str | None) -> Comment | None:
    if not client_id:
        return None
    return db.session.scalar(select(Comment).where(Comment.author_id == author.id, Comment.client_id == client_id))


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
) -> Comment:
    """Say something that both sides read, and let the status follow.

    The same `client_id` again returns the first comment. `seen`: the last comment that its author had before him;
    a specialist's answer that somebody else's newer comment has overtaken raises Stale, for him to look again.
    Raises InvalidMove closed_no_comment (S58), Invalid body.
    """
    if first := by_client_id(by, client_id):
        return first
    if ticket.status == Status.CLOSED:
        raise InvalidMove("closed_no_comment")
    if by.is_staff and seen is not None and _overtaken(ticket, by, seen):
        raise Stale("overtaken")
    comment = tickets.add_comment(ticket, by, text, at=at, is_html=is_html, enclosed=enclosed, client_id=client_id)
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
) -> Comment:
    """Write an internal note: staff only read it, no status follows, nobody is told."""
    if not by.is_staff:
        raise NotAllowed("staff_only")
    if first := by_client_id(by, client_id):
        return first
    if ticket.status == Status.CLOSED:
        raise InvalidMove("closed_no_comment")
    comment = tickets.add_comment(
        ticket, by, text, at=at, kind=Kind.INTERNAL, is_html=is_html, enclosed=enclosed, client_id=client_id
    )
    events.record(ticket, EventKind.NOTED, by=by, at=at, comment=comment)
    return comment
