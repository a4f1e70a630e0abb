"""Browsers that ask to be rung: whose they are, and that nobody hears another's news (S67)."""

from typing import Any

import pytest
from sqlalchemy import select

from extensions import db
from jobs import committed
from models import Delivery, DeliveryState, PushSubscription
from rules.errors import Invalid
from rules.statuses import Status
from services import deliveries, devices, phones
from tests.conftest import People
from tests.services.played import NOW, do, ticket_in

ENDPOINT = "https://fcm.googleapis.com/fcm/send/1"


def subscription(**values: Any) -> dict[str, Any]:
    return {"endpoint": ENDPOINT, "keys": {"p256dh": "BPoint", "auth": "secret"}} | values


def rings() -> list[Delivery]:
    return list(db.session.scalars(select(Delivery).where(Delivery.channel == "web_push").order_by(Delivery.id)))


def all_phones() -> list[PushSubscription]:
    return list(db.session.scalars(select(PushSubscription)))


def test_the_same_browser_asking_again_is_one_phone_with_its_newest_keys(people: People) -> None:
    phones.subscribe(people.bob, subscription(), at=NOW)
    phones.subscribe(people.bob, subscription(keys={"p256dh": "BOther", "auth": "other"}), at=NOW)
    [phone] = all_phones()
    assert (phone.person_id, phone.p256dh, phone.auth) == (people.bob.id, "BOther", "other")


def test_a_browser_that_another_person_signs_in_on_is_his_from_then_on(people: People) -> None:
    phones.subscribe(people.bob, subscription(), at=NOW)
    devices.sign_in(people.mallory, by="password", name="Chrome", remember=True, at=NOW)
    phones.subscribe(people.mallory, subscription(), at=NOW)
    [phone] = all_phones()
    assert (phone.person_id, phone.device_id) == (people.mallory.id, people.mallory.device_id)
    assert phones.ring_to_test(people.bob, at=NOW) == 0


def test_what_waits_for_a_browsers_last_user_is_not_read_by_its_next(people: People) -> None:
    with committed():
        phones.subscribe(people.bob, subscription(), at=NOW)
        ticket = ticket_in(Status.OPEN, people)
        do("comment", ticket, people.alice, NOW)
    [ring] = rings()
    with committed():
        phones.subscribe(people.mallory, subscription(), at=NOW)
    db.session.refresh(ring)
    assert ring.state == DeliveryState.FAILED and ring.id not in deliveries.due(at=NOW)


def test_what_waits_for_a_phone_that_is_gone_does_not_ring_the_next_one(people: People) -> None:
    """However often it is repeated: the number of a removed row is never given again, not even the newest one's."""
    with committed():
        phones.subscribe(people.bob, subscription(), at=NOW)
        ticket = ticket_in(Status.OPEN, people)
        do("comment", ticket, people.alice, NOW)
        phones.unsubscribe(people.bob, ENDPOINT)
        phones.subscribe(people.mallory, subscription(endpoint=ENDPOINT + "2"), at=NOW)
    [ring], [phone] = rings(), all_phones()
    assert ring.target != str(phone.id)


def test_a_phone_that_asks_again_still_gets_what_waits_for_it(people: People) -> None:
    with committed():
        phones.subscribe(people.bob, subscription(), at=NOW)
        phones.ring_to_test(people.bob, at=NOW)
        phones.subscribe(people.bob, subscription(), at=NOW)
    assert [ring.state for ring in rings()] == [DeliveryState.WAITING]


def test_nobody_ends_another_persons_phone(people: People) -> None:
    phones.subscribe(people.bob, subscription(), at=NOW)
    phones.unsubscribe(people.mallory, ENDPOINT)
    assert len(all_phones()) == 1
    phones.unsubscribe(people.bob, ENDPOINT)
    phones.unsubscribe(people.bob, "no-such")
    assert all_phones() == []


def test_a_phone_that_its_service_gave_up_is_forgotten(people: People) -> None:
    phone = phones.subscribe(people.bob, subscription(), at=NOW)
    phones.forget(phone.id)
    phones.forget(phone.id)
    assert all_phones() == []


WRONG: list[dict[str, Any]] = [
    {"endpoint": ""},
    {"endpoint": None},
    {"endpoint": 7},
    {"endpoint": "https://x/" + "a" * 1024},
    {"endpoint": "https://x/\x00"},
    {"endpoint": "https://x/\ud800"},
    {"keys": None},
    {"keys": "p256dh"},
    {"keys": {}},
    {"keys": {"p256dh": "x", "auth": ""}},
    {"keys": {"p256dh": "x" * 201, "auth": "x"}},
    {"keys": {"p256dh": "x", "auth": "x" * 101}},
    {"keys": {"p256dh": "x\x00", "auth": "x"}},
    {"keys": {"p256dh": ["x"], "auth": "x"}},
]


def test_what_is_no_subscription_is_refused(people: People) -> None:
    for wrong in WRONG:
        with pytest.raises(Invalid) as caught:
            phones.subscribe(people.bob, subscription(**wrong), at=NOW)
        assert (caught.value.field, caught.value.code) == ("endpoint", "not_a_subscription"), wrong
    assert all_phones() == []


def test_a_test_ring_goes_to_each_of_his_phones_as_often_as_he_asks(people: People) -> None:
    for number in ("1", "2"):
        phones.subscribe(people.bob, subscription(endpoint=ENDPOINT + number), at=NOW)
    phones.subscribe(people.carol, subscription(endpoint=ENDPOINT + "3"), at=NOW)
    assert [phones.ring_to_test(people.bob, at=NOW.replace(microsecond=n)) for n in (0, 1)] == [2, 2]
    db.session.flush()
    assert {(ring.person_id, ring.template) for ring in rings()} == {(people.bob.id, "push_test")}
    assert len({ring.key for ring in rings()}) == 4
