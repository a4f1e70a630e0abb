"""Who asks: the device key of the session cookie, looked up once a request."""

import secrets
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

from flask import (
    Flask,
    Response,
    abort,
    after_this_request,
    current_app,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response as BaseResponse

from blueprints import _guesses
from blueprints._web import Form, is_from_us, now, wants_fragment
from extensions import login_manager
from jobs import committed
from models import Person
from services import devices, people

BROWSER_COOKIE, BROWSER_CHARS = "desk_browser", 32
BROWSER_LASTS = 400 * 24 * 3600  # the longest that browsers keep a cookie
BROWSERS = (
    ("Edg", "Edge"),
    ("YaBrowser", "Яндекс Браузер"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def init_app(app: Flask) -> None:
    login_manager.user_loader(_load)
    login_manager.unauthorized_handler(signed_out)

    @app.after_request
    def write_last_use(response: Response) -> Response:
        device_id = g.pop("seen_device", None)
        if device_id is not None:
            with committed():
                devices.seen(device_id, at=now())
        return response


def _load(key: str) -> Person | None:
    known = devices.owner(key, at=now())
    if known is None:
        return None
    person, seen_is_due = known
    if not people.may_enter(person):
        return None
    if seen_is_due:
        g.seen_device = person.device_id
    return person


def signed_out() -> BaseResponse | tuple[str, int]:
    """Answer a stranger: scripts get 401 and open the sign-in over the page, a browser goes there and comes back.

    A form that was sent without a session comes back whole (`blueprints/_errors.py`).
    """
    if is_script():
        abort(401)
    if request.method in {"GET", "HEAD"}:
        return redirect(url_for("session.login", next=request.full_path.rstrip("?")), 303)
    return resume() if is_from_us() else redirect(url_for("session.login"), 303)


def is_script() -> bool:
    """Tell whether a script asks, which shows no page of its own."""
    wants_json = request.accept_mimetypes.best == "application/json"
    return wants_fragment() or wants_json or request.headers.get("X-Requested-With") == "fetch"


def resume() -> tuple[str, int]:
    """Show the sign-in with everything that was typed kept in it."""
    sent = request.form.items(multi=True)
    fields = [(name, value) for name, value in sent if name not in {"csrf_token", "password", "password_confirm"}]
    page = render_template(
        "session/resume.html",
        action=urlsplit(request.url).path,
        fields=fields,
        login=Form(),
        code=Form(),
        asks_proof=_guesses.cost_work(),
        signed_in=current_user.is_authenticated,
    )
    return page, 401


def sign_in(person: Person, *, by: str, remember: bool) -> None:
    """Make this browser one of the person's devices. Goes inside `committed()`. The session starts anew."""
    browser = _browser()
    key = devices.sign_in(
        person, by=by, name=device_name(), remember=remember, at=now(), browser=browser, network=_network()
    )
    kept = {name: session[name] for name in ("csrf_token",) if name in session}
    session.clear()
    session.update(kept)
    person.device_key = key
    login_user(person, remember=remember)


def _browser() -> str:
    """Return what this browser is known by (services.devices), however often it signs in and out."""
    known = request.cookies.get(BROWSER_COOKIE, "")
    browser = known if len(known) == BROWSER_CHARS and known.isalnum() else secrets.token_hex(BROWSER_CHARS // 2)

    @after_this_request
    def keep(response: Response) -> Response:
        response.set_cookie(
            BROWSER_COOKIE,
            browser,
            max_age=BROWSER_LASTS,
            httponly=True,
            samesite="Lax",
            secure=current_app.config["SESSION_COOKIE_SECURE"],
        )
        return response

    return browser


def _network() -> str:
    """Return the network that the request comes from, without its last part: it changes with every reconnection."""
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return ""
    return str(ip_network(f"{address}/{24 if address.version == 4 else 48}", strict=False))


def sign_out() -> None:
    devices.end(current_user, current_user.device_id)
    session.clear()
    logout_user()  # after it: this leaves in the session that the cookie of «Запомнить меня» is to go


def device_name() -> str:
    """Return «Chrome, Android» of the User-Agent."""
    agent = request.headers.get("User-Agent", "")
    browser = next((name for mark, name in BROWSERS if mark in agent), "?")
    system = next((name for mark, name in SYSTEMS if mark in agent), "?")
    return f"{browser}, {system}"
