"""«Администрирование»: where its pages begin, and the days off or worked against the usual calendar (S90)."""

from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _

from blueprints import _admin, _words
from blueprints._web import Answer, Form
from jobs import committed
from services import clockwork, dead_letters, memberships

bp = Blueprint("admin", __name__, url_prefix="/admin")
bp.before_request(_admin.admin_only)


@bp.get("")
def index() -> Answer:
    counts = {"waiting_count": memberships.waiting_count(), "dead_count": dead_letters.dead_count()}
    return render_template("admin/index.html", **counts)


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
