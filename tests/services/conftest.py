"""What the tests of the services share."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from extensions import db
from tests.conftest import People


@pytest.fixture
def statements(app: Flask) -> Iterator[list[str]]:
    """Every statement that the database was given."""
    seen: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.engine, "before_cursor_execute", note)


@pytest.fixture
def crowd(people: People) -> People:
    """The stock people under another name, for where `people` is the module under test."""
    return people
