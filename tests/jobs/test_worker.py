"""The worker as a process of its own: what its jobs find when they start, and what is left when it is killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from rq import Queue, Worker
from rq.job import Job, JobStatus
from rq.worker import WorkerStatus

from jobs import HOUSEKEEPING, SPEECH
from speech import models
from tests.bin.processes import alive, descendants
from tests.samples.spoken import model_folder
from tests.support.redis_server import RedisServer
from tests.support.waiting import until

ROOT = Path(__file__).parents[2]
IDLE = WorkerStatus.IDLE


@pytest.fixture
def worker(
    request: pytest.FixtureRequest, redis_server: RedisServer, tmp_path: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """A worker of the marked queues, with the Korean model."""
    environment = {"DATA_DIR": str(tmp_path), "REDIS_URL": redis_server.url, "VOSK_MODEL": str(model_folder())}
    command = [sys.executable, "-m", "bin.worker", *request.param]
    with subprocess.Popen(command, cwd=ROOT, env=os.environ | environment) as process:
        try:
            yield process
        finally:
            process.kill()


def loaded_models() -> list[str]:
    """A job: which models its process had when it began."""
    return list(models._cache)


def hang() -> None:
    """A job that only a signal ends."""
    signal.pause()


def finished(job: Job) -> bool:
    return job.get_status(refresh=True) == JobStatus.FINISHED


@pytest.mark.parametrize("worker", [[SPEECH]], indirect=True)
def test_speech_job_begins_with_the_model_loaded(worker: object, connection: Redis) -> None:
    job = Queue(SPEECH, connection=connection).enqueue(loaded_models)
    until(lambda: finished(job), "the end of the job", seconds=60)
    assert job.return_value() == [os.path.realpath(model_folder())]


@pytest.mark.parametrize("worker", [[HOUSEKEEPING]], indirect=True)
def test_worker_of_other_queues_loads_no_model(worker: object, connection: Redis) -> None:
    job = Queue(HOUSEKEEPING, connection=connection).enqueue(loaded_models)
    until(lambda: finished(job), "the end of the job", seconds=60)
    assert job.return_value() == []


@pytest.mark.parametrize("worker", [[HOUSEKEEPING]], indirect=True)
def test_worker_tells_that_it_lives_every_quarter_of_a_minute(worker: object, connection: Redis) -> None:
    one = until(lambda: Worker.all(connection=connection), "a worker", seconds=60)[0]
    assert one.queue_names() == [HOUSEKEEPING]
    assert connection.ttl(one.key) <= 15 + 15 + 60


@pytest.mark.parametrize("worker", [[HOUSEKEEPING]], indirect=True)
def test_job_ends_with_the_worker_that_is_killed(worker: subprocess.Popen[bytes], connection: Redis) -> None:
    Queue(HOUSEKEEPING, connection=connection).enqueue(hang)
    horse = until(lambda: descendants(worker.pid), "a work horse", seconds=60)
    worker.kill()
    until(lambda: not alive(horse), "the end of the work horse")


@pytest.mark.parametrize("worker", [[HOUSEKEEPING]], indirect=True)
def test_idle_worker_stops_when_told(worker: subprocess.Popen[bytes], connection: Redis) -> None:
    until(
        lambda: [one for one in Worker.all(connection=connection) if one.get_state() == IDLE], "an idle one", seconds=60
    )
    worker.terminate()
    assert worker.wait(timeout=30) == 0


def done() -> None:
    """A job."""


@pytest.mark.parametrize("ends", ["while it waits", "while it works"])
def test_worker_outlives_a_redis_that_is_killed_and_says_so_in_a_line(tmp_path: Path, ends: str) -> None:
    log = tmp_path / "log"
    with RedisServer() as server, log.open("wb") as said, Redis.from_url(server.url) as connection:
        environment = os.environ | {"DATA_DIR": str(tmp_path), "REDIS_URL": server.url, "VOSK_MODEL": ""}
        command = [sys.executable, "-m", "bin.worker", HOUSEKEEPING]
        with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=said) as process:
            try:
                until(lambda: Worker.all(connection=connection), "a worker", seconds=60)
                if ends == "while it works":
                    Queue(HOUSEKEEPING, connection=connection).enqueue(hang)
                    horse = until(lambda: descendants(process.pid), "a work horse", seconds=60)[0].pid
                server.kill()
                if ends == "while it works":
                    os.kill(horse, signal.SIGKILL)  # and the worker, which has to write that down, finds nobody
                server.restart()
                job = Queue(HOUSEKEEPING, connection=connection).enqueue(done, result_ttl=60)
                until(lambda: finished(job), "the next job", seconds=60)
                assert process.poll() is None
            finally:
                process.kill()
    assert "Traceback" not in log.read_text()
