"""Jinja as our pages need it: what a template does hundreds of times a page costs little.

A page says some 150 phrases and is made of some 25 parts. Flask-Babel asks three times a phrase which language it is, and
Jinja copies and compares all globals a part: together that was half of a page's time.
"""

from collections.abc import Hashable, Iterable, Mapping, MutableMapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from secrets import token_hex
from typing import Any

from flask import Flask, current_app, g, get_flashed_messages, has_app_context, session
from flask.templating import Environment
from flask_babel import get_locale, get_translations
from flask_login import current_user
from flask_wtf.csrf import generate_csrf
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from blueprints._times import reader_zone

MOST_KEPT, LONGEST_KEPT = 8000, 40_000  # parts; characters of one
MOST_CHARACTERS = 12_000_000  # of all that is kept: 24 MB at most


class Templates(Environment):
    """All templates share one plain dictionary of globals: none of ours has any of its own."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return super().make_globals(d) if d else self.globals


def init_app(app: Flask) -> None:
    """Replace what Flask-Babel and Flask-WTF have put into the templates, and add `kept`. Goes after their `init_app`."""
    app.jinja_env.globals.update(_=gettext, gettext=gettext, ngettext=ngettext, kept=kept, kept_rows=kept_rows)
    app.jinja_env.globals.update(
        framed=framed, personal=personal, csrf_token=csrf_token, own_email=own_email, told=told
    )


@lru_cache
def _mark(name: str) -> str:
    """Return what stands for a value in a part that is kept. Random, since nobody who writes a comment may have a reader's
    token put into it."""
    return f"{name}-{token_hex(16)}"


CSRF_MARK, EMAIL_MARK = _mark("csrf"), _mark("email")
_kept: dict[tuple[Hashable, ...], Markup] = {}
_characters = 0
_is_keeping: ContextVar[bool] = ContextVar("_is_keeping", default=False)


def kept(name: str, **values: Hashable) -> Markup:
    """Render a part that depends on `values`, the reader's language and his time zone alone, and keep it: the rows of a
    list and the messages of a thread are looked at again and again, by many. What else a page knows the part can't see.
    """
    locale = language()
    key = (name, locale, reader_zone().key, *values.items())
    return _kept.get(key) or _render(key, name, locale, values)


def kept_rows(name: str, rows: Iterable[Hashable], **values: Hashable) -> Markup:
    """Render `kept` parts, one for each of the rows, which they know as `row`."""
    locale, zone = language(), reader_zone().key
    more, found = tuple(values.items()), []
    for row in rows:
        key = (name, locale, zone, row, more)
        found.append(_kept.get(key) or _render(key, name, locale, values | {"row": row}))
    return Markup("\n".join(found))


def personal(name: str, only_printed: Mapping[str, object] | None = None, /, **values: Hashable) -> Markup:
    """Render a `kept` part that holds the reader's own token for forms or address besides (`csrf_token`, `own_email`).

    `only_printed`: values that differ from page to page; the part may do nothing with them but print them.
    """
    printed = only_printed or {}
    text = kept(name, **values, **{value: _mark(value) for value in printed})
    for value, shown in printed.items():
        text = text.replace(_mark(value), escape(shown))
    if CSRF_MARK in text:
        text = text.replace(CSRF_MARK, csrf_token())  # within another kept part: the mark again
    return text.replace(EMAIL_MARK, own_email()) if EMAIL_MARK in text else text


def framed(name: str, **values: Hashable) -> Markup:
    """Render a `personal` part of the frame around the pages: it knows what Reader knows of the reader and the names of
    the desk besides `values`."""
    return personal(name, **_frame(), **values)


@dataclass(frozen=True, slots=True)
class Reader:
    """What the frame may say of who is signed in. Whatever else it needs has to be added here."""

    is_authenticated: bool = False
    is_staff: bool = False
    is_admin: bool = False
    initials: str = ""
    full_name: str = ""
    short_name: str = ""


GUEST = Reader()


def _frame() -> dict[str, Hashable]:
    """Return what each part of the frame knows, found out once a page."""
    if "frame" not in g:
        names = {name: str(current_app.jinja_env.globals[name]) for name in ("site_name", "legal_name")}
        g.frame = {"current_user": _reader(current_user._get_current_object()), **names}
    frame: dict[str, Hashable] = g.frame
    return frame


def _reader(person: Any) -> Reader:
    if not person.is_authenticated:
        return GUEST
    return Reader(True, person.is_staff, person.is_admin, person.initials, person.full_name, person.short_name)


def csrf_token() -> str:
    """Return the token for a form; while a part is rendered that others will see, too, a mark to put each one's into."""
    return CSRF_MARK if _is_keeping.get() else _token()


