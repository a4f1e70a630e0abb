"""A ticket's page, made of `services.threads`: the one place that gathers what `templates/tickets/` shows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from flask import redirect, render_template, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from blueprints import _times, _words
from blueprints._web import Answer, Form, found, me, now, refused, wants_fragment
from models import Attachment, Ticket, VoiceNote
from models.access import actors
from rules.lengths import reopen_until
from rules.statuses import CUSTOMERS, Actor, Status, may_comment, moves
from services import files, lists, threads, tickets
from services.clockwork import clockwork
from services.threads import FileView, Item, NoteView
from services.tickets import Enclosed


@dataclass(frozen=True, slots=True)
class ShownFile:
    """An attachment as a template shows it."""

    id: str
    name: str
    size_text: str
    kind: str
    url: str


@dataclass(frozen=True, slots=True)
class ShownNote:
    """A recording as a template shows it."""

    id: str
    url: str
    state: str
    percent: int
    text: str
    duration_text: str


@dataclass(frozen=True, slots=True)
class Message:
    """A comment or note as a template shows it: all that `tickets/_message.html` knows."""

    kind: str
    at: datetime
    id: int
    author_name: str
    author_initials: str
    author_kind: str
    is_mine: bool
    is_description: bool
    body_html: Markup
    attachments: tuple[ShownFile, ...]
    voice_notes: tuple[ShownNote, ...]


def shown_file(file: FileView | Attachment) -> ShownFile:
    if isinstance(file, Attachment):
        file = FileView(file.public_id, file.name, file.size, files.kind(file.content_type))
    address = url_for("attachments.show", public_id=file.id)
    return ShownFile(str(file.id), file.name, _words.size_text(file.size), file.kind, address)


def shown_note(note: NoteView | VoiceNote) -> ShownNote:
    if isinstance(note, VoiceNote):
        note = NoteView(note.public_id, note.state, note.percent, note.text, note.audio_ms)
    address = url_for("voice_notes.audio", public_id=note.id)
    return ShownNote(str(note.id), address, note.state, note.percent, note.text, _words.duration_text(note.audio_ms))


def timeline(items: list[Item]) -> list[dict[str, Any]]:
    """Return the thread's items with their words; the first of each day carries the day."""
    shown, last_day = [], ""
    for item in items:
        day = _times.day(item.at)
        shown.append(_shown(item) | {"day": day if day != last_day else ""})
        last_day = day
    return shown


def _shown(item: Item) -> dict[str, Any]:
    if item.kind == "event":
        return {"kind": "event", "at": item.at, "text": _words.event_text(item)}
    message = Message(
        kind=item.kind,
        at=item.at,
        id=item.id,
        author_name=item.author_name,
        author_initials=item.author_initials,
        author_kind=item.author_kind,
        is_mine=item.is_mine,
        is_description=item.is_description,
        body_html=Markup(item.body_html),
        attachments=tuple(shown_file(file) for file in item.attachments),
        voice_notes=tuple(shown_note(note) for note in item.voice_notes),
    )
    return {"kind": item.kind, "at": item.at, "id": item.id, "message": message}


def facts(ticket: Ticket) -> dict[str, Any]:
    """Return what the ticket's head and facts print."""
    return {
        "number": ticket.number,
        "subject": ticket.subject,
        "status": ticket.status,
        "deferred_until": ticket.deferred_until,
        "type_name": ticket.type.name,
        "priority_name": ticket.priority.name,
        "priority_code": ticket.priority.code,
        "invoice_number": ticket.invoice_number,
        "serial_numbers": threads.serial_numbers(ticket),
        "order_number": ticket.order_number,
        "order_year": ticket.order_year,
        "company_name": ticket.company.name if ticket.company else "",
        "contact_name": ticket.contact.full_name,
        "author_name": ticket.author.full_name,
        "assignee_name": ticket.assignee.full_name if ticket.assignee else "",
        "assignee_id": ticket.assignee_id,
        "created_at": ticket.created_at,
        "identified_at": ticket.identified_at,
    }


