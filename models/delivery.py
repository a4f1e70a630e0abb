"""The outbox: who is to be told what, by which channel, and how that went."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from extensions import db
from models.event import Event
from models.person import Person


class DeliveryState(StrEnum):
    WAITING = "waiting"
    CLAIMED = "claimed"  # a job is at it; long ago means that it died
    SENT = "sent"
    FAILED = "failed"  # for good
    SKIPPED = "skipped"  # nobody needs it any more: he has heard of it by another channel, or may not hear of it now


class Delivery(db.Model):
    """One message to one reader. `key` makes it one for ever: the same key is never stored twice, and it is what
    the Message-ID or the push tag is made of, so that a repeat is not a second message for the reader."""

    __tablename__ = "delivery"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(100))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    channel: Mapped[str] = mapped_column(String(16))  # email | web_push
    target: Mapped[str] = mapped_column(String(254), default="")  # e-mail address, push subscription's id
    template: Mapped[str] = mapped_column(String(32))
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    state: Mapped[str] = mapped_column(String(16), default=DeliveryState.WAITING)
    attempts_count: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    next_attempt_at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(String(300), default="")
    shown_at: Mapped[datetime | None]  # a push: its receipts, told by the service worker
    opened_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="raise")
    event: Mapped[Event | None] = relationship(lazy="raise")

    __table_args__ = (UniqueConstraint("key"), Index("ix_delivery_due", "state", "next_attempt_at"))
