"""«Доставка»: what could not be sent, what is tried again, whether anybody works; and how each letter looks."""

from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from redis.exceptions import RedisError

from blueprints import _admin, _web
from blueprints._web import Answer, found, me, no_store, now
from channels import letter_samples
from jobs import DELIVERIES, committed, enqueue, set_aside
from services import dead_letters, health

bp = Blueprint("admin_deliveries", __name__, url_prefix="/admin")
bp.before_request(_admin.admin_only)

PAGE_SIZE = 50
# A letter is somebody's HTML with styles on its tags: shown boxed in, so that it can't act as a page of ours.
LETTER_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-popups"
CHANNELS = {"email": _l("Letters"), "web_push": _l("Pushes")}
LETTERS = {
    "comment": _l("New comment"),
    "burst": _l("Several comments at once"),
    "opened": _l("New ticket, to observers"),
    "resolved": _l("The ticket is resolved"),
    "closed": _l("The ticket is closed"),
    "deferred": _l("The ticket is deferred"),
    "woken": _l("To the customer: the date of the next contact"),
    "warning": _l("Reminder of the robot"),
    "digest": _l("After quiet hours"),
    "reminder": _l("To the specialist: the date of the next contact"),
    "deadline": _l("To the specialist: a promised time is running out"),
    "confirm_registration": _l("Confirmation of the registration"),
    "access_granted": _l("Access is given"),
    "reset_password": _l("New password"),
    "staff_invitation": _l("Invitation of staff"),
    "new_device": _l("Sign-in from a new device"),
    "taken": _l("The address has an account already"),
    "email_changed": _l("The login was changed"),
}


@bp.get("/deliveries")
def index() -> Answer:
    after = _web.number(request.args.get("after", "")) or 0
    letters = dead_letters.page(after=after, limit=PAGE_SIZE + 1)
    shown = letters[:PAGE_SIZE]
    return no_store(
        render_template(
            "admin/deliveries.html",
            letters=shown,
            next_after=shown[-1].id if len(letters) > PAGE_SIZE else 0,
            is_first=not after,
            struggling=dead_letters.struggling(),
            figures=dead_letters.figures(at=now()),
            jobs=set_aside.jobs(),
            channels=CHANNELS,
            **_workers(),
        )
    )


def _workers() -> dict[str, Any]:
    """Return who does not work: `lonely` queues, `has_clock`; `is_redis_away` when nobody can tell."""
    try:
        at = now()
        return {
            "lonely": health.lonely_queues(now=at),
            "has_clock": health.has_scheduler(now=at),
            "is_redis_away": False,
        }
    except RedisError:
        return {"lonely": [], "has_clock": True, "is_redis_away": True}


@bp.post("/deliveries/<int:delivery_id>/repeat")
def repeat(delivery_id: int) -> Answer:
    with committed():
        ids = found(dead_letters.repeat(delivery_id, at=now()) or None)
    enqueue("jobs.deliver.deliver_all", ids, queue=DELIVERIES)
    flash(_("It is being sent again."), "success")
    return _back()


@bp.post("/deliveries/repeat")
def repeat_all() -> Answer:
    with committed():
        ids = dead_letters.repeat_all(at=now())
    if ids:
        enqueue("jobs.deliver.deliver_all", [], queue=DELIVERIES)
    flash(
        ngettext("%(num)s message is being sent again.", "%(num)s messages are being sent again.", len(ids)), "success"
    )
    return _back()


@bp.post("/deliveries/<int:delivery_id>/put-away")
def put_away(delivery_id: int) -> Answer:
    with committed():
        found(dead_letters.put_away(delivery_id) or None)
    flash(_("Taken off the list."), "success")
    return _back()


@bp.post("/jobs/<string(maxlength=64):job_id>/<any('repeat', 'put-away'):what>")
def job(job_id: str, what: str) -> Answer:
    try:
        done = set_aside.repeat(job_id) if what == "repeat" else set_aside.put_away(job_id)
    except RedisError:
        abort(503)
    found(done or None)
    flash(_("The job is asked for again.") if what == "repeat" else _("Taken off the list."), "success")
    return _back()


def _back() -> Answer:
    return redirect(url_for("admin_deliveries.index"), 303)


@bp.get("/letters")
def letters() -> Answer:
    """Show how each letter looks, filled with a sample."""
    return no_store(
        render_template("admin/letters.html", names=[(name, LETTERS[name]) for name in letter_samples.NAMES])
    )


@bp.get("/letters/<string(maxlength=40):name>")
def letter(name: str) -> Answer:
    sample = found(letter_samples.of(name, me()))
    return no_store(render_template("admin/letter.html", name=name, title=LETTERS[name], sample=sample))


@bp.get("/letters/<string(maxlength=40):name>/html")
def letter_html(name: str) -> Answer:
    answer = Response(found(letter_samples.of(name, me())).html, mimetype="text/html")
    answer.headers["Content-Security-Policy"] = LETTER_POLICY
    answer.headers["X-Frame-Options"] = "SAMEORIGIN"
    return no_store(answer)
