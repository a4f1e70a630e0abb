"""Sending what the outbox holds: into a folder, to a server that refuses; safe to ask for twice (S59)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import select, update

from channels import CHANNELS, mailbox
from extensions import db
from jobs import committed, deliver
from jobs.clock import utc_now
from models import Delivery, DeliveryState, Purpose
from rules.statuses import Status
from services import outbox
from services import people as registered
from tests.conftest import People
from tests.services.played import NOW, QUESTION, do, ticket_in
from tests.support.mail_server import Inbox, mail_server

HOUR = timedelta(hours=1)


def letter(people: People, key: str = "one") -> int:
    with committed():
        made = outbox.letter(
            key, people.bob, "new_device", at=NOW, data={"device": "X", "by": "code", "at": NOW.isoformat()}
        )
    return made.id


def answered(people: People) -> None:
    """Bob's ticket is answered: a letter, and a ring for each of his phones."""
    with committed():
        do("comment", ticket_in(Status.OPEN, people), people.alice, NOW)


def row(delivery_id: int | None = None) -> Delivery:
    query = select(Delivery).where(Delivery.id == delivery_id) if delivery_id else select(Delivery)
    return db.session.scalars(query, execution_options={"populate_existing": True}).one()


def make_due() -> None:
    with committed():
        db.session.execute(update(Delivery).values(next_attempt_at=NOW))


def test_an_answer_lies_in_the_mail_folder(people: People, folder: Path) -> None:  # S59, S60
    answered(people)
    assert deliver.drain() == {"sent": 1, "failed": 0, "waiting": 0}
    found = mailbox.last(folder, "bob@romashka.example")
    assert found is not None
    assert found.subject == "[TicketID: 152876] Новый комментарий к заявке"
    assert QUESTION in found.text
    assert (row().state, row().attempts_count, row().last_error) == ("sent", 1, "")
    assert row().sent_at is not None


def test_asked_for_twice_it_is_sent_once(people: People, folder: Path) -> None:
    delivery_id = letter(people)
    assert [deliver.deliver(delivery_id) for _ in range(3)] == [True, False, False]
    deliver.deliver_all([delivery_id, 999])
    assert len(mailbox.letters(folder)) == 1


def test_workers_that_race_for_it_send_it_once(app: Flask, people: People, inbox: Inbox) -> None:
    delivery_id, barrier = letter(people), Barrier(4)

    def worker(_: int) -> bool:
        with app.app_context():
            barrier.wait(timeout=30)
            return deliver.deliver(delivery_id)

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(worker, range(4))) == [False, False, False, True]
    assert len(inbox.taken) == 1


def test_a_repeat_after_a_worker_died_is_the_same_letter(people: People, inbox: Inbox) -> None:
    delivery_id = letter(people)
    deliver.deliver(delivery_id)
    with committed():  # it was sent, and the worker died before it could say so
        db.session.execute(
            update(Delivery).values(state=DeliveryState.CLAIMED, claimed_at=utc_now() - HOUR, sent_at=None)
        )
    assert deliver.drain()["sent"] == 1
    first, second = (taken.letter["Message-ID"] for taken in inbox.taken)
    assert first == second


def test_the_links_token_is_in_the_letter_and_nowhere_else_afterwards(people: People, folder: Path) -> None:
    with committed():
        registered.send_link(people.bob, Purpose.RESET, "reset_password", at=utc_now())
    token = row().data["token"]
    deliver.drain()
    found = mailbox.last(folder)
    assert found is not None and token in found.text and row().data == {}


@pytest.mark.parametrize(
    ("answer", "state", "attempts_left"),
    [("450 mailbox busy", "waiting", True), ("550 no such user", "failed", False)],
)
def test_what_the_server_says_decides_whether_it_is_tried_again(
    people: People, inbox: Inbox, answer: str, state: str, attempts_left: bool
) -> None:
    inbox.reader_answer = answer
    delivery_id, began = letter(people), utc_now()
    assert not deliver.deliver(delivery_id)
    found = row()
    assert (found.state, found.last_error, found.claimed_at, found.attempts_count) == (state, answer, None, 1)
    first_wait = timedelta(seconds=15)
    assert (began + first_wait <= found.next_attempt_at <= utc_now() + 1.25 * first_wait) == attempts_left
    assert not deliver.deliver(delivery_id), "not before its time"


def test_a_server_that_recovers_gets_everything(people: People, inbox: Inbox) -> None:
    inbox.data_answer = "451 try again later"
    for number in range(3):
        letter(people, f"n{number}")
    assert deliver.drain() == {"sent": 0, "failed": 3, "waiting": 3}
    inbox.data_answer = "250 OK"
    assert deliver.drain() == {"sent": 0, "failed": 0, "waiting": 3}
    make_due()
    assert deliver.drain() == {"sent": 3, "failed": 0, "waiting": 0}
    assert len(inbox.taken) == 3


def test_a_server_that_is_not_there_costs_no_letter(
    people: People, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mail_server(Inbox()) as port:
        pass
    monkeypatch.setitem(app.config, "MAIL_URL", f"smtp://127.0.0.1:{port}")
    letter(people)
    assert deliver.drain() == {"sent": 0, "failed": 1, "waiting": 1}
    assert "ConnectionRefused" in row().last_error


def test_one_bad_letter_does_not_hold_up_the_others(people: People, folder: Path) -> None:
    bad = letter(people, "bad")
    good = letter(people, "good")
    with committed():
        db.session.execute(update(Delivery).where(Delivery.id == bad).values(template="no-such"))
    deliver.deliver_all([bad, good])
    assert (row(bad).state, row(good).state) == ("failed", "sent")


def test_a_fault_of_ours_is_kept_in_the_row_and_tried_again(
    people: People, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(delivery: Delivery) -> None:
        raise ZeroDivisionError("a fault")

    monkeypatch.setitem(CHANNELS, "email", broken)
    delivery_id = letter(people)
    assert not deliver.deliver(delivery_id)
    assert (row().state, row().last_error) == ("waiting", "ZeroDivisionError: a fault")
    assert "Traceback" in caplog.text
    with committed():
        db.session.execute(update(Delivery).values(channel="no-such", next_attempt_at=NOW))
    assert not deliver.deliver(delivery_id)
    assert row().last_error == "KeyError: 'no-such'"


def test_a_channel_that_leaves_the_session_broken_does_not_lose_the_row(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(delivery: Delivery) -> None:
        db.session.execute(db.text("SELECT no_such_column FROM no_such_table"))

    monkeypatch.setitem(CHANNELS, "email", breaks)
    assert not deliver.deliver(letter(people))
    assert row().state == "waiting" and "no_such_table" in row().last_error


def test_no_transaction_is_open_while_a_letter_is_on_its_way(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that takes 20 seconds must not keep everybody else from writing."""
    locked: list[bool] = []

    def slow(delivery: Delivery) -> None:
        with db.engine.connect() as other:
            other.exec_driver_sql("UPDATE person SET phone = '1' WHERE id = 1")
            other.commit()
        locked.append(False)

    monkeypatch.setitem(CHANNELS, "email", slow)
    assert deliver.deliver(letter(people)) and locked == [False]


def test_every_channel_that_notices_name_is_there(app: Flask) -> None:
    assert set(CHANNELS) == {"email", "web_push"}
    assert all(isinstance(send, Callable) for send in CHANNELS.values())  # type: ignore[arg-type]
