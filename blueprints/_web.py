"""What every view needs: the answer as a page or a fragment, the form with its errors, who asks and when."""

import hashlib
import io
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, TypeVar
from uuid import UUID

from flask import (
    Flask,
    Request,
    Response,
    abort,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import validate_csrf
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.wrappers import Response as BaseResponse
from wtforms.validators import ValidationError

from extensions import htmx
from jobs.clock import utc_now
from models import Person

MOST_SESSIONS = 4096  # cookies whose signature a process remembers

Thing = TypeVar("Thing")
Answer = Response | BaseResponse | str | tuple[str, int]


class Sent(ImmutableMultiDict[str, Any]):
    """Fields of a form or an address, without the zero character: nobody types it, and PostgreSQL takes it in no text."""

    def __init__(self, fields: Any = None) -> None:
        pairs = MultiDict(fields).items(multi=True)
        super().__init__((name, value.replace("\0", "") if isinstance(value, str) else value) for name, value in pairs)

    def get(self, key: str, default: Any = None, *args: Any, **named: Any) -> Any:  # type: ignore[override]
        """As Werkzeug's, which makes an HTTP error of each field that is not there, to throw it away."""
        return super().get(key, default, *args, **named) if key in self else default


class Asked(Request):
    """A request whose fields hold only what a text may."""

    parameter_storage_class = Sent
    keeps_files = True  # False: files are read and thrown away (blueprints/_bounds.py)

    def _get_file_stream(self, *args: Any, **named: Any) -> IO[bytes]:
        return super()._get_file_stream(*args, **named) if self.keeps_files else Nowhere()


class Answered(Response):
    """A response that is compared with what the browser has only where it says what to compare."""

    def make_conditional(self, request_or_environ: Any, accept_ranges: Any = False, complete_length: Any = None) -> Any:
        is_comparable = accept_ranges or "ETag" in self.headers or "Last-Modified" in self.headers
        return super().make_conditional(request_or_environ, accept_ranges, complete_length) if is_comparable else self


class Sessions(SecureCookieSessionInterface):
    """Flask's own sessions; what is the same in each request, the signer and a cookie's signature, is made once."""

    def __init__(self) -> None:
        self._made: tuple[object, URLSafeTimedSerializer | None] = None, None
        self._read: dict[str, tuple[dict[str, Any], datetime]] = {}

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Check the signature of a cookie once: it comes with every request, and its age is what changes."""
        signer, cookie = self.get_signing_serializer(app), request.cookies.get(self.get_cookie_name(app))
        if signer is None or not cookie:
            return super().open_session(app, request)
        known = self._read.get(cookie) or self._checked(signer, cookie)
        is_fresh = known is not None and utc_now() - known[1] <= app.permanent_session_lifetime
        return self.session_class(known[0] if known and is_fresh else None)

    def _checked(self, signer: URLSafeTimedSerializer, cookie: str) -> tuple[dict[str, Any], datetime] | None:
        try:
            fields, signed_at = signer.loads(cookie, return_timestamp=True)
        except BadSignature:
            return None
        if all(isinstance(value, str | int) for value in fields.values()):  # nothing that a request could change in it
            if len(self._read) >= MOST_SESSIONS:
                self._read.clear()
            self._read[cookie] = fields, signed_at
        return fields, signed_at

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        keys = app.secret_key, tuple(app.config["SECRET_KEY_FALLBACKS"] or ())
        if self._made[0] != keys:
            self._read = {}
            self._made = keys, super().get_signing_serializer(app)
        return self._made[1]

    def save_session(self, app: Flask, session: SessionMixin, response: BaseResponse) -> None:
        """A script's request that was refused for want of a sign-in, or only asked who is there (the service worker's HEAD),
        changes no session: on a slow link its answer comes after the one to the sign-in that it has led to, and a guest's
        cookie would take the place of the new one."""
        gives_nothing = response.status_code == 401 or request.method == "HEAD"
        if gives_nothing and request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate":
            return
        super().save_session(app, session, response)  # type: ignore[arg-type]


class Nowhere(io.BytesIO):
    """A file that stays empty."""

    def write(self, data: Any) -> int:
        return len(data)


class Values(dict[str, str]):
    """What was typed, by field; a field that was not sent is empty."""

    def __missing__(self, name: str) -> str:
        return ""

    def __getattr__(self, name: str) -> str:
        return self[name]


class Form:
    """A form on its way back to the page: `values` as typed, `errors` translated, beside their fields."""

    def __init__(self, values: Mapping[str, str] | None = None, errors: Mapping[str, str] | None = None) -> None:
        self.values = Values(values or {})
        self.errors = Values(errors or {})
        self.error = ""

    @classmethod
    def sent(cls) -> "Form":
        """Take what this request's form holds."""
        return cls({name: request.form.get(name, "") for name in request.form})


