"""Who has left by the «отписаться» of his mail program (RFC 8058)."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from extensions import db


class Unsubscription(db.Model):
    """No more letters to somebody about a ticket, or, to an observer (S75), about those of a company. One of the two."""

    __tablename__ = "unsubscription"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), index=True)
    company_id: Mapped[int | None] = mapped_column(ForeignKey("company.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("person_id", "ticket_id"), UniqueConstraint("person_id", "company_id"))
