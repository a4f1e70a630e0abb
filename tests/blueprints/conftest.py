"""What the tests over HTTP share."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from extensions import db, limiter, redis
from models import Person

ClientOf = Callable[[Person | None], FlaskClient]


@pytest.fixture(autouse=True)
def without_limits() -> Iterator[None]:
    """Tests ask faster than people; the switch in the settings is read only when the application is made."""
    limiter.enabled = False
    yield
    limiter.enabled = False


@pytest.fixture
def limits(without_limits: None, app: Flask) -> Iterator[None]:
    """The rate limits are on and nobody has asked anything yet."""
    redis.client.flushdb()
    limiter.enabled = True
    yield
    limiter.enabled = False
    redis.client.flushdb()


@pytest.fixture
def tokens(app: Flask) -> Iterator[None]:
    """Forms must carry their token, as outside of tests."""
    app.config["WTF_CSRF_ENABLED"] = True
    yield
    app.config["WTF_CSRF_ENABLED"] = False


@pytest.fixture
def guest(client_of: ClientOf) -> FlaskClient:
    return client_of(None)


def anew() -> None:
    """Let the test see what requests have committed."""
    db.session.rollback()
    db.session.expire_all()
