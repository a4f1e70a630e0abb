"""«Комментировать» (S32): public comments of both sides, internal notes of staff."""

from typing import Any

from flask import Blueprint, request
from flask_login import login_required
from sqlalchemy.exc import IntegrityError

from blueprints import _enclosed, _limits, _thread, _web, _words
from blueprints._web import Answer, Form, found, me, now, sent_id
from extensions import limiter
from jobs import committed
from rules.errors import Invalid, InvalidMove, Stale
from services import comments, threads, tickets
from services.tickets import Enclosed

bp = Blueprint("comments", __name__)


@bp.post("/tickets/<int:number>/comments")
@login_required
@limiter.limit("60/minute;500/hour", key_func=_limits.of_person("comment"))
def create(number: int) -> Answer:
    found(tickets.find(number, me()))
    if comments.by_client_id(me(), sent_id()):
        return _thread.answer(number)
    enclosed, faults = _enclosed.sent()
    if faults:
        return _thread.refuse(number, Form.sent(), 422, enclosed, errors={"files": " ".join(faults)})
    try:
        _say(number, enclosed)
    except Invalid as error:
        return _thread.refuse(number, Form.sent(), 422, enclosed, errors=_words.errors_of(error))
    except (InvalidMove, Stale) as error:
        return _thread.refuse(number, Form.sent(), 409, enclosed, problem=_words.words_of(error))
    except IntegrityError:  # the same comment came twice at once (PostgreSQL): the first one is there
        found(comments.by_client_id(me(), sent_id()))
    return _thread.answer(number)


def _say(number: int, enclosed: Enclosed) -> None:
    said: dict[str, Any] = {
        "by": me(),
        "at": now(),
        "is_html": request.form.get("body_format") == "html",
        "enclosed": enclosed,
        "client_id": sent_id(),
    }
    with committed():
        ticket = found(tickets.find(number, me(), to_write=True))
        text = request.form.get("body", "")
        if request.form.get("visibility") == "internal":
            comments.note(ticket, text, **said)
        else:
            comments.reply(ticket, text, seen=_web.number(request.form.get("seen", "")), **said)
        threads.mark_read(ticket.id, me().id, at=ticket.staff_updated_at)
