"""The robot's rules and its dry run: what a pass would do now, or at a moment that the administrator names (S47–S55)."""

from datetime import datetime

from flask import Blueprint, render_template, request
from flask_babel import lazy_gettext as _l

from blueprints import _admin, _lengths, _times, _words
from blueprints._web import Answer, Form, now
from rules.robot import RULES, Rule, Step, warning_text
from services import robot
from services.clockwork import clockwork

bp = Blueprint("admin_robot", __name__, url_prefix="/admin")
bp.before_request(_admin.admin_only)

SHOWN = 200  # steps
RULES_SAY = {
    Step.WARN: _l("Reminds the customer who doesn't answer"),
    Step.RESOLVE: _l("Moves the ticket to “Resolved” when there is still no answer"),
    Step.CLOSE: _l("Closes what has been resolved for long enough"),
    Step.WAKE: _l("Brings a deferred ticket back to work on its date"),
}
STEPS = {
    Step.WARN: _l("reminds"),
    Step.RESOLVE: _l("resolves"),
    Step.CLOSE: _l("closes"),
    Step.WAKE: _l("wakes"),
}


@bp.get("/robot")
def show() -> Answer:
    form = Form({"now": request.args.get("now", "")})
    at = _asked(form)
    foretold = robot.foretell(at=at, limit=SHOWN + 1)
    page = render_template(
        "admin/robot.html",
        form=form,
        rules=[_rule(rule) for rule in RULES],
        moment=_times.moment_with_zone(at),
        steps=[(one, str(STEPS[one.step])) for one in foretold[:SHOWN]],
        has_more=len(foretold) > SHOWN,
    )
    return page, 422 if form.errors else 200


def _asked(form: Form) -> datetime:
    """Return the moment that was typed, in the reader's own time; nothing means now."""
    text = form.values.now.strip()
    if not text:
        return now()
    try:
        at = datetime.fromisoformat(text)
        return at.replace(tzinfo=_times.reader_zone()) if at.tzinfo is None else at
    except ValueError:
        form.errors["now"] = _words.error_text("not_a_date")
        return now()


def _rule(rule: Rule) -> dict[str, str]:
    """Return a rule in words: what it does, how long it waits, what it writes."""
    lengths = clockwork().lengths
    text = warning_text(lengths["robot_resolve_after"]) if rule.step == Step.WARN else rule.text
    return {
        "says": str(RULES_SAY[rule.step]),
        "status": _words.status_text(rule.status),
        "wait": _lengths.plain(lengths[rule.wait]) if rule.wait else "",
        "text": text,
    }
