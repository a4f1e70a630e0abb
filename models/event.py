"""What happened to a ticket: the thread's small type, the notices and every clock read it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from extensions import db


class EventKind(StrEnum):
    OPENED = "opened"
    COMMENTED = "commented"
    NOTED = "noted"  # internal: staff only
    STATUS = "status"
    ASSIGNED = "assigned"
    IDENTIFIED = "identified"
    WARNED = "warned"  # S48
    POSTPONED = "postponed"  # «Отвечу позже»
    LINKED = "linked"
    RATED = "rated"
    BOUND = "bound"  # S69: the ticket now belongs to a company
    DEADLINE = "deadline"  # S95: a promised time is running out, its specialist was told


class Event(db.Model):
    """`data` holds plain values: for STATUS {from, to, verb, until}, for ASSIGNED {to},
    for LINKED {number, label}, for RATED {grade, words}, for DEADLINE {clock, began, until}."""

    __tablename__ = "event"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"))
    actor_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    comment_id: Mapped[int | None] = mapped_column(ForeignKey("comment.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime]
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    __table_args__ = (Index("ix_event_ticket", "ticket_id", "id"),)
