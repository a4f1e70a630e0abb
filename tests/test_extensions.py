"""The database under load from several processes: nobody fails, no number repeats, nothing is lost."""

import multiprocessing
import sqlite3
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import BindParameter, Engine, bindparam, create_engine, func, select
from sqlalchemy.dialects import postgresql, sqlite

from extensions import SQLITE_PRAGMAS, WRITE, RedisClient, UtcDateTime, db, forms, plain_rows, tune_sqlite
from jobs import committed
from jobs.clock import utc_now
from models import Comment, Counter, Delivery, Event, Person, Ticket
from rules.statuses import Status
from services import cards, comments, lists, tickets
from services.lists import Filters
from services.opening import FIRST_NUMBER
from tests import factories
from tests.conftest import People
from tests.services.played import ticket_in

IDS: BindParameter[list[int]] = bindparam("ids", expanding=True)
PROCESSES = 6
COMMENTS = {"sqlite": 50, "postgresql": 20}  # by each; SQLite is the one that could lock
COMMENTS_A_TICKET = 5
together = multiprocessing.get_context("fork")  # real processes, without six times the start of the desk


def writer(app: Flask, person_id: int, place: int, count: int, start: Any, faults: Any) -> None:
    """Do what requests do, on the same tickets as everybody else: read a page, then write."""
    try:
        with app.app_context():
            me = db.session.get_one(Person, person_id)
            numbers = [row.number for row in lists.own(me, Filters()).rows]
            start.wait(timeout=60)
            for turn in range(count):
                say(me, numbers[(turn + place) % len(numbers)], f"{place}-{turn}")
                if turn % COMMENTS_A_TICKET == 0:
                    with committed():
                        factories.ticket(me, at=utc_now())
    except BaseException:
        faults.put(traceback.format_exc())
        raise


def say(me: Person, number: int, text: str) -> None:
    assert cards.card(number, me) is not None
    with committed():
        ticket = tickets.find(number, me, to_write=True)
        assert ticket is not None
        comments.reply(ticket, text, by=me, at=utc_now())


def test_processes_that_write_at_once_all_succeed_and_no_number_repeats(app: Flask, people: People) -> None:
    for _ in range(3):
        ticket_in(Status.OPEN, people)
    who = [people.bob.id, people.carol.id, people.alice.id]
    before = db.session.scalar(select(func.count()).select_from(Comment)) or 0
    count = COMMENTS[db.engine.dialect.name]
    db.session.commit()
    db.session.remove()
    db.engine.dispose()  # so that no process inherits another one's connection
    start, faults = together.Barrier(PROCESSES), together.SimpleQueue()
    writers = [
        together.Process(target=writer, args=(app, who[place % 3], place, count, start, faults))
        for place in range(PROCESSES)
    ]
    try:
        for process in writers:
            process.start()
        for process in writers:
            process.join(timeout=120)
        assert faults.empty(), faults.get()
        assert [process.exitcode for process in writers] == [0] * PROCESSES
    finally:
        for process in writers:
            process.kill()
            process.join()
    check(before, count)


def check(before: int, count: int) -> None:
    made = PROCESSES * count // COMMENTS_A_TICKET
    said = db.session.scalar(select(func.count()).select_from(Comment)) or 0
    assert said == before + PROCESSES * count + made
    texts = db.session.scalars(select(Comment.body_text).where(Comment.body_text.like("%-%"))).all()
    assert {f"{place}-{turn}" for place in range(PROCESSES) for turn in range(count)} <= set(texts)
    numbers = list(db.session.scalars(select(Ticket.number).order_by(Ticket.number)))
    assert numbers == list(range(FIRST_NUMBER + 1, FIRST_NUMBER + 1 + 3 + made))
    assert db.session.get_one(Counter, "ticket", populate_existing=True).value == numbers[-1]
    assert db.session.scalar(select(func.count()).select_from(Event)) >= said
    assert db.session.scalar(select(func.count()).select_from(Delivery).where(Delivery.event_id.is_(None))) == 0


@pytest.fixture
def file_engine(tmp_path: Path) -> Iterator[Engine]:
    """SQLite as the desk tunes it, with a table of one column."""
    engine = create_engine(f"sqlite:///{tmp_path}/desk.db")
    tune_sqlite(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE thing (name TEXT)")
    yield engine
    engine.dispose()


def test_every_connection_to_sqlite_is_tuned(file_engine: Engine) -> None:
    names = {"journal_mode": "wal", "synchronous": 1, "foreign_keys": 1, "busy_timeout": 30000, "temp_store": 2}
    with file_engine.connect() as connection:
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names}
    assert found == names
    assert len(SQLITE_PRAGMAS) == 7


def test_a_writer_queues_from_its_start_and_a_reader_never_waits(file_engine: Engine) -> None:
    with file_engine.connect() as plain, file_engine.connect() as second:
        writer = plain.execution_options(**{WRITE: True})
        with writer.begin():
            writer.exec_driver_sql("INSERT INTO thing VALUES ('unseen')")
            with file_engine.connect() as reader:
                assert reader.exec_driver_sql("SELECT count(*) FROM thing").scalar() == 0
            second.exec_driver_sql("PRAGMA busy_timeout = 20")
            second.rollback()
            with pytest.raises(sqlite3.OperationalError, match="locked"):  # before it has said what it wants to write
                second.execution_options(**{WRITE: True}).begin()
        second.invalidate()


def test_a_transaction_that_writes_nothing_ends_without_a_trace(app: Flask, people: People) -> None:
    db.session.commit()
    for _ in range(3):
        with committed():
            pass
    with committed():
        factories.ticket(people.bob)


def test_a_moment_keeps_its_zone_on_its_way_through_any_database() -> None:
    kind, moment = UtcDateTime(), datetime(2026, 6, 19, 11, 0, tzinfo=UTC)
    bound = kind.process_bind_param(moment, sqlite.dialect())
    assert bound == moment.replace(tzinfo=None)
    assert kind.process_result_value(bound, sqlite.dialect()) == moment
    assert kind.process_bind_param(moment, postgresql.dialect()) == moment
    assert kind.process_bind_param(None, sqlite.dialect()) is kind.process_result_value(None, sqlite.dialect()) is None


def test_a_statement_is_compiled_once_for_each_set_of_parameters(app: Flask, people: People) -> None:
    query = select(Person.id, Person.created_at).where(Person.id == bindparam("id"), Person.id.in_(IDS)).limit(1)
    for person in (people.bob, people.alice, people.bob):
        found = plain_rows(query, {"id": person.id, "ids": [person.id, 0]}).one()
        assert tuple(found) == (person.id, person.created_at) and found.created_at.tzinfo is UTC
    assert plain_rows(query, {"id": people.bob.id, "ids": []}).all() == []
    assert len(forms(query)["compiled_cache"]) == 1
    other = select(Person.id).where(Person.id == bindparam("id"))
    assert plain_rows(other, {"id": people.alice.id}).scalar() == people.alice.id
    assert forms(other)["compiled_cache"] is not forms(query)["compiled_cache"]


def test_a_redis_client_is_made_on_first_use_and_anew_for_another_address(tmp_path: Path) -> None:
    client = RedisClient()
    client.init_app(f"unix://{tmp_path}/nobody.sock?db=0")  # nobody is there, and that is no error yet
    first = client.client
    assert client.client is first
    client.init_app(f"unix://{tmp_path}/other.sock?db=0")
    assert client.client is not first
