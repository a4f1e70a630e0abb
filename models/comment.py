"""What was said on a ticket: the description, public comments, internal notes."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from extensions import db
from models.person import Person


class Kind(StrEnum):
    DESCRIPTION = "description"  # S28: what the ticket was opened with
    PUBLIC = "public"
    INTERNAL = "internal"  # staff only


class Comment(db.Model):
    """`body_text` is for letters and search, `body_html` was sanitized on its way in."""

    __tablename__ = "comment"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"))
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(String(16), default=Kind.PUBLIC)
    body_text: Mapped[str] = mapped_column(Text, default="")
    body_html: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]
    client_id: Mapped[str | None] = mapped_column(String(36))  # `services.comments.key_of`: one ticket's
    reply_to_id: Mapped[int | None]  # a comment of the same ticket, so it goes when the whole ticket does

    author: Mapped[Person] = relationship(lazy="raise")

    __table_args__ = (
        UniqueConstraint("author_id", "client_id"),  # the same comment sent twice is one comment
        Index("ix_comment_ticket", "ticket_id", "id"),
    )
