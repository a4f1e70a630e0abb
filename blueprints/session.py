"""Signing in by password (S4–S7) and by code (S107, D12), signing out."""

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from flask_login import current_user

from blueprints import _identity, _limits, _words
from blueprints._web import Answer, Form, home, no_store, safe_next, token_error, wants_fragment
from extensions import csrf, limiter
from jobs import committed
from models import Person
from services import people

bp = Blueprint("session", __name__)


@bp.get("/")
def index() -> Answer:
    return redirect(home() if current_user.is_authenticated else url_for("session.login"), 303)


@bp.get("/login")
def login() -> Answer:
    g.section = "login"
    if current_user.is_authenticated:
        return redirect(safe_next(request.args.get("next"), home()), 303)
    if wants_fragment():
        return render_template("session/_dialog.html", login=Form())
    return no_store(_page(Form({"login": request.args.get("login", "")}), next=request.args.get("next", "")))


def _page(form: Form, *, next: str) -> str:
    return render_template("session/login.html", login=form, register=Form(), next=next, focus="login", taken_email="")


@bp.post("/login")
@csrf.exempt
@limiter.limit("60/minute;300/hour")
@limiter.limit("10/minute;30/hour", key_func=_limits.typed_here("login", "login"), deduct_when=_limits.was_refused)
@limiter.limit("100/hour", key_func=_limits.typed("login", "login"), deduct_when=_limits.was_refused)
def enter() -> Answer:
    form = Form.sent()
    if fault := token_error():
        form.error = fault
        return _refused(form)
    person = people.authenticate(form.values.login, form.values.password)
    if person is None:
        form.errors["password"] = _words.error_text("wrong_password")
        return _refused(form)
    return _entered(person, by="password", remember="remember" in request.form)


def _refused(form: Form) -> Answer:
    form.values["password"] = ""
    if wants_fragment():
        return render_template("session/_dialog.html", login=form), 422
    if "resume_action" in request.form:
        return render_template("session/resume.html", login=form, signed_in=False, **_resumed()), 422
    return _page(form, next=form.values.next), 422


def _resumed() -> dict[str, object]:
    kept = [(name[7:], value) for name, value in request.form.items(multi=True) if name.startswith("resume:")]
    return {"action": safe_next(request.form.get("resume_action"), "/"), "fields": kept}


def _entered(person: Person, *, by: str, remember: bool) -> Answer:
    with committed():
        _identity.sign_in(person, by=by, remember=remember)
    if "resume_action" in request.form:
        return no_store(render_template("session/resume.html", login=Form(), signed_in=True, **_resumed()))
    if wants_fragment():
        return "", 204
    return redirect(safe_next(request.form.get("next"), home()), 303)


@bp.get("/login/code")
def code() -> Answer:
    if current_user.is_authenticated:
        return redirect(home(), 303)
    return no_store(render_template("session/code.html", form=Form()))


@bp.post("/login/code")
@csrf.exempt
@limiter.limit("10/minute;40/hour;120/day")
def enter_by_code() -> Answer:
    form = Form.sent()
    form.error = token_error()
    person = None if form.error else people.by_code(form.values.code)
    if person is None:
        form.errors["code"] = "" if form.error else _words.error_text("wrong_code")
        return render_template("session/code.html", form=form), 422
    return _entered(person, by="code", remember=True)


@bp.post("/logout")
@csrf.exempt
def logout() -> Answer:
    """Sign out; who is out already, since his session has ended, has nothing to confirm and nothing to lose."""
    if current_user.is_authenticated:
        if token_error():
            abort(400)
        with committed():
            _identity.sign_out()
    answer = no_store(redirect(url_for("session.login"), 303))
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer
