"""Jinja as our pages need it: what a template does hundreds of times a page costs little.

A page says some 150 phrases and is made of some 25 parts. Flask-Babel asks three times a phrase which language it is, and
Jinja copies and compares all globals a part: together that was half of a page's time.
"""

from collections.abc import MutableMapping
from functools import lru_cache
from typing import Any

from flask import Flask
from flask.templating import Environment
from flask_babel import get_locale, get_translations
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup


class Templates(Environment):
    """All templates share one plain dictionary of globals: none of ours has any of its own."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return super().make_globals(d) if d else self.globals


def init_app(app: Flask) -> None:
    """Replace the functions that Flask-Babel has put into the templates. Goes after its own `init_app`."""
    app.jinja_env.globals.update(_=gettext, gettext=gettext, ngettext=ngettext)


def language() -> str:
    """Return the language of this page or letter: "ru" or "en"."""
    locale = get_locale()
    return locale.language if locale else "en"


@pass_eval_context
def gettext(place: EvalContext, message: str, **values: Any) -> str:
    """Return the text in the reader's language; in HTML it is safe, and `values` are escaped."""
    text = _text(message, language(), place.autoescape, bool(values))
    return text % values if values else text


@pass_eval_context
def ngettext(place: EvalContext, one: str, many: str, num: int, **values: Any) -> str:
    """Return the text that goes with a number, which is %(num)s in it."""
    text: str = get_translations().ungettext(one, many, num)
    return (Markup(text) if place.autoescape else text) % {"num": num, **values}


@lru_cache(maxsize=4096)
def _text(message: str, language: str, is_html: bool, has_values: bool) -> str:
    text: str = get_translations().ugettext(message)
    safe = Markup(text) if is_html else text
    return safe if has_values else safe % {}