def _token() -> str:
    """Return Flask-WTF's token of this session. Made once a session: it has no time limit, and signing takes its time."""
    token: str | None = g.get("csrf_token")
    if token is None:
        raw = session.get("csrf_token")
        token = g.csrf_token = _signed(raw, str(current_app.secret_key)) if isinstance(raw, str) else generate_csrf()
    return token


@lru_cache(maxsize=4096)
def _signed(raw: str, secret_key: str) -> str:
    token: str = generate_csrf()  # of the session that holds `raw`
    return token


def own_email() -> str:
    """Return the reader's address, '' of a guest; while a part is rendered that others will see, too, its mark."""
    return EMAIL_MARK if _is_keeping.get() else str(getattr(current_user, "email", ""))


def _render(key: tuple[Hashable, ...], name: str, locale: str, values: Mapping[str, Hashable]) -> Markup:
    keeping = _is_keeping.set(True)
    try:
        text = Markup(current_app.jinja_env.get_template(name).render(values, locale=locale))
    finally:
        _is_keeping.reset(keeping)
    if len(text) <= LONGEST_KEPT:
        _keep(key, text)
    return text


def _keep(key: tuple[Hashable, ...], text: Markup) -> None:
    """Keep a part, and begin anew where all of them are too many or too large."""
    global _characters
    if len(_kept) >= MOST_KEPT or _characters > MOST_CHARACTERS:
        _kept.clear()
        _characters = 0
    _kept[key] = text
    _characters += len(text)


def language() -> str:
    """Return the language of this page or letter: "ru" or "en"."""
    # Where `get_locale` keeps it, which takes four times as long to look.
    known = g.get("_flask_babel") if has_app_context() else None
    locale = getattr(known, "babel_locale", None) or get_locale()
    return locale.language if locale else "en"


def phrase(message: str, **values: Any) -> str:
    """Return a text that a view puts together, in the reader's language: flask_babel's `gettext`, looked up once."""
    text = _text(message, language(), False, True)
    return text % values if values else text


def told() -> tuple[tuple[str, str], ...]:
    """Return (category, text) of what is to be told once, `flash`ed before."""
    flashed: Any = get_flashed_messages(with_categories=True)
    return tuple((category, text) for category, text in flashed)


@pass_context
def gettext(page: Context, message: str, **values: Any) -> str:
    """Return the text in the reader's language; in HTML it is safe, and `values` are escaped."""
    text = _text(message, page.get("locale") or language(), page.eval_ctx.autoescape, bool(values))
    return text % values if values else text


@pass_context
def ngettext(page: Context, one: str, many: str, num: int, **values: Any) -> str:
    """Return the text that goes with a number, which is %(num)s in it."""
    text: str = get_translations().ungettext(one, many, num)
    return (Markup(text) if page.eval_ctx.autoescape else text) % {"num": num, **values}


@lru_cache(maxsize=4096)
def _text(message: str, language: str, is_html: bool, has_values: bool) -> str:
    text: str = get_translations().ugettext(message)
    safe = Markup(text) if is_html else text
    return safe if has_values else safe % {}
