"""A ticket's page, made of `services.threads`: the one place that gathers what `templates/tickets/` shows."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from flask import make_response, redirect, render_template, request, url_for
from markupsafe import Markup

from blueprints import _attached, _state, _times, _web, _words
from blueprints._templates import phrase as _
from blueprints._web import BLANK, Answer, Form, found, me, refused, wants_fragment
from models import Attachment, VoiceNote
from models.access import actors
from rules.statuses import Actor, Status, may_comment
from services import cards, files, lists, richtext, threads, transcripts
from services.cards import Card
from services.messages import NOTHING, Enclosed
from services.threads import Item, Quote

JUMPS_OVER = 4  # comments that a page may hold without a link to the last one
MARK = re.compile(r"(\d{1,11}\.\d{6})-\d{1,9}-(\d{1,9})-(\d{1,9})-([a-z_]{1,20})")


@dataclass(slots=True, unsafe_hash=True)  # not frozen, as Card is not; nobody changes it
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
    attachments: tuple[_attached.ShownFile, ...]
    voice_notes: tuple[_attached.ShownNote, ...]
    quote: Quote | None = None
    number: int = 0
    may_reply: bool = False
    spoken: str = ""  # the ids of the recordings that the body is the text of


@dataclass(frozen=True, slots=True)
class Relation:
    """A ticket before or after this one, with the words for what it is to this one."""

    number: int
    subject: str
    label: str
    direction: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What an open page shows, as it says itself: `mark`, read back."""

    at: datetime
    comment: int
    event: int
    status: str


def timeline(
    items: list[Item], card: Card, *, last_day: str = "", may_reply: bool = False, read_at: datetime | None = None
) -> list[dict[str, Any]]:
    """Return the thread's items with their words. The first of each day carries the day, the first that somebody else
    said after `read_at` says that what follows is new."""
    shown: list[dict[str, Any]] = []
    is_new = read_at is None
    for item in items:
        day = _times.day(item.at)
        begins = not is_new and item.kind != "event" and not item.is_mine and read_at is not None and item.at > read_at
        is_new = is_new or begins
        shown.append(
            _shown(item, card.number, may_reply=may_reply)
            | {"day": day if day != last_day else "", "begins_new": begins}
        )
        last_day = day
    return shown


def _shown(item: Item, number: int, *, may_reply: bool) -> dict[str, Any]:
    if item.kind == "event":
        return {"kind": "event", "at": item.at, "text": _words.event_text(item)}
    heard = [(note.id, note.spans) for note in item.voice_notes]
    body = transcripts.in_body(richtext.shown(item.body_html), heard)
    message = Message(
        kind=item.kind,
        at=item.at,
        id=item.id,
        author_name=item.author_name,
        author_initials=item.author_initials,
        author_kind=item.author_kind,
        is_mine=item.is_mine,
        is_description=item.is_description,
        body_html=body.html,
        attachments=tuple(_attached.shown_file(file) for file in item.attachments),
        voice_notes=tuple(
            _attached.shown_note(note, body, is_own=item.is_mine, may_edit=may_reply) for note in item.voice_notes
        ),
        quote=item.quote,
        number=number,
        may_reply=may_reply,
        spoken=" ".join(body.notes),
    )
    return {"kind": item.kind, "at": item.at, "id": item.id, "message": message}


def context(
    card: Card,
    form: Form | None = None,
    *,
    problem: str = "",
    uploads: list[Attachment] | None = None,
    voice_notes: list[VoiceNote] | None = None,
    before: int | None = None,
) -> dict[str, Any]:
    """Return all that `tickets/show.html` and its partials take. `before`: show an earlier part of the thread."""
    person, form = me(), form or BLANK
    part = threads.window(card.id, person, before=before, has_files=card.has_files, has_notes=card.has_notes)
    page = standing(card)
    shown = timeline(part.items, card, may_reply=page["may_comment"], read_at=card.read_at)
    said = [item.id for item in part.items if item.id]
    quote = _quoted(card, form)
    jump = next((item["id"] for item in shown if item["begins_new"]), said[-1] if len(said) > JUMPS_OVER else None)
    return page | {
        "timeline": shown,
        "earlier": part.earlier,
        "is_past": before is not None,
        "jump_to": jump,
        "seen": mark(card, part.last_comment, part.last_event),
        "last_comment_id": part.last_comment,
        "quote": quote,
        "form": form,
        "is_fresh": form is BLANK and not (quote or problem or uploads or voice_notes),
        "problem": problem,
        "agents": tuple(lists.staff()) if person.is_staff else (),
        "client_id": form.values.client_id or str(uuid4()),
        "max_file_mib": files.MAX_MIB,
        "max_files": files.MAX_FILES,
        "uploads": tuple(_attached.shown_file(upload) for upload in uploads or []),
        "voice_notes": tuple(_attached.shown_note(note, is_own=True) for note in voice_notes or []),
        "audience": audience(card),
        "open_form": "",
    }


