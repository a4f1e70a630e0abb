"""Finds what a crash left: rows that no job is at. So nothing depends on Redis having kept its queues."""

import time
from datetime import timedelta

from flask import current_app

import speech
from extensions import db
from jobs import DELIVERIES, SPEECH, committed, enqueue
from jobs.clock import utc_now
from services import deliveries, devices, storage, voice_notes

GRACE = timedelta(seconds=10)  # a job that the commit has just asked for is given the time to start
BATCH = 50


def sweep() -> None:
    """Ask again for deliveries that are due and for voice notes without a job. Run every 15 seconds."""
    ids = deliveries.due(at=utc_now() - GRACE)
    for start in range(0, len(ids), BATCH):
        enqueue("jobs.deliver.deliver_all", ids[start : start + BATCH], queue=DELIVERIES)
    config = current_app.config
    has_model = speech.find(config["VOSK_MODEL"], config["DATA_DIR"]) is not None
    with committed():
        notes = voice_notes.overdue(at=utc_now(), has_model=has_model)
    for note_id in notes:
        enqueue("jobs.transcribe.transcribe", note_id, queue=SPEECH)
    db.session.remove()


def tidy() -> None:
    """Forget expired devices and half-written files. Run every hour."""
    with committed():
        devices.forget_expired(at=utc_now())
    storage.sweep(older_than_seconds=86_400, now=time.time())
    db.session.remove()
