"""The worker process of rq, tuned: a job that was cut off is found soon, and the speech model is loaded once."""

import json
import logging
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from flask import current_app
from redis import Redis
from redis.backoff import ExponentialBackoff
from redis.client import Pipeline
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue, Worker
from rq.exceptions import InvalidJobOperation
from rq.job import Job
from rq.registry import StartedJobRegistry

import speech
from extensions import db
from jobs import SPEECH
from services import metrics

log = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 15
# rq waits for a job for its time to live less 15 s, then tells again that it lives.
WORKER_TTL = HEARTBEAT_SECONDS + 15
# rq's own sweep finds a job whose worker was killed after the monitoring interval + 60 s, at its next maintenance.
MONITOR_SECONDS, MAINTENANCE_SECONDS = 10, 30
# A Redis that is started again answers in a second or two: worth waiting for with whatever is under way.
RETRIES, LONGEST_PAUSE_SECONDS = 12, 1.0


def patient(url: str) -> Redis:
    """Return a client that asks again for some ten seconds before it says that Redis is away."""
    return Redis.from_url(url, retry=Retry(ExponentialBackoff(cap=LONGEST_PAUSE_SECONDS, base=0.05), RETRIES))


class PlainWords(logging.Filter):
    """Says in one line that Redis is away: rq tells it with three pages of where in redis-py it was noticed."""

    def filter(self, record: logging.LogRecord) -> bool:
        fault = record.exc_info[1] if record.exc_info else None
        if isinstance(fault, RedisError):
            record.msg, record.args = f"{record.getMessage()} {type(fault).__name__}: {fault}", ()
            record.exc_info = record.exc_text = None
        return True


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

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        """Tell that we live. Where Redis was emptied meanwhile nobody knows of us any more: say it all anew."""
        if pipeline is None and not self.connection.hexists(self.key, "queues"):
            self.connection.delete(self.key)
            self.register_birth()  # type: ignore[no-untyped-call]
        super().heartbeat(timeout, pipeline)
        costs = {model: [round(cost.seconds, 3), cost.memory] for model, cost in speech.costs().items()}
        if costs:  # for /metrics
            (self.connection if pipeline is None else pipeline).hset(self.key, metrics.MODELS, json.dumps(costs))

    def handle_job_success(self, job: Job, queue: Queue, started_job_registry: StartedJobRegistry) -> None:
        """Write down that the job is done. Where Redis was emptied meanwhile there is nothing left to write it on."""
        try:
            super().handle_job_success(job, queue, started_job_registry)
        except InvalidJobOperation:  # the job has no status any more; a late heartbeat may have left a shred of it
            self.connection.delete(job.key)

    def work(self, *args: Any, **options: Any) -> bool:
        db.engine.dispose()  # a connection that two processes share is ruined by the first that closes it
        self._preload()
        return super().work(*args, **options)

    def register_death(self) -> None:
        """Take our leave. Where Redis is away nobody is there to hear it, and what it says of us soon runs out."""
        with suppress(RedisError):
            super().register_death()  # type: ignore[no-untyped-call]

    def execute_job(self, job: Job, queue: Queue) -> None:
        self._preload()  # it may have been installed, or changed for another, since the start
        super().execute_job(job, queue)

    def _preload(self) -> None:
        """Load the model before the fork, which then has it for nothing; a second and 0.5 GB otherwise, each time."""
        if SPEECH not in self.queue_names():
            return
        models = speech.in_use(current_app.config["VOSK_MODEL"], current_app.config["DATA_DIR"])
        speech.forget(keep=models)
        for model in models:
            try:
                speech.preload(model)
            except speech.ModelError as error:
                log.warning("the speech model can't be loaded: %s", error)
