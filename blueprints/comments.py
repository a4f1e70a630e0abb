"""«Комментировать» (S32): public comments of both sides, internal notes of staff."""

from typing import Any

from flask import Blueprint, request
from flask_login import login_required
from sqlalchemy.exc import IntegrityError

from blueprints import _enclosed, _limits, _parcels, _thread, _web, _words
from blueprints._web import Answer, Form, found, me, now, sent_id
from extensions import limiter
from jobs import committed
from rules.errors import Invalid, InvalidMove, Stale
from services import comments, threads, tickets
from services.messages import Enclosed

bp = Blueprint("comments", __name__)


@bp.post("/tickets/<int:number>/comments")
@login_required
@limiter.limit("60/minute;500/hour", key_func=_limits.of_person("comment"))
def create(number: int) -> Answer:
    ticket = found(tickets.find(number, me()))
    if comments.by_client_id(ticket, me(), sent_id()):
        return _taken(number)
    enclosed, faults = _enclosed.sent()
    if faults:
        return _refused(number, 422, enclosed, errors={"files": " ".join(faults)})
    try:
        _say(number, enclosed)
    except Invalid as error:
        return _refused(number, 422, enclosed, errors=_words.errors_of(error))
    except (InvalidMove, Stale) as error:
        return _refused(
            number, 409, enclosed, problem=_words.words_of(error), kind=_parcels.KINDS.get(error.code, "moved")
        )
    except IntegrityError:  # the same comment came twice at once (PostgreSQL): the first one is there
        found(comments.by_client_id(ticket, me(), sent_id()))
    return _taken(number)


def _taken(number: int) -> Answer:
    return _parcels.taken(number) if _parcels.wanted() else _thread.answer_said(number)


def _refused(
    number: int,
    status: int,
    enclosed: Enclosed,
    *,
    errors: dict[str, str] | None = None,
    problem: str = "",
    kind: str = "form",
) -> Answer:
    if _parcels.wanted():
        return _parcels.refused(status, problem or " ".join((errors or {}).values()), kind)
    return _thread.refuse(number, Form.sent(), status, enclosed, errors=errors, problem=problem)


def _say(number: int, enclosed: Enclosed) -> None:
    said: dict[str, Any] = {
        "by": me(),
        "at": now(),
        "is_html": request.form.get("body_format") == "html",
        "enclosed": enclosed,
        "client_id": sent_id(),
        "reply_to": _web.number(request.form.get("reply_to", "")),
    }
    with committed():
        ticket = found(tickets.find(number, me(), to_write=True))
        text = request.form.get("body", "")
        if request.form.get("visibility") == "internal":
            comments.note(ticket, text, **said)
        else:
            seen = _web.number(request.form.get("seen", ""))
            comments.reply(ticket, text, seen=seen, is_late=_parcels.is_late(), **said)
        threads.mark_read(ticket.id, me().id, at=ticket.staff_updated_at)
