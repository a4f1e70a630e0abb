"""Writing the knowledge base: its sections, articles and files. Administrators only; the edge sees to that."""

import mimetypes
import re
import secrets
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Protocol

import nh3
from sqlalchemy import Select, func, select, update

from extensions import db
from models import Attachment, Counter, KbArticle, KbFile, KbSection
from rules.errors import Invalid, InvalidMove
from services import files, knowledge, richtext
from services.storage import Stored

MAX_TITLE = 200
MAX_BODY = 500_000
MAX_TAGS = 5_000  # ten times what the longest instruction has; see services/richtext.py
OUR_IMAGE = re.compile(r"/kb/files/[0-9a-f]{32}")
MARKED_UP = re.compile(
    r"</?(?:p|br|div|h[1-4]|ul|ol|li|pre|code|table|b|strong|i|em|a|blockquote|img|hr)\b", re.IGNORECASE
)


class Placed(Protocol):
    """What has a place among its neighbours."""

    id: int
    position: int


def body(text: str, *, is_preview: bool = False) -> tuple[str, str]:
    """Return (plain text, safe HTML) of an article as it was typed, in the rich editor, as HTML or as plain text.

    Pictures are files of the knowledge base itself, in a preview those that its writer has just sent too: a page of ours
    fetches nothing from elsewhere. Raises Invalid.
    """
    text = richtext.UNPRINTABLE.sub("", text).replace("\r\n", "\n").strip()
    if len(text) > MAX_BODY or text.count("<") > MAX_TAGS:
        raise Invalid("body", "too_long", limit=MAX_BODY)
    if not MARKED_UP.search(text):
        return text, richtext.from_plain(text)

    html = _clean(text, is_preview=is_preview)
    return richtext.to_text(html), html


def _clean(html: str, *, is_preview: bool = False) -> str:
    def kept(tag: str, name: str, value: str) -> str | None:
        if tag == "img" and name == "src":
            is_ours = OUR_IMAGE.fullmatch(value) or (is_preview and richtext.IMAGE.fullmatch(value))
            return value if is_ours else None
        if tag == "span":
            return value if value == richtext.LARGE else None
        return value

    safe = nh3.clean(
        html,
        tags=richtext.PAGE_TAGS,
        attributes=richtext.PAGE_ATTRIBUTES,
        attribute_filter=kept,
        url_schemes=richtext.SCHEMES,
    )
    return richtext.NOT_IMAGES.sub("", safe)


@lru_cache(maxsize=64)
def shown(html: str) -> str:
    """Return a stored article as a page may print it: whatever wrote the row, it passes the allow-list once more."""
    return _clean(html)


def title(text: str, field: str) -> str:
    """Return the name of a section or an article in one line. Raises Invalid."""
    text = " ".join(richtext.UNPRINTABLE.sub("", text).split())
    if not text:
        raise Invalid(field, "required")
    if len(text) > MAX_TITLE:
        raise Invalid(field, "too_long", limit=MAX_TITLE)
    return text


def add_section(name: str, *, parent: KbSection | None) -> KbSection:
    """Add a section as the last one in its parent. Raises Invalid."""
    made = KbSection(name=title(name, "name"), parent_id=parent.id if parent else None)
    of = KbSection.parent_id.is_(None) if parent is None else KbSection.parent_id == parent.id
    made.position = _last(select(func.max(KbSection.position)).where(of))
    db.session.add(made)
    _changed()
    return made


def change_section(section: KbSection, name: str, *, parent: KbSection | None) -> None:
    """Rename and move a section with all that is in it. Raises Invalid: no section may hold itself."""
    section.name = title(name, "name")
    if parent is not None and section in knowledge.path(parent):
        raise Invalid("parent_id", "inside_itself")
    section.parent_id = parent.id if parent else None
    _changed()


