"""Recordings: uploaded as soon as they end, their text asked for until it is there (S105)."""

from typing import Any

from flask import Blueprint, jsonify, render_template, request, url_for
from flask_login import login_required
from sqlalchemy.exc import IntegrityError

from blueprints import _attached, _files, _limits, _words
from blueprints._web import Answer, found, me, no_store, now, sent_id
from extensions import limiter
from jobs import committed
from models import VoiceNote
from rules.errors import DeskError
from services import quotas, voice_notes

bp = Blueprint("voice_notes", __name__)


@bp.post("/voice-notes")
@login_required
@limiter.limit("60/minute;300/hour", key_func=_limits.of_person("voice"))
def create() -> Answer:
    client_id = sent_id()
    if client_id and (first := voice_notes.by_client_id(me(), client_id)):
        return _answer(first, 201)
    audio = request.files.get("audio")
    if audio is None:
        return _fault("voice_empty")
    if quotas.is_used_up(me(), at=now()):
        return _fault("quota")
    try:
        stored = voice_notes.store(audio.stream)
    except DeskError as error:
        return _fault(error.code.replace("file_", "voice_"), **error.values)
    try:
        with committed():
            note = voice_notes.keep(stored, audio.mimetype or "", me(), client_id=client_id, at=now())
    except IntegrityError:  # the same recording came twice at once (PostgreSQL): the first one is there
        note = found(voice_notes.by_client_id(me(), client_id or ""))
    return _answer(note, 201)


def _fault(code: str, **values: Any) -> Answer:
    answer = jsonify(error=_words.error_text(code, **values))
    answer.status_code = 422
    return answer


@bp.get("/voice-notes/<public_id>")
@login_required
def show(public_id: str) -> Answer:
    note = found(voice_notes.visible(public_id, me()))
    if request.accept_mimetypes.best == "application/json":
        return _answer(note, 200)
    return no_store(render_template("voice_notes/_note.html", note=_attached.shown_note(note)))


def _answer(note: VoiceNote, status: int) -> Answer:
    answer = jsonify(
        id=note.public_id,
        state=note.state,
        percent=note.percent,
        text=note.text,
        words=note.words,
        url=url_for("voice_notes.audio", public_id=note.public_id),
        duration=_words.duration_text(note.audio_ms),
        sent=note.comment_id is not None,
    )
    answer.status_code = status
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.get("/voice-notes/<public_id>/audio")
@login_required
def audio(public_id: str) -> Answer:
    note = found(voice_notes.visible(public_id, me()))
    return _files.send(note.sha256, note.content_type, f"voice-{note.public_id[:8]}", inline=True)
