"""How much one person may store: the disk belongs to everybody."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, case, delete, func, or_, select

from extensions import db
from models import Attachment, FileState, Person, Upload, VoiceNote
from services.files import UNSENT_KEPT

DAY = timedelta(days=1)
DAILY_BYTES = 5 * 1024**3  # three forms as full as they can be (S29, S34), and some; sent or not
UNSENT_BYTES = 3 * DAILY_BYTES
MOST_BEGUN = 500  # uploads that are not finished: each is a file, however small
AT_ONCE = 500  # values of one statement: databases take only so many


def is_used_up(person: Person, *, at: datetime) -> bool:
    """Tell whether `person` has stored all that he may: within a day, what he promised to upload too, and what he has
    taken back, whose bytes stay for a day; or unsent at all."""
    begun, promised = db.session.execute(
        select(func.count(), func.sum(Upload.size)).where(Upload.owner_id == person.id)
    ).one()
    fresh = unsent = promised or 0
    for kept in (Attachment, VoiceNote):
        is_fresh = kept.created_at > at - DAY
        if kept is Attachment:
            is_fresh = or_(is_fresh, Attachment.state == FileState.DISCARDED)
        within_a_day = func.sum(case((is_fresh, kept.size), else_=0))
        never_sent = func.sum(case((kept.comment_id.is_(None), kept.size), else_=0))
        both = db.session.execute(select(within_a_day, never_sent).where(kept.owner_id == person.id)).one()
        fresh, unsent = fresh + (both[0] or 0), unsent + (both[1] or 0)
    return begun >= MOST_BEGUN or fresh >= DAILY_BYTES or unsent >= UNSENT_BYTES


def forget_unsent(*, at: datetime) -> set[str]:
    """Forget files and recordings that were never sent; return the SHA-256 of the bytes that nobody needs any more."""
    gone: set[str | None] = set()
    for kept in (Attachment, VoiceNote):
        old = (kept.comment_id.is_(None), kept.created_at < at - UNSENT_KEPT)
        digests = [column for column in _digests() if column.table is kept.__table__]
        for row in db.session.execute(delete(kept).where(*old).returning(*digests)):
            gone.update(row)
    return unneeded(gone)


def unneeded(digests: set[str | None]) -> set[str]:
    """Return those of the digests that no row of any table names."""
    left = {digest for digest in digests if digest}
    for column in _digests():
        asked = sorted(left)
        for start in range(0, len(asked), AT_ONCE):
            left -= set(db.session.scalars(select(column).where(column.in_(asked[start : start + AT_ONCE]))))
    return left


def _digests() -> Iterator[ColumnElement[str]]:
    """Yield every column that names bytes of the storage, whichever table it is of."""
    for table in db.metadata.sorted_tables:
        yield from (column for column in table.columns if column.name.endswith("sha256"))
