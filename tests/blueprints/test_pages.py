"""For machines: does the process live, can it serve."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from rq import Worker

from extensions import db, redis
from jobs import QUEUES
from models import Person
from tests.blueprints.conftest import ClientOf
from tests.blueprints.html import Page
from tests.conftest import People
from tests.support.redis_server import RedisServer


@pytest.fixture
def without_redis(redis_server: RedisServer) -> Iterator[None]:
    redis_server.kill()
    yield
    redis_server.restart()
    redis.init_app(redis_server.url)


def test_the_process_says_that_it_lives(guest: FlaskClient) -> None:
    answer = guest.get("/healthz")
    assert (answer.status_code, answer.get_json()) == (200, {"ok": True})
    assert answer.headers["Cache-Control"] == "no-store" and "Set-Cookie" not in answer.headers


def test_every_part_is_named(app: Flask, guest: FlaskClient) -> None:
    answer = guest.get("/readyz")
    parts = answer.get_json()
    assert answer.status_code == 200
    assert set(parts) >= {"database", "migrations", "redis", "worker", "storage"}
    assert all(parts[name]["ok"] for name in ("database", "migrations", "redis", "storage"))
    assert parts["database"]["detail"] == db.engine.dialect.name
    worker = Worker(list(QUEUES), connection=redis.client, name="of-a-test")
    worker.register_birth()
    try:
        assert guest.get("/readyz").get_json()["worker"]["ok"]
    finally:
        worker.register_death()
    assert not guest.get("/readyz").get_json()["worker"]["ok"]


def test_a_database_that_was_not_migrated_is_not_ready(app: Flask, guest: FlaskClient) -> None:
    db.session.execute(db.text("UPDATE alembic_version SET version_num = 'old'"))
    db.session.commit()
    try:
        answer = guest.get("/readyz")
        assert answer.status_code == 503 and not answer.get_json()["migrations"]["ok"]
    finally:
        head = answer.get_json()["migrations"]["detail"].split(" / ")[1]
        db.session.execute(db.text("UPDATE alembic_version SET version_num = :head"), {"head": head})
        db.session.commit()


@pytest.mark.usefixtures("without_redis")
def test_without_redis_the_desk_goes_on(people: People, client_of: ClientOf, guest: FlaskClient) -> None:
    answer = guest.get("/readyz")
    parts = answer.get_json()
    assert answer.status_code == 200 and not parts["redis"]["ok"] and not parts["worker"]["ok"]
    bob = client_of(people.bob)
    form = {"subject": "Без Redis", "type": "setup-help", "priority": "normal"}
    answer = bob.post("/tickets", data=form)
    assert answer.status_code == 303
    assert bob.post(f"{answer.location}/comments", data={"body": "Слышно?"}).status_code == 303
    assert client_of(people.alice).post(f"{answer.location}/comments", data={"body": "Да"}).status_code == 303
    assert "Слышно? " in Page(bob.get(answer.location)).one(id="ticket-timeline").text
    assert guest.post("/login", data={"login": people.bob.email, "password": "correct horse"}).status_code == 303
    registered = {"last_name": "Т", "first_name": "Т", "email": "t@romashka.example", "consent": "1", "no_script": "1"}
    assert client_of(None).post("/register", data=registered).status_code == 303
    assert db.session.query(Person).count() == 8
