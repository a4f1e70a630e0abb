"""The text that one consents to at registration (S12), version by version: none is ever changed or removed."""

from datetime import datetime

from sqlalchemy import func, select

from extensions import db
from models import ConsentText, Person
from rules.calendar import YEKATERINBURG
from rules.errors import Invalid
from services import richtext

LONGEST = 100_000


def current() -> tuple[str, str]:
    """Return the version in force and its safe HTML."""
    found = newest()
    return found.version, found.body_html


def newest() -> ConsentText:
    return db.session.scalars(select(ConsentText).order_by(ConsentText.id.desc()).limit(1)).one()


def version(name: str) -> ConsentText | None:
    """Return the text of that version, as somebody once agreed to it."""
    return db.session.scalar(select(ConsentText).where(ConsentText.version == name[:32]))


def versions() -> list[tuple[ConsentText, int]]:
    """Return all versions, the newest first, each with how many people agreed to it."""
    agreed = select(func.count()).where(Person.consent_version == ConsentText.version).scalar_subquery()
    rows = db.session.execute(select(ConsentText, agreed).order_by(ConsentText.id.desc()))
    return [(text, count) for text, count in rows]


def safe(body: str, *, is_html: bool) -> str:
    """Return the HTML as it would be kept."""
    return richtext.body(body, is_html=is_html)[1]


def publish(body: str, *, is_html: bool, at: datetime) -> ConsentText:
    """Put a new text in force; the version says the day in Yekaterinburg and which of that day's it is.

    The same text once more is no new version. Raises Invalid when nothing is left of it.
    """
    text, html = richtext.body(body, is_html=is_html)
    if not text:
        raise Invalid("body", "required")
    if len(html) > LONGEST:
        raise Invalid("body", "too_long", limit=LONGEST)
    before = newest()
    if before.body_html == html:
        return before
    made = ConsentText(version=_next(at), body_html=html, created_at=at)
    db.session.add(made)
    db.session.flush()
    return made


def _next(at: datetime) -> str:
    day = at.astimezone(YEKATERINBURG).date().isoformat()
    of_day = select(func.count()).where(ConsentText.version.startswith(f"{day}."))
    return f"{day}.{db.session.scalars(of_day).one() + 1}"
