"""Browsers that a person has signed in with before, kept when the session they had is over."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from extensions import db


class KnownBrowser(db.Model):
    """`mark` is the keyed digest of a browser's own cookie, or of its name and network: what a new device is told by."""

    __tablename__ = "known_browser"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    mark: Mapped[str] = mapped_column(String(64), primary_key=True)
    first_seen_at: Mapped[datetime]
