"""Words while one speaks: his sound comes in small pieces, what was heard of it goes back with each answer (S105).

Nothing here is an error to the page: whatever it is, the text comes after the recording.
"""

from dataclasses import replace

from flask import Blueprint, abort, jsonify, request
from flask_login import login_required
from redis.exceptions import RedisError

from blueprints import _limits
from blueprints._templates import language
from blueprints._web import Answer, found, me, no_store
from extensions import db, limiter
from services import live_words
from services.live_words import MOST_CHUNK_BYTES, State, Words

bp = Blueprint("live_words", __name__, url_prefix="/live-words")


@bp.post("")
@login_required
@limiter.limit("20/minute;300/hour", key_func=_limits.of_person("live"))
def begin() -> Answer:
    """Give the asker a place to speak at: `id`, or the state `later`."""
    try:
        public_id = live_words.begin(me().id, language())
    except RedisError:
        public_id = None
    return no_store(jsonify(id=public_id, state=State.HEARING if public_id else State.LATER))


@bp.post("/<public_id>/<int:chunk>")
@login_required
@limiter.limit("900/minute", key_func=_limits.of_person("live-sound"))
def add(public_id: str, chunk: int) -> Answer:
    """Take the next piece of sound, with `last` in the address the last one; answer what was heard so far."""
    person_id = me().id
    db.session.commit()  # nothing of the database is held while a slow link sends
    if (request.content_length or 0) > MOST_CHUNK_BYTES:
        abort(413)
    sound = request.get_data(cache=False)  # without its length it is bounded too, as forms are (blueprints/_bounds.py)
    try:
        state = live_words.add(public_id, person_id, chunk, sound, is_last="last" in request.args)
        words = found(live_words.words(public_id, person_id) if state != State.GONE else None)
        words = replace(words, state=State.LATER) if state == State.GAP else words
    except RedisError:
        words = live_words.LATER
    return _told(words)


@bp.get("/<public_id>")
@login_required
@limiter.limit("900/minute", key_func=_limits.of_person("live-words"))
def show(public_id: str) -> Answer:
    try:
        words = found(live_words.words(public_id, me().id))
    except RedisError:
        words = live_words.LATER
    return _told(words)


def _told(words: Words) -> Answer:
    return no_store(jsonify(state=words.state, text=words.text, partial=words.partial, language=words.language))
