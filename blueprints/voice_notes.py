"""Recordings: uploaded as soon as they end, their text asked for until it is there (S105)."""

from typing import Any

from flask import Blueprint, jsonify, render_template, request
from flask_login import login_required
from sqlalchemy.exc import IntegrityError

from blueprints import _attached, _files, _limits, _words
from blueprints._templates import language
from blueprints._web import Answer, found, me, no_store, now, sent_id
from extensions import limiter
from jobs import committed
from models import VoiceNote, VoiceState
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
            note = voice_notes.keep(stored, audio.mimetype or "", me(), client_id=client_id, at=now(), **_origin())
    except IntegrityError:  # the same recording came twice at once (PostgreSQL): the first one is there
        note = found(voice_notes.by_client_id(me(), client_id or ""))
    return _answer(note, 201)


def _origin() -> dict[str, Any]:
    """Return how it came to be: spoken into the page (`recorded`), in the reader's language most likely."""
    return {"is_recorded": request.form.get("recorded") == "1", "language": language()}


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
    return no_store(render_template("voice_notes/_note.html", note=_shown(note)))


def _shown(note: VoiceNote) -> _attached.ShownNote:
    return _attached.shown_note(note, is_own=note.owner_id == me().id, may_edit=note.comment_id is not None)


def _answer(note: VoiceNote, status: int) -> Answer:
    shown = _shown(note)
    answer = jsonify(
        id=note.public_id,
        state=note.state,
        percent=note.percent,
        text=note.text,
        words=note.words,
        url=shown.url,
        copy_url=shown.copy_url or None,
        duration=shown.duration_text,
        sent=note.comment_id is not None,
        spans=note.spans,
        raw_text=note.raw_text,
        language=note.language,
        peaks=note.peaks,
        wave=shown.wave,
        edited=note.edited_at is not None,
        cut=note.is_cut,
        cut_words=shown.cut,
        error=shown.fault,
        error_code=note.last_error if note.state == VoiceState.FAILED else "",
    )
    answer.status_code = status
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.get("/voice-notes/<public_id>/audio")
@login_required
def audio(public_id: str) -> Answer:
    note = found(voice_notes.visible(public_id, me()))
    return _files.send(note.sha256, note.content_type, f"voice-{note.public_id[:8]}", inline=True)


@bp.get("/voice-notes/<public_id>/copy")
@login_required
def copy(public_id: str) -> Answer:
    """Send the same in AAC, for players that lack the original's codec or its length."""
    note = found(voice_notes.visible(public_id, me()))
    return _files.send(found(note.playable_sha256), "audio/mp4", f"voice-{note.public_id[:8]}.m4a", inline=True)
