"""A ticket's thread as plain values: what was said and what happened, a window of it at a time."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, Text, bindparam, cast, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased

from extensions import db, plain_rows
from models import (
    Attachment,
    Comment,
    Event,
    EventKind,
    Kind,
    Person,
    Role,
    ScanState,
    Ticket,
    TicketRead,
    VoiceNote,
    VoiceState,
)
from rules import names
from services import files

SHOWN = 40  # comments of a window: what is earlier folds away
EXCERPT = 160  # characters of a comment that another one answers
LAST_ID = 2**31 - 1
LONG_AGO, NEVER = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class FileView:
    """An attachment on a page. `kind`: image, audio, video, text or file; `size` in bytes; width and height of a picture
    once they are known; `held`: what the virus scanner said when the file is given to nobody, else ''."""

    id: str
    name: str
    size: int
    kind: str
    width: int | None = None
    height: int | None = None
    has_preview: bool = False
    held: str = ""
    virus: str = ""


def file_view(file: Any) -> FileView:
    """Return an attachment, or a row of it with the columns of `files.SHOWN`, as a page shows it."""
    held = "" if file.scan_state in (ScanState.NONE, ScanState.CLEAN) else file.scan_state
    size = (file.width, file.height)
    return FileView(
        file.public_id, file.name, file.size, files.look(file), *size, file.preview_sha256 is not None, held, file.virus
    )


@dataclass(frozen=True, slots=True)
class NoteView:
    """A recording on a page: what `templates/voice_notes/_note.html` shows."""

    id: str
    state: str
    percent: int
    text: str
    audio_ms: int | None
    content_type: str = ""
    has_copy: bool = False  # in AAC, for players that lack the original's codec
    peaks: tuple[int, ...] = ()  # the waveform, 0..100
    spans: str = ""  # JSON of VoiceNote.spans: read only where its words are not known yet (services.transcripts)
    raw_text: str = ""
    language: str = ""
    is_edited: bool = False
    error: str = ""  # why it failed: a code
    is_cut: bool = False  # only its beginning was listened to


def note_view(note: Any) -> NoteView:
    """Return a recording, or a row of it with the columns of NOTES, as a page shows it."""
    shown = (note.public_id, note.state, note.percent, note.text, note.audio_ms, note.content_type)
    spans = note.spans if isinstance(note.spans, str) else json.dumps(note.spans)
    return NoteView(
        *shown,
        has_copy=note.playable_sha256 is not None,
        peaks=tuple(note.peaks),
        spans=spans,
        raw_text=note.raw_text,
        language=note.language,
        is_edited=note.edited_at is not None,
        error=note.last_error if note.state == VoiceState.FAILED else "",
        is_cut=note.is_cut,
    )


@dataclass(frozen=True, slots=True)
class Quote:
    """What a comment answers: the beginning of the other one, and the names of its files."""

    id: int
    author_name: str
    text: str
    files: tuple[str, ...] = ()


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
    quote: Quote | None = None
    event: str = ""
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Window:
    """A part of a thread, oldest first. `earlier`: the comment before which there are more, or None.

    `last_comment`, `last_event`: the newest ids in it, 0 when it has none: what comes after them is new.
    """

    items: list[Item]
    earlier: int | None
    last_comment: int
    last_event: int


# Statements are built once: building one costs SQLAlchemy ten times what running it does.
Author, Quoted, QuotedAuthor = aliased(Person), aliased(Comment), aliased(Person)
COMMENTS: Select[*tuple[Any, ...]] = (
    select(
        *(Comment.id, Comment.kind, Comment.at, Comment.body_html, Comment.author_id),
        *(Author.last_name, Author.first_name, Author.role),
        Quoted.id.label("quoted_id"),
        func.substr(Quoted.body_text, 1, EXCERPT + 1).label("quoted_text"),
        QuotedAuthor.last_name.label("quoted_last"),
        QuotedAuthor.first_name.label("quoted_first"),
    )
    .join(Author, Author.id == Comment.author_id)
    .outerjoin(Quoted, Quoted.id == Comment.reply_to_id)
    .outerjoin(QuotedAuthor, QuotedAuthor.id == Quoted.author_id)
    .where(Comment.ticket_id == bindparam("ticket"), Comment.id > bindparam("after"), Comment.id < bindparam("before"))
    .order_by(Comment.id.desc())
    .limit(bindparam("most"))
)
PUBLIC_COMMENTS = COMMENTS.where(Comment.kind != Kind.INTERNAL)
FILES: Select[*tuple[Any, ...]] = (
    select(Attachment.comment_id, *(getattr(Attachment, name) for name in files.SHOWN))
    .where(Attachment.comment_id.in_(bindparam("comments", expanding=True)))
    .order_by(Attachment.position, Attachment.id)
)
NOTES: Select[*tuple[Any, ...]] = (
    select(
        *(VoiceNote.comment_id, VoiceNote.public_id, VoiceNote.state, VoiceNote.percent),
        *(VoiceNote.text, VoiceNote.audio_ms, VoiceNote.content_type),
        *(VoiceNote.playable_sha256, VoiceNote.peaks, cast(VoiceNote.spans, Text).label("spans")),
        *(VoiceNote.raw_text, VoiceNote.language, VoiceNote.edited_at, VoiceNote.last_error, VoiceNote.is_cut),
    )
    .where(VoiceNote.comment_id.in_(bindparam("comments", expanding=True)))
    .order_by(VoiceNote.id)
)
EVENTS: Select[*tuple[Any, ...]] = (
    select(Event.id, Event.kind, Event.at, Event.data, Author.last_name, Author.first_name, Author.role)
    .join(Author, Author.id == Event.actor_id)
    .where(
        Event.ticket_id == bindparam("ticket"),
        Event.id > bindparam("after"),
        Event.at >= bindparam("since"),
        Event.at < bindparam("until"),
    )
    .order_by(Event.id)
)
SILENT = {EventKind.NOTED, EventKind.WARNED}
FOR_STAFF = {EventKind.IDENTIFIED, EventKind.LINKED, EventKind.RATED, EventKind.DEADLINE}


def thread(ticket: Ticket, person: Person) -> list[Item]:
    """Return the newest comments and events, oldest first; internal ones for staff only."""
    return window(ticket.id, person).items


def window(
    ticket_id: int, person: Person, *, before: int | None = None, has_files: bool = True, has_notes: bool = True
) -> Window:
    """Return the newest part of the thread, or that before the comment `before`, by keyset.

    Two statements, and one more for files and for recordings where there are any.
    """
    asked = {"ticket": ticket_id, "after": 0, "before": before or LAST_ID, "most": SHOWN + 1}
    rows = _rows(person, asked)
    earlier = rows[1].id if len(rows) > SHOWN else None
    rows = rows[1:] if earlier else rows
    items = [*_comments(rows, person, has_files=has_files, has_notes=has_notes)]
    since = rows[0].at if earlier else LONG_AGO
    until = _moment_of(ticket_id, before) if before else NEVER
    events, last = _events(ticket_id, person, after=0, since=since, until=until)
    return _window([*items, *events], earlier, last)


def news(ticket_id: int, person: Person, *, after_comment: int, after_event: int) -> Window:
    """Return what has come since these two were the last."""
    asked = {"ticket": ticket_id, "after": after_comment, "before": LAST_ID, "most": 5 * SHOWN}
    items = _comments(_rows(person, asked), person, has_files=True, has_notes=True)
    events, last = _events(ticket_id, person, after=after_event, since=LONG_AGO, until=NEVER)
    found = _window([*items, *events], None, last or after_event)
    found.last_comment = max(found.last_comment, after_comment)
    return found


def _window(items: list[Item], earlier: int | None, last_event: int) -> Window:
    return Window(sorted(items, key=_order), earlier, max((item.id for item in items), default=0), last_event)


def _order(item: Item) -> tuple[datetime, int]:
    """At one moment: «opened», then what was said, then what followed from it."""
    return item.at, 0 if item.event == EventKind.OPENED else 2 if item.kind == "event" else 1


def _rows(person: Person, asked: dict[str, Any]) -> Sequence[Any]:
    query = COMMENTS if person.is_staff else PUBLIC_COMMENTS
    return plain_rows(query, asked).all()[::-1]


def _comments(rows: Sequence[Any], person: Person, *, has_files: bool, has_notes: bool) -> Iterable[Item]:
    items = {row.id: _comment(row, person) for row in rows}
    asked = {"comments": [*items, *(row.quoted_id for row in rows if row.quoted_id)]}
    names_of: dict[int, list[str]] = {}
    for file in plain_rows(FILES, asked) if has_files else ():
        names_of.setdefault(file.comment_id, []).append(file.name)
        if file.comment_id in items:
            items[file.comment_id].attachments.append(file_view(file))
    for note in plain_rows(NOTES, asked) if has_notes else ():
        if note.comment_id in items:
            items[note.comment_id].voice_notes.append(note_view(note))
    for row in rows:
        if row.quoted_id:
            items[row.id].quote = _quote(row, tuple(names_of.get(row.quoted_id, ())))
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


def _quote(row: Any, file_names: tuple[str, ...]) -> Quote:
    return Quote(row.quoted_id, names.full(row.quoted_last, row.quoted_first), excerpt(row.quoted_text), file_names)


def excerpt(text: str) -> str:
    """Return the beginning of a text as one line."""
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT else f"{line[: EXCERPT - 1].rstrip()}…"


def _events(ticket_id: int, person: Person, *, after: int, since: datetime, until: datetime) -> tuple[list[Item], int]:
    asked = {"ticket": ticket_id, "after": after, "since": since, "until": until}
    silent = SILENT if person.is_staff else SILENT | FOR_STAFF
    items, last = [], 0
    for event_id, kind, at, data, last_name, first_name, role in plain_rows(EVENTS, asked):
        if kind in silent:
            continue  # not even counted: the page's mark would tell a customer that there was something
        last = event_id
        if kind == EventKind.COMMENTED and "to" not in data:
            continue
        name, by = names.full(last_name, first_name), "robot" if role == Role.ROBOT else ""
        items.append(Item(kind="event", at=at, event=kind, data=data, author_name=name, author_kind=by))
    return items, last


def _moment_of(ticket_id: int, comment_id: int | None) -> datetime:
    query = select(Comment.at).where(Comment.ticket_id == ticket_id, Comment.id == comment_id)
    return db.session.scalar(query) or NEVER


def quotable(ticket_id: int, comment_id: int, person: Person) -> Item | None:
    """Return the comment if it is one of this ticket that `person` may read, with its files."""
    asked = {"ticket": ticket_id, "after": comment_id - 1, "before": comment_id + 1, "most": 1}
    return next(iter(_comments(_rows(person, asked), person, has_files=True, has_notes=False)), None)


def mark_read(ticket_id: int, person_id: int, *, at: datetime) -> None:
    """Remember that he has read what happened up to `at`, in one statement. A slower page takes nothing back."""
    row = {"person_id": person_id, "ticket_id": ticket_id, "read_at": at}
    db.session.flush()
    connection = db.session.connection()
    connection.execute(_reading(connection.dialect.name), row)


@lru_cache
def _reading(dialect_name: str) -> Any:
    """Return the statement of `mark_read`, built once."""
    dialect = postgresql if dialect_name == "postgresql" else sqlite
    query = dialect.insert(TicketRead)
    newer = query.excluded.read_at
    return query.on_conflict_do_update(
        index_elements=["person_id", "ticket_id"], set_={"read_at": newer}, where=TicketRead.read_at < newer
    )
