"""A ticket's page as plain values: its facts, its thread and what it is related to."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, bindparam, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased, joinedload

from extensions import db
from models import (
    Attachment,
    Comment,
    Event,
    EventKind,
    Kind,
    Person,
    Role,
    Ticket,
    TicketRead,
    TicketRelation,
    TicketSerial,
    VoiceNote,
)
from models.access import numbered, visible_to
from rules import names
from services import files


@dataclass(frozen=True, slots=True)
class FileView:
    """An attachment on a page. `kind`: image, audio, video or file; `size` in bytes."""

    id: str
    name: str
    size: int
    kind: str


@dataclass(frozen=True, slots=True)
class NoteView:
    """A recording on a page: what `templates/voice_notes/_note.html` shows."""

    id: str
    state: str
    percent: int
    text: str
    audio_ms: int | None


@dataclass(slots=True)
class Item:
    """One thing of the thread: kind comment, note or event, in the order in which they happened."""

    kind: str
    at: datetime
    id: int = 0
    author_name: str = ""
    author_initials: str = ""
    author_kind: str = ""
    is_mine: bool = False
    is_description: bool = False
    body_html: str = ""
    attachments: list[FileView] = field(default_factory=list)
    voice_notes: list[NoteView] = field(default_factory=list)
    event: str = ""
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Related:
    """A ticket before or after this one (S124); `direction`: continues or continued_by."""

    number: int
    subject: str
    direction: str


# Statements are built once: building one costs SQLAlchemy ten times what running it does.
Author = aliased(Person)
NAMED = (Ticket.type, Ticket.priority, Ticket.contact, Ticket.author, Ticket.assignee, Ticket.company)
PAGE = (
    select(Ticket, TicketRead.read_at)
    .outerjoin(TicketRead, and_(TicketRead.ticket_id == Ticket.id, TicketRead.person_id == bindparam("reader")))
    .options(*(joinedload(name) for name in NAMED))
    .execution_options(populate_existing=True)
)
SERIALS = (
    select(TicketSerial.serial_number)
    .where(TicketSerial.ticket_id == bindparam("ticket"))
    .order_by(TicketSerial.position)
)
RELATED: Select[*tuple[Any, ...]] = (
    select(Ticket.number, Ticket.subject, TicketRelation.earlier_id)
    .join(
        TicketRelation,
        or_(
            and_(TicketRelation.ticket_id == bindparam("ticket"), TicketRelation.earlier_id == Ticket.id),
            and_(TicketRelation.earlier_id == bindparam("ticket"), TicketRelation.ticket_id == Ticket.id),
        ),
    )
    .order_by(Ticket.number)
)
COMMENTS: Select[*tuple[Any, ...]] = (
    select(
        Comment.id,
        Comment.kind,
        Comment.at,
        Comment.body_html,
        Comment.author_id,
        Author.last_name,
        Author.first_name,
        Author.role,
    )
    .join(Author, Author.id == Comment.author_id)
    .where(Comment.ticket_id == bindparam("ticket"))
    .order_by(Comment.id)
)
PUBLIC_COMMENTS = COMMENTS.where(Comment.kind != Kind.INTERNAL)
FILES: Select[*tuple[Any, ...]] = (
    select(Attachment.comment_id, Attachment.public_id, Attachment.name, Attachment.size, Attachment.content_type)
    .join(Comment, Comment.id == Attachment.comment_id)
    .where(Comment.ticket_id == bindparam("ticket"))
    .order_by(Attachment.id)
)
NOTES: Select[*tuple[Any, ...]] = (
    select(
        VoiceNote.comment_id,
        VoiceNote.public_id,
        VoiceNote.state,
        VoiceNote.percent,
        VoiceNote.text,
        VoiceNote.audio_ms,
    )
    .join(Comment, Comment.id == VoiceNote.comment_id)
    .where(Comment.ticket_id == bindparam("ticket"))
    .order_by(VoiceNote.id)
)
EVENTS: Select[*tuple[Any, ...]] = (
    select(Event.kind, Event.at, Event.data, Author.last_name, Author.first_name, Author.role)
    .join(Author, Author.id == Event.actor_id)
    .where(Event.ticket_id == bindparam("ticket"))
    .order_by(Event.id)
)


def page_ticket(number: int, person: Person) -> Ticket | None:
    """Return the ticket with the names that its page prints, in one statement; None when he may not see it.

    `unread_until` on it: the moment to mark as read, or None when he has read it all: most views write nothing.
    """
    query = PAGE.where(numbered(number), visible_to(person))
    row = db.session.execute(query, {"reader": person.id}).first()
    if row is None:
        return None
    ticket, read_at = row
    newest = ticket.staff_updated_at if person.is_staff else ticket.updated_at
    ticket.unread_until = newest if read_at is None or read_at < newest else None
    return ticket


def serial_numbers(ticket: Ticket) -> list[str]:
    return list(db.session.scalars(SERIALS, {"ticket": ticket.id}))


def related(ticket: Ticket, person: Person) -> list[Related]:
    """Return the tickets it continues and is continued by, of those that `person` may see."""
    found = db.session.execute(RELATED.where(visible_to(person)), {"ticket": ticket.id})
    return [
        Related(number, subject, "continued_by" if earlier_id == ticket.id else "continues")
        for number, subject, earlier_id in found
    ]


def thread(ticket: Ticket, person: Person) -> list[Item]:
    """Return comments and events, oldest first; internal ones for staff only. Four statements."""
    items = [*_comments(ticket, person), *_events(ticket, person)]
    return sorted(items, key=_order)


def _order(item: Item) -> tuple[datetime, int]:
    """At one moment: «opened», then what was said, then what followed from it."""
    return item.at, 0 if item.event == EventKind.OPENED else 2 if item.kind == "event" else 1


def _comments(ticket: Ticket, person: Person) -> Iterable[Item]:
    query = COMMENTS if person.is_staff else PUBLIC_COMMENTS
    items = {row.id: _comment(row, person) for row in db.session.execute(query, {"ticket": ticket.id})}
    for comment_id, file in _files(ticket):
        if comment_id in items:
            items[comment_id].attachments.append(file)
    for comment_id, note in _notes(ticket):
        if comment_id in items:
            items[comment_id].voice_notes.append(note)
    return items.values()


def _comment(row: Any, person: Person) -> Item:
    staff = row.role in (Role.AGENT, Role.ADMIN)
    return Item(
        kind="note" if row.kind == Kind.INTERNAL else "comment",
        at=row.at,
        id=row.id,
        author_name=names.full(row.last_name, row.first_name),
        author_initials=names.initials(row.last_name, row.first_name),
        author_kind="robot" if row.role == Role.ROBOT else "staff" if staff else "customer",
        is_mine=row.author_id == person.id,
        is_description=row.kind == Kind.DESCRIPTION,
        body_html=row.body_html,
    )


def _files(ticket: Ticket) -> Iterable[tuple[int | None, FileView]]:
    found = db.session.execute(FILES, {"ticket": ticket.id})
    for comment_id, public_id, name, size, content_type in found:
        yield comment_id, FileView(public_id, name, size, files.kind(content_type))


def _notes(ticket: Ticket) -> Iterable[tuple[int | None, NoteView]]:
    for comment_id, *values in db.session.execute(NOTES, {"ticket": ticket.id}):
        yield comment_id, NoteView(*values)


def _events(ticket: Ticket, person: Person) -> Iterable[Item]:
    silent = {EventKind.NOTED, EventKind.WARNED} | (set() if person.is_staff else {EventKind.IDENTIFIED})
    for kind, at, data, last_name, first_name, role in db.session.execute(EVENTS, {"ticket": ticket.id}):
        if kind in silent or (kind == EventKind.COMMENTED and "to" not in data):
            continue
        yield Item(
            kind="event",
            at=at,
            event=kind,
            data=data,
            author_name=names.full(last_name, first_name),
            author_kind="robot" if role == Role.ROBOT else "",
        )


def mark_read(ticket_id: int, person_id: int, *, at: datetime) -> None:
    """Remember that he has read what happened up to `at`, in one statement. A slower page takes nothing back."""
    row = {"person_id": person_id, "ticket_id": ticket_id, "read_at": at}
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    query = dialect.insert(TicketRead).values(row)
    db.session.execute(
        query.on_conflict_do_update(
            index_elements=["person_id", "ticket_id"], set_={"read_at": at}, where=TicketRead.read_at < at
        )
    )
