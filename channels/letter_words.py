"""The words and looks of letters: templates/email, a .txt and a .html each; the subject is the .txt's block `subject`.

The styles stand in templates/email/letter.css and are put on the tags themselves, since mail clients drop style sheets;
their accents are the operator's, as those of the pages are (rules/brand.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

import css_inline
from flask import current_app
from flask_babel import get_locale
from markupsafe import Markup, escape

from channels.letter_thread import Said, Thread
from channels.wording import moment, promise_words, sign_in_way, status_words
from models import Person
from rules import brand
from rules.calendar import YEKATERINBURG
from services import people, settings

MOST_BYTES = 70_000  # of both parts; in base64 and with headers under 100 KB, more of which Gmail does not show
MOST_LINKS = 20  # files and recordings of a comment in a letter that is too large
SHORTER = (20_000, 6_000, 2_000, 600, 150)  # characters of a comment, tried one after another


def worded(
    template: str, person: Person, threads: Sequence[Thread], data: Mapping[str, Any], *, to: str = ""
) -> tuple[str, str, str]:
    """Return subject, text and HTML in the locale in force. Comments that would make the letter too large are cut short."""
    values = _values(template, person, data, to)
    parts = _filled(template, values, threads)
    for most in SHORTER:
        if sum(len(part.encode()) for part in parts[1:]) <= MOST_BYTES:
            break
        parts = _filled(template, values, [_shortened(thread, most) for thread in threads])
    return parts


def _filled(template: str, values: Mapping[str, Any], threads: Sequence[Thread]) -> tuple[str, str, str]:
    about = {"threads": threads, "thread": threads[0] if threads else None, **_of_ticket(threads)}
    text = current_app.jinja_env.get_template(f"email/{template}.txt")
    html = current_app.jinja_env.get_template(f"email/{template}.html")
    context = {**values, **about}
    subject = "".join(text.blocks["subject"](text.new_context(context)))
    return " ".join(subject.split()), text.render(context).strip() + "\n", inlined(html.render(context))


def _of_ticket(threads: Sequence[Thread]) -> dict[str, str]:
    thread = threads[0] if threads else None
    return {
        "status": status_of(thread) if thread is not None else "",
        "promise": promise_words(thread.promise) if thread is not None and thread.promise else "",
    }


def status_of(thread: Thread) -> str:
    """Return the status that the letter tells of in words, '' when of none."""
    return status_words(thread.status, thread.until) if thread.status else ""


def inlined(html: str) -> str:
    """Put the styles on the tags. What stands apart for the dark stays a style sheet."""
    return _inliner().inline(html).replace(' data-css-inline="keep"', "")


@cache
def _inliner() -> css_inline.CSSInliner:
    return css_inline.CSSInliner(load_remote_stylesheets=False)


def _shortened(thread: Thread, most: int) -> Thread:
    cut = {id(said): _cut(said, most, thread.url) for said in (*thread.last, *thread.news)}
    return replace(
        thread,
        last=[cut[id(said)] for said in thread.last],
        news=[cut[id(said)] for said in thread.news],
        new=cut.get(id(thread.new)) or (thread.new and _cut(thread.new, most, thread.url)),
    )


def _cut(said: Said, most: int, url: str) -> Said:
    """Return the comment's beginning, as plain text, if it is long; its files and recordings are only counted then."""
    if len(said.html) <= most and len(said.files) + len(said.recordings) <= MOST_LINKS:
        return said
    is_long = len(said.text) > most
    text = said.text[:most].rsplit(None, 1)[0] + "…" if is_long else said.text
    lines = Markup("<br>").join(escape(line) for line in text.splitlines())
    return replace(
        said,
        text=text,
        html=Markup("<p>{}</p>").format(lines),
        files=said.files[:MOST_LINKS],
        recordings=said.recordings[:MOST_LINKS],
        more_url=url,
    )


def _values(template: str, person: Person, data: Mapping[str, Any], to: str) -> dict[str, Any]:
    config = current_app.config
    is_his = to in {"", person.email}  # his former mailbox is not told his code (D12)
    return {
        "site_url": config["PUBLIC_URL"],
        "site_name": settings.text("site_name"),
        "tones": brand.in_force(settings.text("brand_color")),
        "legal_name": settings.text("legal_name"),
        "year": settings.text("copyright_year") or datetime.now(YEKATERINBURG).year,  # S132
        "locale": str(get_locale()),
        "person": person,
        "shows_code": person.is_contact and settings.flag("code_in_letters") and is_his,
        "code": "" if template == "confirm_registration" else people.code_of(person),  # S16: none yet
        "data": data,
        "way": sign_in_way(data.get("by", "")),
        "instant": _instant,
        "moment": moment,
        "status_of": status_of,
    }


def _instant(text: str) -> datetime:
    """Read a moment out of the delivery's data."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
