"""The contact's word on the solution (S130): stored on the ticket, told to staff."""

from datetime import datetime

from models import EventKind, Person, Ticket
from models.access import actors
from rules.errors import Invalid, InvalidMove
from rules.ratings import MAX_COMMENT, Grade, may_rate
from rules.statuses import Status
from rules.text import printable
from services import events


def rate(ticket: Ticket, grade: str, comment: str, *, by: Person, at: datetime) -> None:
    """Rate a resolved ticket, or think better of it. Raises InvalidMove, Invalid grade or comment.

    The same once more is no news.
    """
    if not may_rate(Status(ticket.status), actors(by, ticket)):
        raise InvalidMove("move_not_allowed", status=Status(ticket.status), verb="rating")
    if grade not in {str(known.value) for known in Grade}:
        raise Invalid("grade", "required" if not grade else "unknown")
    line = " ".join(printable(comment[: 2 * MAX_COMMENT]).split())
    if len(line) > MAX_COMMENT or len(comment) > 2 * MAX_COMMENT:
        raise Invalid("comment", "too_long", limit=MAX_COMMENT)
    if (ticket.rating_grade, ticket.rating_comment) == (int(grade), line):
        return
    ticket.rating_grade, ticket.rating_comment, ticket.rated_at = int(grade), line, at
    events.record(ticket, EventKind.RATED, by=by, at=at, grade=int(grade), words=line or None)
