"""Turns a recording into text (S105), piece by piece. The claim makes it safe to ask twice; a killed worker's goes stale."""

import logging
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from flask import current_app

import speech
from extensions import db
from jobs import SPEECH_LATER, committed, enqueue
from jobs.clock import utc_now
from models import VoiceNote, VoiceState
from services import storage, voice_notes

log = logging.getLogger(__name__)

TELL_EVERY_SECONDS = 1.0
GRACE_SECONDS = 10.0  # a browser stops a recording a little late


class _Late(Exception):
    """Another worker has the note by now: this one was thought dead."""


@dataclass(frozen=True)
class _Task:
    """What must be known of a note while it is heard, when no transaction is open. `seconds`: how long it is."""

    note_id: int
    claim: str | None
    path: Path
    model: Path
    start: float
    limit: float
    seconds: float | None
    needs_look: bool


def transcribe(note_id: int) -> None:
    """Transcribe the next piece of a voice note if no other worker is at it. Without a model that loads it waits."""
    with committed():
        note = voice_notes.claim(note_id, at=utc_now())
    if note is None:
        return
    claim, task = note.claim, _task(note)
    try:
        piece = _hear(task) if task else None
    except _Late:
        return
    except speech.BadAudio as error:
        log.info("voice note %s: %s", note_id, error.code)
        with committed():
            if held := voice_notes.held(note_id, claim):
                voice_notes.fail(held, error.code)
        return
    with committed():
        is_over = _keep(note_id, claim, task, piece)
    if not is_over:
        enqueue("jobs.transcribe.transcribe", note_id, queue=SPEECH_LATER)  # after what is short


def transcribe_again(note_id: int) -> None:
    """Hear a note anew with the model in use; until that is done the old text stays, and what was edited stays."""
    note = db.session.get(VoiceNote, note_id)
    if note is None or note.state != VoiceState.DONE or not (task := _task(note, is_anew=True)):
        return
    words: list[dict[str, Any]] = []
    end, is_last = 0.0, False
    db.session.commit()
    while not is_last:
        piece = speech.hear(task.path, task.model, _hints(), start=end, limit=task.limit)
        words += [asdict(word) for word in piece.words]
        end, is_last = piece.end, piece.is_last
    with committed():
        note = _again(note_id)
        if note.state == VoiceState.DONE:
            voice_notes.finish(note, **_heard(words, task.model, end))


def _task(note: VoiceNote, *, is_anew: bool = False) -> _Task | None:
    config = current_app.config
    model = speech.find(config["VOSK_MODEL"], config["DATA_DIR"], note.asked_language)
    if model is None:
        return None
    limit = config["RECORDING_SECONDS"] + GRACE_SECONDS if note.is_recorded else config["SPEECH_MAX_MINUTES"] * 60.0
    start = 0.0 if is_anew else note.heard_ms / 1000
    seconds = note.audio_ms / 1000 if note.audio_ms else None
    path = storage.path_of(note.sha256)
    return _Task(note.id, note.claim, path, model, start, limit, seconds, needs_look=not note.peaks)


def _hear(task: _Task) -> speech.Piece | None:
    """Return the next piece, None without a model. Raises BadAudio, _Late."""
    db.session.commit()  # no transaction is open while it is listened to
    seconds = [task.seconds or task.limit]
    tell = _teller(task, seconds)
    handle, copy = tempfile.mkstemp(dir=storage.folder("incoming"), suffix=".m4a")
    os.close(handle)

    def look(sound: speech.Sound) -> None:
        if task.needs_look:
            seconds[0] = sound.seconds
            _look(task, sound, Path(copy))

    try:
        return speech.hear(
            task.path,
            task.model,
            _hints(),
            start=task.start,
            limit=task.limit,
            copy_to=Path(copy) if task.needs_look else None,
            on_look=look,
            on_wait=lambda: tell(task.start),
            on_progress=tell,
        )
    except speech.ModelError as error:  # the operator's to mend: it must not cost the recording its attempts
        log.error("the speech model can't be loaded: %s", error)
        return None
    finally:
        Path(copy).unlink(missing_ok=True)


def _look(task: _Task, sound: speech.Sound, copy: Path) -> None:
    """Store what the recording is at once: its picture is there before its text."""
    stored = storage.adopt(copy) if sound.has_copy else None
    with committed():
        note = voice_notes.held(task.note_id, task.claim)
        if note is None:
            raise _Late
        milliseconds = round(sound.seconds * 1000)
        voice_notes.look(note, audio_ms=milliseconds, peaks=list(sound.peaks), is_cut=sound.is_cut, copy=stored)


def _keep(note_id: int, claim: str | None, task: _Task | None, piece: speech.Piece | None) -> bool:
    """Store what was heard, unless another worker has the note by now; tell whether nothing is left to be heard."""
    note = voice_notes.held(note_id, claim)
    if note is None:
        return True
    if not task or not piece:
        voice_notes.wait_for_model(note)
        return True
    words = [asdict(word) for word in piece.words]
    if piece.is_last:
        voice_notes.finish(note, **_heard([*note.words, *words], task.model, piece.end))
    else:
        voice_notes.add_piece(note, words, heard_ms=round(piece.end * 1000))
    return piece.is_last


def _heard(words: list[dict[str, Any]], model: Path, end: float) -> dict[str, Any]:
    return {
        "text": " ".join(word["word"] for word in words),
        "words": words,
        "language": speech.language(model),
        "audio_ms": round(end * 1000),
        "model": speech.name(model),
    }


def _hints() -> list[str]:
    hints: list[str] = current_app.config["VOSK_HINTS"]
    return hints


def _again(note_id: int) -> VoiceNote:
    return db.session.get_one(VoiceNote, note_id, populate_existing=True)


def _teller(task: _Task, seconds: list[float]) -> Callable[[float], None]:
    """Return what writes the progress down, once a second at most; that renews the claim, too."""
    last = time.monotonic()

    def tell(done: float) -> None:
        nonlocal last
        if time.monotonic() - last >= TELL_EVERY_SECONDS:
            last = time.monotonic()
            with committed():
                percent = int(100 * done / max(seconds[0], 0.1))
                voice_notes.progress(task.note_id, percent, at=utc_now(), claim=task.claim)

    return tell
