"""«Уведомления»: the devices that ring, how their last messages went, a test that is heard of, and what is told where."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import login_required

from blueprints._notices import notice_choices
from blueprints._times import reader_zone
from blueprints._web import Answer, Form, changed, found, me, no_store, now, refused, wants_fragment
from blueprints._words import error_text
from blueprints._zones import label
from jobs import committed
from rules.errors import Invalid
from rules.quiet import checked
from services import people, phones, unsubscriptions

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


def _choices(*, is_kept: bool = False, form: Form | None = None) -> dict[str, Any]:
    person = me()
    form = form or Form({"quiet_start": person.quiet_start, "quiet_end": person.quiet_end})
    ways = {"rings_once": person.rings_once, "push_is_brief": person.push_is_brief, "is_kept": is_kept}
    return {
        **notice_choices(),
        **ways,
        "form": form,
        "zone": label(str(reader_zone()), now()),
        "left": unsubscriptions.of(person),
    }


@bp.post("/profile/notifications")
def choose() -> Answer:
    """Keep how one is told: one ring an event, pushes without the ticket's words, nothing in quiet hours."""
    form = Form.sent()
    try:
        quiet = checked(form.values.quiet_start, form.values.quiet_end)
    except Invalid as error:
        form.errors[error.field] = error_text(error.code)
        return refused(
            "push/notifications.html", "push/_ways.html", 422, phones=phones.of(me(), at=now()), **_kept(form)
        )
    with committed():
        person = found(people.by_id(me().id))
        person.rings_once = "rings_once" in request.form
        person.push_is_brief = "push_is_brief" in request.form
        person.quiet_start, person.quiet_end = quiet
        if quiet[0] and not person.timezone:  # the zone that the page has named
            person.timezone = str(reader_zone())
    if not wants_fragment():
        flash(_("Saved."), "success")
    return changed("push/_ways.html", instead=url_for("notifications.show"), **_choices(is_kept=True))


def _kept(form: Form) -> dict[str, Any]:
    """Return what the page takes, with what was just ticked and typed."""
    ticked = {name: name in request.form for name in ("rings_once", "push_is_brief")}
    return {**_choices(form=form), **ticked}


@bp.post("/profile/notifications/phones/<int:phone_id>/end")
def end(phone_id: int) -> Answer:
    """Ring one of his devices no more: the lost phone is not at hand to switch it off there."""
    with committed():
        found(phones.end(me(), phone_id) or None)
    flash(_("This device is rung no more."), "success")
    return redirect(url_for("notifications.show"), 303)