BLANK = Form()  # of pages that nothing comes back to: one for all, never written to


def is_from_us() -> bool:
    """Tell whether a page of ours sent the form, as browsers tell it. Another site's form must not come back with our
    token in it, for somebody to press «Отправить» on words that he never wrote."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    ours = {f"{request.scheme}://{request.host}", current_app.config["PUBLIC_URL"]}
    return origin is None or origin in ours


def token_error() -> str:
    """Return what is wrong with the token of a guest's form, '' when nothing is.

    A guest has nobody to sign in as when his session ended with the browser, so his forms (`csrf.exempt`) ask here
    and come back as they were, to be sent once more; another site's are refused.
    """
    if not current_app.config.get("WTF_CSRF_ENABLED", True):
        return ""
    try:
        validate_csrf(request.form.get("csrf_token") or request.headers.get("X-CSRF-Token"))
    except ValidationError:
        if not is_from_us():
            abort(400)
        return str(_("The page was open for too long. Please press the button once more."))
    return ""


def me() -> Person:
    """Return the person who asks. Only for views that need a sign-in."""
    person: Person = current_user._get_current_object()
    return person


def now() -> datetime:
    return utc_now()


def wants_fragment() -> bool:
    """Boosted links and «back» need the whole page."""
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def changed(part: str, *, instead: str, **context: Any) -> Answer:
    """Answer a change: the fragment to htmx, else a redirect to the page that includes it."""
    return render_template(part, **context) if wants_fragment() else redirect(instead, 303)


def refused(page: str, part: str, status: int, **context: Any) -> Answer:
    """Answer a refusal with what was typed: the fragment to htmx, else the whole page."""
    return render_template(part if wants_fragment() else page, **context), status


def found(thing: Thing | None) -> Thing:
    """Return the thing, or answer 404: what is missing and what may not be seen look the same."""
    if thing is None:
        abort(404)
    return thing


def sent_id() -> str | None:
    """Return the `client_id` that the page made, if it is a UUID."""
    try:
        return str(UUID(request.form.get("client_id", "")))
    except ValueError:
        return None


def number(text: str) -> int | None:
    """Return the number of a row that `text` names, if it can be one: databases fail on numbers too large for them."""
    return int(text) if text.isdecimal() and len(text) < 10 else None


def safe_next(address: str | None, otherwise: str) -> str:
    """Return an address of ours to go on to; one that leads elsewhere is not followed."""
    text = address or ""
    ours = text.startswith("/") and not text.startswith("//") and "\\" not in text and text.isprintable()
    return text if ours else otherwise


def home() -> str:
    return url_for("desk.index") if me().is_staff else url_for("tickets.index")


def asset(path: str) -> str:
    """Return the address of a static file in this release's folder, so that it and what it imports are kept for ever."""
    return f"/static/r-{release()}/{path}"


@lru_cache
def release() -> str:
    """Return a name for what the static files hold together: one change gives all of them new addresses, since
    modules import each other by relative ones."""
    folder = Path(current_app.static_folder or "")
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


@lru_cache
def stylesheet() -> bytes:
    """Return all parts of the stylesheet in the order of `static/css/parts.txt`: one request, not six."""
    folder = Path(current_app.static_folder or "") / "css"
    parts = [line.strip() for line in (folder / "parts.txt").read_text().splitlines()]
    names: Iterable[str] = (name for name in parts if name and not name.startswith("#"))
    return b"\n".join((folder / name).read_bytes() for name in names if (folder / name).exists())


def no_store(answer: Answer) -> Response:
    """Mark an answer that no cache may keep."""
    response = make_response(answer)
    response.headers["Cache-Control"] = "no-store"
    return response
