"""The worker process of rq, tuned: a job that was cut off is found soon, and the speech model is loaded once."""

import logging
from collections.abc import Sequence
from typing import Any

from flask import current_app
from redis import Redis
from rq import Queue, Worker
from rq.job import Job

import speech
from extensions import db
from jobs import SPEECH

log = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 15
# rq waits for a job for its time to live less 15 s, then tells again that it lives.
WORKER_TTL = HEARTBEAT_SECONDS + 15
# rq's own sweep finds a job whose worker was killed after the monitoring interval + 60 s, at its next maintenance.
MONITOR_SECONDS, MAINTENANCE_SECONDS = 10, 30


class DeskWorker(Worker):
    """Runs each job in a fork of its own, so that a crash of the decoder or of Vosk costs one job, not the worker."""

    def __init__(self, queues: Sequence[str], connection: Redis) -> None:
        super().__init__(
            queues,
            connection=connection,
            worker_ttl=WORKER_TTL,
            job_monitoring_interval=MONITOR_SECONDS,
            maintenance_interval=MAINTENANCE_SECONDS,
        )

    def work(self, *args: Any, **options: Any) -> bool:
        db.engine.dispose()  # a connection that two processes share is ruined by the first that closes it
        self._preload()
        return super().work(*args, **options)

    def execute_job(self, job: Job, queue: Queue) -> None:
        self._preload()  # it may have been installed, or changed for another, since the start
        super().execute_job(job, queue)

    def _preload(self) -> None:
        """Load the model before the fork, which then has it for nothing; a second and 0.5 GB otherwise, each time."""
        if SPEECH not in self.queue_names():
            return
        model = speech.find(current_app.config["VOSK_MODEL"], current_app.config["DATA_DIR"])
        if model is None:
            return
        try:
            speech.preload(model)
        except speech.ModelError as error:
            log.warning("the speech model can't be loaded: %s", error)
