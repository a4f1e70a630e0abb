"""Mail servers and push services that fail in every way they know: told exactly once all the same (S59, S67)."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask
from sqlalchemy import select, update

from channels import smtp
from extensions import db
from jobs import committed, deliver
from jobs.clock import utc_now
from models import Delivery, DeliveryState, PushSubscription
from services import comments, outbox, phones
from tests import factories
from tests.conftest import People
from tests.services.played import NOW
from tests.support.mail_server import Inbox, mail_server
from tests.support.push_service import PushService

S = DeliveryState


@dataclass
class Moody(Inbox):
    """Answers each letter by the next of `moods`, and takes it when there are none left."""

    moods: list[str] = field(default_factory=list)
    lines: set[object] = field(default_factory=set)  # by which letters came

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.lines.add(session.peer)
        mood = self.moods.pop(0) if self.moods else "take"
        if mood == "hang":
            await asyncio.sleep(3600)
        if mood == "take and drop":
            await super().handle_DATA(server, session, envelope)
        if "drop" in mood and server.transport is not None:
            server.transport.close()
        return await super().handle_DATA(server, session, envelope) if mood == "take" else mood


@pytest.fixture
def inbox(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Moody]:
    inbox = Moody()
    with mail_server(inbox) as port:
        monkeypatch.setitem(app.config, "MAIL_URL", f"smtp://127.0.0.1:{port}")
        monkeypatch.setitem(app.config, "MAIL_AT_ONCE", 1)  # so that a mood meets the letter it was meant for
        yield inbox


def letters(people: People, count: int) -> None:
    with committed():
        for number in range(count):
            outbox.letter(f"n{number}", people.bob, "taken", at=NOW)


def drain_all() -> None:
    """Let every wait be over again and again, until nothing waits any more."""
    for _ in range(20):
        if deliver.drain()["waiting"] == 0:
            return
        with committed():
            waits = Delivery.state == S.WAITING
            db.session.execute(update(Delivery).where(waits).values(next_attempt_at=NOW))
    raise AssertionError("it waits for ever")


def states() -> list[str]:
    db.session.expire_all()
    return list(db.session.scalars(select(Delivery.state).order_by(Delivery.id)))


@pytest.mark.parametrize("mood", ["451 later", "421 closing", "drop", "take and drop"])
def test_a_letter_that_goes_wrong_on_its_way_reaches_its_reader_once(
    people: People, inbox: Moody, mood: str
) -> None:  # S59
    letters(people, 3)
    inbox.moods = [mood, "take", mood, mood]
    drain_all()
    ids = [str(taken.letter["Message-ID"]) for taken in inbox.taken]
    assert states() == [S.SENT] * 3
    assert set(ids) == {f"<n{number}-email@desk.example>" for number in range(3)}  # what a mail program counts by
    assert len(ids) == 3 + (3 if mood == "take and drop" else 0), "the server took it, and nobody knew"


def test_the_letters_of_a_pass_share_a_line(people: People, inbox: Moody) -> None:  # S59
    letters(people, 5)
    deliver.drain()
    assert len(inbox.taken) == 5 and len(inbox.lines) == 1


@pytest.mark.parametrize("mood", ["550 no such user", "552 too large", "554 spam"])
def test_a_letter_refused_for_good_is_tried_once(people: People, inbox: Moody, mood: str) -> None:
    letters(people, 2)
    inbox.moods = [mood]
    drain_all()
    assert sorted(states()) == [S.FAILED, S.SENT] and len(inbox.taken) == 1


def test_a_server_that_hangs_holds_up_no_push_and_the_letters_after_it_wait(
    people: People, inbox: Moody, push: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:  # S67
    monkeypatch.setattr(smtp, "TIMEOUT_SECONDS", 3)
    with committed():
        phones.subscribe(people.bob, push.subscribe(), at=NOW)
        ticket = factories.ticket(people.bob)
    letters(people, 3)
    inbox.moods = ["hang"]
    with committed():
        comments.reply(ticket, "Ответ", by=people.alice, at=utc_now() - timedelta(minutes=1))
    begun = monotonic()
    deliver.deliver_all()
    assert len(push.received) == 1 and inbox.taken == []
    assert monotonic() - begun < 15, "one letter found out that the server hangs, the others did not try it as well"
    tried = select(Delivery.attempts_count).where(Delivery.channel == "email")
    assert sorted(db.session.scalars(tried)) == [0, 0, 0, 1]
    drain_all()
    assert len({str(taken.letter["Message-ID"]) for taken in inbox.taken}) == len(inbox.taken) == 4


@pytest.mark.parametrize(
    ("status", "state", "is_rung_again", "has_phone"),
    [
        (201, S.SENT, False, True),
        (404, S.FAILED, False, False),
        (410, S.FAILED, False, False),
        (413, S.FAILED, False, True),
        (429, S.SENT, True, True),
        (500, S.SENT, True, True),
    ],
)
def test_what_a_push_service_answers_decides(
    people: People, inbox: Moody, push: PushService, status: int, state: str, is_rung_again: bool, has_phone: bool
) -> None:  # S67, S68
    with committed():
        phones.subscribe(people.bob, push.subscribe(), at=NOW)
        ticket = factories.ticket(people.bob)
    with committed():
        comments.reply(ticket, "Ответ", by=people.alice, at=NOW)
    push.answer(status, {"Retry-After": "1"} if status == 429 else {})
    deliver.drain()
    push.answer(201)
    drain_all()
    row = db.session.scalars(select(Delivery).where(Delivery.channel == "web_push")).one()
    assert row.state == state and len(push.received) == (2 if is_rung_again else 1)
    assert len({received.payload["id"] for received in push.received}) == 1, "to the phone it is one and the same"
    assert (db.session.scalar(select(PushSubscription.id)) is not None) == has_phone
    assert len(inbox.taken) == 1, "the letter goes beside it"
