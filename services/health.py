"""What the desk needs to run, looked at part by part: for /readyz and `flask doctor`."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.script import ScriptDirectory
from redis.exceptions import RedisError
from rq import Worker
from rq.cron import CronScheduler
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from extensions import db, redis

QUEUES = ("speech", "speech-later", "deliveries", "mail", "housekeeping")  # jobs.QUEUES, which stand a layer higher
SILENCE = timedelta(seconds=120)  # a worker in the middle of a long job tells that it lives more often
MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations"


@dataclass(frozen=True)
class Part:
    """`is_needed`: without it no page can be served."""

    name: str
    ok: bool
    detail: str
    is_needed: bool = True


def parts(config: Mapping[str, Any]) -> list[Part]:
    """Return every part with how it is."""
    looks: tuple[Callable[[Mapping[str, Any]], Part], ...] = (
        *(_database, _migrations, _redis),
        *(_worker, _scheduler, _storage),
    )
    return [look(config) for look in looks]


def _database(config: Mapping[str, Any]) -> Part:
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        return Part("database", False, type(error).__name__)
    return Part("database", True, db.engine.dialect.name)


def _migrations(config: Mapping[str, Any]) -> Part:
    wanted = ScriptDirectory.from_config(_alembic()).get_current_head()
    try:
        found = db.session.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except SQLAlchemyError:
        db.session.rollback()
        found = None
    return Part("migrations", found == wanted, f"{found or '—'} / {wanted}")


def _alembic() -> Config:
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return made


def _redis(config: Mapping[str, Any]) -> Part:
    try:
        redis.client.ping()
    except RedisError as error:
        return Part("redis", False, type(error).__name__, is_needed=False)
    return Part("redis", True, "", is_needed=False)


def _worker(config: Mapping[str, Any]) -> Part:
    try:
        lonely = lonely_queues(now=datetime.now(UTC))
    except RedisError as error:
        return Part("worker", False, type(error).__name__, is_needed=False)
    return Part("worker", not lonely, f"nobody works on: {', '.join(lonely)}" if lonely else "", is_needed=False)


def _scheduler(config: Mapping[str, Any]) -> Part:
    try:
        is_alive = has_scheduler(now=datetime.now(UTC))
    except RedisError as error:
        return Part("scheduler", False, type(error).__name__, is_needed=False)
    return Part("scheduler", is_alive, "" if is_alive else "no timed work is asked for", is_needed=False)


def lonely_queues(*, now: datetime) -> list[str]:
    """Return the queues that no living worker reads. Raises RedisError."""
    workers = Worker.all(connection=redis.client)
    read = {name for worker in workers if _is_fresh(worker.last_heartbeat, now) for name in worker.queue_names()}
    return [queue for queue in QUEUES if queue not in read]


def has_scheduler(*, now: datetime) -> bool:
    """Tell whether somebody asks for what is done by the clock. Raises RedisError."""
    clocks = CronScheduler.all(redis.client)
    return any(_is_fresh(clock.last_heartbeat, now) for clock in clocks)


def _is_fresh(beat: datetime | None, now: datetime) -> bool:
    return beat is not None and now - beat.replace(tzinfo=beat.tzinfo or UTC) < SILENCE


def _storage(config: Mapping[str, Any]) -> Part:
    folder = config["STORAGE_URL"]
    try:
        free = shutil.disk_usage(config["DATA_DIR"]).free
    except OSError as error:
        return Part("storage", False, str(error))
    return Part("storage", free > 200 * 1024 * 1024, f"{folder}: {free // 1024**3} GiB free")
