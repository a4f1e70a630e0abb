"""Turns a recording into text (S105). The claim makes it safe to ask twice; a killed worker's claim goes stale."""

import logging
import time
from collections.abc import Callable
from dataclasses import asdict

from flask import current_app

import speech
from extensions import db
from jobs import committed
from jobs.clock import utc_now
from models import VoiceNote
from services import storage, voice_notes

log = logging.getLogger(__name__)

TELL_EVERY_SECONDS = 1.0


def transcribe(note_id: int) -> None:
    """Transcribe one voice note if no other worker is at it. Without a model that can be loaded it waits for one."""
    with committed():
        note = voice_notes.claim(note_id, at=utc_now())
    if note is None:
        return
    try:
        heard = _hear(note)
    except speech.BadAudio as error:
        log.info("voice note %s: %s", note_id, error.code)
        with committed():
            voice_notes.fail(_again(note_id), error.code)
        return
    with committed():
        if heard is None:
            voice_notes.wait_for_model(_again(note_id))
            return
        words = [asdict(word) for word in heard.words]
        milliseconds = round(heard.audio_seconds * 1000)
        voice_notes.finish(
            _again(note_id), text=heard.text, words=words, language=heard.language, audio_ms=milliseconds
        )


def _hear(note: VoiceNote) -> speech.Transcript | None:
    """Return what was said, None without a model. Raises BadAudio."""
    config = current_app.config
    model = speech.find(config["VOSK_MODEL"], config["DATA_DIR"])
    if model is None:
        return None
    path = storage.path_of(note.sha256)
    seconds = speech.probe(path).seconds
    try:
        return speech.transcribe(path, model, config["VOSK_HINTS"], on_progress=_teller(note.id, seconds))
    except speech.ModelError as error:  # the operator's to mend: it must not cost the recording its attempts
        log.error("the speech model can't be loaded: %s", error)
        return None


def _again(note_id: int) -> VoiceNote:
    return db.session.get_one(VoiceNote, note_id, populate_existing=True)


def _teller(note_id: int, seconds: float) -> Callable[[float], None]:
    """Return what writes the progress down, once a second at most."""
    last = time.monotonic()

    def tell(done: float) -> None:
        nonlocal last
        if time.monotonic() - last >= TELL_EVERY_SECONDS:
            last = time.monotonic()
            with committed():
                voice_notes.progress(note_id, int(100 * done / max(seconds, 0.1)), at=utc_now())

    return tell
