"""The desk under test: the real application, a real Redis, and each database in turn: SQLite, then PostgreSQL."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from redis import Redis
from sqlalchemy import event, text

from app import create_app
from extensions import WRITE, db
from jobs.clock import utc_now
from models import Company, Person, Role, Team
from services import clockwork, defaults, devices, settings
from tests import factories
from tests.support.mail_server import Inbox, mail_server
from tests.support.postgres import running_postgres
from tests.support.push_service import PushService
from tests.support.redis_server import RedisServer

Databases = Callable[[str], str]


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    with RedisServer() as server:
        yield server


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """The two databases, each made and migrated when it is asked for first: every file of tests asks for both."""
    made: dict[str, str] = {}
    with ExitStack() as servers:

        def address(kind: str) -> str:
            if kind not in made:
                sqlite = f"sqlite:///{tmp_path_factory.mktemp(kind)}/desk.db"
                made[kind] = sqlite if kind == "sqlite" else servers.enter_context(running_postgres())
                _migrate(made[kind], tmp_path_factory.mktemp("migration"))
            return made[kind]

        yield address


def _migrate(database: str, folder: Path) -> None:
    app = create_app({"DATA_DIR": str(folder), "DATABASE_URL": database})
    with app.app_context():
        upgrade(directory=os.path.join(app.root_path, "migrations"))
        db.engine.dispose()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def desk(
    request: pytest.FixtureRequest,
    databases: Databases,
    redis_server: RedisServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Flask]:
    """The application on one of the two databases; shared, so tests take `app`, which empties it."""
    folder = tmp_path_factory.mktemp(request.param)
    made = create_app(
        {
            "DATA_DIR": str(folder),
            "DATABASE_URL": databases(request.param),
            "REDIS_URL": redis_server.url,
            "STORAGE_URL": f"file://{folder}/files",
            "MAIL_URL": f"file://{folder}/mail",
            "PUBLIC_URL": "http://desk.test",
            "SECRET_KEY": "only for tests, and long enough to be one",
            "DEMO": True,
        }
    )
    made.config.update(TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    yield made
    with made.app_context():
        db.engine.dispose()


@pytest.fixture
def app(desk: Flask) -> Iterator[Flask]:
    """The application in its context, with nothing in it but what every desk starts with."""
    with desk.app_context():
        _empty()
        defaults.ensure(at=factories.NOW)
        db.session.commit()
        yield desk
        db.session.rollback()
        db.session.remove()


def _empty() -> None:
    clockwork.forget()
    settings.forget()
    db.session.info.clear()
    tables = [table.name for table in db.metadata.sorted_tables]
    db.session.connection(execution_options={WRITE: True})
    if db.engine.dialect.name == "postgresql":
        # A hundred times as fast as TRUNCATE, which makes every file anew. A replica's sessions run no triggers, so the
        # order of the tables doesn't matter; the numbers begin anew as well.
        deletes = "; ".join(f'DELETE FROM "{name}"' for name in tables)
        anew = "PERFORM setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'"
        role = "PERFORM set_config('session_replication_role', 'replica', true)"
        db.session.execute(text(f"DO $$ BEGIN {role}; {deletes}; {anew}; END $$"))
    else:
        db.session.execute(text("UPDATE company SET responsible_id = NULL, manager_id = NULL"))
        for name in reversed(tables):
            db.session.execute(text(f'DELETE FROM "{name}"'))
        db.session.execute(text("DELETE FROM sqlite_sequence"))  # here too
    db.session.commit()


@pytest.fixture
def inbox(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Inbox]:
    """A mail server that takes the desk's letters."""
    inbox = Inbox()
    with mail_server(inbox) as port:
        monkeypatch.setitem(app.config, "MAIL_URL", f"smtp://127.0.0.1:{port}")
        yield inbox


@pytest.fixture
def folder(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that takes the desk's letters, of this test alone."""
    monkeypatch.setitem(app.config, "MAIL_URL", f"file://{tmp_path}/mail")
    return tmp_path / "mail"


@pytest.fixture
def push(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[PushService]:
    """A push service that takes the desk's rings."""
    with PushService() as service:
        monkeypatch.setitem(app.config, "PUSH_HOSTS", service.host)
        yield service


@pytest.fixture
def connection(redis_server: RedisServer) -> Iterator[Redis]:
    """A connection to the tests' Redis, emptied before and after."""
    with Redis.from_url(redis_server.url) as client:
        client.flushall()
        yield client
        client.flushall()


@pytest.fixture
def statements(app: Flask) -> Iterator[list[str]]:
    """Every statement that the database was given."""
    seen: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.engine, "before_cursor_execute", note)


@dataclass
class People:
    """The stock people (tests/factories.py). Bob and Carol share a company whose contacts see all its tickets."""

    alice: Person
    bob: Person
    carol: Person
    mallory: Person
    sergey: Person
    anna: Person
    company: Company


@pytest.fixture
def people(app: Flask) -> People:
    ours = factories.company("Ромашка Телеком", domain="romashka.example", contacts_see_all=True)
    theirs = factories.company("Василёк", domain="vasilek.example")
    made = People(
        alice=factories.agent("Алексеев", email="alice@desk.example"),
        bob=factories.person("Тестинг", first_name="Тестовый", email="bob@romashka.example", company_id=ours.id),
        carol=factories.person("Швецов", email="carol@romashka.example", company_id=ours.id),
        mallory=factories.person("Лугова", email="mallory@vasilek.example", company_id=theirs.id),
        sergey=factories.agent("Кузнецов", team=Team.SERVICE_CENTER, email="sergey@desk.example"),
        anna=factories.agent("Миронова", role=Role.ADMIN, email="anna@desk.example"),
        company=ours,
    )
    db.session.commit()
    return made


class Client(FlaskClient):
    """Each request has an application context (and so a session and a `g`) of its own, as in life."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        with self.application.app_context():
            return super().open(*args, **kwargs)


@pytest.fixture
def client_of(app: Flask) -> Callable[[Person | None], FlaskClient]:
    """Return a signed-in client of a person, a stranger's for None."""

    def make(person: Person | None) -> FlaskClient:
        client = Client(app, app.response_class)
        if person is not None:
            key = devices.sign_in(person, by="password", name="Chrome, Linux", remember=False, at=utc_now())
            db.session.commit()
            with client.session_transaction() as session:
                session["_user_id"], session["_fresh"] = key, True
        return client

    return make
