"""Receipts of pushes, and what they spare: the letter of somebody who wants one ring an event (S67)."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from channels import mailbox
from extensions import db
from jobs import committed, deliver, sweep
from jobs.clock import utc_now
from models import Delivery, DeliveryState, Person, PushSubscription
from rules.statuses import Status
from services import phones, receipts, threads
from services.receipts import SECOND_RING
from tests.conftest import People
from tests.services.played import do, ticket_in
from tests.support.push_service import PushService

EVENING = datetime.fromisoformat("2026-06-15T23:00+05:00")
MORNING = datetime.fromisoformat("2026-06-16T08:00+05:00")
NOON, SECOND = datetime.fromisoformat("2026-06-15T12:00+05:00"), timedelta(seconds=1)


def choose(person: Person, **ways: bool | str) -> None:
    with committed():
        db.session.execute(update(Person).where(Person.id == person.id).values(**ways))
    db.session.refresh(person)


def answered(people: People) -> int:
    """Bob has a phone, and his ticket is answered now; return the ticket's id."""
    with committed():
        ticket = ticket_in(Status.OPEN, people)
        do("comment", ticket, people.alice, utc_now())
    return ticket.id


def phone(person: Person, push: PushService) -> int:
    with committed():
        return phones.subscribe(person, push.subscribe(), at=utc_now()).id


def of(channel: str) -> Delivery:
    query = select(Delivery).where(Delivery.channel == channel)
    return db.session.scalars(query, execution_options={"populate_existing": True}).one()


def two_minutes_pass() -> None:
    with committed():
        db.session.execute(
            update(Delivery).where(Delivery.state == DeliveryState.WAITING).values(next_attempt_at=utc_now())
        )


def test_one_ring_is_off_by_default_and_the_letter_goes_beside_the_push(
    people: People, push: PushService, folder: Path
) -> None:  # S67
    phone(people.bob, push)
    answered(people)
    assert deliver.drain() == {"sent": 2, "failed": 0, "waiting": 0}


def test_the_letter_of_one_ring_waits_and_goes_where_the_push_was_not_read(
    people: People, push: PushService, folder: Path
) -> None:
    choose(people.bob, rings_once=True)
    phone(people.bob, push)
    answered(people)
    assert deliver.drain() == {"sent": 1, "failed": 0, "waiting": 1}
    letter = of("email")
    assert letter.next_attempt_at - letter.created_at == SECOND_RING == timedelta(minutes=2)
    assert receipts.take(of("web_push").id, receipts.signature(of("web_push")), "shown", at=utc_now())
    two_minutes_pass()
    assert deliver.drain() == {"sent": 1, "failed": 0, "waiting": 0}
    assert len(mailbox.letters(folder)) == 1


def test_the_letter_of_one_ring_is_not_sent_when_the_push_was_opened(
    people: People, push: PushService, folder: Path
) -> None:
    choose(people.bob, rings_once=True)
    phone(people.bob, push)
    answered(people)
    deliver.drain()
    assert receipts.take(of("web_push").id, receipts.signature(of("web_push")), "opened", at=utc_now())
    db.session.commit()
    two_minutes_pass()
    sweep.sweep()
    assert deliver.drain() == {"sent": 0, "failed": 1, "waiting": 0}
    assert (of("email").state, mailbox.letters(folder)) == (DeliveryState.SKIPPED, [])


def test_the_letter_of_one_ring_is_not_sent_when_the_ticket_was_read(
    people: People, push: PushService, folder: Path
) -> None:
    choose(people.bob, rings_once=True)
    phone(people.bob, push)
    ticket_id = answered(people)
    deliver.drain()
    with committed():
        threads.mark_read(ticket_id, people.bob.id, at=utc_now())
    two_minutes_pass()
    deliver.drain()
    assert (of("email").state, mailbox.letters(folder)) == (DeliveryState.SKIPPED, [])


def due_at(moment: datetime) -> None:
    """Let what is stored be as old as the test's moment says."""
    with committed():
        db.session.execute(update(Delivery).values(created_at=moment, next_attempt_at=moment))


@pytest.mark.parametrize("is_opened", [True, False])
def test_after_quiet_hours_the_push_comes_first_and_the_letter_only_if_nobody_heeds_it(
    people: People, push: PushService, folder: Path, is_opened: bool
) -> None:  # S67
    choose(people.bob, rings_once=True, quiet_start="22:00", quiet_end="08:00")
    phone(people.bob, push)
    for _ in range(2):
        answered(people)
    due_at(EVENING)
    deliver.deliver_all(at=EVENING)
    deliver.deliver_all(at=MORNING)
    assert len(push.received) == 1 and mailbox.letters(folder) == []
    deliver.deliver_all(at=MORNING + SECOND_RING - SECOND)
    assert mailbox.letters(folder) == []
    if is_opened:
        leader = db.session.scalars(select(Delivery).where(Delivery.key == push.received[0].payload["id"])).one()
        assert receipts.take(leader.id, receipts.signature(leader), "opened", at=utc_now())
        db.session.commit()
    deliver.deliver_all(at=MORNING + SECOND_RING)
    assert len(mailbox.letters(folder)) == (0 if is_opened else 1), "of both tickets, or of none"


