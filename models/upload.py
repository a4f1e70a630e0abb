"""A file on its way: some of its bytes are here. What is here counts as what lies on the disk, not a number in a row."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from extensions import db


class Upload(db.Model):
    """When the last byte has come, an Attachment with the same `public_id` takes its place."""

    __tablename__ = "upload"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str] = mapped_column(String(255))
    size: Mapped[int] = mapped_column(BigInteger)  # of the whole file, as the client said
    created_at: Mapped[datetime]