def context(
    ticket: Ticket,
    form: Form | None = None,
    *,
    problem: str = "",
    uploads: list[Attachment] | None = None,
    voice_notes: list[VoiceNote] | None = None,
) -> dict[str, Any]:
    """Return all that `tickets/show.html` and its partials take."""
    person = me()
    items = threads.thread(ticket, person)
    roles = actors(person, ticket)
    status = Status(ticket.status)
    can_reopen = _reopen_until(ticket, roles)
    step = tickets.next_step(ticket)
    return {
        "ticket": facts(ticket),
        "timeline": timeline(items),
        "seen": mark(ticket),
        "last_comment_id": max((item.id for item in items), default=0),
        "buttons": _buttons(ticket, status, roles, can_reopen),
        "may_comment": may_comment(status, roles),
        "form": form or Form(),
        "problem": problem,
        "robot_line": _words.robot_line(*step, warned=ticket.warned_at is not None) if step else None,
        "reopen_until": can_reopen,
        "relations": [_related(other) for other in threads.related(ticket, person)],
        "agents": lists.staff() if person.is_staff else [],
        "is_staff": person.is_staff,
        "client_id": form.values.client_id if form and form.values.client_id else str(uuid4()),
        "max_file_mib": files.MAX_MIB,
        "max_files": files.MAX_FILES,
        "uploads": [shown_file(upload) for upload in uploads or []],
        "voice_notes": [shown_note(note) for note in voice_notes or []],
        "audience": audience(),
        "open_form": "",
    }


def mark(ticket: Ticket) -> str:
    """Return a mark of the thread as `me` sees it: another one means news."""
    newest = ticket.staff_updated_at if me().is_staff else ticket.updated_at
    return f"{newest.timestamp():.6f}"


def _reopen_until(ticket: Ticket, roles: frozenset[Actor]) -> datetime | None:
    work = clockwork()
    until = reopen_until(Status(ticket.status), ticket.status_since, work.lengths, work.calendar)
    return until if until and "reopen" in moves(Status(ticket.status), roles) else None


def _buttons(ticket: Ticket, status: Status, roles: frozenset[Actor], until: datetime | None) -> list[str]:
    """Return the verbs of the table, without those whose time or number is used up: no button may fail."""
    verbs = moves(status, roles)
    limited = status == Status.CLOSED or bool(roles & CUSTOMERS)
    if "reopen" in verbs and limited and (until is None or until < now()):
        verbs.remove("reopen")
    if "later" in verbs and ticket.later_count >= clockwork().lengths["later_limit"].value:
        verbs.remove("later")
    return verbs


def _related(other: threads.Related) -> dict[str, Any]:
    label = _("Continuation of") if other.direction == "continues" else _("Continued in")
    return {"number": other.number, "subject": other.subject, "label": label}


def audience() -> str:
    """Return «Кто это увидит»: by the company's privacy setting (S71)."""
    person = me()
    if person.company is None:
        return str(_("You and the support specialists will see this."))
    if person.company.contacts_see_all:
        return str(
            _(
                "You, your colleagues at %(company)s and the support specialists will see this.",
                company=person.company.name,
            )
        )
    return str(
        _("You, the supervisors of %(company)s and the support specialists will see this.", company=person.company.name)
    )


def answer(number: int) -> Answer:
    """Answer a change of a ticket: its page, whole or as a fragment."""
    if not wants_fragment():
        return redirect(url_for("tickets.show", number=number), 303)
    return render_template("tickets/_ticket.html", **context(found(threads.page_ticket(number, me()))))


def refuse(
    number: int,
    form: Form,
    status: int,
    enclosed: Enclosed = tickets.NOTHING,
    *,
    errors: dict[str, str] | None = None,
    problem: str = "",
    open_form: str = "",
) -> Answer:
    """Answer a refusal with the ticket as it is now and all that was typed or attached."""
    form.errors.update(errors or {})
    ticket = found(threads.page_ticket(number, me()))
    kept = {"uploads": list(enclosed.files), "voice_notes": list(enclosed.notes)}
    page = context(ticket, form, problem=problem, **kept) | {"open_form": open_form}  # type: ignore[arg-type]
    return refused("tickets/show.html", "tickets/_ticket.html", status, **page)
