"""«Помощь»: the guide as living pages (S3), the regulations from the desk's own settings (S90–S103), the consent."""

from dataclasses import replace
from datetime import date
from typing import Any

from flask import Blueprint, current_app, g, render_template, request
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from blueprints import _fresh, _hours, _lengths, _special_days, _times
from blueprints._templates import phrase as _
from blueprints._web import Answer, found, now
from extensions import limiter
from models import CalendarDay
from rules.lengths import DEFAULTS, Length
from rules.seeking import sought
from rules.sla import SERVICE_CENTER, Level, Target, key_of
from services import clockwork, consent, richtext, settings

bp = Blueprint("help", __name__, url_prefix="/help")

LONGEST = 100
ADDED = 10  # days of the administrator's that the regulations list
DAYS_AHEAD = 60  # how far they look for public holidays
TOPICS = (  # in the guide's own order (S3)
    ("registration", "user-plus", _l("Registration")),
    ("new-ticket", "plus", _l("Opening a ticket")),
    ("ticket", "message-circle", _l("Work on a ticket")),
    ("notifications", "bell", _l("Notifications")),
    ("colleague", "users", _l("Add a colleague to my ticket")),
    ("knowledge-base", "book-open", _l("Knowledge base")),
    ("profile", "pencil", _l("Change data in the personal account")),
    ("app", "smartphone", _l("Mobile app")),
    ("telegram", "send", "Telegram"),
    ("regulations", "clock", _l("Support regulations of %(name)s")),
    ("faq", "circle-question-mark", _l("Frequent questions")),
)
SHOWN = ("support_email", "support_phone", "archive_url", "kb_url", "warranty_url", "code_in_letters", "legal_name")


@bp.before_request
def mark_section() -> None:
    g.section = "help"


def _given() -> dict[str, Any]:
    """Return what the texts speak of: the lengths in force and the links."""
    lengths = clockwork.clockwork().lengths
    return {
        "lengths": lengths,
        "together": _together(lengths["robot_warn_after"], lengths["robot_resolve_after"]),
        "usual": DEFAULTS,
        "extended": {target.value: lengths[key_of(target, Level.EXTENDED)] for target in Target},
        "plain": _lengths.plain,
        "within": _lengths.within,
        "links": {key: settings.text(key) for key in SHOWN},
    }


def _together(warn: Length, resolve: Length) -> Length:
    """Return how long the robot waits in all (S101, D3): of one unit."""
    return replace(warn, value=warn.value + resolve.value)


def _facts() -> tuple[object, ...]:
    return (list(clockwork.clockwork().lengths.values()), [settings.text(key) for key in SHOWN])


@bp.get("")
@limiter.limit("60/minute")
def index() -> Answer:
    words = request.args.get("q", "")[:LONGEST].strip()
    return _fresh.for_guests(lambda: _index(words), _facts(), words)


def _index(words: str) -> str:
    given = _given()
    topics = [(key, icon, _title(title), _text(key, given)) for key, icon, title in TOPICS]
    what = sought(words)
    if what.terms:
        topics = [topic for topic in topics if len(what.found_in(_plain(topic))) == len(what.terms)]
    elif words:
        topics = []
    return render_template("help/index.html", topics=topics, q=words, links=given["links"])


def _title(title: Any) -> str:
    text = str(title)
    return text % {"name": settings.text("legal_name")} if "%(name)s" in text else text


def _text(key: str, given: dict[str, Any]) -> Markup:
    part = "regulations_short" if key == "regulations" else key.replace("-", "_")
    return Markup(render_template(f"help/_{part}.html", **given))


def _plain(topic: tuple[str, str, str, Markup]) -> str:
    return f"{topic[2]} {topic[3].striptags()}"


@bp.get("/regulations")
def regulations() -> Answer:
    """Show the regulations with the hours and lengths that drive the clocks, and the days that differ from the week."""
    work, at = clockwork.clockwork(), now()
    today = at.astimezone(work.calendar.zone).date()
    theirs = work.calendar_of(SERVICE_CENTER)
    shown: dict[str, Any] = {
        "hours": _hours.of(work.calendar, at),
        "center_hours": None if _hours.key(theirs) == _hours.key(work.calendar) else _hours.of(theirs, at),
        "days": _coming(today),
        "public_url": current_app.config["PUBLIC_URL"],
    }
    return _fresh.for_guests(
        lambda: render_template("help/regulations.html", **shown, **_given()),
        _facts(),
        shown,
    )


def _coming(today: date) -> list[str]:
    """Return the days that differ from the week, in order: the law's soon, the administrator's as far as he has set them."""
    added = [(day.date, _added(day)) for day in clockwork.days() if day.date >= today][:ADDED]
    return [line for _, line in sorted(added + _special_days.lines(_special_days.coming(today, DAYS_AHEAD)))]


def _added(day: CalendarDay) -> str:
    """Return «8 марта 2030 — выходной (День компании)»."""
    what = _("working day") if day.is_working else _("day off")
    return f"{_times.day(day.date)} — {what}" + (f" ({day.name})" if day.name else "")


@bp.get("/consent", endpoint="consent")
def consent_text() -> Answer:
    """Show the text in force, or the version that somebody once agreed to."""
    asked = request.args.get("version", "")
    text = found(consent.version(asked)) if asked else consent.newest()
    in_force = consent.current()[0]
    return _fresh.for_guests(
        lambda: render_template(
            "help/consent.html",
            version=text.version,
            since=text.created_at,
            body_html=Markup(richtext.shown(text.body_html)),
            in_force=in_force,
        ),
        text.version,
        in_force,
    )
