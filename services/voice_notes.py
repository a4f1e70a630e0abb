"""Recordings: kept at once, transcribed by a job piece by piece, given to a comment when it is sent (S105)."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import IO, Any

from sqlalchemy import and_, func, or_, select, update

from extensions import db
from models import Comment, Kind, Person, Ticket, VoiceNote, VoiceState
from models.access import visible_to
from rules import transcripts
from rules.errors import DeskError
from rules.text import printable
from services import files, storage

MAX_MIB = 75
MAX_ATTEMPTS = 5
STALE = timedelta(seconds=20)  # a claim is renewed every second; one not renewed for so long is a dead worker's
ASKED_AGAIN = timedelta(seconds=60)
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


def keep(
    stored: storage.Stored,
    content_type: str,
    owner: Person,
    *,
    client_id: str | None,
    at: datetime,
    is_recorded: bool = False,
    language: str = "",
) -> VoiceNote:
    """Make a note of a stored recording and ask for its text. The same `client_id` again gives the first one.

    `is_recorded`: in the page, so the limit of recordings counts. `language`: its speaker's, which picks the model.
    """
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
        is_recorded=is_recorded,
        asked_language=language[:8],
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
        .values(
            state=VoiceState.WORKING,
            claim=secrets.token_hex(16),
            claimed_at=at,
            attempts_count=VoiceNote.attempts_count + 1,
        )
    )
    return db.session.get(VoiceNote, note_id, populate_existing=True) if taken.rowcount else None  # type: ignore[attr-defined]


def held(note_id: int, claim: str | None) -> VoiceNote | None:
    """Return the note, locked, if the worker with this claim still has it: what a late one brings is thrown away."""
    return db.session.scalar(
        select(VoiceNote)
        .where(VoiceNote.id == note_id, VoiceNote.state == VoiceState.WORKING, VoiceNote.claim == claim)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def progress(note_id: int, percent: int, *, at: datetime, claim: str | None = None) -> None:
    """Renew the claim and say how much of the audio is done."""
    ours = [VoiceNote.claim == claim] if claim else []
    db.session.execute(
        update(VoiceNote)
        .where(VoiceNote.id == note_id, VoiceNote.state == VoiceState.WORKING, *ours)
        .values(percent=min(percent, 99), claimed_at=at)
    )


def look(note: VoiceNote, *, audio_ms: int, peaks: list[int], is_cut: bool, copy: storage.Stored | None) -> None:
    """Say what the recording is, once: its length, its picture, and the copy for browsers that lack its codec."""
    note.audio_ms, note.peaks, note.is_cut = audio_ms, peaks, is_cut
    if copy:
        note.playable_sha256, note.playable_size = copy.sha256, copy.size


def add_piece(note: VoiceNote, words: list[dict[str, Any]], *, heard_ms: int) -> None:
    """Keep the words of a piece that is not the last, and let go of the note: the next piece is a job of its own."""
    note.words, note.heard_ms = [*note.words, *words], heard_ms
    note.percent = min(99, 100 * heard_ms // max(note.audio_ms or 0, heard_ms, 1))
    note.state, note.claim, note.claimed_at, note.attempts_count = VoiceState.WAITING, None, None, 0


def finish(
    note: VoiceNote, *, text: str, words: list[dict[str, Any]], language: str, audio_ms: int, model: str = ""
) -> None:
    """Store what was heard, and the text made of it. A text that its author has corrected stays his."""
    note.state, note.percent, note.last_error, note.claim = VoiceState.DONE, 100, "", None
    note.raw_text, note.words, note.language, note.model = text, words, language, model
    note.audio_ms = note.heard_ms = audio_ms
    if note.edited_at is None:
        restore(note)


def restore(note: VoiceNote) -> None:
    """Make the text of the words as they were heard; takes an edit back."""
    is_timed = bool(note.words) and all("start" in word for word in note.words)
    made = transcripts.restored(note.words, note.language) if is_timed else transcripts.edited([], note.raw_text)
    note.text, note.spans, note.edited_at = transcripts.joined(made), transcripts.rows(made), None


def edit(note: VoiceNote, text: str, *, at: datetime) -> None:
    """Take its author's correction of the text; words that stayed keep their times.

    Raises DeskError voice_not_ready before it was heard, voice_too_long for more than anybody says.
    """
    if note.state != VoiceState.DONE:
        raise DeskError("voice_not_ready")
    if len(text) > transcripts.MAX_TEXT:
        raise DeskError("voice_too_long", limit=transcripts.MAX_TEXT)
    made = transcripts.edited(transcripts.spans(note.spans), printable(text))
    if (said := transcripts.joined(made)) != note.text:
        note.text, note.spans, note.edited_at = said, transcripts.rows(made), at


def fail(note: VoiceNote, error: str) -> None:
    """Give up on the text: the audio itself is no audio, and trying again would not help."""
    note.state, note.last_error, note.claim = VoiceState.FAILED, error[:300], None


def wait_for_model(note: VoiceNote) -> None:
    note.state, note.claim, note.attempts_count = VoiceState.NO_MODEL, None, max(0, note.attempts_count - 1)


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
        .values(state=VoiceState.FAILED, last_error="worker-died")
    )
    is_waiting = [VoiceNote.state == VoiceState.WAITING, VoiceNote.created_at < at - timedelta(seconds=15)]
    lost = or_(
        and_(*is_waiting, func.coalesce(VoiceNote.claimed_at, VoiceNote.created_at) < at - timedelta(seconds=15)),
        and_(VoiceNote.state == VoiceState.WORKING, VoiceNote.claimed_at < at - STALE),
    )
    if has_model:
        lost = or_(lost, VoiceNote.state == VoiceState.NO_MODEL)
    return list(db.session.scalars(select(VoiceNote.id).where(lost).order_by(VoiceNote.id).limit(200)))


def asked_again(note_ids: Iterable[int], *, at: datetime) -> None:
    """Remember that a worker was asked for these: those that wait in a long queue are not asked for at each sweep."""
    later = at + ASKED_AGAIN - timedelta(seconds=15)
    waiting = update(VoiceNote).where(VoiceNote.id.in_(list(note_ids)), VoiceNote.state == VoiceState.WAITING)
    db.session.execute(waiting.values(claimed_at=later))


def try_again(note_ids: Sequence[int] = ()) -> list[int]:
    """Let failed notes (all, or of those that are asked for) wait for a new try from the beginning; return them."""
    failed = update(VoiceNote).where(VoiceNote.state == VoiceState.FAILED)
    if note_ids:
        failed = failed.where(VoiceNote.id.in_(note_ids))
    anew = {"state": VoiceState.WAITING, "attempts_count": 0, "last_error": "", "heard_ms": 0, "words": []}
    return list(db.session.scalars(failed.values(anew).returning(VoiceNote.id)))


def to_hear_again(*, model: str, note_ids: Sequence[int] = ()) -> list[int]:
    """Return the heard notes that another model than this has heard, or those of them that are asked for."""
    wanted = VoiceNote.id.in_(note_ids) if note_ids else VoiceNote.model != model
    heard = select(VoiceNote.id).where(wanted, VoiceNote.state == VoiceState.DONE)
    return list(db.session.scalars(heard.order_by(VoiceNote.id.desc())))
