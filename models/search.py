"""What tickets and articles are found by: tokens (rules/words.py) with spaces between them.

The databases' own indexes over them are made by the migration: an FTS5 table kept up by triggers on SQLite, a generated
tsvector with a GIN index on PostgreSQL. Whatever belongs to those has `_fts` in its name.
"""

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from extensions import db


class TicketWords(db.Model):
    """`public` is for whoever may see the ticket, `internal` (of notes) for staff. `version`: of rules/words.py."""

    __tablename__ = "ticket_words"

    ticket_id: Mapped[int] = mapped_column(
        ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    public: Mapped[str] = mapped_column(Text)
    internal: Mapped[str] = mapped_column(Text)
    version: Mapped[int]


class ArticleWords(db.Model):
    __tablename__ = "article_words"

    article_id: Mapped[int] = mapped_column(
        ForeignKey("kb_article.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    public: Mapped[str] = mapped_column(Text)
    version: Mapped[int]
