"""Registration (S2–S19): the form, the letter's link, the password."""

from flask import Blueprint, current_app, flash, g, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.exc import IntegrityError

from blueprints import _identity, _limits, _proof, _words
from blueprints._web import Answer, Form, home, no_store, now, token_error
from extensions import csrf, limiter
from jobs import committed
from models import AccessLink, Purpose
from rules import passwords
from rules.errors import DeskError, Invalid
from rules.registration import MAX_EMAIL, MAX_NAME, Registration, is_email, validate
from services import consent, people

bp = Blueprint("registration", __name__)

PURPOSES = {Purpose.CONFIRM, Purpose.STAFF, Purpose.RESET}


@bp.get("/altcha")
@limiter.limit("60/minute")
def altcha() -> Answer:
    return no_store(jsonify(_proof.challenge()))


@bp.get("/register")
def new() -> Answer:
    if current_user.is_authenticated:
        return redirect(home(), 303)
    if is_email(request.args.get("sent", "")):  # else anybody could write a text on this page
        return no_store(render_template("registration/sent.html", email=request.args["sent"]))
    return no_store(_page(Form({"email": request.args.get("email", "")})))


def _page(form: Form, *, taken_email: str = "") -> str:
    g.section = "register"
    return render_template(
        "session/login.html",
        login=Form(),
        register=form,
        next="",
        focus="register",
        taken_email=taken_email,
        consent_version=consent.current()[0],
    )


@bp.post("/register")
@csrf.exempt
@limiter.limit("20/minute;60/hour")
@limiter.limit("2/hour;5/day", exempt_when=lambda: "no_script" not in request.form)
@limiter.limit("4/hour;10/day", key_func=_limits.typed("register", "email"), deduct_when=_limits.sent_letter)
def create() -> Answer:
    form = Form.sent()
    if fault := token_error():
        form.error = fault
        return _page(form), 422
    if request.form.get("website"):  # the honeypot: a field that no person sees
        return _sent(form.values.email)
    new_contact, errors = validate(request.form)
    form.errors.update({field: _words.error_text(code, limit=MAX_NAME) for field, code in errors.items()})
    if form.values.consent and form.values.consent_version not in {"", consent.current()[0]}:
        form.values["consent"] = ""  # S12: he has read another text than the one he would agree to
        form.errors["consent"] = _words.error_text("consent_changed")
    if (
        new_contact is not None
        and not form.errors
        and "no_script" not in request.form
        and (code := _proof.check(form.values.altcha))
    ):
        form.errors["altcha"] = _words.error_text(code)
    if new_contact is None or form.errors:
        return _page(form), 422
    return _register(new_contact, form)


def _register(new_contact: Registration, form: Form) -> Answer:
    try:
        with committed():
            people.register(
                last_name=new_contact.last_name,
                first_name=new_contact.first_name,
                patronymic=new_contact.patronymic,
                email=new_contact.email,
                consent_version=consent.current()[0],
                at=now(),
            )
    except Invalid as error:
        form.errors.update(_words.errors_of(error))
        return _page(form, taken_email=new_contact.email), 422
    except IntegrityError:  # the same form came twice at once (PostgreSQL): the first one sends the letter
        pass
    _limits.count_letter()
    return _sent(new_contact.email)


def _sent(email: str) -> Answer:
    return redirect(url_for("registration.new", sent=email[:MAX_EMAIL]), 303)


@bp.get("/contacts/confirm_registration")
def confirm() -> Answer:
    """S15, S17. Opening the link uses nothing up: mail scanners open links too."""
    return _open(request.args.get("activation_token", ""))


@bp.post("/contacts/confirm_registration")
@csrf.exempt
@limiter.limit("30/minute")
def set_password() -> Answer:
    return _set_password(request.args.get("activation_token") or request.form.get("activation_token", ""))


@bp.get("/password/reset")
def reset() -> Answer:
    return _open(request.args.get("token", ""))


@bp.post("/password/reset")
@csrf.exempt
@limiter.limit("30/minute")
def set_new_password() -> Answer:
    return _set_password(request.args.get("token") or request.form.get("token", ""))


def _open(token: str) -> Answer:
    try:
        link = people.link(token, PURPOSES, at=now())
    except DeskError as error:
        return _expired(error)
    return no_store(_password_page(Form(), link))


def _password_page(form: Form, link: AccessLink) -> str:
    person = people.of_link(link)
    return render_template(
        "registration/password.html",
        form=form,
        person=person,
        action=request.full_path,
        common_passwords=passwords.MOST_COMMON,
    )


def _expired(error: DeskError) -> Answer:
    reason = error.code.removeprefix("link_")
    page = render_template(
        "registration/expired.html",
        reason=reason,
        email=error.values.get("email", ""),
        hours=people.link_length().value,
    )
    return no_store((page, 410))


def _set_password(token: str) -> Answer:
    try:
        link = people.link(token, PURPOSES, at=now())
    except DeskError as error:
        return _expired(error)
    form = Form.sent()
    if fault := token_error():
        form.error = fault
        return _password_page(form, link), 422
    password = request.form.get("password", "")
    faults = passwords.check(password, request.form.get("password_confirm", ""), people.of_link(link).email)
    if faults:
        fields = {"mismatch": "password_confirm"}
        form.errors.update({fields.get(code, "password"): _words.error_text(code, limit=200) for code in faults})
        return _password_page(form, link), 422
    try:
        with committed():
            link = people.link(token, PURPOSES, at=now(), to_use=True)
            person = people.set_password(link, password, at=now())
            _identity.sign_in(person, by="link", remember=False)
    except DeskError as error:  # pressed twice: the first one has saved it
        return _expired(error)
    flash(_("The password is saved. Welcome to %(site)s!", site=current_app.config["SITE_NAME"]), "success")
    return redirect(home(), 303)
