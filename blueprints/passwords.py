"""«Забыли пароль?» (S6, S8): a letter with a link. It never tells who is registered."""

from flask import Blueprint, redirect, render_template, request, url_for

from blueprints import _limits, _words
from blueprints._web import Answer, Form, no_store, now, token_error
from extensions import csrf, limiter
from jobs import committed
from rules.registration import is_email
from services import people

bp = Blueprint("passwords", __name__)


@bp.get("/password/forgot")
def forgot() -> Answer:
    if is_email(request.args.get("sent", "")):  # else anybody could write a text on this page
        return no_store(render_template("password/forgot_sent.html", email=request.args["sent"]))
    return no_store(render_template("password/forgot.html", form=Form({"email": request.args.get("email", "")})))


@bp.post("/password/forgot")
@csrf.exempt
@limiter.limit("10/minute;30/hour")
@limiter.limit("3/hour;8/day", key_func=_limits.typed("forgot", "email"))
def send() -> Answer:
    form = Form.sent()
    email = people.normal_email(form.values.email)
    form.error = token_error()
    if not is_email(email):
        form.errors["email"] = _words.error_text("not_an_email")
    if form.error or form.errors:
        return render_template("password/forgot.html", form=form), 422
    with committed():
        people.forgot(email, at=now())
    return redirect(url_for("passwords.forgot", sent=email), 303)
