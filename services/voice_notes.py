"""Recordings: kept at once, transcribed by a job, given to a comment when it is sent (S105)."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import IO, Any

from sqlalchemy import and_, or_, select, update

from extensions import db
from models import Comment, Kind, Person, Ticket, VoiceNote, VoiceState
from models.access import visible_to
from services import files, storage

MAX_MIB = 75
MAX_ATTEMPTS = 5
STALE = timedelta(seconds=20)  # a claim is renewed every second; one not renewed for so long is a dead worker's
FRESH = "fresh_voice_notes"  # session.info: ids for the edge to wake the speech worker with, after its commit
TYPES = {
    "audio/webm": "audio/webm",
    "video/webm": "audio/webm",
    "audio/mp4": "audio/mp4",
    "video/mp4": "audio/mp4",
    "audio/x-m4a": "audio/mp4",
    "audio/ogg": "audio/ogg",
    "application/ogg": "audio/ogg",
    "audio/mpeg": "audio/mpeg",
    "audio/aac": "audio/aac",
    "audio/wav": "audio/wav",
    "audio/x-wav": "audio/wav",
    "audio/wave": "audio/wav",
    "audio/amr": "audio/amr",
    "audio/3gpp": "audio/3gpp",
    "audio/flac": "audio/flac",
}


def store(stream: IO[bytes]) -> storage.Stored:
    """Keep the bytes of a recording. Raises DeskError file_empty or file_too_big. Needs no transaction."""
    return storage.keep(stream, max_bytes=MAX_MIB * 1024 * 1024)


def keep(stored: storage.Stored, content_type: str, owner: Person, *, client_id: str | None, at: datetime) -> VoiceNote:
    """Make a note of a stored recording and ask for its text. The same `client_id` again gives the first one."""
    if client_id and (first := by_client_id(owner, client_id)):
        return first
    note = VoiceNote(
        public_id=secrets.token_hex(16),
        owner_id=owner.id,
        client_id=client_id or None,
        content_type=TYPES.get(content_type.split(";")[0].strip().lower(), "application/octet-stream"),
        size=stored.size,
        sha256=stored.sha256,
        created_at=at,
        words=[],
    )
    db.session.add(note)
    db.session.flush()
    db.session.info.setdefault(FRESH, []).append(note)
    return note


def by_client_id(owner: Person, client_id: str) -> VoiceNote | None:
    return db.session.scalar(select(VoiceNote).where(VoiceNote.owner_id == owner.id, VoiceNote.client_id == client_id))


def unsent(owner: Person, public_ids: Sequence[str]) -> list[VoiceNote]:
    """Return those of the notes that are the owner's and belong to no comment yet."""
    public_ids = files.plausible(public_ids)
    if not public_ids:
        return []
    found = db.session.scalars(
        select(VoiceNote).where(
            VoiceNote.public_id.in_(public_ids), VoiceNote.owner_id == owner.id, VoiceNote.comment_id.is_(None)
        )
    )
    by_id = {note.public_id: note for note in found}
    return [by_id[public_id] for public_id in dict.fromkeys(public_ids) if public_id in by_id]


def attach(notes: Sequence[VoiceNote], comment: Comment) -> None:
    for note in notes:
        note.comment_id = comment.id


def visible(public_id: str, person: Person) -> VoiceNote | None:
    """Return the note if `person` may hear it: his own unsent one, or one of a comment that he may read."""
    readable = and_(visible_to(person), Comment.kind != Kind.INTERNAL) if not person.is_staff else visible_to(person)
    return db.session.scalar(
        select(VoiceNote)
        .outerjoin(Comment, Comment.id == VoiceNote.comment_id)
        .outerjoin(Ticket, Ticket.id == Comment.ticket_id)
        .where(
            VoiceNote.public_id == public_id,
            or_(
                and_(VoiceNote.comment_id.is_(None), VoiceNote.owner_id == person.id),
                and_(Ticket.id.is_not(None), readable),
            ),
        )
    )


def claim(note_id: int, *, at: datetime) -> VoiceNote | None:
    """Take the note for this worker, or None when it is done, another one is at it, or it failed too often.

    A conditional UPDATE, so that of two workers one gets it; a dead worker's claim goes stale.
    """
    taken = db.session.execute(
        update(VoiceNote)
        .where(
            VoiceNote.id == note_id,
            VoiceNote.attempts_count < MAX_ATTEMPTS,
            or_(
                VoiceNote.state.in_((VoiceState.WAITING, VoiceState.NO_MODEL)),
                and_(VoiceNote.state == VoiceState.WORKING, VoiceNote.claimed_at < at - STALE),
            ),
        )
        .values(state=VoiceState.WORKING, claimed_at=at, attempts_count=VoiceNote.attempts_count + 1, percent=0)
    )
    return db.session.get(VoiceNote, note_id, populate_existing=True) if taken.rowcount else None  # type: ignore[attr-defined]


def progress(note_id: int, percent: int, *, at: datetime) -> None:
    """Renew the claim and say how much of the audio is done."""
    db.session.execute(
        update(VoiceNote)
        .where(VoiceNote.id == note_id, VoiceNote.state == VoiceState.WORKING)
        .values(percent=min(percent, 99), claimed_at=at)
    )


def finish(note: VoiceNote, *, text: str, words: list[dict[str, Any]], language: str, audio_ms: int) -> None:
    note.state, note.percent, note.last_error = VoiceState.DONE, 100, ""
    note.text, note.words, note.language, note.audio_ms = text, words, language, audio_ms


def fail(note: VoiceNote, error: str) -> None:
    """Give up on the text: the audio itself is no audio, and trying again would not help."""
    note.state, note.last_error = VoiceState.FAILED, error[:300]


def wait_for_model(note: VoiceNote) -> None:
    note.state, note.attempts_count = VoiceState.NO_MODEL, note.attempts_count - 1


def overdue(*, at: datetime, has_model: bool) -> list[int]:
    """Return the ids of notes that no job is at: lost with Redis or a worker, or waiting for a model that is here now.

    Notes that killed their worker MAX_ATTEMPTS times are set aside as failed.
    """
    db.session.execute(
        update(VoiceNote)
        .where(
            VoiceNote.state == VoiceState.WORKING,
            VoiceNote.claimed_at < at - STALE,
            VoiceNote.attempts_count >= MAX_ATTEMPTS,
        )
        .values(state=VoiceState.FAILED, last_error="the worker died too often")
    )
    lost = or_(
        and_(VoiceNote.state == VoiceState.WAITING, VoiceNote.created_at < at - timedelta(seconds=15)),
        and_(VoiceNote.state == VoiceState.WORKING, VoiceNote.claimed_at < at - STALE),
    )
    if has_model:
        lost = or_(lost, VoiceNote.state == VoiceState.NO_MODEL)
    return list(db.session.scalars(select(VoiceNote.id).where(lost).order_by(VoiceNote.id).limit(200)))
