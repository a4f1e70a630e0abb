"""What runs later. The edge commits here, and what the commit left to do wakes a worker.

Nothing of importance lives only in Redis: if it can't be reached, the sweep finds the rows (`jobs.sweep`).
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from redis.exceptions import RedisError
from rq import Queue, Retry

from extensions import WRITE, db, redis
from jobs.clock import utc_now
from services import files, outbox, voice_notes

log = logging.getLogger(__name__)

# By urgency: somebody looks at the screen, somebody waits for word, somebody has written, nobody waits.
SPEECH, DELIVERIES, MAIL_IN, HOUSEKEEPING = "speech", "deliveries", "mail", "housekeeping"
SPEECH_LATER = "speech-later"  # the rest of long recordings, and old ones that are heard anew: short ones go first
QUEUES = (SPEECH, SPEECH_LATER, DELIVERIES, MAIL_IN, HOUSEKEEPING)
TIMEOUTS = {SPEECH: 900, SPEECH_LATER: 3600, DELIVERIES: 300, MAIL_IN: 300, HOUSEKEEPING: 300}  # seconds


@contextmanager
def committed() -> Iterator[None]:
    """Run the block in a transaction of its own that writes, commit it, then wake the workers it made work for.

    The transaction that read before is ended first: SQLite can't turn a reading one into a writing one. What it
    loaded may be old by now, so what is about to change is loaded anew inside the block.
    """
    db.session.commit()
    db.session.connection(execution_options={WRITE: True})
    try:
        yield
        _let_go()
        db.session.commit()
    except BaseException:
        db.session.rollback()
        db.session.info.clear()
        raise
    _wake()


def _let_go() -> None:
    """Let what is to leave at once do so even when its event was played as of another day (`flask robot run --now`)."""
    now = utc_now()
    for delivery in db.session.info.get(outbox.FRESH, []):
        if delivery.next_attempt_at > now:
            delivery.next_attempt_at = now


def _wake() -> None:
    deliveries = [delivery.id for delivery in db.session.info.pop(outbox.FRESH, [])]
    notes = [note.id for note in db.session.info.pop(voice_notes.FRESH, [])]
    fresh_files = [file.id for file in db.session.info.pop(files.FRESH, [])]
    if deliveries:
        enqueue("jobs.deliver.deliver_all", deliveries, queue=DELIVERIES)
    for note_id in notes:
        enqueue("jobs.transcribe.transcribe", note_id, queue=SPEECH)
    for file_id in fresh_files:
        enqueue("jobs.examine.examine", file_id, queue=HOUSEKEEPING)


def enqueue(job: str, *args: Any, queue: str) -> bool:
    """Ask a worker for a job; False when Redis can't be reached, and then the sweep does it."""
    try:
        Queue(queue, connection=redis.client).enqueue(
            job, *args, job_timeout=TIMEOUTS[queue], retry=Retry(max=3, interval=[5, 30, 120]), result_ttl=0
        )
    except RedisError as error:
        log.warning("%s waits for the sweep: %s", job, error)
        return False
    return True


def asked_count(queue: str) -> int:
    """Return how many jobs wait in the queue; 0 when Redis can't be reached, and then none can be added either."""
    try:
        return Queue(queue, connection=redis.client).count
    except RedisError:
        return 0