def remove_section(section: KbSection) -> None:
    """Remove an empty section. Raises InvalidMove when something is in it."""
    inside = (
        select(func.count()).where(KbSection.parent_id == section.id),
        select(func.count()).where(KbArticle.section_id == section.id),
        select(func.count()).where(KbFile.section_id == section.id),
    )
    if any(db.session.scalar(count) for count in inside):
        raise InvalidMove("section_not_empty")
    db.session.delete(section)
    _changed()


def shift(siblings: Sequence[Placed], one: Placed, *, up: bool) -> None:
    """Exchange a section or an article with its neighbour above or below; at the end nothing happens."""
    order = list(siblings)
    at = order.index(one)
    to = max(0, at - 1) if up else min(len(order) - 1, at + 1)
    order.insert(to, order.pop(at))
    for position, sibling in enumerate(order):
        sibling.position = position
    _changed()


def save_article(
    article: KbArticle | None,
    *,
    name: str,
    text: str,
    section: KbSection,
    is_published: bool,
    at: datetime,
    pictures: Sequence[Attachment] = (),
) -> KbArticle:
    """Make an article (None) or change it, and move it where it is told. `pictures`: what was put into the text and sent
    on its own; it becomes the article's, for everybody who reads it. Raises Invalid."""
    used = {secrets.token_hex(16): picture for picture in pictures if f"/attachments/{picture.public_id}" in text}
    for public_id, picture in used.items():
        text = text.replace(f"/attachments/{picture.public_id}", f"/kb/files/{public_id}")
    heading, (plain, html) = title(name, "title"), body(text)
    if article is None or article.section_id != section.id:
        inside = select(func.max(KbArticle.position)).where(KbArticle.section_id == section.id)
        position = _last(inside, usual=0)
    else:
        position = article.position
    if article is None:
        article = KbArticle(updated_at=at)
        db.session.add(article)
    elif (article.title, article.body_html) != (heading, html):
        article.updated_at = at
    article.position = position
    article.title, article.body_text, article.body_html = heading, plain, html
    article.section_id, article.is_published = section.id, is_published
    db.session.flush()
    for public_id, picture in used.items():
        stored = Stored(picture.sha256, picture.size)
        add_file(stored, picture.name, article=article, at=at, public_id=public_id)
    _changed()
    return article


def remove_article(article: KbArticle) -> None:
    """Remove an article with its files and the answers to it."""
    for file in knowledge.files(article_id=article.id):
        db.session.delete(file)
    db.session.flush()
    db.session.delete(article)
    _changed()


def add_file(
    stored: Stored,
    name: str,
    *,
    section: KbSection | None = None,
    article: KbArticle | None = None,
    at: datetime,
    public_id: str = "",
) -> KbFile:
    """Give stored bytes a name and a place. The type is read off the name, as with attachments."""
    name = files.safe_name(name)
    made = KbFile(
        public_id=public_id or secrets.token_hex(16),
        section_id=section.id if section else None,
        article_id=article.id if article else None,
        name=name,
        content_type=_type(name),
        size=stored.size,
        sha256=stored.sha256,
        created_at=at,
    )
    db.session.add(made)
    _changed()
    return made


def _type(name: str) -> str:
    known, packing = mimetypes.guess_type(name)
    return "application/octet-stream" if packing or not known else known[:100]


def remove_file(file: KbFile) -> None:
    db.session.delete(file)
    _changed()


def _last(highest: Select[int], *, usual: int = 1) -> int:
    """Return the place after the last; articles that nobody has put in order stay in that of their titles."""
    most = db.session.scalar(highest)
    return 0 if most is None else most + (1 if most else usual)


def _changed() -> None:
    """Tell browsers that have kept a page."""
    db.session.flush()
    counted = update(Counter).where(Counter.name == knowledge.COUNTER).values(value=Counter.value + 1)
    if not db.session.execute(counted).rowcount:  # type: ignore[attr-defined]
        db.session.add(Counter(name=knowledge.COUNTER, value=1))
        db.session.flush()
