"""A customer's tickets: the list, the form «Новая заявка», the page of one."""

from typing import Any
from uuid import uuid4

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from flask_login import login_required
from sqlalchemy.exc import IntegrityError

from blueprints import _attached, _enclosed, _limits, _parcels, _special_days, _thread, _times, _web, _words
from blueprints._web import Answer, Form, found, me, now, refused, sent_id, wants_fragment
from extensions import limiter
from jobs import committed
from models import Ticket
from rules.sla import Level
from rules.tickets import (
    MAX_DESCRIPTION,
    MAX_LINE,
    MAX_SERIALS,
    MAX_SUBJECT,
    NewTicket,
    parse_reference,
    validate_new,
)
from services import cards, equipment, files, lists, opening, richtext, sla, threads, voice_notes
from services.cards import Card
from services.clockwork import clockwork
from services.lists import Filters
from services.messages import Enclosed

bp = Blueprint("tickets", __name__)

BROUGHT = ("subject", "type", "description", "description_format", "serial_numbers", "continues")


@bp.get("/tickets")
@login_required
def index() -> Answer:
    g.section = "tickets"
    asked = {name: request.args.get(name, "") for name in ("status", "q", "scope", "sort")}
    asked["scope"] = asked["scope"] or "mine"
    filters, person = Filters(**asked), me()
    page = lists.own(person, filters, cursor=request.args.get("cursor", ""))
    part = "tickets/_rows.html" if wants_fragment() else "tickets/index.html"
    return render_template(
        part,
        rows=page.rows,
        next_cursor=page.next_cursor,
        filters=filters,
        may_see_company=person.sees_company_tickets,
        statuses=tuple(_words.statuses()),
    )


@bp.route("/tickets/new", methods=["GET", "POST"])
@login_required
def new() -> Answer:
    """Show the form, filled with what an address or a closed ticket's form (too long for one) brings along."""
    g.section = "new"
    types, priorities = lists.choices()
    usual = next((priority.code for priority in priorities if priority.is_default), "")
    given = {name: request.values.get(name, "") for name in BROUGHT}
    given["draft"] = f"-after-{given['continues']}" if given["continues"] else ""  # a draft of its own
    form = Form({"priority": usual} | given | _continued(given["continues"]) | {"client_id": str(uuid4())})
    kept = Enclosed(
        files.unsent(me(), request.values.getlist("upload_ids")),
        voice_notes.unsent(me(), request.values.getlist("voice_note_ids")),
    )
    return render_template("tickets/new.html", **_form_context(form, kept))


def _continued(text: str) -> dict[str, str]:
    """Fill in type, serials and order of the ticket that this one goes on with, if he may see it (S58, S124)."""
    number = parse_reference(text[:MAX_SUBJECT])
    earlier = cards.card(number, me()) if number else None
    if earlier is None:
        return {}
    return {
        "subject": earlier.subject,
        "type": earlier.type_code,
        "serial_numbers": "; ".join(earlier.serial_numbers),
        "order_number": earlier.order_number,
        "order_year": str(earlier.order_year or ""),
        "invoice_number": earlier.invoice_number,
    }


def _form_context(form: Form, enclosed: Enclosed) -> dict[str, Any]:
    types, priorities = lists.choices()
    in_text = richtext.images_of(form.values.description) if form.values.description_format == "html" else ()
    return {
        "form": form,
        "types": [(choice.code, choice.name) for choice in types],
        "hints": {choice.code: choice.hint for choice in types if choice.hint},
        "priorities": [(choice.code, choice.name) for choice in priorities],
        "uploads": tuple(_attached.shown_file(file) for file in enclosed.files if file.public_id not in in_text),
        "voice_notes": tuple(_attached.shown_note(note, is_own=True) for note in enclosed.notes),
        "client_id": form.values.client_id or str(uuid4()),
        "max_file_mib": files.MAX_MIB,
        "max_files": files.MAX_FILES,
        "audience": _thread.audience(),
        "devices": equipment.offered(me()),
        "reaction": _reaction(),
    }


