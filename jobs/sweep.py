"""Finds what a crash left: rows that no job is at. So nothing depends on Redis having kept its queues."""

import math
import time
from datetime import timedelta

from flask import current_app

import speech
from extensions import db
from jobs import DELIVERIES, HOUSEKEEPING, SPEECH, asked_count, committed, enqueue
from jobs.clock import utc_now
from services import deliveries, devices, examinations, hand_offs, quotas, storage, uploads, voice_notes

GRACE = timedelta(seconds=10)  # a job that the commit has just asked for is given the time to start
BATCH, MOST_WORKERS = 50, 8  # deliveries that a worker more is asked for; all of those


def sweep() -> None:
    """Ask again for deliveries that are due, for voice notes and for files without a job. Run every 15 seconds."""
    _ask_to_deliver(deliveries.due_count(at=utc_now() - GRACE))
    config = current_app.config
    has_model = speech.find(config["VOSK_MODEL"], config["DATA_DIR"]) is not None
    with committed():
        notes = voice_notes.overdue(at=utc_now(), has_model=has_model)
        unseen = examinations.overdue(at=utc_now())
    asked = [note_id for note_id in notes if enqueue("jobs.transcribe.transcribe", note_id, queue=SPEECH)]
    if asked:
        with committed():
            voice_notes.asked_again(asked, at=utc_now())
    for file_id in unseen:
        enqueue("jobs.examine.examine", file_id, queue=HOUSEKEEPING)
    db.session.remove()


def _ask_to_deliver(due_count: int) -> None:
    """Ask for as many workers as the work is for, those that were asked for already counted: each takes what is due."""
    wanted = min(math.ceil(due_count / BATCH), MOST_WORKERS)
    for _ in range(wanted - asked_count(DELIVERIES)):
        enqueue("jobs.deliver.deliver_all", [], queue=DELIVERIES)


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
