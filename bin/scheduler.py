"""The clock of the desk: asks for timed jobs (jobs/schedule.py) and puts back jobs that wait for another try.

`.venv/bin/python -m bin.scheduler`. rq has a process for each of the two, and nothing in it keeps two clocks from
asking for everything twice; here one loop does both, and a lock in Redis lets only one process do it.
"""

import logging
import signal
import uuid
from collections.abc import Callable

from flask import Flask
from redis import Redis
from redis.exceptions import RedisError
from rq.cron import CronScheduler
from rq.scheduler import RQScheduler

from app import create_app
from jobs import QUEUES

log = logging.getLogger(__name__)

SCHEDULE = "jobs.schedule"
TICK_SECONDS = 1.0


class Clock:
    """`name` owns the lock. Who starts again under the same name has it at once, another after a minute."""

    def __init__(self, connection: Redis, name: str, schedule: str = SCHEDULE) -> None:
        self._timed = CronScheduler(connection, logging_level=logging.WARNING, name=name)
        self._timed.load_config_from_file(schedule)
        self._waiting = RQScheduler(QUEUES, connection, logging_level=logging.WARNING, name=name)
        self._is_known = False

    def tick(self) -> bool:
        """Ask for what is due; return whether the lock is ours. Raises RedisError."""
        self._waiting.acquire_locks()
        if self._waiting.acquired_locks != set(QUEUES):
            return False
        if not self._is_known:
            self._timed.register_birth()
            self._waiting.register_birth()
            self._is_known = True
        self._waiting.heartbeat()
        self._waiting.enqueue_scheduled_jobs()
        self._timed.enqueue_jobs()
        self._timed.heartbeat()
        return True

    def stop(self) -> None:
        """Give the lock back. Raises RedisError."""
        self._timed.register_death()
        self._waiting.stop()


def keep_time(app: Flask, name: str = "") -> None:
    """Tick until SIGTERM. When Redis is away, wait for it."""
    stops = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, stops)  # they are waited for below, between two ticks
    clock = Clock(Redis.from_url(app.config["REDIS_URL"], socket_timeout=5), name or uuid.uuid4().hex)
    with app.app_context():
        while True:
            _try(clock.tick)
            if signal.sigtimedwait(stops, TICK_SECONDS):
                break
    _try(clock.stop)


def _try(step: Callable[[], object]) -> None:
    try:
        step()
    except RedisError as error:
        log.warning("Redis: %s", error)


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("rq").setLevel(logging.WARNING)
    keep_time(create_app())


if __name__ == "__main__":
    main()
