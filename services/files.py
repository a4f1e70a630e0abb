"""Attachments: kept for their owner when chosen, given to a comment when it is sent (S29, S34, D8)."""

import mimetypes
import re
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import IO

from sqlalchemy import and_, or_, select

from extensions import db
from models import Attachment, Comment, Kind, Person, Ticket
from models.access import visible_to
from services import storage

MAX_MIB = 75
MAX_FILES = 20
MOST_IDS = 100
PUBLIC_ID = re.compile("[0-9a-f]{32}")
SHOWN_INLINE = ("image/png", "image/jpeg", "image/gif", "image/webp", "audio/", "video/", "text/plain")


def kind(content_type: str) -> str:
    """Return how a page shows it: image, audio, video or file."""
    main = content_type.split("/")[0]
    return main if main in {"audio", "video"} else "image" if content_type.startswith(SHOWN_INLINE[:4]) else "file"


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


def keep(stored: storage.Stored, name: str, owner: Person, *, at: datetime) -> Attachment:
    """Give stored bytes a name and an owner. The type is read off the name: what a browser claims is not believed."""
    name = safe_name(name)
    kept = Attachment(
        public_id=secrets.token_hex(16),
        owner_id=owner.id,
        name=name,
        content_type=_type(name)[:100],
        size=stored.size,
        sha256=stored.sha256,
        created_at=at,
    )
    db.session.add(kept)
    db.session.flush()
    return kept


def _type(name: str) -> str:
    """Return the type that the name tells; of a packed «журнал.txt.gz» that of the packing, not of what is in it."""
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
            Attachment.public_id.in_(public_ids), Attachment.owner_id == owner.id, Attachment.comment_id.is_(None)
        )
    )
    by_id = {attachment.public_id: attachment for attachment in found}
    return [by_id[public_id] for public_id in dict.fromkeys(public_ids) if public_id in by_id]


def attach(files: Sequence[Attachment], comment: Comment) -> None:
    for file in files:
        file.comment_id = comment.id


def visible(public_id: str, person: Person) -> Attachment | None:
    """Return the file if `person` may see it: his own unsent one, or one of a comment that he may read."""
    readable = and_(visible_to(person), Comment.kind != Kind.INTERNAL) if not person.is_staff else visible_to(person)
    return db.session.scalar(
        select(Attachment)
        .outerjoin(Comment, Comment.id == Attachment.comment_id)
        .outerjoin(Ticket, Ticket.id == Comment.ticket_id)
        .where(
            Attachment.public_id == public_id,
            or_(
                and_(Attachment.comment_id.is_(None), Attachment.owner_id == person.id),
                and_(Ticket.id.is_not(None), readable),
            ),
        )
    )
