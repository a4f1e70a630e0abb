"""Attachments: kept for their owner when chosen, given to a comment when it is sent (S29, S34, D8)."""

import mimetypes
import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import IO, Any

from flask import current_app
from sqlalchemy import and_, or_, select

from extensions import db
from models import Attachment, Comment, FileState, Kind, Person, ScanState, Ticket
from models.access import visible_to
from services import storage

UNSENT_KEPT = timedelta(days=31)  # as long as a page keeps what was typed beside it (static/js/drafts.js)
MAX_MIB = 75
MAX_FILES = 20
MOST_IDS = 100
PUBLIC_ID = re.compile("[0-9a-f]{32}")
FRESH = "fresh_files"  # session.info: for the edge to wake the job that looks at them, after its commit
TYPES = {  # what a system's own list may lack, so that a file is the same everywhere
    ".heic": "image/heic",
    ".heif": "image/heif",
    ".webp": "image/webp",
    ".m4a": "audio/mp4",
    ".opus": "audio/ogg",
    ".mkv": "video/x-matroska",
}
SHOWN = (  # columns that a page needs
    *("public_id", "name", "size", "content_type", "state", "scan_state", "virus"),
    *("width", "height", "thumbnail_sha256", "preview_sha256"),
)
TEXTS = re.compile(
    r"\.(log|txt|cfg|conf|config|csv|json|ini|ya?ml|xml|md|out|syslog|diff|patch|tsv)(\.\d+)?$", re.IGNORECASE
)
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/heic", "image/heif")  # services/thumbnails.py
SHOWN_INLINE = ("image/png", "image/jpeg", "image/gif", "image/webp", "audio/", "video/", "text/plain")


def kind(content_type: str) -> str:
    """Return how a page shows it: image, audio, video or file."""
    main = content_type.split("/")[0]
    return main if main in {"audio", "video"} else "image" if content_type.startswith(SHOWN_INLINE[:4]) else "file"


def look(file: Any) -> str:
    """Return how a page shows an attachment, or a row of it: image, audio, video, text or file. A picture that could not
    be drawn is a file."""
    if file.content_type in PICTURES:
        is_drawn = file.thumbnail_sha256 is not None
        soon = file.state in (FileState.WAITING, FileState.WORKING) and kind(file.content_type) == "image"
        return "image" if is_drawn or soon else "file"
    shown = kind(file.content_type)
    return "text" if shown == "file" and is_text(file.name, file.content_type) else shown


def is_text(name: str, content_type: str) -> bool:
    """Tell whether a page may show the file's beginning as plain text: logs, configurations, tables."""
    return bool(TEXTS.search(name)) or content_type == "text/plain"


def safe_name(name: str) -> str:
    """Return the last part of what a browser called the file, without control characters, 255 at most."""
    last = name.replace("\\", "/").split("/")[-1]
    printable = "".join(char for char in last if char.isprintable()).strip(". ")
    if len(printable) > 255:
        stem, dot, ending = printable.rpartition(".")
        printable = f"{stem[: 254 - len(ending)]}{dot}{ending}" if dot and len(ending) < 20 else printable[:255]
    return printable or "file"


def store(stream: IO[bytes]) -> storage.Stored:
    """Keep the bytes of a file. Raises DeskError file_empty or file_too_big. Needs no transaction: it may take long."""
    return storage.keep(stream, max_bytes=MAX_MIB * 1024 * 1024)


def keep(stored: storage.Stored, name: str, owner: Person, *, at: datetime, public_id: str = "") -> Attachment:
    """Give stored bytes a name and an owner. The type is read off the name: what a browser claims is not believed."""
    name = safe_name(name)
    content_type = _type(name)[:100]
    scanned = bool(current_app.config["CLAMD_URL"])
    looked_at = scanned or content_type in PICTURES
    kept = Attachment(
        public_id=public_id or secrets.token_hex(16),
        owner_id=owner.id,
        name=name,
        content_type=content_type,
        size=stored.size,
        sha256=stored.sha256,
        created_at=at,
        state=FileState.WAITING if looked_at else FileState.DONE,
        scan_state=ScanState.WAITING if scanned else ScanState.NONE,
    )
    db.session.add(kept)
    db.session.flush()
    if looked_at:
        db.session.info.setdefault(FRESH, []).append(kept)
    return kept


