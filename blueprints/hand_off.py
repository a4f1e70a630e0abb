"""A QR code on the computer lets the phone in without typing (D12): shown in «Мои данные», confirmed on the phone."""

from urllib.parse import urlencode

import segno
from flask import Blueprint, current_app, redirect, render_template, request, session, url_for
from flask_login import current_user, login_required
from markupsafe import Markup

from blueprints import _identity, _limits
from blueprints._web import Answer, Form, found, home, me, no_store, now, token_error, wants_fragment
from extensions import csrf, limiter
from jobs import committed
from rules.errors import DeskError
from services import hand_offs

bp = Blueprint("hand_off", __name__)

KEPT = "hand_off"  # the token, in the session of the browser that shows the code


@bp.post("/profile/hand-off")
@login_required
@limiter.limit("10/minute;60/hour", key_func=_limits.of_person("hand-off"))
def make() -> Answer:
    found(me() if me().is_contact else None)
    with committed():
        session[KEPT] = hand_offs.make(me(), at=now())
    return _shown() if wants_fragment() else redirect(url_for("hand_off.show"), 303)


@bp.get("/profile/hand-off")
@login_required
def show() -> Answer:
    """Show the code, that it was used or that it is over; to the page that asks again and again nothing while it waits."""
    found(me() if me().is_contact else None)
    if not wants_fragment():
        return _shown() if KEPT in session else redirect(url_for("profile.show"), 303)
    state, _ = hand_offs.state(session.get(KEPT, ""), me(), at=now())
    return ("", 204) if state == "waiting" else _shown()


def _shown() -> Answer:
    token = session.get(KEPT, "")
    state, until = hand_offs.state(token, me(), at=now())
    page = render_template(
        "hand_off/_code.html" if wants_fragment() else "hand_off/show.html",
        state=state,
        until=until,
        seconds_left=max(0, int((until - now()).total_seconds())) if until else 0,
        picture=_picture(_address(token)) if until else "",
    )
    return no_store(page)


def _address(token: str) -> str:
    """Return what the phone opens: by the public address where that is a real one, else by where this browser is."""
    public = current_app.config["PUBLIC_URL"]
    origin = public if public.startswith("https://") else request.host_url.rstrip("/")
    return f"{origin}{url_for('hand_off.confirm')}?{urlencode({'token': token})}"


def _picture(text: str) -> Markup:
    """Return the QR code as SVG, black on white whatever the page's colours: cameras want it so."""
    code = segno.make(text, error="m", micro=False)
    drawn = code.svg_inline(scale=4, border=4, dark="#000", light="#fff", omitsize=True, svgclass="qr", lineclass=None)
    return Markup(drawn)


@bp.get("/login/hand-off")
@limiter.limit("60/minute")
def confirm() -> Answer:
    """Ask «Войти как …?» on the phone. Opening the address uses nothing up: cameras and scanners open it for a preview."""
    return _asked(request.args.get("token", ""), Form())


def _asked(token: str, form: Form) -> Answer:
    status = 422 if form.error else 200
    try:
        person = hand_offs.look(token, at=now())
    except DeskError as error:
        return _over(error, 422 if form.error else 410)
    return no_store((render_template("hand_off/confirm.html", person=person, token=token, form=form), status))


def _over(error: DeskError, status: int = 410) -> Answer:
    return no_store((render_template("hand_off/over.html", reason=error.code.removeprefix("link_")), status))


@bp.post("/login/hand-off")
@csrf.exempt
@limiter.limit("30/minute;120/hour")
def enter() -> Answer:
    form = Form.sent()
    if fault := token_error():
        form.error = fault
        return _asked(form.values.token, form)
    try:
        with committed():
            person, by = hand_offs.use(form.values.token, at=now())
            if current_user.is_authenticated:  # a phone that somebody else had signed in on
                _identity.sign_out()
            _identity.sign_in(person, by=by, remember=True)
    except DeskError as error:
        return _over(error)
    return redirect(home(), 303)
