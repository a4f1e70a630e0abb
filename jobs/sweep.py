"""Finds what a crash left: rows that no job is at. So nothing depends on Redis having kept its queues."""

import time
from datetime import timedelta

from flask import current_app

import speech
from extensions import db
from jobs import DELIVERIES, HOUSEKEEPING, SPEECH, committed, enqueue
from jobs.clock import utc_now
from services import deliveries, devices, examinations, hand_offs, quotas, storage, uploads, voice_notes

GRACE = timedelta(seconds=10)  # a job that the commit has just asked for is given the time to start
BATCH = 50


def sweep() -> None:
    """Ask again for deliveries that are due, for voice notes and for files without a job. Run every 15 seconds."""
    ids = deliveries.due(at=utc_now() - GRACE)
    for start in range(0, len(ids), BATCH):
        enqueue("jobs.deliver.deliver_all", ids[start : start + BATCH], queue=DELIVERIES)
    config = current_app.config
    has_model = speech.find(config["VOSK_MODEL"], config["DATA_DIR"]) is not None
    with committed():
        notes = voice_notes.overdue(at=utc_now(), has_model=has_model)
        unseen = examinations.overdue(at=utc_now())
    for note_id in notes:
        enqueue("jobs.transcribe.transcribe", note_id, queue=SPEECH)
    for file_id in unseen:
        enqueue("jobs.examine.examine", file_id, queue=HOUSEKEEPING)
    db.session.remove()


def tidy() -> None:
    """Forget expired devices, half-written files, uploads given up and what was never sent. Run every hour."""
    with committed():
        devices.forget_expired(at=utc_now())
        hand_offs.forget_old(at=utc_now())
        uploads.forget_old(at=utc_now())
        unsent = quotas.forget_unsent(at=utc_now())
    for sha256 in unsent:
        storage.remove(sha256, older_than_seconds=86_400, now=time.time())
    storage.sweep(older_than_seconds=86_400, now=time.time())
    db.session.remove()
