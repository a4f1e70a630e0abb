"""What a letter about a ticket tells: the ticket, the news and the last public comments (S62–S64, S68)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import nh3
from flask import current_app
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from channels.errors import SendError
from extensions import db
from models import Attachment, Comment, Event, EventKind, Kind, Person, Role, Ticket, VoiceNote, VoiceState
from rules.calendar import YEKATERINBURG
from rules.lengths import after, reopen_until
from rules.statuses import Status
from services import richtext, transcripts
from services.clockwork import clockwork

AWAITED = (VoiceState.WAITING, VoiceState.WORKING, VoiceState.NO_MODEL)


@dataclass(frozen=True)
class Link:
    """A file or a recording of a comment. `text` is what was heard in a recording, '' for files and until it is;
    `is_told`: the comment itself says it; `is_awaited`: it will still come."""

    name: str
    url: str
    text: str = ""
    is_told: bool = False
    is_awaited: bool = False


@dataclass(frozen=True)
class Said:
    """A public comment as a letter shows it; `html` has passed the allow-list a second time."""

    author: str
    at: datetime
    text: str
    html: Markup
    files: Sequence[Link]
    recordings: Sequence[Link]
    more_url: str = ""  # where the rest is read, when it was cut short


@dataclass(frozen=True)
class Thread:
    """`status` is the one that the event led to, if any; `until` its date (S39). `deadline`: until when the reader
    can still do something about it (D1, D2). `last` begins with the newest and holds at most `limit` (S64)."""

    number: int
    subject: str
    url: str
    is_robots: bool
    is_warning: bool
    status: Status | None
    until: datetime | None
    deadline: datetime | None
    new: Said | None
    last: Sequence[Said]
    limit: int
    promise: str = ""  # a target of rules.sla that runs out; `deadline` says when
    ticket_id: int = 0
    news: Sequence[Said] = ()  # all that the letter is about, the oldest first; `new` is its last
    wakes: bool = False  # the date that it was put off to has come (S100)


def load_gathered(event_ids: Sequence[int], main_id: int) -> Thread:
    """Read what one letter about several events of a ticket shows, as of the last of them; `main_id` is the one that its
    status or promise is told of."""
    thread = load(event_ids[-1])
    main = thread if main_id == event_ids[-1] else load(main_id)
    comments = db.session.scalars(
        select(Comment)
        .join(Event, Event.comment_id == Comment.id)
        .where(Event.id.in_(event_ids), Comment.kind != Kind.INTERNAL)
        .order_by(Comment.id)
        .options(joinedload(Comment.author))
    ).all()
    news = list(_said(comments, thread.url).values())
    return replace(
        thread,
        status=main.status,
        until=main.until,
        deadline=main.deadline,
        promise=main.promise,
        is_warning=main.is_warning or thread.is_warning,
        wakes=main.wakes,
        news=news,
        new=news[-1] if news else thread.new,
    )


def load(event_id: int) -> Thread:
    """Read what a letter about the event shows, in four statements, the same at every repeat.

    Comments that came after the event are left out; so are internal notes and the description.
    Raises SendError when the event is gone.
    """
    row = db.session.execute(
        select(Event, Ticket, Person.role)
        .join(Ticket, Ticket.id == Event.ticket_id)
        .join(Person, Person.id == Event.actor_id)
        .where(Event.id == event_id)
    ).first()
    if row is None:
        raise SendError(permanent=True, reason=f"event {event_id} is gone")
    event, ticket, role = row
    limit = clockwork().lengths["last_comments"].value
    comments = _comments(event, limit)
    url = f"{current_app.config['PUBLIC_URL']}/tickets/{ticket.number}"
    said = _said(comments, url)
    new = said.get(event.comment_id or 0)
    status, until = _status(event)
    return Thread(
        number=ticket.number,
        subject=" ".join(ticket.subject.split()),
        url=url,
        is_robots=role == Role.ROBOT,
        is_warning=event.kind == EventKind.WARNED,
        status=status,
        until=until,
        deadline=_deadline(event, status, ticket.team),
        new=new,
        last=list(said.values())[:limit],
        limit=limit,
        promise=event.data.get("clock", "") if event.kind == EventKind.DEADLINE else "",
        ticket_id=ticket.id,
        news=[new] if new else [],
        wakes=event.kind == EventKind.STATUS and event.data.get("verb") == "wake",
    )


def _comments(event: Event, limit: int) -> Sequence[Comment]:
    """Return the public comments as of the event, newest first; of a new ticket (S75) its description."""
    kind = Kind.DESCRIPTION if event.kind == EventKind.OPENED else Kind.PUBLIC
    as_of = Comment.id <= event.comment_id if event.comment_id else Comment.at <= event.at
    return db.session.scalars(
        select(Comment)
        .where(Comment.ticket_id == event.ticket_id, Comment.kind == kind, as_of)
        .order_by(Comment.id.desc())
        .limit(max(limit, 1))
        .options(joinedload(Comment.author))
    ).all()


def _said(comments: Sequence[Comment], ticket_url: str) -> dict[int, Said]:
    """Return the comments by id, in their order, with their files and recordings."""
    ids = [comment.id for comment in comments]
    bodies = {comment.id: comment.body_text for comment in comments}
    site = current_app.config["PUBLIC_URL"]
    files: dict[int, list[Link]] = {key: [] for key in ids}
    recordings: dict[int, list[Link]] = {key: [] for key in ids}
    for file in db.session.scalars(select(Attachment).where(Attachment.comment_id.in_(ids)).order_by(Attachment.id)):
        files[file.comment_id or 0].append(Link(file.name, f"{site}/attachments/{file.public_id}"))
    for note in db.session.scalars(select(VoiceNote).where(VoiceNote.comment_id.in_(ids)).order_by(VoiceNote.id)):
        heard = note.text if note.state == VoiceState.DONE else ""
        url = f"{ticket_url}?at={note.comment_id}#voice-note-{note.public_id}"
        is_told = bool(heard) and transcripts.is_told(bodies[note.comment_id or 0], heard)
        recordings[note.comment_id or 0].append(Link("", url, heard, is_told, note.state in AWAITED))
    return {
        comment.id: Said(
            author=comment.author.full_name,
            at=comment.at,
            text=comment.body_text,
            html=_safe(comment.body_html),
            files=files[comment.id],
            recordings=recordings[comment.id],
        )
        for comment in comments
    }


def _safe(html: str) -> Markup:
    """Clean once more: a letter leaves the house, and there is no policy of ours around it. Links become absolute."""
    return Markup(
        nh3.clean(
            html,
            tags=richtext.TAGS,
            attributes=richtext.ATTRIBUTES,
            url_schemes={"http", "https", "mailto", "tel"},
            url_relative=("rewrite_with_base", f"{current_app.config['PUBLIC_URL']}/"),
        )
    )


def _status(event: Event) -> tuple[Status | None, datetime | None]:
    to, until = event.data.get("to"), event.data.get("until")
    if event.kind not in (EventKind.STATUS, EventKind.COMMENTED) or to not in set(Status):
        return None, None
    day = datetime.fromisoformat(until) if until else None
    if day is not None and day.tzinfo is None:
        day = day.replace(tzinfo=YEKATERINBURG)
    return Status(to), day


def _deadline(event: Event, status: Status | None, team: str) -> datetime | None:
    """Return until when a resolved ticket may be reopened (D1), when the robot resolves a warned one by its team's hours
    (D2), or by when something is promised (S92–S96)."""
    work = clockwork()
    if event.kind == EventKind.DEADLINE and event.data.get("until"):
        return datetime.fromisoformat(event.data["until"])
    if event.kind == EventKind.WARNED:
        return after(work.lengths["robot_resolve_after"], event.at, work.calendar_of(team))
    if status == Status.RESOLVED:
        return reopen_until(status, event.at, work.lengths, work.calendar)
    return None
