"""The specialists' queue (S44, S78–S79)."""

from flask import Blueprint, abort, g, render_template, request
from flask_babel import lazy_gettext as _l
from flask_login import login_required

from blueprints import _words
from blueprints._web import Answer, me, wants_fragment
from services import lists
from services.lists import Filters

bp = Blueprint("desk", __name__)

VIEWS = {
    "": _l("All active"),
    "mine": _l("Mine"),
    "new": _l("Without a specialist"),
    "service": _l("Service center"),
    "resolved": _l("Resolved"),
    "all": _l("All"),
}
ASKED = ("status", "assignee", "company", "type", "priority", "q", "sort", "view")


@bp.before_request
@login_required
def staff_only() -> None:
    if not me().is_staff:
        abort(404)


@bp.get("/desk")
def index() -> Answer:
    g.section = "desk"
    filters = Filters(**{name: request.args.get(name, "") for name in ASKED})
    page = lists.queue(me(), filters, cursor=request.args.get("cursor", ""))
    rows = {"rows": page.rows, "next_cursor": page.next_cursor, "filters": filters}
    if wants_fragment():
        return render_template("desk/_rows.html", **rows)
    counts = lists.view_counts(me())
    types, priorities = lists.choices()
    return render_template(
        "desk/index.html",
        **rows,
        views=[(key, str(label), counts.get(key or "active")) for key, label in VIEWS.items()],
        agents=lists.staff(),
        companies=lists.companies(),
        types=[(choice.code, choice.name) for choice in types],
        priorities=[(choice.code, choice.name) for choice in priorities],
        statuses=_words.statuses(),
    )
