"""The moves of the table (docs/statuses.md), each a POST: `/tickets/<number>/<verb>`."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, request
from flask_login import login_required

from blueprints import _limits, _thread, _times, _web, _words
from blueprints._web import Answer, Form, found, me, now
from extensions import db, limiter
from jobs import committed
from models import Person, Ticket
from rules.errors import Invalid, InvalidMove
from rules.tickets import MAX_LINE, parse_reference
from services import ratings, relations, threads, tickets

bp = Blueprint("moves", __name__)

PLAIN = ("resolve", "reopen", "take-back", "accept", "close")
LONGEST_YEARS = 10  # a date beyond is a slip of the hand, and the last ones of the calendar have no other zone
STAFF_ONLY = ("assign", "identify", "link")  # no moves of the table: to a customer they are not there
# Each move is told by letter and push: resolved and reopened all day long would bury whoever deals with the ticket.
not_too_often = limiter.shared_limit("60/minute;600/hour", scope="moves", key_func=_limits.of_person("move"))


@bp.post(f"/tickets/<int:number>/<any({', '.join(repr(verb) for verb in PLAIN)}):verb>")
@login_required
@not_too_often
def plain(number: int, verb: str) -> Answer:
    return _moved(number, verb, lambda ticket: tickets.move(ticket, verb, by=me(), at=now()))


@bp.post("/tickets/<int:number>/later")
@login_required
@not_too_often
def later(number: int) -> Answer:
    return _moved(number, "later", lambda ticket: tickets.later(ticket, by=me(), at=now()))


@bp.post("/tickets/<int:number>/defer")
@login_required
@not_too_often
def defer(number: int) -> Answer:
    def move(ticket: Ticket) -> None:
        tickets.defer(ticket, until=_until(), text=request.form.get("body", ""), by=me(), at=now())

    return _moved(number, "defer", move)


@bp.post("/tickets/<int:number>/service-center")
@login_required
@not_too_often
def service_center(number: int) -> Answer:
    def move(ticket: Ticket) -> None:
        confirmed, shipping = "confirmed" in request.form, request.form.get("shipping", "")
        tickets.send_in(ticket, confirmed=confirmed, shipping=shipping, by=me(), at=now())

    return _moved(number, "service-center", move)


@bp.post("/tickets/<int:number>/assign")
@login_required
@not_too_often
def assign(number: int) -> Answer:
    wanted = request.form.get("assignee", "")
    person_id = _web.number(wanted)

    def move(ticket: Ticket) -> None:
        person = db.session.get(Person, person_id) if person_id else None
        if wanted and person is None:
            raise Invalid("assignee", "unknown")
        tickets.assign(ticket, person, by=me(), at=now())

    return _moved(number, "assign", move)


@bp.post("/tickets/<int:number>/identify")
@login_required
@not_too_often
def identify(number: int) -> Answer:
    return _moved(number, "identify", lambda ticket: tickets.identify(ticket, by=me(), at=now()))


@bp.post("/tickets/<int:number>/link")
@login_required
@not_too_often
def link(number: int) -> Answer:
    """Link an old and a new ticket (S124), by a number or an address as people paste them."""
    other = parse_reference(request.form.get("ticket", "")[: 10 * MAX_LINE])
    kind = request.form.get("kind", "") or "continues"

    def move(ticket: Ticket) -> None:
        known = tickets.find(other, me(), to_write=True) if other else None
        relations.link(ticket, known, kind, by=me(), at=now())

    return _moved(number, "link", move)


@bp.post("/tickets/<int:number>/rating")
@login_required
@not_too_often
def rating(number: int) -> Answer:
    grade, comment = request.form.get("grade", ""), request.form.get("comment", "")
    return _moved(number, "rating", lambda ticket: ratings.rate(ticket, grade, comment, by=me(), at=now()))


def _moved(number: int, verb: str, move: Callable[[Ticket], None]) -> Answer:
    """Find the ticket through who asks, do the move, answer; a refusal gives back what was typed."""
    if verb in STAFF_ONLY and not me().is_staff:
        abort(404)
    try:
        with committed():
            ticket = found(tickets.find(number, me(), to_write=True))
            move(ticket)
            threads.mark_read(ticket.id, me().id, at=ticket.staff_updated_at)
    except Invalid as error:
        return _thread.refuse(number, Form.sent(), 422, errors=_words.errors_of(error), open_form=verb)
    except InvalidMove as error:
        return _thread.refuse(number, _as_comment(), 409, problem=_words.words_of(error))
    return _thread.answer(number)


def _as_comment() -> Form:
    """Return what was typed as the text of a comment: the move's own form has gone with the status."""
    form = Form.sent()
    form.values["body"] = form.values.body or form.values.shipping or form.values.comment
    form.values["until"] = form.values["shipping"] = ""
    return form


def _until() -> datetime | None:
    """Return the moment that was chosen, in the reader's own time; a bare date means nine in the morning."""
    text = request.form.get("until", "").strip()
    if not text:
        return None
    try:
        chosen = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid("until", "not_a_date") from None
    if chosen.year > now().year + LONGEST_YEARS:
        raise Invalid("until", "not_a_date")
    zone: ZoneInfo = _times.reader_zone()
    if len(text) == len("2026-01-31"):
        chosen = chosen.replace(hour=9)
    return chosen.replace(tzinfo=zone) if chosen.tzinfo is None else chosen
