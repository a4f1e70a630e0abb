"""The libraries' objects, unbound; `create_app` binds them. Imports third-party code only."""

from collections.abc import Callable, Hashable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Any

from flask import request
from flask_babel import Babel
from flask_compress import Compress
from flask_htmx import HTMX
from flask_limiter import Limiter
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from redis import Redis
from sqlalchemy import CursorResult, DateTime, Dialect, Engine, MetaData, Select, event
from sqlalchemy.engine import Connection
from sqlalchemy.orm import DeclarativeBase, registry
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant in UTC. SQLite keeps it without its zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a datetime without a zone reached the database")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: Any) -> Callable[[Any], Any] | None:
        """SQLite's texts are read in one step, not in three: a page of a list has some sixty instants."""
        return _read_utc if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _read_utc(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(f"{text}+00:00")


class Base(DeclarativeBase):
    """All tables. Constraints get names, since SQLite can alter only what it can name."""

    registry = registry(
        metadata=MetaData(
            naming_convention={
                "ix": "ix_%(column_0_label)s",
                "uq": "uq_%(table_name)s_%(column_0_N_name)s",
                "ck": "ck_%(table_name)s_%(constraint_name)s",
                "fk": "fk_%(table_name)s_%(column_0_name)s",
                "pk": "pk_%(table_name)s",
            }
        ),
        type_annotation_map={datetime: UtcDateTime},
    )


WRITE = "desk_write"  # execution option of a transaction that is going to write

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=NORMAL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=30000",
    "PRAGMA cache_size=-32000",
    "PRAGMA mmap_size=134217728",
    "PRAGMA temp_store=MEMORY",
)


def tune_sqlite(engine: Engine) -> None:
    """Make SQLite wait its turn instead of failing.

    A read transaction that turns into a write fails at once when another process wrote meanwhile
    (SQLITE_BUSY_SNAPSHOT: no timeout helps). So Python's own BEGIN is switched off, and a transaction that
    is going to write says so from its start and queues for the lock: BEGIN IMMEDIATE.
    """

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, record: Any) -> None:
        connection.isolation_level = None
        for pragma in SQLITE_PRAGMAS:
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(WRITE)
        driver: Any = connection.connection.driver_connection
        driver.execute("BEGIN IMMEDIATE" if writes else "BEGIN")


class RedisClient:
    """A Redis client that is made on first use, so that a process can start before Redis answers."""

    def __init__(self) -> None:
        self._url = ""
        self._client: Redis | None = None

    def init_app(self, url: str) -> None:
        self._url, self._client = url, None

    @property
    def client(self) -> Redis:
        if self._client is None:
            self._client = Redis.from_url(self._url, socket_connect_timeout=2)
        return self._client


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})


class CompiledForms(dict[tuple[Hashable, ...], Any]):
    """The compiled forms of one statement, by dialect and parameters' names. SQLAlchemy's own cache holds all statements
    and hashes the whole of each, column by column, whenever it is run."""

    def get(self, key: tuple[Hashable, ...], otherwise: Any = None) -> Any:
        return super().get(self._short(key), otherwise)

    def __setitem__(self, key: tuple[Hashable, ...], compiled: Any) -> None:
        super().__setitem__(self._short(key), compiled)

    @staticmethod
    def _short(key: tuple[Hashable, ...]) -> tuple[Hashable, ...]:
        dialect, _statement, *rest = key
        return dialect, *rest


@lru_cache(maxsize=1024)
def forms(query: Select[*tuple[Any, ...]]) -> dict[str, CompiledForms]:
    """Return the execution options of a statement that is built once and run again and again."""
    return {"compiled_cache": CompiledForms()}


def plain_rows(query: Select[*tuple[Any, ...]], values: Mapping[str, Any]) -> CursorResult[*tuple[Any, ...]]:
    """Run a query of columns in the session's transaction, past what the ORM does with entities: that costs as much again
    as the query. What waits to be written is written first, as the session would.

    `query` has to be built once and kept: all that differs from call to call comes as `values`."""
    session = db.session()
    session.flush()
    return session.connection().execute(query, values, execution_options=forms(query))


def caller() -> str:
    """Return whom limits count by: the address that asks, of IPv6 its first 64 bits: one line has all those behind them."""
    address = request.remote_addr or ""
    if ":" not in address:
        return address
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    mapped = getattr(found, "ipv4_mapped", None)
    return str(mapped or ip_network(f"{found}/64", strict=False))


class Limits(Limiter):
    """Limits of views alone, which ask by themselves: nothing is looked for ahead of those that have none."""

    def _check_request_limit(self, callable_name: str | None = None, in_middleware: bool = True) -> None:
        if not in_middleware:
            super()._check_request_limit(callable_name, in_middleware)


login_manager = LoginManager()
htmx = HTMX()
babel = Babel()
csrf = CSRFProtect()
compress = Compress()
migrate = Migrate()
limiter = Limits(caller, default_limits=[], headers_enabled=False)
redis = RedisClient()
