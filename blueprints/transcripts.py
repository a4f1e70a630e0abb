"""What the author of a recording does about its text: words to check and offers before he sends it, corrections after."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import login_required

from blueprints import _attached, _limits, _words
from blueprints._web import Answer, Form, found, me, no_store, now, refused, wants_fragment
from extensions import limiter
from jobs import committed
from models import VoiceNote, VoiceState
from rules.errors import DeskError
from rules.tickets import MAX_SUBJECT
from services import transcripts, voice_notes, voice_suggestions

bp = Blueprint("transcripts", __name__)

MOST_DOUBTS = 12
MOST_OFFERS = 5  # of one kind


@bp.get("/voice-notes/<public_id>/words")
@login_required
@limiter.limit("120/minute", key_func=_limits.of_person("words"))
def show(public_id: str) -> Answer:
    """Return the part of a form that stands under a recording. `?offers=1`: the form has a ticket's fields."""
    note = found(voice_notes.visible(public_id, me()))
    if note.owner_id != me().id or note.comment_id is not None or note.state != VoiceState.DONE:
        return no_store("")
    offers = _offers(note) if request.args.get("offers") else {}
    doubts = transcripts.doubts(note.spans, MOST_DOUBTS)
    return no_store(render_template("voice_notes/_words.html", note=note, doubts=doubts, **offers))


def _offers(note: VoiceNote) -> dict[str, Any]:
    heard = voice_suggestions.suggestions(note, me())
    return {
        "serials": heard.serials[:MOST_OFFERS],
        "orders": heard.orders[:MOST_OFFERS],
        "articles": heard.articles[:MOST_OFFERS],
        "subject": heard.subject[:MAX_SUBJECT],
        "type": heard.type,
        "type_name": heard.type_name,
    }


@bp.route("/voice-notes/<public_id>/text", methods=["GET", "POST"])
@login_required
@limiter.limit("60/minute", key_func=_limits.of_person("words"), methods=["POST"])
def text(public_id: str) -> Answer:
    """Show the text of a recording that was sent to its author, to correct it; words that stay keep their seconds."""
    if request.method == "GET":
        note, number = found(transcripts.correctable(public_id, me()))
        form = Form({"text": note.text})
        page = "voice_notes/_edit.html" if wants_fragment() else "voice_notes/edit.html"
        return no_store(render_template(page, **_edited(note, number, form)))
    with committed():
        note, number = found(transcripts.correctable(public_id, me()))
        fault = _correct(note)
    if fault:
        form = Form(request.form, {"text": fault})
        return refused("voice_notes/edit.html", "voice_notes/_edit.html", 422, **_edited(note, number, form))
    if wants_fragment():
        shown = _attached.shown_note(note, is_own=True, may_edit=True)
        return no_store(render_template("voice_notes/_note.html", note=shown))
    place = f"voice-note-{note.public_id}"
    return redirect(url_for("tickets.show", number=number, at=note.comment_id, _anchor=place), 303)


def _correct(note: VoiceNote) -> str:
    """Change the text as the form says; return what is wrong with it, if anything is."""
    try:
        if request.form.get("restore"):
            voice_notes.restore(note)
        else:
            voice_notes.edit(note, request.form.get("text", ""), at=now())
    except DeskError as error:
        return (
            _words.error_text("too_long", **error.values) if error.code == "voice_too_long" else _words.words_of(error)
        )
    return ""


def _edited(note: VoiceNote, number: int, form: Form) -> dict[str, Any]:
    return {
        "note": _attached.shown_note(note, is_own=True),
        "number": number,
        "comment_id": note.comment_id,
        "form": form,
    }
