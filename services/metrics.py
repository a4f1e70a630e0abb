"""Figures of the running desk for whoever watches over it: what waits, how long, what speech costs."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from redis.exceptions import RedisError
from rq import Queue, Worker
from sqlalchemy import func, select

from extensions import db, redis
from models import VoiceNote, VoiceState
from services import live_ears

MODELS = "speech_models"  # field of a worker's own hash in Redis: {model: [seconds to load, bytes]}
ATTEMPTED = (VoiceState.WAITING, VoiceState.WORKING, VoiceState.NO_MODEL)


@dataclass(frozen=True)
class Figure:
    """One line of the answer: a gauge's name, its labels and value."""

    name: str
    help: str
    labels: dict[str, str]
    value: float


def figures(*, at: datetime) -> Iterator[Figure]:
    """Yield every figure there is; those of a part that is down are left out."""
    yield from _notes(at)
    try:
        yield from _queues()
        yield from _models()
        yield from _speakers()
    except RedisError:
        pass
    finally:
        yield Figure("desk_up", "The desk answers.", {}, 1)


def _notes(at: datetime) -> Iterator[Figure]:
    counted = select(VoiceNote.state, func.count()).group_by(VoiceNote.state)
    found: dict[str, int] = {state: count for state, count in db.session.execute(counted)}  # noqa: C416 - rows, not pairs
    for state in VoiceState:
        yield Figure("desk_voice_notes", "Voice notes by state.", {"state": state}, found.get(state, 0))
    oldest = db.session.scalar(select(func.min(VoiceNote.created_at)).where(VoiceNote.state.in_(ATTEMPTED)))
    waited = (at - oldest).total_seconds() if oldest else 0.0
    yield Figure("desk_voice_note_oldest_seconds", "Age of the oldest voice note without its text.", {}, waited)


def _queues() -> Iterator[Figure]:
    for queue in Queue.all(connection=redis.client):
        yield Figure("desk_queue_jobs", "Jobs that wait for a worker.", {"queue": queue.name}, queue.count)


def _speakers() -> Iterator[Figure]:
    places, speakers = live_ears.counts()
    yield Figure("desk_live_places", "People who may see their words while they speak; 0: no ear lives.", {}, places)
    yield Figure("desk_live_speakers", "People who speak now.", {}, speakers)


def _models() -> Iterator[Figure]:
    for key in sorted(Worker.all_keys(connection=redis.client)):
        stored: Any = redis.client.hget(key, MODELS)
        for model, (seconds, memory) in sorted(json.loads(stored or "{}").items()):
            labels = {"model": model, "worker": str(key).rpartition(":")[2]}
            yield Figure("desk_speech_model_load_seconds", "Seconds that loading the model took.", labels, seconds)
            yield Figure("desk_speech_model_bytes", "Memory that the model takes.", labels, memory)
