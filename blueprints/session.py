"""Signing in by password (S4–S7) and by code (S107, D12), signing out."""

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from flask_login import current_user

from blueprints import _guesses, _identity, _limits, _proof, _words
from blueprints._web import Answer, Form, home, no_store, safe_next, token_error, wants_fragment
from extensions import csrf, limiter
from jobs import committed
from models import Person
from services import consent, people

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
        return _dialog()
    return no_store(_page(Form({"login": request.args.get("login", "")}), next=request.args.get("next", "")))


def _dialog(*, login: Form | None = None, code: Form | None = None) -> str:
    return render_template("session/_dialog.html", **_ways_in(login, code))


def _ways_in(login: Form | None, code: Form | None) -> dict[str, object]:
    return {"login": login or Form(), "code": code or Form(), "asks_proof": _guesses.cost_work()}


def _page(form: Form, *, next: str) -> str:
    return render_template(
        "session/login.html",
        login=form,
        register=Form(),
        next=next,
        focus="login",
        taken_email="",
        consent_version=consent.current()[0],
    )


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
    return _asked_again(login=form) or (_page(form, next=form.values.next), 422)


def _asked_again(*, login: Form | None = None, code: Form | None = None) -> Answer | None:
    """Answer a refusal over the page or with kept words in it; None where it is the page of signing in itself."""
    if wants_fragment():
        return _dialog(login=login, code=code), 422
    if "resume_action" in request.form:
        return render_template("session/resume.html", signed_in=False, **_ways_in(login, code), **_resumed()), 422
    return None


def _resumed() -> dict[str, object]:
    kept = [(name[7:], value) for name, value in request.form.items(multi=True) if name.startswith("resume:")]
    return {"action": safe_next(request.form.get("resume_action"), "/"), "fields": kept}


def _entered(person: Person, *, by: str, remember: bool) -> Answer:
    with committed():
        _identity.sign_in(person, by=by, remember=remember)
    if "resume_action" in request.form:
        return no_store(render_template("session/resume.html", signed_in=True, **_ways_in(None, None), **_resumed()))
    if wants_fragment():
        return "", 204
    return redirect(safe_next(request.form.get("next"), home()), 303)


@bp.get("/login/code")
def code() -> Answer:
    if current_user.is_authenticated:
        return redirect(home(), 303)
    return no_store(_code_page(Form()))


def _code_page(form: Form) -> str:
    return render_template("session/code.html", code=form, asks_proof=_guesses.cost_work())


@bp.post("/login/code")
@csrf.exempt
@limiter.limit("10/minute;40/hour;120/day")
@limiter.limit(_guesses.allowed, deduct_when=_guesses.was_wrong)
def enter_by_code() -> Answer:
    form = Form.sent()
    form.error = token_error()
    if not form.error and _guesses.cost_work() and (fault := _proof.check(form.values.altcha)):
        form.errors["altcha"] = _words.error_text(fault)
    if form.error or form.errors:
        return _code_refused(form)
    person = people.by_code(form.values.code)
    if person is None:
        _guesses.count()
        form.errors["code"] = _words.error_text("wrong_code")
        return _code_refused(form)
    return _entered(person, by="code", remember=True)


def _code_refused(form: Form) -> Answer:
    return _asked_again(code=form) or (_code_page(form), 422)


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