def test_a_push_that_comes_too_late_rings_nobody_a_second_time(people: People, push: PushService, folder: Path) -> None:
    choose(people.bob, rings_once=True)
    phone(people.bob, push)
    push.answer(429, {"Retry-After": "600"})
    answered(people)
    due_at(NOON)
    deliver.deliver_all(at=NOON)
    deliver.deliver_all(at=NOON + SECOND_RING)
    assert len(mailbox.letters(folder)) == 1, "the push was tried in vain"
    push.answer(201)
    rung = len(push.received)
    deliver.deliver_all(at=NOON + timedelta(minutes=15))
    assert len(push.received) == rung and of("web_push").state == DeliveryState.SKIPPED


def test_a_letter_of_one_ring_waits_for_a_push_that_is_late_itself(
    people: People, push: PushService, folder: Path
) -> None:
    choose(people.bob, rings_once=True)
    phone(people.bob, push)
    answered(people)
    due_at(NOON)
    deliver.deliver_all(at=NOON + timedelta(hours=1))  # nobody was there to send them
    assert len(push.received) == 1 and mailbox.letters(folder) == []
    deliver.deliver_all(at=NOON + timedelta(hours=1) + SECOND_RING)
    assert len(mailbox.letters(folder)) == 1


def test_what_could_not_be_sent_before_quiet_hours_is_not_tried_in_them(
    people: People, push: PushService, folder: Path
) -> None:  # S67
    choose(people.bob, quiet_start="22:00", quiet_end="08:00")
    phone(people.bob, push)
    push.answer(503)
    answered(people)
    due_at(EVENING - timedelta(hours=1, seconds=30))  # half a minute before they begin
    deliver.deliver_all(at=EVENING - timedelta(hours=1, seconds=30))
    push.answer(201)
    rung = len(push.received)
    deliver.deliver_all(at=EVENING)
    assert len(push.received) == rung
    deliver.deliver_all(at=MORNING)
    assert len(push.received) == rung + 1 and of("web_push").state == DeliveryState.SENT


def test_without_a_phone_the_letter_of_one_ring_goes_at_once(people: People, folder: Path) -> None:
    choose(people.bob, rings_once=True)
    answered(people)
    assert deliver.drain() == {"sent": 1, "failed": 0, "waiting": 0}


def test_a_push_carries_no_word_of_the_ticket_where_its_reader_wants_none(
    people: People, push: PushService, folder: Path
) -> None:
    choose(people.bob, push_is_brief=True)
    phone(people.bob, push)
    answered(people)
    deliver.drain()
    [received] = push.received
    assert (received.payload["title"], received.payload["body"]) == ("Заявка № 152876", "Есть ответ.")
    assert received.payload["url"] == "/tickets/152876"
    assert len(received.body) < 3000


def test_a_push_offers_what_its_reader_may_do_and_counts_his_news(
    people: People, push: PushService, folder: Path
) -> None:
    phone(people.bob, push)
    answered(people)
    deliver.drain()
    [received] = push.received
    actions = [(one["action"], one["title"]) for one in received.payload["actions"]]
    assert actions == [("reply", "Ответить"), ("resolve", "Решено")]
    assert received.payload["unread"] == 1
    assert (received.headers["ttl"], received.headers["urgency"]) == ("86400", "high")
    assert received.payload["receipt"].startswith(f"/push/receipts/{of('web_push').id}?signed=")


def test_each_device_knows_when_it_was_rung_and_what_went_wrong(
    people: People, push: PushService, folder: Path
) -> None:
    phone_id = phone(people.bob, push)
    push.answer(503)
    answered(people)
    deliver.drain()
    [found] = phones.of(people.bob, at=utc_now())
    assert found.last_sent_at is None and "503" in found.last_error
    push.answer(201)
    two_minutes_pass()
    deliver.drain()
    db.session.expire_all()
    [found] = phones.of(people.bob, at=utc_now())
    assert found.id == phone_id and found.last_sent_at is not None and found.last_error == ""


def test_a_receipt_needs_its_signature(people: People, push: PushService, folder: Path) -> None:
    phone_id = phone(people.bob, push)
    answered(people)
    deliver.drain()
    row, signed = of("web_push"), receipts.signature(of("web_push"))
    letter = of("email")
    for delivery_id, signature, what in (
        (row.id, "", "shown"),
        (row.id, "я" * 32, "shown"),
        (row.id, receipts.signature(letter), "shown"),
        (letter.id, receipts.signature(letter), "shown"),
        (row.id, signed, "resolved"),
        (10**12, signed, "shown"),
    ):
        assert not receipts.take(delivery_id, signature, what, at=utc_now())
    assert row.shown_at is None
    assert receipts.take(row.id, signed, "opened", at=utc_now())
    assert row.shown_at is not None and row.opened_at is not None
    phone_row = db.session.get_one(PushSubscription, phone_id)
    assert phone_row.last_shown_at is not None
