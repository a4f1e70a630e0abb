"""Ringing phones through a push service: refusals, pauses, phones that are gone or changed hands (S67–S68)."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from extensions import db
from jobs import committed, deliver
from jobs.clock import utc_now
from models import Delivery, Person, PushSubscription
from rules.statuses import Status
from services import phones
from tests.conftest import People
from tests.services.played import NOW, QUESTION, do, ticket_in
from tests.support.mail_server import Inbox
from tests.support.push_service import PushService


def answered(people: People) -> None:
    """Bob's ticket is answered: a letter, and a ring for each of his phones."""
    with committed():
        do("comment", ticket_in(Status.OPEN, people), people.alice, NOW)


def make_due() -> None:
    with committed():
        db.session.execute(update(Delivery).values(next_attempt_at=NOW))


def phone(person: Person, push: PushService) -> int:
    with committed():
        return phones.subscribe(person, push.subscribe(), at=NOW).id


def test_a_ring_reaches_the_phone_with_the_tickets_tag(
    people: People, push: PushService, folder: Path
) -> None:  # S67, S68
    phone(people.bob, push)
    answered(people)
    assert deliver.drain() == {"sent": 2, "failed": 0, "waiting": 0}
    [received] = push.received
    assert received.payload["tag"] == "ticket-152876" and received.payload["url"] == "/tickets/152876"
    assert received.payload["body"].endswith(QUESTION)
    assert received.payload["id"] == row_of("web_push").key


def row_of(channel: str) -> Delivery:
    query = select(Delivery).where(Delivery.channel == channel)
    return db.session.scalars(query, execution_options={"populate_existing": True}).one()


@pytest.mark.parametrize("status", [404, 410])
def test_a_phone_that_its_service_forgot_is_forgotten_here(
    people: People, push: PushService, folder: Path, status: int
) -> None:
    phone(people.bob, push)
    push.answer(status)
    answered(people)
    assert deliver.drain() == {"sent": 1, "failed": 1, "waiting": 0}
    assert row_of("web_push").state == "failed"
    assert db.session.scalars(select(PushSubscription.id)).all() == []


def test_a_service_that_asks_for_a_pause_gets_it(people: People, push: PushService, folder: Path) -> None:
    phone(people.bob, push)
    push.answer(429, {"Retry-After": "1234"})
    answered(people)
    began = utc_now()
    deliver.drain()
    found = row_of("web_push")
    assert found.state == "waiting"
    assert timedelta() <= found.next_attempt_at - timedelta(seconds=1234) - began < timedelta(seconds=60)
    push.answer(201)
    make_due()
    assert deliver.drain()["sent"] == 1
    assert len({received.payload["id"] for received in push.received}) == 1, "a repeat is the same message"


def test_a_phone_at_an_address_that_is_no_push_service_is_dropped(
    people: People, push: PushService, app: Flask, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone(people.bob, push)
    monkeypatch.setitem(app.config, "PUSH_HOSTS", "")
    answered(people)
    deliver.drain()
    assert push.received == [] and row_of("web_push").state == "failed"
    assert db.session.scalars(select(PushSubscription.id)).all() == []


def test_a_phone_that_changed_hands_while_a_ring_waited_hears_nothing_of_it(
    people: People, push: PushService, folder: Path
) -> None:
    subscription = push.subscribe()
    with committed():
        phones.subscribe(people.bob, subscription, at=NOW)
    answered(people)
    with committed():
        phones.subscribe(people.mallory, subscription, at=NOW)
    deliver.drain()
    assert push.received == []
    assert len(db.session.scalars(select(PushSubscription.id)).all()) == 1


def test_one_dead_phone_does_not_keep_the_letter_back(people: People, push: PushService, inbox: Inbox) -> None:
    phone(people.bob, push), phone(people.bob, push)
    push.answer(500)
    answered(people)
    assert deliver.drain() == {"sent": 1, "failed": 2, "waiting": 2}
    assert [taken.readers for taken in inbox.taken] == [["bob@romashka.example"]]
