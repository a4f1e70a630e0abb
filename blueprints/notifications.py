"""«Уведомления»: the devices that ring, how their last messages went, a test that is heard of, and what is told where."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import login_required

from blueprints._notices import notice_choices
from blueprints._web import Answer, changed, found, me, no_store, now, wants_fragment
from jobs import committed
from services import people, phones

bp = Blueprint("notifications", __name__)


@bp.before_request
@login_required
def signed_in() -> None:
    g.section = "profile"


@bp.get("/profile/notifications")
def show() -> Answer:
    """Show the page; the list of devices alone to a script that waits for a receipt."""
    if wants_fragment():
        return no_store(render_template("push/_phones.html", phones=phones.of(me(), at=now())))
    return no_store(render_template("push/notifications.html", phones=phones.of(me(), at=now()), **_choices()))


def _choices(*, is_kept: bool = False) -> dict[str, Any]:
    ways = {"rings_once": me().rings_once, "push_is_brief": me().push_is_brief, "is_kept": is_kept}
    return {**notice_choices(), **ways}


@bp.post("/profile/notifications")
def choose() -> Answer:
    """Keep how one is told: one ring an event, pushes without the ticket's words."""
    with committed():
        person = found(people.by_id(me().id))
        person.rings_once = "rings_once" in request.form
        person.push_is_brief = "push_is_brief" in request.form
    if not wants_fragment():
        flash(_("Saved."), "success")
    return changed("push/_ways.html", instead=url_for("notifications.show"), **_choices(is_kept=True))


@bp.post("/profile/notifications/phones/<int:phone_id>/end")
def end(phone_id: int) -> Answer:
    """Ring one of his devices no more: the lost phone is not at hand to switch it off there."""
    with committed():
        found(phones.end(me(), phone_id) or None)
    flash(_("This device is rung no more."), "success")
    return redirect(url_for("notifications.show"), 303)
