"""Who changed what about a company or a person, and when. Kept for ever; secrets never get here."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from extensions import db
from models.person import Person


class Audit(db.Model):
    """`subject` and `subject_id` name the thing, which may be gone; `changes` holds field -> [before, after]."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    subject: Mapped[str] = mapped_column(String(16))  # company | person | a page of settings
    subject_id: Mapped[int]
    action: Mapped[str] = mapped_column(String(32))
    changes: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    actor: Mapped[Person] = relationship(lazy="raise")

    __table_args__ = (Index("ix_audit_subject", "subject", "subject_id", "id"),)
