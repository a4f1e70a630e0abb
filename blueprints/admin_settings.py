"""What the administrator words and measures: names, links, lengths, the consent (S12, S132)."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from blueprints import _admin, _lengths, _words
from blueprints._web import Answer, Form, now
from jobs import committed
from rules import settings as rules
from rules.errors import Invalid
from rules.lengths import DEFAULTS, Unit
from services import consent, settings
from services.clockwork import clockwork

bp = Blueprint("admin_settings", __name__, url_prefix="/admin")
bp.before_request(_admin.admin_only)

TEXTS = {
    "site_name": (_l("Name of the product"), _l("On pages and in letters.")),
    "brand_color": (
        _l("Colour of the brand"),
        _l("Buttons, links, letters and the app's frame. Made darker or lighter where words on it must be read."),
    ),
    "legal_name": (_l("Owner of the desk"), _l("In the foot of pages and letters, in the regulations.")),
    "copyright_year": (_l("Year in the foot"), _l("Empty: always the current one.")),
    "support_email": (_l("E-mail of support"), _l("Shown in “Help”. Empty: not shown.")),
    "support_phone": (_l("Telephone of support"), _l("Shown in “Help”. Empty: not shown.")),
    "kb_url": (_l("Full knowledge base"), _l("The link under the sections of the knowledge base. Empty: no link.")),
    "archive_url": (_l("Archive of the old system"), _l("Empty: the question about old tickets is not shown.")),
    "warranty_url": (_l("Warranty terms"), _l("The link in the regulations. Empty: no link.")),
    "code_in_letters": (_l("Letters carry the authorization code"), ""),
}
LENGTHS = (
    (
        _l("The robot"),
        {
            "robot_warn_after": _l("Reminds when the client has been silent for"),
            "robot_resolve_after": _l("Then moves the ticket to “Resolved” after"),
            "resolved_close_after": _l("Closes a resolved ticket after"),
            "later_limit": _l("“I will answer later”: times a ticket"),
        },
    ),
    (
        _l("Ways back"),
        {
            "resolved_reopen_days": _l("The client reopens a resolved ticket within"),
            "closed_reopen_days": _l("The administrator reopens a closed one within"),
        },
    ),
    (
        _l("Promises of the regulations"),
        {
            "first_reaction": _l("First reaction"),
            "first_answer": _l("First answer once the equipment is identified"),
            "next_contact": _l("We keep in touch at least every"),
            "sla_warn_percent": _l("A specialist is warned when this much of the time is used, percent"),
        },
    ),
    (
        _l("Promises of extended support"),
        {
            "extended_first_reaction": _l("First reaction"),
            "extended_first_answer": _l("First answer once the equipment is identified"),
            "extended_next_contact": _l("We keep in touch at least every"),
        },
    ),
    (_l("Letters"), {"last_comments": _l("Last comments in a letter")}),
    (
        _l("Registration and signing in"),
        {
            "link_valid_hours": _l("A link from a letter is valid for"),
            "code_proof_after": _l("Wrong codes before a check is asked for"),
        },
    ),
)
UNITS = {
    Unit.WORKING_HOUR: _l("working hours"),
    Unit.WORKING_DAY: _l("working days"),
    Unit.HOUR: _l("hours"),
    Unit.CALENDAR_DAY: _l("days"),
}
SHOWN = [key for _title, rows in LENGTHS for key in rows]


# --- words, links, lengths --------------------------------------------------------------------------------------


@bp.get("/settings")
def show() -> Answer:
    return _settings_page(_in_force())


def _in_force() -> Form:
    form = Form({key: settings.text(key) for key in TEXTS})
    for key in SHOWN:
        length = clockwork().lengths[key]
        form.values |= {key: str(length.value), f"{key}_unit": str(length.unit)}
    form.values["code_in_letters"] = "1" if settings.flag("code_in_letters") else ""
    return form


def _settings_page(form: Form, status: int = 200) -> Answer:
    context: dict[str, Any] = {
        "form": form,
        "texts": TEXTS,
        "required": {text.key for text in rules.TEXTS if text.is_required},
        "types": {
            rules.Kind.LINK: "url",
            rules.Kind.EMAIL: "email",
            rules.Kind.PHONE: "tel",
            rules.Kind.COLOUR: "color",
        },
        "kinds": {text.key: text.kind for text in rules.TEXTS},
        "lengths": LENGTHS,
        "units": {
            key: [(unit.value, UNITS[unit]) for unit in rules.units(key)] if rules.units(key) == rules.TIMES else []
            for key in SHOWN
        },
        "defaults": {key: settings.default(key) for key in TEXTS}
        | {key: _lengths.plain(DEFAULTS[key]) for key in SHOWN},
        "changed": settings.changed(),
    }
    return render_template("admin/settings.html", **context), status


@bp.post("/settings")
def save() -> Answer:
    form = Form.sent()
    given = _given(form)
    for key in TEXTS:
        try:
            rules.checked_text(key, given[key])
        except Invalid as error:
            form.errors.update(_words.errors_of(error))
    for key in SHOWN:
        try:
            rules.checked_length(key, given[key], given[f"{key}_unit"])
        except Invalid as error:
            form.errors.update(_words.errors_of(error))
    if form.errors:
        return _settings_page(form, 422)
    with committed():
        for key in TEXTS:
            settings.set_text(key, given[key])
        for key in SHOWN:
            settings.set_length(key, given[key], given[f"{key}_unit"])
    flash(_("The settings are saved and hold from now on."), "success")
    return redirect(url_for("admin_settings.show"), 303)


def _given(form: Form) -> dict[str, str]:
    """Return what the form sets; a field that it does not have stays as it is, but for the switch."""
    given = dict(_in_force().values) | dict(form.values)
    given["code_in_letters"] = "1" if form.values.code_in_letters else "0"
    return given


@bp.post("/settings/<key>/default")
def restore(key: str) -> Answer:
    if key not in TEXTS and key not in SHOWN:
        abort(404)
    with committed():
        settings.restore(key)
    flash(_("The default holds again."), "success")
    return redirect(url_for("admin_settings.show"), 303)


# --- the consent (S12) ------------------------------------------------------------------------------------------


@bp.get("/consent")
def show_consent() -> Answer:
    return _consent_page(Form({"body": consent.current()[1]}))


def _consent_page(form: Form, status: int = 200, preview: Markup | None = None) -> Answer:
    return render_template("admin/consent.html", form=form, preview=preview, versions=consent.versions()), status


@bp.post("/consent")
def save_consent() -> Answer:
    form = Form.sent()
    is_html = form.values.body_format == "html" or "</" in form.values.body
    if "preview" in request.form:
        return _consent_page(form, preview=Markup(consent.safe(form.values.body, is_html=is_html)))
    try:
        with committed():
            made = consent.publish(form.values.body, is_html=is_html, at=now())
    except Invalid as error:
        form.errors.update(_words.errors_of(error))
        return _consent_page(form, 422)
    flash(_("Version %(version)s is in force.", version=made.version), "success")
    return redirect(url_for("admin_settings.show_consent"), 303)
