"""A job that ends its process at every attempt is put aside, and the worker goes on."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from redis import Redis
from rq import Queue, Retry
from rq.registry import FailedJobRegistry

from jobs import DELIVERIES
from tests.support.redis_server import RedisServer
from tests.support.waiting import until

ROOT = Path(__file__).parents[2]


def crash() -> None:
    """A job: what a fault of a library does."""
    os.kill(os.getpid(), signal.SIGKILL)


def fine() -> None:
    """A job."""


def test_a_poisoned_job_is_put_aside_after_its_attempts(
    redis_server: RedisServer, connection: Redis, tmp_path: Path
) -> None:
    queue = Queue(DELIVERIES, connection=connection)
    poison = queue.enqueue(crash, retry=Retry(max=2))
    after = queue.enqueue(fine)
    environment = os.environ | {"DATA_DIR": str(tmp_path), "REDIS_URL": redis_server.url}
    with subprocess.Popen([sys.executable, "-m", "bin.worker", DELIVERIES], cwd=ROOT, env=environment) as worker:
        try:
            failed = FailedJobRegistry(DELIVERIES, connection=connection)
            until(lambda: poison in failed, "the job put aside", seconds=90)
            until(lambda: after.is_finished, "the job behind it", seconds=60)
            assert poison.get_status(refresh=True) == "failed" and worker.poll() is None
        finally:
            worker.kill()
