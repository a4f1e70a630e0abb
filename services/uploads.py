"""Uploads in parts (tus 1.0): begun, found by their owner alone, turned into an attachment, forgotten (S29, S34)."""

import secrets
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from extensions import db
from models import Attachment, FileState, Person, Upload
from rules.errors import DeskError
from services import files, parts, quotas
from services.storage import Stored

KEPT = timedelta(days=1)  # after the last byte


def begin(owner: Person, name: str, size: int, *, at: datetime) -> Upload:
    """Make room for a file before a byte of it is sent. Raises DeskError file_empty, file_too_big or quota."""
    name = files.safe_name(name)
    if size == 0:
        raise DeskError("file_empty", name=name)
    if size > files.MAX_MIB * 1024 * 1024:
        raise DeskError("file_too_big", name=name, limit=files.MAX_MIB)
    if quotas.is_used_up(owner, at=at):
        raise DeskError("quota")
    upload = Upload(public_id=secrets.token_hex(16), owner_id=owner.id, name=name, size=size, created_at=at)
    db.session.add(upload)
    db.session.flush()
    parts.create(upload.public_id)
    return upload


def find(public_id: str, owner: Person) -> Upload | None:
    """Return the unfinished upload if it is his."""
    if not files.PUBLIC_ID.fullmatch(public_id):
        return None
    return db.session.scalar(select(Upload).where(Upload.public_id == public_id, Upload.owner_id == owner.id))


def finished(public_id: str, owner: Person) -> Attachment | None:
    """Return what the upload has become, if it is his: a client whose last answer was lost asks again."""
    if not files.PUBLIC_ID.fullmatch(public_id):
        return None
    his = (Attachment.owner_id == owner.id, Attachment.state != FileState.DISCARDED)
    return db.session.scalar(select(Attachment).where(Attachment.public_id == public_id, *his))


def expires_at(upload: Upload) -> datetime:
    last = datetime.fromtimestamp(parts.last_byte_at(upload.public_id), UTC)
    return max(upload.created_at, last) + KEPT


def finish(upload: Upload, stored: Stored, owner: Person, *, at: datetime) -> Attachment:
    """Put an attachment of the same id in the upload's place. The caller holds the lock of its bytes."""
    kept = files.keep(stored, upload.name, owner, at=at, public_id=upload.public_id)
    db.session.delete(db.session.merge(upload))
    db.session.flush()
    return kept


def forget(upload: Upload) -> None:
    """Forget an upload that its owner has given up."""
    db.session.delete(db.session.merge(upload))
    db.session.flush()
    parts.remove(upload.public_id)


def forget_old(*, at: datetime) -> int:
    """Forget uploads that nothing has come to for a day, and bytes without an upload; return how many."""
    query = select(Upload).where(Upload.created_at < at - KEPT)
    old = [upload for upload in db.session.scalars(query) if expires_at(upload) < at]
    for upload in old:
        forget(upload)
    known = set(db.session.scalars(select(Upload.public_id)))
    strays = [name for name in parts.strays(before=(at - KEPT).timestamp()) if name not in known]
    for name in strays:
        parts.remove(name)
    return len(old) + len(strays)
