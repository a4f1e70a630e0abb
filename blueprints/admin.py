"""The administrator's days: off or worked, against the weekly hours and the public holidays (S90)."""

from datetime import date

from flask import Blueprint, abort, flash, g, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import login_required

from blueprints import _words
from blueprints._web import Answer, Form, me
from jobs import committed
from services import clockwork

bp = Blueprint("admin", __name__, url_prefix="/admin")


@bp.before_request
@login_required
def admin_only() -> None:
    g.section = "admin"
    if not me().is_admin:
        abort(404)


@bp.get("/calendar")
def calendar() -> Answer:
    return render_template("admin/calendar.html", days=clockwork.days(), form=Form())


@bp.post("/calendar")
def set_day() -> Answer:
    form = Form.sent()
    try:
        day = date.fromisoformat(form.values.date)
    except ValueError:
        form.errors["date"] = _words.error_text("not_a_date")
        return render_template("admin/calendar.html", days=clockwork.days(), form=form), 422
    with committed():
        clockwork.set_day(day, is_working=form.values.is_working == "1", name=form.values.name.strip()[:100])
    flash(_("The day is saved. Every clock counts with it from now on."), "success")
    return redirect(url_for("admin.calendar"), 303)


@bp.post("/calendar/<day>/remove")
def remove_day(day: str) -> Answer:
    try:
        chosen = date.fromisoformat(day)
    except ValueError:
        abort(404)
    with committed():
        clockwork.remove_day(chosen)
    flash(_("The day follows the usual calendar again."), "success")
    return redirect(url_for("admin.calendar"), 303)