def _type(name: str) -> str:
    """Return the type that the name tells; of a packed «журнал.txt.gz» that of the packing, not of what is in it."""
    ending = "." + name.rpartition(".")[2].lower()
    if ending in TYPES:
        return TYPES[ending]
    known, packing = mimetypes.guess_type(name)
    if packing:
        return "application/gzip" if packing == "gzip" else "application/octet-stream"
    return known or "application/octet-stream"


def plausible(public_ids: Sequence[str]) -> list[str]:
    """Return what can be ids of ours, each once, and no more than a form may hold: databases take only so many."""
    return [public_id for public_id in dict.fromkeys(public_ids) if PUBLIC_ID.fullmatch(public_id)][:MOST_IDS]


def unsent(owner: Person, public_ids: Sequence[str]) -> list[Attachment]:
    """Return those of the files that are the owner's and belong to no comment yet, in the order they were asked."""
    public_ids = plausible(public_ids)
    if not public_ids:
        return []
    found = db.session.scalars(
        select(Attachment).where(
            Attachment.public_id.in_(public_ids),
            Attachment.owner_id == owner.id,
            Attachment.comment_id.is_(None),
            Attachment.state != FileState.DISCARDED,
        )
    )
    by_id = {attachment.public_id: attachment for attachment in found}
    return [by_id[public_id] for public_id in dict.fromkeys(public_ids) if public_id in by_id]


def is_any_lost(owner: Person, public_ids: Sequence[str], found: Sequence[Attachment]) -> bool:
    """Tell whether an id names nothing of the owner's any more, sent or not, beside what was `found`."""
    missing = set(plausible(public_ids)) - {file.public_id for file in found}
    if not missing:
        return False
    sent = (Attachment.owner_id == owner.id, Attachment.comment_id.is_not(None), Attachment.public_id.in_(missing))
    return len(missing) > len(db.session.scalars(select(Attachment.id).where(*sent)).all())


def attach(files: Sequence[Attachment], comment: Comment) -> None:
    for position, file in enumerate(files):
        file.comment_id, file.position = comment.id, position


def visible(public_id: str, person: Person) -> Attachment | None:
    """Return the file if `person` may see it: his own unsent one, or one of a comment that he may read."""
    readable = and_(visible_to(person), Comment.kind != Kind.INTERNAL) if not person.is_staff else visible_to(person)
    return db.session.scalar(
        select(Attachment)
        .outerjoin(Comment, Comment.id == Attachment.comment_id)
        .outerjoin(Ticket, Ticket.id == Comment.ticket_id)
        .where(
            Attachment.public_id == public_id,
            Attachment.state != FileState.DISCARDED,
            or_(
                and_(Attachment.comment_id.is_(None), Attachment.owner_id == person.id),
                and_(Ticket.id.is_not(None), readable),
            ),
        )
    )


def beside(file: Attachment, person: Person) -> list[tuple[str, str]]:
    """Return (id, name) of all files that `person` sees in the same ticket, in their order; of this one if unsent."""
    ticket_id = select(Comment.ticket_id).where(Comment.id == file.comment_id).scalar_subquery()
    query = (
        select(Attachment.public_id, Attachment.name)
        .join(Comment, Comment.id == Attachment.comment_id)
        .where(Comment.ticket_id == ticket_id)
        .order_by(Attachment.comment_id, Attachment.position, Attachment.id)
    )
    if not person.is_staff:
        query = query.where(Comment.kind != Kind.INTERNAL)
    return [(public_id, name) for public_id, name in db.session.execute(query)] or [(file.public_id, file.name)]


def ticket_of(file: Attachment) -> int | None:
    """Return the number of the ticket that the file belongs to."""
    query = select(Ticket.number).join(Comment, Comment.ticket_id == Ticket.id).where(Comment.id == file.comment_id)
    return db.session.scalar(query)


def discard(file: Attachment, *, at: datetime) -> None:
    """Take back a file that was not sent. Its bytes stay for a day: somebody may be sending the same ones now."""
    file.state = FileState.DISCARDED
    file.created_at = at - UNSENT_KEPT + timedelta(days=1)
