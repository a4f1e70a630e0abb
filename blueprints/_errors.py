"""The error table: what the layers below refuse becomes a status, a page and a sentence."""

import logging

from flask import Flask, jsonify, make_response, render_template, request
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from blueprints import _identity, _words
from blueprints._web import Answer, is_from_us
from extensions import db
from rules.errors import DeskError, Invalid, InvalidMove, NotAllowed, Stale

log = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    app.register_error_handler(CSRFError, _without_token)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(DeskError, _refused)
    app.register_error_handler(StaleDataError, _overtaken)
    app.register_error_handler(Exception, _ours)


def _without_token(error: CSRFError) -> Answer:
    """A form whose session ended, or that another site sent: nothing is done, what was typed comes back."""
    if _identity.is_script() or not request.form or not is_from_us():
        return page(401 if not current_user.is_authenticated else 400)
    return _identity.resume()


def _http(error: HTTPException) -> Answer:
    if error.response is not None:
        return error.response  # type: ignore[return-value]
    answer = make_response(page(error.code or 500))
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        answer.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return answer


def _refused(error: DeskError) -> Answer:
    db.session.rollback()
    statuses = {NotAllowed: 403, InvalidMove: 409, Stale: 409, Invalid: 422}
    return page(statuses.get(type(error), 400), _words.words_of(error))


def _overtaken(error: StaleDataError) -> Answer:
    db.session.rollback()
    return page(409, _words.error_text("changed_meanwhile"))


def _ours(error: Exception) -> Answer:
    db.session.rollback()
    log.exception("%s %r", request.method, request.path)  # %r: a line break in it must not begin a line of its own
    return page(500)


def page(code: int, text: str = "") -> Answer:
    """Return the error page; JSON to scripts."""
    title, usual = _texts(code)
    if request.accept_mimetypes.best == "application/json":
        answer = jsonify(error=text or usual)
        answer.status_code = code
        return answer
    return render_template("errors/error.html", code=code, title=title, text=text or usual), code


def _texts(code: int) -> tuple[str, str]:
    known = {
        400: (_("The request was not understood"), _("Go back, reload the page and try again.")),
        401: (_("Sign in"), _("Your session has ended. Sign in again: what you typed is kept.")),
        403: (_("This is not yours to do"), _("If you need it, write about it in a ticket.")),
        404: (_("Nothing here"), _("The page does not exist, or you may not see it.")),
        409: (_("This can't be done now"), _("The ticket has changed meanwhile. Look at it again.")),
        413: (_("Too much at once"), _("A file may have 75 MiB, and there may be 20 of them.")),
        422: (_("Something is not right yet"), _("Look at the marked fields.")),
        429: (_("Too many tries"), _("Wait a little and try again.")),
        503: (_("Back in a moment"), _("The desk is being started. Try again in a minute.")),
    }
    if code in known:
        return known[code]
    if code >= 500:
        return _("Our mistake"), _("We have written it down. Nothing of yours was lost: go back and try again.")
    return known[400]
