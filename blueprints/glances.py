"""The magnifier of a list (S79): a ticket at a glance, in a dialog or, without a script, on a page."""

from flask import Blueprint, g, render_template
from flask_login import login_required

from blueprints._web import Answer, found, me, wants_fragment
from services import glances

bp = Blueprint("glances", __name__)


@bp.get("/tickets/<int:number>/glance")
@login_required
def show(number: int) -> Answer:
    g.section = "desk" if me().is_staff else "tickets"
    glance = found(glances.glance(number, me()))
    is_dialog = wants_fragment()
    return render_template(
        "tickets/_glance.html" if is_dialog else "tickets/glance.html", glance=glance, is_dialog=is_dialog
    )