def _reaction() -> dict[str, Any]:
    """Return when the first reaction is due if it is sent now, by the reader's own support (S72, S92), and whether the
    desk is open, or what for it is closed."""
    at, calendar = now(), clockwork().calendar
    promised = sla.reaction(me().company_id, at)
    return {
        "is_open": calendar.is_working(at),
        "closed_for": _special_days.why_closed(calendar, at),
        "until": _times.moment_with_zone(promised.until),
        "is_extended": promised.level == Level.EXTENDED,
    }


@bp.post("/tickets")
@login_required
@limiter.limit("30/minute;200/hour", key_func=_limits.of_person("ticket"))
def create() -> Answer:
    client_id = sent_id()
    if first := opening.by_client_id(me(), client_id):
        return _opened(first)
    enclosed, faults = _enclosed.sent()
    form = Form.sent()
    types, priorities = lists.choices()
    new_ticket, errors = validate_new(
        request.form,
        types={choice.code for choice in types},
        priorities={choice.code for choice in priorities},
        this_year=now().year,
    )
    form.errors.update({field: _words.error_text(code, limit=_limit(field, code)) for field, code in errors.items()})
    if faults:
        form.errors["files"] = " ".join(faults)
    if (new_ticket is None or form.errors) and _parcels.wanted():
        return _parcels.refused(422, " ".join(form.errors.values()))
    if new_ticket is None or form.errors:
        return refused("tickets/new.html", "tickets/_new_form.html", 422, **_form_context(form, enclosed))
    return _opened(_open(new_ticket, enclosed, client_id))


def _limit(field: str, code: str) -> int:
    if code == "too_many":
        return MAX_SERIALS
    return {"subject": MAX_SUBJECT, "description": MAX_DESCRIPTION}.get(field, MAX_LINE)


def _open(new_ticket: NewTicket, enclosed: Enclosed, client_id: str | None) -> Ticket:
    is_html = request.form.get("description_format") == "html"
    try:
        with committed():
            return opening.open_ticket(
                me(), new_ticket, at=now(), is_html=is_html, enclosed=enclosed, client_id=client_id
            )
    except IntegrityError:  # the same form came twice at once (PostgreSQL): the first one made it
        return found(opening.by_client_id(me(), client_id))


def _opened(ticket: Ticket) -> Answer:
    if _parcels.wanted():
        return _parcels.taken(ticket.number)
    address = url_for("tickets.show", number=ticket.number)
    if wants_fragment():
        return Response(status=204, headers={"HX-Redirect": address, "Location": address})
    return redirect(address, 303)


@bp.get("/tickets/<int:number>")
@login_required
def show(number: int) -> Answer:
    """Show the ticket. `?before=` shows the part of a long thread that ends before a comment, `?at=` the one with it,
    `?reply=` has the composer answer one."""
    g.section = "desk" if me().is_staff else "tickets"
    card = found(cards.card(number, me()))
    context = _thread.context(card, before=_web.number(request.args.get("before", "")))
    wanted = _web.number(request.args.get("at", ""))
    if wanted and context["earlier"] and wanted < context["earlier"]:
        context = _thread.context(card, before=wanted + 1)
    page = render_template("tickets/_ticket.html" if wants_fragment() else "tickets/show.html", **context)
    mark_read(card)
    return page


def mark_read(card: Card) -> None:
    """Remember what was read, when there is anything to remember: most views write nothing."""
    newest = card.newest(for_staff=me().is_staff)
    if card.read_at is None or card.read_at < newest:
        with committed():
            threads.mark_read(card.id, me().id, at=newest)


@bp.get("/tickets/<int:number>/timeline")
@login_required
def timeline(number: int) -> Answer:
    """Return what came since `?seen=`, 204 when nothing did: open pages ask every few seconds. With `?before=` return
    the part of the thread that ends before this comment."""
    text, before = request.args.get("seen", ""), _web.number(request.args.get("before", ""))
    if text and text.startswith(f"{_thread.changed_at(found(cards.pulse(number, me())))}-"):
        return Response(status=204)
    card, seen = found(cards.card(number, me())), _thread.read_mark(text)
    if before:
        return render_template("tickets/_earlier.html", **_thread.context(card, before=before))
    if seen is None:
        return render_template("tickets/_timeline.html", **_thread.context(card))
    page = render_template("tickets/_news.html", **_thread.news(card, seen))
    mark_read(card)
    return page
