"""Reading the knowledge base (S82–S87). It is public, but for its drafts."""

import re
from dataclasses import dataclass

from sqlalchemy import Select, func, literal, or_, select

from extensions import db
from models import Counter, KbArticle, KbFile, KbSection
from models.numbers import fits
from services.search import ArticleHit as Hit
from services.search import articles as articles_with

DEEPEST = 20
PUBLIC_ID = re.compile("[0-9a-f]{32}")
COUNTER = "kb"  # grows with every change: what a browser has kept is fresh while it stands


@dataclass(frozen=True, slots=True)
class SectionTile:
    """A tile of S84: «Разделы (0)», «Статьи (1) / Файлы (0)» and the name."""

    id: int
    name: str
    sections_count: int
    articles_count: int
    files_count: int


def state() -> int:
    """Return a number that is another one after every change of the knowledge base."""
    return db.session.scalar(select(Counter.value).where(Counter.name == COUNTER)) or 0


def sections(parent_id: int | None = None, *, drafts: bool = False) -> list[SectionTile]:
    """Return the sections right inside the one given (None: the outermost), in order."""
    inner = KbSection.__table__.alias("inner_section")
    articles_inside = select(func.count()).where(KbArticle.section_id == KbSection.id)
    query = (
        select(
            KbSection.id,
            KbSection.name,
            select(func.count()).where(inner.c.parent_id == KbSection.id).scalar_subquery(),
            _seen(articles_inside, drafts).scalar_subquery(),
            select(func.count()).where(KbFile.section_id == KbSection.id).scalar_subquery(),
        )
        .where(KbSection.parent_id.is_(None) if parent_id is None else KbSection.parent_id == parent_id)
        .order_by(KbSection.position, KbSection.id)
    )
    return [SectionTile(*row) for row in db.session.execute(query)]


def _seen(query: Select[int], drafts: bool) -> Select[int]:
    return query if drafts else query.where(KbArticle.is_published)


def section(section_id: int) -> KbSection | None:
    return db.session.get(KbSection, section_id) if fits(section_id) else None


def path(found: KbSection) -> list[KbSection]:
    """Return the sections above and itself, the outermost first, in one statement."""
    above = (
        select(KbSection.id, KbSection.parent_id, literal(0).label("steps"))
        .where(KbSection.id == found.id)
        .cte("above", recursive=True)
    )
    above = above.union_all(
        select(KbSection.id, KbSection.parent_id, above.c.steps + 1).where(
            KbSection.id == above.c.parent_id, above.c.steps < DEEPEST - 1
        )
    )
    query = select(KbSection).join(above, above.c.id == KbSection.id).order_by(above.c.steps.desc())
    return list(db.session.scalars(query))


def tree() -> list[tuple[KbSection, int]]:
    """Return every section with how deep it lies, each below the one that holds it."""
    inside: dict[int | None, list[KbSection]] = {}
    for one in db.session.scalars(select(KbSection).order_by(KbSection.position, KbSection.id)):
        inside.setdefault(one.parent_id, []).append(one)
    return _below(inside, None, 0)


def _below(inside: dict[int | None, list[KbSection]], parent_id: int | None, depth: int) -> list[tuple[KbSection, int]]:
    found: list[tuple[KbSection, int]] = []
    for one in inside.get(parent_id, ()):
        found += [(one, depth), *_below(inside, one.id, depth + 1)]
    return found


def articles(section_id: int, *, drafts: bool = False) -> list[KbArticle]:
    query = select(KbArticle).where(KbArticle.section_id == section_id)
    if not drafts:
        query = query.where(KbArticle.is_published)
    return list(db.session.scalars(query.order_by(KbArticle.position, KbArticle.title)))


def article(article_id: int, *, drafts: bool = False) -> KbArticle | None:
    found = db.session.get(KbArticle, article_id) if fits(article_id) else None
    return found if found is not None and (drafts or found.is_published) else None


def files(*, section_id: int | None = None, article_id: int | None = None) -> list[KbFile]:
    """Return the files of a section or of an article, in the order they were added."""
    of = KbFile.section_id == section_id if section_id is not None else KbFile.article_id == article_id
    return list(db.session.scalars(select(KbFile).where(of).order_by(KbFile.id)))


def file(public_id: str, *, drafts: bool = False) -> KbFile | None:
    """Return the file; one of a draft only to whom drafts are shown."""
    if not PUBLIC_ID.fullmatch(public_id):
        return None
    query = select(KbFile).outerjoin(KbArticle, KbArticle.id == KbFile.article_id).where(KbFile.public_id == public_id)
    if not drafts:
        query = query.where(or_(KbFile.article_id.is_(None), KbArticle.is_published))
    return db.session.scalar(query)


def search(text: str) -> list[Hit]:
    """Return the published articles that have all the words, in whatever form (S82)."""
    return articles_with(text, KbArticle.is_published.is_(True))
