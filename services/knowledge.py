"""Reading the knowledge base (S82–S87). It is public."""

from dataclasses import dataclass

from sqlalchemy import func, or_, select

from extensions import db
from models import KbArticle, KbSection
from models.numbers import fits
from services.matching import holds


@dataclass(frozen=True, slots=True)
class SectionTile:
    """A tile of S84: «Разделы (0)», «Статьи (1) / Файлы (0)» and the name."""

    id: int
    name: str
    sections_count: int
    articles_count: int
    files_count: int


@dataclass(frozen=True, slots=True)
class Hit:
    id: int
    title: str
    excerpt: str


def sections(parent_id: int | None = None) -> list[SectionTile]:
    inner = KbSection.__table__.alias("inner_section")
    query = (
        select(
            KbSection.id,
            KbSection.name,
            select(func.count()).where(inner.c.parent_id == KbSection.id).scalar_subquery(),
            select(func.count()).where(KbArticle.section_id == KbSection.id).scalar_subquery(),
        )
        .where(KbSection.parent_id.is_(None) if parent_id is None else KbSection.parent_id == parent_id)
        .order_by(KbSection.position, KbSection.id)
    )
    return [
        SectionTile(id_, name, sections_count, articles_count, files_count=0)
        for id_, name, sections_count, articles_count in db.session.execute(query)
    ]


def section(section_id: int) -> KbSection | None:
    return db.session.get(KbSection, section_id) if fits(section_id) else None


def path(found: KbSection) -> list[KbSection]:
    """Return the sections above and itself, the outermost first."""
    trail = [found]
    while trail[0].parent_id is not None and len(trail) < 20:
        trail.insert(0, db.session.get_one(KbSection, trail[0].parent_id))
    return trail


def articles(section_id: int) -> list[KbArticle]:
    return list(
        db.session.scalars(select(KbArticle).where(KbArticle.section_id == section_id).order_by(KbArticle.title))
    )


def article(article_id: int) -> KbArticle | None:
    return db.session.get(KbArticle, article_id) if fits(article_id) else None


def search(text: str) -> list[Hit]:
    """Return articles whose title or text holds the words, as typed; word forms are not known yet."""
    words = text.replace("\0", "").strip()
    if not words:
        return []
    query = select(KbArticle).where(or_(holds(KbArticle.title, words), holds(KbArticle.body_text, words)))
    return [Hit(found.id, found.title, found.body_text[:200]) for found in db.session.scalars(query.limit(20))]
