"""The desk's clock on a real Redis."""

from datetime import timedelta

import pytest
from redis import Redis
from rq import Queue

from bin.scheduler import Clock
from jobs import DELIVERIES, HOUSEKEEPING, SPEECH
from jobs.deliver import deliver_all

NOTHING: list[int] = []


def names(connection: Redis, queue: str) -> list[str]:
    return sorted(str(job.func_name) for job in Queue(queue, connection=connection).jobs)


def test_first_tick_asks_for_every_timed_job_once(connection: Redis) -> None:
    clock = Clock(connection, "a")
    assert clock.tick()
    assert clock.tick()
    assert names(connection, HOUSEKEEPING) == [
        "jobs.robot.tick",
        "jobs.sla.tick",
        "jobs.sweep.sweep",
        "jobs.sweep.tidy",
    ]


def test_second_clock_keeps_still(connection: Redis) -> None:
    assert Clock(connection, "a").tick()
    assert not Clock(connection, "b").tick()
    assert len(names(connection, HOUSEKEEPING)) == 4


def test_clock_takes_over_from_one_that_stopped(connection: Redis) -> None:
    first = Clock(connection, "a")
    first.tick()
    first.stop()
    assert Clock(connection, "b").tick()


def test_clock_takes_over_at_once_from_a_killed_one_of_its_name(connection: Redis) -> None:
    Clock(connection, "a").tick()
    assert Clock(connection, "a").tick()


@pytest.mark.parametrize("queue", [SPEECH, DELIVERIES, HOUSEKEEPING])
def test_job_that_waited_for_another_try_is_put_back(connection: Redis, queue: str) -> None:
    clock = Clock(connection, "a")
    job = Queue(queue, connection=connection).enqueue_in(timedelta(seconds=-1), deliver_all, NOTHING)
    clock.tick()
    assert job.id in Queue(queue, connection=connection).job_ids
