"""The outbox: who is to be told what, by which channel, and how that went."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from extensions import db
from models.event import Event
from models.person import Person

WAS_SENT = text("sent_at IS NOT NULL")


class DeliveryState(StrEnum):
    WAITING = "waiting"
    CLAIMED = "claimed"  # a job is at it; long ago means that it died
    GATHERED = "gathered"  # told in the message of another row, `gathered_into_id`, and shares its fate
    SENT = "sent"
    FAILED = "failed"  # for good
    SKIPPED = "skipped"  # nobody needs it any more: he has heard of it by another channel, or may not hear of it now


class Held(StrEnum):
    """What a message waits for, of itself: its first attempt is still to come."""

    QUIET = "quiet"  # the end of its reader's quiet hours
    BURST = "burst"  # a minute after the letter before it


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
    deaths_count: Mapped[int] = mapped_column(default=0, server_default="0")  # workers that ended while at it
    created_at: Mapped[datetime]
    next_attempt_at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(String(300), default="")
    held_for: Mapped[str] = mapped_column(String(8), default="", server_default="")
    gathered_into_id: Mapped[int | None] = mapped_column(ForeignKey("delivery.id", ondelete="SET NULL"), index=True)
    shown_at: Mapped[datetime | None]  # a push: its receipts, told by the service worker
    opened_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="raise")
    event: Mapped[Event | None] = relationship(lazy="raise")

    __table_args__ = (
        UniqueConstraint("key"),
        Index("ix_delivery_due", "state", "channel", "next_attempt_at"),
        Index("ix_delivery_sent", "channel", "sent_at", sqlite_where=WAS_SENT, postgresql_where=WAS_SENT),
    )