def standing(card: Card) -> dict[str, Any]:
    """Return what the head and the moves of the page take."""
    person = me()
    roles = actors(person, card)
    return {
        "ticket": card,
        "state": _state.state(card, roles),
        "buttons": tuple(_state.buttons(card, roles)),
        "may_comment": may_comment(Status(card.status), roles),
        "may_link": Actor.ADMIN in roles,
        "relations": tuple(map(_related, cards.related(card.id, person))) if card.has_relations else (),
        "is_staff": person.is_staff,
    }


def news(card: Card, seen: Seen) -> dict[str, Any]:
    """Return what `tickets/_news.html` takes: only what came since the page showed `seen`."""
    part = threads.news(card.id, me(), after_comment=seen.comment, after_event=seen.event)
    page = standing(card)
    return page | {
        "timeline": timeline(part.items, card, last_day=_times.day(seen.at), may_reply=page["may_comment"]),
        "jump_to": part.last_comment,
        "seen": mark(card, part.last_comment, part.last_event),
        "last_comment_id": part.last_comment,
        "has_moved": seen.status != card.status,
        "is_own": False,
        "is_past": False,
    }


def _quoted(card: Card, form: Form) -> Item | None:
    """Return the comment that is being answered: by the form that came back, or by the link «ответить»."""
    comment_id = _web.number(form.values.reply_to or request.args.get("reply", ""))
    return threads.quotable(card.id, comment_id, me()) if comment_id else None


def mark(card: Card, last_comment: int, last_event: int) -> str:
    """Return a mark of the thread as `me` sees it. Its first part changes with the news, see `changed_at`."""
    return f"{changed_at(card)}-{last_comment}-{last_event}-{card.status}"


def changed_at(pulse: Card | cards.Pulse) -> str:
    newest = pulse.staff_updated_at if me().is_staff else pulse.updated_at
    return f"{newest.timestamp():.6f}-{pulse.assignee_id or 0}"


def read_mark(text: str) -> Seen | None:
    found = MARK.fullmatch(text)
    if found is None:
        return None
    at, comment, event, status = found.groups()
    return Seen(datetime.fromtimestamp(float(at), UTC), int(comment), int(event), status)


def _related(other: cards.Related) -> Relation:
    label = {
        "continues": _("Continuation of"),
        "continued_by": _("Continued in"),
        "related": _("Has to do with"),
    }[other.direction]
    return Relation(other.number, other.subject, label, other.direction)


def audience(card: Card | None = None) -> str:
    """Return «Кто это увидит»: by the privacy setting of the ticket's company and the rights of its people (S71).

    Without a card it is about a new ticket of the reader's own company.
    """
    own = me().company
    company_id, company = (card.company_id, card.company_name) if card else (own and own.id, own.name if own else "")
    if company_id is None:
        return str(_("You and the support specialists will see this."))
    if own is not None and own.id == company_id and own.contacts_see_all:
        return str(_("You, your colleagues at %(company)s and the support specialists will see this.", company=company))
    return str(
        _(
            "You, the supervisors and observers of %(company)s and the support specialists will see this.",
            company=company,
        )
    )


def answer(number: int) -> Answer:
    """Answer a change of a ticket: its page, whole or as a fragment."""
    if not wants_fragment():
        return redirect(url_for("tickets.show", number=number), 303)
    return render_template("tickets/_ticket.html", **context(found(cards.card(number, me()))))


def answer_said(number: int) -> Answer:
    """Answer a comment: with what came since the page showed `since`, when it says so, else as any change. What stands in
    the thread is left alone: a voice note that is listened to goes on."""
    seen = read_mark(request.form.get("since", "")) if wants_fragment() else None
    if seen is None:
        return answer(number)
    card = found(cards.card(number, me()))
    own = {"is_own": True, "form": Form(), "open_form": "", "agents": lists.staff() if me().is_staff else []}
    page = make_response(render_template("tickets/_news.html", **news(card, seen) | own))
    page.headers.update({"HX-Retarget": "#ticket-news", "HX-Reswap": "outerHTML"})
    return page


def refuse(
    number: int,
    form: Form,
    status: int,
    enclosed: Enclosed = NOTHING,
    *,
    errors: dict[str, str] | None = None,
    problem: str = "",
    open_form: str = "",
) -> Answer:
    """Answer a refusal with the ticket as it is now and all that was typed or attached."""
    form.errors.update(errors or {})
    card = found(cards.card(number, me()))
    kept = {"uploads": list(enclosed.files), "voice_notes": list(enclosed.notes)}
    page = context(card, form, problem=problem, **kept) | {"open_form": open_form}  # type: ignore[arg-type]
    return refused("tickets/show.html", "tickets/_ticket.html", status, **page)
