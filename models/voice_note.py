"""A recording and the words that were heard in it (S105)."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from extensions import db


class VoiceState(StrEnum):
    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    NO_MODEL = "no-model"  # no speech model is installed yet: the text follows when one is
    FAILED = "failed"


class VoiceNote(db.Model):
    """The audio lies in the storage under its SHA-256; `words` are [{word, start, end, conf}], seconds and 0..1."""

    __tablename__ = "voice_note"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    comment_id: Mapped[int | None] = mapped_column(ForeignKey("comment.id", ondelete="CASCADE"), index=True)
    client_id: Mapped[str | None] = mapped_column(String(36))
    content_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]  # bytes
    sha256: Mapped[str] = mapped_column(String(64))
    audio_ms: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(16), default=VoiceState.WAITING)
    percent: Mapped[int] = mapped_column(default=0)
    text: Mapped[str] = mapped_column(Text, default="")
    words: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    language: Mapped[str] = mapped_column(String(8), default="")
    attempts_count: Mapped[int] = mapped_column(default=0)
    claimed_at: Mapped[datetime | None]  # a worker said it is at it; long ago means that it died
    last_error: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("owner_id", "client_id"), Index("ix_voice_note_state", "state", "claimed_at"))
