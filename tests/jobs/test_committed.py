"""The edge of a transaction: it commits, or nothing happened; then it wakes the workers, if they can be woken."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from threading import Barrier

import pytest
from flask import Flask
from rq import Queue
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from extensions import db, redis
from jobs import DELIVERIES, HOUSEKEEPING, SPEECH, committed, enqueue, sweep
from jobs.clock import utc_now
from models import Counter, Delivery, Ticket, VoiceNote
from rules.statuses import Status
from services import comments, deliveries, opening, outbox, tickets, voice_notes
from tests import factories
from tests.conftest import People
from tests.services.played import DAY, NOW, do, everything, ticket_in
from tests.support.redis_server import RedisServer

CLIENT_ID = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"


@pytest.fixture(autouse=True)
def empty_queues(app: Flask) -> Iterator[None]:
    redis.client.flushdb()
    yield
    redis.client.flushdb()


@pytest.fixture
def mortal_redis(app: Flask) -> Iterator[RedisServer]:
    """A Redis of this test's own, which may die."""
    with RedisServer() as server:
        redis.init_app(server.url)
        yield server
    redis.init_app(app.config["REDIS_URL"])


def asked(queue: str) -> list[tuple[str, tuple[object, ...]]]:
    return [(job.func_name, job.args) for job in Queue(queue, connection=redis.client).jobs]


def note_of(people: People) -> VoiceNote:
    return voice_notes.keep(voice_notes.store(BytesIO(b"RIFF")), "audio/wav", people.bob, client_id=None, at=NOW)


def test_what_was_done_is_there_and_its_letters_are_asked_for_once(people: People) -> None:
    with committed():
        ticket = ticket_in(Status.OPEN, people)
        do("comment", ticket, people.alice, NOW)
        do("resolve", ticket, people.alice, NOW)
    ids = list(db.session.scalars(select(Delivery.id).order_by(Delivery.id)))
    assert asked(DELIVERIES) == [("jobs.deliver.deliver_all", (ids,))] and len(ids) == 2
    assert asked(SPEECH) == [] and not db.session.info
    with committed():
        pass
    assert len(asked(DELIVERIES)) == 1


def test_each_recording_is_a_job_of_its_own(people: People) -> None:
    with committed():
        ids = [note_of(people).id for _ in range(2)]
    assert asked(SPEECH) == [("jobs.transcribe.transcribe", (note_id,)) for note_id in ids]
    [job, _] = Queue(SPEECH, connection=redis.client).jobs
    assert (job.timeout, job.retries_left, job.retry_intervals) == (900, 3, [5, 30, 120])


def test_workers_are_woken_only_after_the_commit(people: People) -> None:
    with committed():
        ticket = ticket_in(Status.OPEN, people)
        do("comment", ticket, people.alice, NOW)
        assert asked(DELIVERIES) == []


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_an_error_undoes_everything_and_wakes_nobody(people: People, error: type[BaseException]) -> None:
    db.session.commit()
    before = everything()
    with pytest.raises(error), committed():
        ticket = ticket_in(Status.OPEN, people)
        do("comment", ticket, people.alice, NOW)
        note_of(people)
        raise error
    assert everything() == before
    assert asked(DELIVERIES) == asked(SPEECH) == [] and not db.session.info
    with committed():
        factories.ticket(people.bob)
    assert asked(DELIVERIES) == []


def test_an_error_of_the_commit_itself_undoes_everything(people: People) -> None:
    with pytest.raises(Exception, match="UNIQUE|unique"), committed():
        ticket_in(Status.OPEN, people)
        for _ in range(2):
            outbox.letter("same", people.bob, "access_granted", at=NOW)
    assert db.session.scalar(select(func.count()).select_from(Ticket)) == 0 and not db.session.info
    with committed():
        factories.ticket(people.bob)


def test_a_page_that_read_before_it_writes_sees_what_another_has_written_meanwhile(app: Flask, people: People) -> None:
    ticket = ticket_in(Status.OPEN, people)
    db.session.commit()
    assert tickets.find(ticket.number, people.bob) is ticket  # this request's transaction has begun to read
    with db.engine.begin() as other:
        other.exec_driver_sql("UPDATE ticket SET subject = 'Новая тема', version = version + 1")
    with committed():
        fresh = tickets.find(ticket.number, people.bob, to_write=True)
        assert fresh is ticket and fresh.subject == "Новая тема"
        do("comment", fresh, people.alice, NOW)
    assert db.session.scalars(select(Ticket.status)).one() == Status.WAITING


def test_without_redis_the_work_is_done_and_the_sweep_asks_later(
    people: People, mortal_redis: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    mortal_redis.kill()
    at = utc_now() - DAY
    with committed():
        ticket = ticket_in(Status.OPEN, people, at=at)
        do("comment", ticket, people.alice, at)
        note = voice_notes.keep(voice_notes.store(BytesIO(b"RIFF")), "audio/wav", people.bob, client_id=None, at=at)
    assert ticket.status == Status.WAITING and "waits for the sweep" in caplog.text
    [due] = deliveries.due(at=utc_now())
    sweep.sweep()  # Redis is still away: nothing is lost, nothing is raised
    mortal_redis.restart()
    sweep.sweep()
    assert asked(DELIVERIES) == [("jobs.deliver.deliver_all", ([],))] and deliveries.due(at=utc_now()) == [due]
    assert asked(SPEECH) == [("jobs.transcribe.transcribe", (note.id,))]


def test_asking_says_whether_it_was_heard(app: Flask, mortal_redis: RedisServer) -> None:
    assert enqueue(sweep.tidy, queue=HOUSEKEEPING)
    assert asked(HOUSEKEEPING) == [("jobs.sweep.tidy", ())]
    mortal_redis.kill()
    assert not enqueue(sweep.tidy, queue=HOUSEKEEPING)


def test_a_form_that_arrives_twice_at_the_same_moment_makes_one_ticket_and_one_comment(
    app: Flask, people: People
) -> None:
    """On PostgreSQL the second one may fail on the constraint; then the first one is there to be shown."""
    waiting = ticket_in(Status.WAITING, people)
    number, bob, barrier = waiting.number, people.bob, Barrier(4)
    db.session.commit()

    def send(_: int) -> tuple[int, int]:
        with app.app_context():
            barrier.wait(timeout=30)
            try:
                with committed():
                    opened = opening.open_ticket(bob, factories.new_ticket(), at=NOW, client_id=CLIENT_ID)
            except IntegrityError:
                opened = found(opening.by_client_id(bob, CLIENT_ID))
            with committed():
                ticket = found(tickets.find(number, bob, to_write=True))
                said = comments.reply(ticket, "А если не поможет?", by=bob, at=NOW, client_id=CLIENT_ID)
            return opened.id, said.id

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(send, range(4)))) == 1
    assert db.session.scalar(select(func.count()).select_from(Ticket)) == 2
    assert db.session.scalars(select(Counter.value)).one() == number + 1


def found(row: Ticket | None) -> Ticket:
    assert row is not None
    return row
