"""What is done to each file once, after it has come: asked about at the virus scanner, drawn small if it is a picture."""

from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select, update

from extensions import db
from models import Attachment, FileState, ScanState

MAX_ATTEMPTS = 3
STALE = timedelta(minutes=6)  # longer than a job may last
GRACE = timedelta(seconds=15)  # the job that the commit has asked for is given the time to start
BATCH = 50


def claim(file_id: int, *, at: datetime) -> Attachment | None:
    """Take the file for this worker, or None when it is done or another one is at it. A dead worker's claim goes stale."""
    stale = and_(Attachment.state == FileState.WORKING, Attachment.claimed_at < at - STALE)
    taken = db.session.execute(
        update(Attachment)
        .where(
            Attachment.id == file_id,
            Attachment.attempts_count < MAX_ATTEMPTS,
            or_(Attachment.state == FileState.WAITING, stale),
        )
        .values(state=FileState.WORKING, claimed_at=at, attempts_count=Attachment.attempts_count + 1)
    )
    return db.session.get(Attachment, file_id, populate_existing=True) if taken.rowcount else None  # type: ignore[attr-defined]


def wait_for_scanner(file: Attachment) -> None:
    file.state, file.attempts_count = FileState.WAITING, file.attempts_count - 1


def scanned(file: Attachment, state: ScanState, virus: str = "") -> None:
    file.scan_state, file.virus = state, virus


def finish(file: Attachment) -> None:
    file.state, file.attempts_count = FileState.DONE, 0


def overdue(*, at: datetime) -> list[int]:
    """Return the ids of files that no job is at. What killed its worker MAX_ATTEMPTS times is set aside."""
    stale = and_(Attachment.state == FileState.WORKING, Attachment.claimed_at < at - STALE)
    given_up = stale & (Attachment.attempts_count >= MAX_ATTEMPTS)
    db.session.execute(update(Attachment).where(given_up).values(state=FileState.FAILED))
    lost = or_(and_(Attachment.state == FileState.WAITING, Attachment.created_at < at - GRACE), stale)
    return list(db.session.scalars(select(Attachment.id).where(lost).order_by(Attachment.id).limit(BATCH)))
