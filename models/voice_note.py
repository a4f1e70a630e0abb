"""A recording, the words that were heard in it, and the text that was made of them (S105)."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from extensions import db


class VoiceState(StrEnum):
    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    NO_MODEL = "no-model"  # no speech model is installed yet: the text follows when one is
    FAILED = "failed"


class VoiceNote(db.Model):
    """The audio lies in the storage under its SHA-256; `words` are [{word, start, end, conf}], seconds and 0..1.

    What was heard stays (`words`, `raw_text`); `text` is made of it by `rules.transcripts` and may be edited, and
    `spans` is `text` word by word: [{text, space, start, end, conf}].
    """

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
    peaks: Mapped[list[int]] = mapped_column(JSON, default=list, server_default="[]")  # the waveform, 0..100
    playable_sha256: Mapped[str | None] = mapped_column(String(64))  # a copy in AAC, where not every browser plays it
    playable_size: Mapped[int | None]  # bytes
    is_recorded: Mapped[bool] = mapped_column(default=False, server_default=false())  # in the page; else a chosen file
    is_cut: Mapped[bool] = mapped_column(default=False, server_default=false())  # the rest is over the limit
    asked_language: Mapped[str] = mapped_column(String(8), default="", server_default="")  # picks the model
    state: Mapped[str] = mapped_column(String(16), default=VoiceState.WAITING)
    percent: Mapped[int] = mapped_column(default=0)
    heard_ms: Mapped[int] = mapped_column(default=0, server_default="0")  # so far: long ones are heard in pieces
    text: Mapped[str] = mapped_column(Text, default="")
    raw_text: Mapped[str] = mapped_column(Text, default="", server_default="")
    words: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    spans: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list, server_default="[]")
    edited_at: Mapped[datetime | None]
    language: Mapped[str] = mapped_column(String(8), default="")
    model: Mapped[str] = mapped_column(String(100), default="", server_default="")  # the one that heard it
    attempts_count: Mapped[int] = mapped_column(default=0)
    claim: Mapped[str | None] = mapped_column(
        String(32)
    )  # of the worker that is at it: what another one brings is late
    claimed_at: Mapped[datetime | None]  # a worker said it is at it; long ago means that it died
    last_error: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("owner_id", "client_id"), Index("ix_voice_note_state", "state", "claimed_at"))
