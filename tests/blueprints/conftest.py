"""What the tests over HTTP share."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from extensions import db, limiter, redis
from models import Person

ClientOf = Callable[[Person | None], FlaskClient]


@pytest.fixture(autouse=True)
def without_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests ask faster than people. Switched back after each: an application is made only with the limits on."""
    monkeypatch.setattr(limiter, "enabled", False)


@pytest.fixture
def limits(without_limits: None, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rate limits are on and nobody has asked anything yet."""
    redis.client.flushdb()
    monkeypatch.setattr(limiter, "enabled", True)


@pytest.fixture
def tokens(app: Flask) -> Iterator[None]:
    """Forms must carry their token, as outside of tests."""
    app.config["WTF_CSRF_ENABLED"] = True
    yield
    app.config["WTF_CSRF_ENABLED"] = False


@pytest.fixture
def guest(client_of: ClientOf) -> FlaskClient:
    return client_of(None)


def refused_after(allowed: int, ask: Callable[[], Any]) -> Any:
    """Ask until it is too often, and return that answer. A window may end meanwhile, so twice as many may pass."""
    for count in range(2 * allowed + 1):
        answer = ask()
        if answer.status_code == 429:
            assert count >= allowed, f"refused after {count}"
            return answer
    raise AssertionError(f"never refused, allowed are {allowed}")


def anew() -> None:
    """Let the test see what requests have committed."""
    db.session.rollback()
    db.session.expire_all()


def count(model: Any) -> int:
    """Return how many rows the table has now."""
    anew()
    return db.session.scalar(select(func.count()).select_from(model)) or 0
