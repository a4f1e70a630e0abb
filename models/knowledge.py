"""The knowledge base: sections nest and hold articles and files (S82–S87)."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String, Text, true
from sqlalchemy.orm import Mapped, mapped_column

from extensions import db


class KbSection(db.Model):
    __tablename__ = "kb_section"

    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("kb_section.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    position: Mapped[int] = mapped_column(default=0)


class KbArticle(db.Model):
    """A draft (`is_published` is false) is there for administrators only, and so are its files."""

    __tablename__ = "kb_article"

    id: Mapped[int] = mapped_column(primary_key=True)
    section_id: Mapped[int] = mapped_column(ForeignKey("kb_section.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    body_html: Mapped[str] = mapped_column(Text)
    body_text: Mapped[str] = mapped_column(Text)
    is_published: Mapped[bool] = mapped_column(default=True, server_default=true())
    position: Mapped[int] = mapped_column(default=0, server_default="0")
    updated_at: Mapped[datetime]


class KbFile(db.Model):
    """A file of a section or of an article: of exactly one of them. Its bytes lie in the storage under their SHA-256."""

    __tablename__ = "kb_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    section_id: Mapped[int | None] = mapped_column(ForeignKey("kb_section.id"), index=True)
    article_id: Mapped[int | None] = mapped_column(ForeignKey("kb_article.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(255))
    content_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(BigInteger)  # bytes
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    created_at: Mapped[datetime]


class KbVote(db.Model):
    """«Помогла ли статья?»: one answer a person or a browser, which he may change."""

    __tablename__ = "kb_vote"

    article_id: Mapped[int] = mapped_column(ForeignKey("kb_article.id", ondelete="CASCADE"), primary_key=True)
    voter: Mapped[str] = mapped_column(String(64), primary_key=True)  # person:12, or browser: and a hash
    is_helpful: Mapped[bool]
    comment: Mapped[str] = mapped_column(String(500), default="")
    at: Mapped[datetime]
