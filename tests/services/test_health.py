"""What the desk needs to run, part by part, told truly wherever it is asked from."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from extensions import db, redis
from services import health


def parts(app: Flask) -> dict[str, health.Part]:
    return {part.name: part for part in health.parts(app.config)}


@pytest.fixture
def unreachable_redis(app: Flask, tmp_path: Path) -> Iterator[None]:
    redis.init_app(f"unix://{tmp_path}/nobody.sock?db=0")
    yield
    redis.init_app(app.config["REDIS_URL"])


def test_a_sound_desk_is_sound_and_says_where_it_keeps_things(app: Flask) -> None:
    found = parts(app)
    assert {name for name, part in found.items() if part.ok} == {"database", "migrations", "redis", "storage"}
    assert found["database"].detail == db.engine.dialect.name
    assert app.config["STORAGE_URL"] in found["storage"].detail
    assert not found["worker"].ok and not found["worker"].is_needed


def test_it_is_told_from_any_folder(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert parts(app)["migrations"].ok


def test_without_redis_pages_are_served_all_the_same(app: Flask, unreachable_redis: None) -> None:
    found = parts(app)
    assert not found["redis"].ok and not found["worker"].ok
    assert {name for name, part in found.items() if not part.ok and part.is_needed} == set()


def test_a_database_that_is_behind_is_told_with_both_revisions(app: Flask) -> None:
    db.session.execute(text("UPDATE alembic_version SET version_num = 'old'"))
    found = parts(app)["migrations"]
    db.session.rollback()
    assert not found.ok and found.is_needed and found.detail.startswith("old / ")


def test_a_database_without_any_revision_is_told_and_the_session_goes_on(app: Flask) -> None:
    db.session.execute(text("ALTER TABLE alembic_version RENAME TO hidden_version"))
    db.session.commit()
    try:
        found = parts(app)
    finally:
        db.session.execute(text("ALTER TABLE hidden_version RENAME TO alembic_version"))
        db.session.commit()
    assert not found["migrations"].ok and found["database"].ok and found["storage"].ok


def test_a_folder_that_is_gone_is_told(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "DATA_DIR", str(tmp_path / "gone"))
    assert not parts(app)["storage"].ok
