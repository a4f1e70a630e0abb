"""The quick view of a ticket (S79): its description and what was said last, in three short statements. Nothing counts as read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import aliased

from extensions import db
from models import Comment, Kind, Person
from models.access import numbered, visible_to
from rules.statuses import Status
from services.ticket_rows import rows, short, ticket_row

LONGEST = 700  # letters of either text
Author = aliased(Person)
TEXTS: Any = (
    select(Comment.kind, Comment.at, func.substr(Comment.body_text, 1, LONGEST + 1),
           Author.last_name, Author.first_name, Author.patronymic)
    .join(Author, Author.id == Comment.author_id)
    .where(Comment.ticket_id == bindparam("ticket"))
)  # fmt: skip
FIRST = TEXTS.where(Comment.kind == Kind.DESCRIPTION).order_by(Comment.id).limit(1)
LAST = (
    TEXTS.where(or_(Comment.kind == Kind.PUBLIC, Comment.kind == bindparam("other")))
    .order_by(Comment.id.desc())
    .limit(1)
)


@dataclass(frozen=True)
class Said:
    text: str
    author_short: str
    at: datetime
    is_note: bool


@dataclass(frozen=True)
class Glance:
    number: int
    subject: str
    status: Status
    deferred_until: datetime | None
    type_name: str
    assignee_short: str
    updated_at: datetime
    description: str
    last: Said | None


def glance(number: int, person: Person) -> Glance | None:
    """Return what a quick view shows of a ticket, None when there is none that `person` may see."""
    found = db.session.execute(
        rows(person.is_staff).where(numbered(number), visible_to(person)), {"reader": person.id}
    ).first()
    if found is None:
        return None
    row = ticket_row(found, person)
    first, last = (_said(query, found.id, person) for query in (FIRST, LAST))
    return Glance(
        row.number, row.subject, row.status, row.deferred_until, row.type_name, row.assignee_short, row.updated_at,
        first.text if first else "", last,
    )  # fmt: skip


def _said(query: Any, ticket_id: int, person: Person) -> Said | None:
    readable = Kind.INTERNAL if person.is_staff else Kind.PUBLIC
    said = db.session.execute(query, {"ticket": ticket_id, "other": readable}).first()
    if said is None:
        return None
    kind, at, text, *name = said
    shown = text if len(text) <= LONGEST else text[:LONGEST].rsplit(" ", 1)[0] + " …"
    return Said(shown, short(*name), at, kind == Kind.INTERNAL)
