"""The tables as migrations make them, on both databases: the same as the models say, there and back."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import IntegrityError, StatementError

from extensions import db
from models import Comment, Device, Event, Person, PushSubscription, Ticket
from services import devices
from tests import factories
from tests.conftest import People
from tests.services.played import NOW, do

MIGRATIONS = str(Path(__file__).resolve().parents[2] / "migrations")


def differences() -> list[Any]:
    opts = {"compare_type": _compare_type, "include_name": _is_ours, "render_as_batch": True}
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=opts)
        return list(compare_metadata(context, db.metadata))


def _is_ours(name: str | None, kind: str, parents: Any) -> bool:
    """Each database has an index of its own over the words that search finds by."""
    return name is None or "_fts" not in name


def _compare_type(context: Any, inspected_column: Any, column: Any, inspected: Any, wanted: Any) -> bool | None:
    """A moment is a plain timestamp to the database."""
    return False if "DATETIME" in str(inspected).upper() or "TIMESTAMP" in str(inspected).upper() else None


def tables(engine: Engine) -> set[str]:
    return {name for name in inspect(engine).get_table_names() if "_fts" not in name} - {"alembic_version"}


@pytest.fixture
def migrated(app: Flask) -> Iterator[Engine]:
    """The database, brought back to where the other tests want it whatever happens."""
    db.session.commit()
    db.session.remove()
    yield db.engine
    db.session.remove()
    upgrade(directory=MIGRATIONS)


def test_the_migrations_make_what_the_models_say(migrated: Engine) -> None:
    assert differences() == []
    assert tables(migrated) == set(db.metadata.tables)


def test_the_migrations_lead_down_to_nothing_and_up_again(migrated: Engine) -> None:
    downgrade(directory=MIGRATIONS, revision="base")
    assert tables(migrated) == set()
    upgrade(directory=MIGRATIONS)
    assert differences() == []
    upgrade(directory=MIGRATIONS)  # nothing to do


def test_every_constraint_has_a_name(app: Flask) -> None:
    for table in db.metadata.tables.values():
        assert all(constraint.name for constraint in table.constraints), table.name


def test_every_foreign_key_that_is_followed_has_an_index(app: Flask) -> None:
    """Those that a deletion or a page walks; who spoke and of which type are never walked backwards."""
    never_walked = {
        "comment.author_id", "event.actor_id", "event.comment_id", "delivery.person_id", "voice_note.owner_id",
        "ticket.type_id", "ticket.priority_id", "ticket.author_id", "company.responsible_id", "company.manager_id",
        "equipment.contract_id", "ticket_read.ticket_id",
    }  # fmt: skip
    missing = set()
    for table in db.metadata.tables.values():
        firsts = {next(iter(index.columns)).name for index in table.indexes} | {
            next(iter(table.primary_key.columns)).name
        }
        missing |= {f"{table.name}.{key.parent.name}" for key in table.foreign_keys if key.parent.name not in firsts}
    assert missing - never_walked == set()


def test_a_moment_comes_back_as_it_was_in_utc(people: People) -> None:
    yekaterinburg = timezone(timedelta(hours=5))
    moment = datetime(2026, 6, 19, 16, 0, 0, 123456, tzinfo=yekaterinburg)
    people.bob.consent_at = moment
    db.session.commit()
    db.session.expire(people.bob)
    assert people.bob.consent_at == moment and people.bob.consent_at.tzinfo is UTC


def test_moments_of_all_zones_stand_in_one_order(people: People) -> None:
    early = datetime(2026, 6, 19, 16, 0, tzinfo=timezone(timedelta(hours=5)))
    late = datetime(2026, 6, 19, 12, 0, tzinfo=UTC)
    people.bob.consent_at, people.carol.consent_at = early, late
    db.session.flush()
    query = db.select(Person.id).where(Person.consent_at.is_not(None)).order_by(Person.consent_at)
    assert list(db.session.scalars(query)) == [people.bob.id, people.carol.id]
    assert db.session.scalar(db.select(Person.id).where(Person.consent_at > early)) == people.carol.id


def test_a_moment_without_a_zone_is_refused(people: People) -> None:
    people.bob.consent_at = datetime(2026, 6, 19, 16, 0)
    with pytest.raises(StatementError, match="without a zone"):
        db.session.flush()
    db.session.rollback()


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO ticket_read (person_id, ticket_id, read_at) VALUES (1, 999, '2026-01-01 00:00:00')",
        "UPDATE person SET company_id = 999",
        "DELETE FROM company",
    ],
)
def test_the_database_itself_keeps_references_whole(people: People, statement: str) -> None:
    with pytest.raises(IntegrityError):
        db.session.execute(text(statement))
    db.session.rollback()


def test_a_person_takes_his_devices_and_phones_along(people: People) -> None:
    loner = factories.person("Уходящий")
    devices.sign_in(loner, by="password", name="x", remember=True, at=NOW)
    db.session.execute(text(f"DELETE FROM person WHERE id = {loner.id}"))
    for table in (Device, PushSubscription):
        assert db.session.query(table).count() == 0


def test_a_ticket_takes_its_thread_along(people: People) -> None:
    ticket = factories.ticket(people.bob)
    do("comment", ticket, people.alice, NOW)
    db.session.commit()
    db.session.execute(text("DELETE FROM ticket"))
    for table in (Ticket, Comment, Event):
        assert db.session.query(table).count() == 0


def test_relations_are_never_loaded_behind_ones_back(people: People) -> None:
    ticket = factories.ticket(people.bob)
    db.session.commit()
    db.session.expunge_all()
    again = db.session.get_one(Ticket, ticket.id)
    for name in ("type", "priority", "contact", "author", "assignee", "company"):
        with pytest.raises(Exception, match="lazy='raise'"):
            getattr(again, name)


def test_columns_named_at_or_until_are_moments_or_days(app: Flask) -> None:
    for table in db.metadata.tables.values():
        for column in table.columns:
            if re.search(r"(^|_)(at|until|since)$", column.name):
                assert "Date" in type(column.type).__name__, f"{table.name}.{column.name}"
