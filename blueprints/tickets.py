"""A customer's tickets: the list, the form «Новая заявка», the page of one."""

from typing import Any
from uuid import uuid4

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from flask_login import login_required
from sqlalchemy.exc import IntegrityError

from blueprints import _enclosed, _limits, _thread, _web, _words
from blueprints._web import Answer, Form, found, me, now, refused, sent_id, wants_fragment
from extensions import limiter
from jobs import committed
from models import Ticket
from rules.tickets import MAX_DESCRIPTION, MAX_LINE, MAX_SERIALS, MAX_SUBJECT, NewTicket, validate_new
from services import files, lists, threads, tickets, voice_notes
from services.lists import Filters
from services.tickets import Enclosed

bp = Blueprint("tickets", __name__)


@bp.get("/tickets")
@login_required
def index() -> Answer:
    g.section = "tickets"
    asked = {name: request.args.get(name, "") for name in ("status", "q", "scope")}
    asked["scope"] = asked["scope"] or "mine"
    filters = Filters(**asked)
    page = lists.own(me(), filters, cursor=request.args.get("cursor", ""))
    part = "tickets/_rows.html" if wants_fragment() else "tickets/index.html"
    return render_template(
        part,
        rows=page.rows,
        next_cursor=page.next_cursor,
        filters=filters,
        may_see_company=me().sees_company_tickets,
        statuses=_words.statuses(),
    )


@bp.route("/tickets/new", methods=["GET", "POST"])
@login_required
def new() -> Answer:
    """Show the form, filled with what an address or a closed ticket's form (too long for one) brings along."""
    g.section = "new"
    types, priorities = lists.choices()
    usual = next((priority.code for priority in priorities if priority.is_default), "")
    given = {name: request.values.get(name, "") for name in ("subject", "type", "description", "continues")}
    form = Form({"priority": usual} | given | _continued(given["continues"]) | {"client_id": str(uuid4())})
    kept = Enclosed(
        files.unsent(me(), request.values.getlist("upload_ids")),
        voice_notes.unsent(me(), request.values.getlist("voice_note_ids")),
    )
    return render_template("tickets/new.html", **_form_context(form, kept))


def _continued(text: str) -> dict[str, str]:
    """Fill in type, serials and order of the ticket that this one goes on with, if he may see it (S58, S124)."""
    number = _web.number(text)
    earlier = threads.page_ticket(number, me()) if number else None
    if earlier is None:
        return {}
    return {
        "subject": earlier.subject,
        "type": earlier.type.code,
        "serial_numbers": "; ".join(threads.serial_numbers(earlier)),
        "order_number": earlier.order_number,
        "order_year": str(earlier.order_year or ""),
        "invoice_number": earlier.invoice_number,
    }


def _form_context(form: Form, enclosed: Enclosed) -> dict[str, Any]:
    types, priorities = lists.choices()
    return {
        "form": form,
        "types": [(choice.code, choice.name) for choice in types],
        "hints": {choice.code: choice.hint for choice in types},
        "priorities": [(choice.code, choice.name) for choice in priorities],
        "uploads": [_thread.shown_file(file) for file in enclosed.files],
        "voice_notes": [_thread.shown_note(note) for note in enclosed.notes],
        "client_id": form.values.client_id or str(uuid4()),
        "max_file_mib": files.MAX_MIB,
        "max_files": files.MAX_FILES,
        "audience": _thread.audience(),
    }


@bp.post("/tickets")
@login_required
@limiter.limit("30/minute;200/hour", key_func=_limits.of_person("ticket"))
def create() -> Answer:
    client_id = sent_id()
    if first := tickets.by_client_id(me(), client_id):
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
            return tickets.open_ticket(
                me(), new_ticket, at=now(), is_html=is_html, enclosed=enclosed, client_id=client_id
            )
    except IntegrityError:  # the same form came twice at once (PostgreSQL): the first one made it
        return found(tickets.by_client_id(me(), client_id))


def _opened(ticket: Ticket) -> Answer:
    address = url_for("tickets.show", number=ticket.number)
    if wants_fragment():
        return Response(status=204, headers={"HX-Redirect": address, "Location": address})
    return redirect(address, 303)


@bp.get("/tickets/<int:number>")
@login_required
def show(number: int) -> Answer:
    g.section = "desk" if me().is_staff else "tickets"
    ticket = found(threads.page_ticket(number, me()))
    page = render_template(
        "tickets/_ticket.html" if wants_fragment() else "tickets/show.html", **_thread.context(ticket)
    )
    mark_read(ticket)
    return page


def mark_read(ticket: Ticket) -> None:
    if ticket.unread_until is not None:
        with committed():
            threads.mark_read(ticket.id, me().id, at=ticket.unread_until)


@bp.get("/tickets/<int:number>/timeline")
@login_required
def timeline(number: int) -> Answer:
    """Return the thread when it holds more than the reader has, else 204: pages ask for it every few seconds."""
    ticket = found(threads.page_ticket(number, me()))
    if request.args.get("seen") == _thread.mark(ticket):
        return Response(status=204)
    page = render_template("tickets/_news.html", **_thread.context(ticket))
    mark_read(ticket)
    return page
