"""What the desk needs to run, looked at part by part: for /readyz and `flask doctor`."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.script import ScriptDirectory
from redis.exceptions import RedisError
from rq import Worker
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from extensions import db, redis

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
    looks: tuple[Callable[[Mapping[str, Any]], Part], ...] = (_database, _migrations, _redis, _worker, _storage)
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
        beats = [worker.last_heartbeat for worker in Worker.all(connection=redis.client)]
    except RedisError as error:
        return Part("worker", False, type(error).__name__, is_needed=False)
    now = datetime.now(UTC)
    alive = [beat for beat in beats if beat and (now - beat.replace(tzinfo=beat.tzinfo or UTC)).total_seconds() < 120]
    return Part("worker", bool(alive), f"{len(alive)}", is_needed=False)


def _storage(config: Mapping[str, Any]) -> Part:
    folder = config["STORAGE_URL"]
    try:
        free = shutil.disk_usage(config["DATA_DIR"]).free
    except OSError as error:
        return Part("storage", False, str(error))
    return Part("storage", free > 200 * 1024 * 1024, f"{folder}: {free // 1024**3} GiB free")
