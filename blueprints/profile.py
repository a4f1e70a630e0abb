"""«Мои данные» (S88–S89): read-only, with the authorization code at the lower right (S107–S109), and what everybody may
choose for himself: notices, looks, language, time zone."""

from typing import Any
from zoneinfo import available_timezones

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import refresh
from flask_login import login_required

from blueprints import _words, _zones
from blueprints._notices import notice_choices, topics
from blueprints._web import Answer, Form, changed, found, me, no_store, now, wants_fragment
from jobs import committed
from models import Purpose
from rules import notices
from services import devices, people

bp = Blueprint("profile", __name__)

LANGUAGES = (("ru", "Русский"), ("en", "English"))
THEMES = ("", "light", "dark")  # '' is the system's own
YEAR_SECONDS = 31_536_000


@bp.before_request
@login_required
def signed_in() -> None:
    g.section = "profile"


@bp.get("/profile")
def show() -> Answer:
    return no_store(_page(_look()))


def _page(look: Form) -> str:
    person = me()
    facts = {name: getattr(person, name) for name in ("last_name", "first_name", "patronymic", "email", "created_at")}
    facts["company_name"] = person.company.name if person.company else ""
    return render_template(
        "profile/show.html",
        person=facts,
        code=people.code_of(person),
        devices_count=len(devices.of(person, at=now())),
        look=look,
        languages=LANGUAGES,
        zones=_zones.choices(now(), own=person.timezone or ""),
        browser_zone=_browser_zone(),
        **notice_choices(),
    )


# --- notices ---------------------------------------------------------------------------------------------------------


@bp.post("/profile/notices")
def choose_notices() -> Answer:
    """Keep which events are told by which channel (S67: a push comes beside the letter unless he chose otherwise)."""
    with committed():
        person = found(people.by_id(me().id))
        person.notices_off = notices.off_but(request.form.getlist("notice"), topics())
    if not wants_fragment():
        flash(_("Saved."), "success")
    return changed("profile/_notices.html", instead=url_for("profile.show"), **notice_choices(is_saved=True))


# --- looks, language, time zone --------------------------------------------------------------------------------------


def _look() -> Form:
    theme = request.cookies.get("theme", "")
    return Form(
        {
            "theme": theme if theme in THEMES else "",
            "locale": me().locale or request.cookies.get("lang", "") or "ru",
            "timezone": me().timezone or "",
        }
    )


def _browser_zone() -> str:
    name = request.cookies.get("tz", "")
    return _zones.label(name, now()) if name in available_timezones() else ""


@bp.post("/profile/look")
def choose_look() -> Answer:
    form = Form.sent()
    allowed = {
        "theme": set(THEMES),
        "locale": {code for code, _name in LANGUAGES},
        "timezone": available_timezones() | {""},
    }
    form.errors.update(
        {name: _words.error_text("unknown") for name, values in allowed.items() if form.values[name] not in values}
    )
    if any(form.errors.values()):
        return _page(form), 422
    with committed():
        person = found(people.by_id(me().id))
        person.locale, person.timezone = form.values.locale, form.values.timezone or None
    refresh()
    flash(_("Saved."), "success")
    return _with_cookies(redirect(url_for("profile.show"), 303), theme=form.values.theme, lang=form.values.locale)


def _with_cookies(answer: Any, **values: str) -> Answer:
    """Keep in this browser what its pages have to know before anybody has signed in."""
    for name, value in values.items():
        lasts = YEAR_SECONDS if value else 0
        answer.set_cookie(
            name, value, max_age=lasts, samesite="Lax", secure=current_app.config["SESSION_COOKIE_SECURE"]
        )
    return answer  # type: ignore[no-any-return]


@bp.post("/profile/code")
def change_code() -> Answer:
    """«Сменить код»: signs out what came in by the old one (D12)."""
    with committed():
        person = found(people.by_id(me().id))
        found(person if person.is_contact else None)
        people.new_code(person)
        people.close_links(person, {Purpose.HAND_OFF}, at=now())
        devices.end_by_code(person, keep=me().device_id)
    flash(_("You have a new code. What had signed in by the old one is signed out."), "success")
    return redirect(url_for("profile.show"), 303)
