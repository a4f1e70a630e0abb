"""Leaving letters by one press in a mail program (RFC 8058), and coming back.

The signed address is all that is asked for: nobody is signed in there, and a GET, which programs make by themselves,
changes nothing.
"""

from flask import Blueprint, Response, redirect, render_template, request, url_for

from blueprints._web import Answer, found, no_store, now
from extensions import csrf, limiter
from jobs import committed
from services import unsubscriptions
from services.unsubscriptions import Leave, Of

bp = Blueprint("unsubscribe", __name__)

ADDRESS = "/unsubscribe/<string(maxlength=100):token>"
ONE_CLICK = "One-Click"


@bp.get(ADDRESS)
@limiter.limit("60/minute")
def show(token: str) -> Answer:
    """Say which letters these are, and offer to leave them, or to come back."""
    what = found(unsubscriptions.read(token))
    subject = found(unsubscriptions.subject_of(what))
    return no_store(
        render_template(
            "unsubscribe.html",
            token=token,
            all_token=unsubscriptions.token(Leave(Of.ALL, 0, what.person_id)),
            of=what.of,
            subject=subject,
            has_left=unsubscriptions.has_left(what),
        )
    )


@bp.post(ADDRESS)
@csrf.exempt  # a mail program presses it; the signature lets it in, and it can only still letters
@limiter.limit("60/minute")
def leave(token: str) -> Answer:
    """Leave, or come back with `back`. A mail program gets a plain answer, no redirect (RFC 8058, section 3.1)."""
    what = found(unsubscriptions.read(token))
    with committed():
        if "back" in request.form:
            unsubscriptions.come_back(what)
        else:
            found(unsubscriptions.leave(what, at=now()) or None)
    if request.form.get("List-Unsubscribe") == ONE_CLICK:
        return Response("OK\n", mimetype="text/plain")
    return redirect(url_for("unsubscribe.show", token=token), 303)
