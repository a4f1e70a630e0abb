"""A file of a ticket. Its bytes lie in the storage under their SHA-256."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from extensions import db


class FileState(StrEnum):
    """How far the job is that looks at each file (jobs/examine.py)."""

    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    FAILED = "failed"  # it killed its worker time and again
    DISCARDED = "discarded"  # its owner took it back before it was sent; the sweep removes it


class ScanState(StrEnum):
    """What the virus scanner said."""

    NONE = "none"  # there was no scanner when the file came
    WAITING = "waiting"
    CLEAN = "clean"
    INFECTED = "infected"
    REFUSED = "refused"  # the scanner will not look at it: it is larger than its own limit


class Attachment(db.Model):
    """`comment_id` is empty while the form it was chosen in has not been sent; then only its owner sees it."""

    __tablename__ = "attachment"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    comment_id: Mapped[int | None] = mapped_column(ForeignKey("comment.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(default=0)  # in its comment: as they were chosen, not as they arrived
    name: Mapped[str] = mapped_column(String(255))
    content_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(BigInteger)  # bytes
    sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(16), default=FileState.WAITING)
    attempts_count: Mapped[int] = mapped_column(default=0)
    claimed_at: Mapped[datetime | None]
    scan_state: Mapped[str] = mapped_column(String(16), default=ScanState.NONE)
    virus: Mapped[str] = mapped_column(String(200), default="")  # the scanner's name for what it found
    width: Mapped[int | None]  # of the picture as it is meant to be looked at
    height: Mapped[int | None]
    thumbnail_sha256: Mapped[str | None] = mapped_column(String(64))
    preview_sha256: Mapped[str | None] = mapped_column(String(64))  # only where the file itself is too large to show

    __table_args__ = (Index("ix_attachment_state", "state", "claimed_at"),)

    @property
    def is_held(self) -> bool:
        """Tell whether the file is given to nobody: not looked at for viruses yet, or worse."""
        return self.scan_state not in (ScanState.NONE, ScanState.CLEAN)
