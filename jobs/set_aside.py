"""Jobs that failed at each of their attempts, or that ended every worker that tried: rq has put them aside."""

from dataclasses import dataclass
from datetime import UTC, datetime

from redis.exceptions import RedisError
from rq.exceptions import InvalidJobOperation, NoSuchJobError
from rq.job import Job
from rq.registry import FailedJobRegistry

from extensions import redis
from jobs import QUEUES

MOST_SHOWN = 50


@dataclass(frozen=True)
class SetAside:
    """`error` is the last line of what it said."""

    id: str
    name: str
    queue: str
    at: datetime | None
    error: str


def jobs() -> list[SetAside]:
    """Return what was put aside, the newest of each queue first; nothing when Redis can't be reached."""
    found: list[SetAside] = []
    try:
        for queue in QUEUES:
            registry = FailedJobRegistry(queue, connection=redis.client)
            ids = registry.get_job_ids(0, MOST_SHOWN - 1, desc=True)
            found += [_shown(job, queue) for job in Job.fetch_many(ids, connection=redis.client) if job is not None]
    except RedisError:
        return found
    return found[:MOST_SHOWN]


def _shown(job: Job, queue: str) -> SetAside:
    result = job.latest_result()
    lines = (result.exc_string or "" if result is not None else "").strip().splitlines()
    at, name = job.ended_at, job.func_name or ""
    return SetAside(job.id, name, queue, at and at.replace(tzinfo=at.tzinfo or UTC), (lines or [""])[-1][:300])


def repeat(job_id: str) -> bool:
    """Ask for the job again; False when it is not among them any more."""
    job = _found(job_id)
    if job is None:
        return False
    try:
        FailedJobRegistry(job.origin, connection=redis.client).requeue(job)
    except (InvalidJobOperation, NoSuchJobError):
        return False
    return True


def put_away(job_id: str) -> bool:
    """Forget the job: what it was for is found by the sweep, if it is still to be done."""
    job = _found(job_id)
    if job is None:
        return False
    FailedJobRegistry(job.origin, connection=redis.client).remove(job, delete_job=True)
    return True


def _found(job_id: str) -> Job | None:
    try:
        job = Job.fetch(job_id, connection=redis.client)
    except NoSuchJobError:
        return None
    return job if job.origin in QUEUES and job in FailedJobRegistry(job.origin, connection=redis.client) else None
