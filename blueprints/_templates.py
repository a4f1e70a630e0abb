"""Jinja as our pages need it: what a template does hundreds of times a page costs little.

A page says some 150 phrases and is made of some 25 parts. Flask-Babel asks three times a phrase which language it is, and
Jinja copies and compares all globals a part: together that was half of a page's time.
"""

from collections.abc import Hashable, MutableMapping
from functools import lru_cache
from typing import Any

from flask import Flask, current_app
from flask.templating import Environment
from flask_babel import get_locale, get_translations
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from blueprints._times import reader_zone

MOST_KEPT, LONGEST_KEPT = 2000, 4000  # parts; characters of one: 16 MB at most


class Templates(Environment):
    """All templates share one plain dictionary of globals: none of ours has any of its own."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return super().make_globals(d) if d else self.globals


def init_app(app: Flask) -> None:
    """Replace the functions that Flask-Babel has put into the templates, and add `kept`. Goes after its `init_app`."""
    app.jinja_env.globals.update(_=gettext, gettext=gettext, ngettext=ngettext, kept=kept)


_kept: dict[tuple[Hashable, ...], Markup] = {}


def kept(name: str, **values: Hashable) -> Markup:
    """Render a part that depends on `values`, the reader's language and his time zone alone, and keep it: the rows of a
    list and the messages of a thread are looked at again and again, by many. What else a page knows the part can't see.
    """
    locale = language()
    key = (name, locale, reader_zone().key, *values.items())
    text = _kept.get(key)
    if text is None:
        text = Markup(current_app.jinja_env.get_template(name).render(values, locale=locale))
        if len(text) <= LONGEST_KEPT:
            if len(_kept) >= MOST_KEPT:
                _kept.clear()
            _kept[key] = text
    return text


def language() -> str:
    """Return the language of this page or letter: "ru" or "en"."""
    locale = get_locale()
    return locale.language if locale else "en"


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
