"""A link that opens one door once: a letter's, to confirm a registration or set a password, or a phone's, to sign in."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from extensions import db
from models.person import Person


class Purpose(StrEnum):
    CONFIRM = "confirm"  # S15
    RESET = "reset"
    STAFF = "staff"
    HAND_OFF = "hand-off"  # D12: a signed-in browser lets a phone in


class AccessLink(db.Model):
    """The token itself stands only in the letter or the QR code; here is its SHA-256. A GET never uses it up."""

    __tablename__ = "access_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    device_id: Mapped[int | None] = mapped_column(  # which browser hands over; when it is signed out this ends too
        ForeignKey("device.id", ondelete="CASCADE"), index=True
    )
    purpose: Mapped[str] = mapped_column(String(16))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="raise")
