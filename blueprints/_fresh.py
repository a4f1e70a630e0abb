"""Guests' pages that a browser keeps and asks about: while nothing in them has changed the answer is 304, unmade."""

import hashlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from flask import Response, current_app, make_response, request, session
from flask_login import current_user
from flask_wtf.csrf import generate_csrf

from blueprints import _times, _web
from blueprints._templates import language
from blueprints._web import Answer, wants_fragment
from services import settings


def for_guests(make: Callable[[], Answer], *facts: object) -> Answer:
    """Make the page, or spare it. `facts`: what it shows that may change; the frame around it is known here.

    The token of the page's forms belongs to the session, so a page kept from an earlier session is not fresh.
    """
    if current_user.is_authenticated or current_app.debug or wants_fragment() or "_flashes" in session:
        return make()
    generate_csrf()
    tag = _tag(*facts)
    answer = Response(status=304) if request.if_none_match.contains_weak(tag) else make_response(make())
    answer.set_etag(tag, weak=True)
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


def _tag(*facts: object) -> str:
    frame = (
        _pages(),
        _web.release(),
        language(),
        _times.reader_zone().key,
        request.cookies.get("theme", ""),
        session.get("csrf_token", ""),
        _web.now().year,
        *(settings.text(key) for key in ("site_name", "brand_color", "legal_name", "copyright_year", "kb_url")),
    )
    return hashlib.sha256(repr((frame, facts)).encode()).hexdigest()[:24]


@lru_cache
def _pages() -> str:
    """Return a name for the templates and their words together, as `_web.release` is one for the static files."""
    root = Path(current_app.root_path)
    files = sorted([*root.glob("templates/**/*.html"), *root.glob("translations/*/LC_MESSAGES/messages.mo")])
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]
