"""Signed-in browsers: keys, terms, letters about new ones, signing out (D12)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from extensions import db
from jobs import committed
from models import Delivery, Device, PushSubscription
from services import devices, phones, seals
from tests.conftest import People
from tests.services.played import DAY, NOW

MOMENT = timedelta(microseconds=1)
HOUR = timedelta(hours=1)


def sign_in(people: People, by: str = "password", name: str = "Chrome, Linux", remember: bool = True) -> str:
    return devices.sign_in(people.bob, by=by, name=name, remember=remember, at=NOW)


def letters() -> list[Delivery]:
    return list(db.session.scalars(select(Delivery).order_by(Delivery.id)))


def test_a_key_says_who_is_there_and_the_table_keeps_only_its_digest(people: People) -> None:
    key = sign_in(people)
    assert devices.owner(key, at=NOW) == (people.bob, False)
    [device] = db.session.scalars(select(Device))
    assert device.key_hash == seals.digest(key) != key
    assert (people.bob.get_id(), people.bob.device_id) == (key, device.id)


def test_an_unknown_key_is_nobodys(people: People) -> None:
    sign_in(people)
    for key in ["", "no-such", "x" * 5000, "\x00"]:
        assert devices.owner(key, at=NOW) is None


@pytest.mark.parametrize(("remember", "lasts"), [(True, 365 * DAY), (False, DAY)])
def test_a_key_lasts_as_long_as_was_asked(people: People, remember: bool, lasts: timedelta) -> None:  # S5
    key = sign_in(people, remember=remember)
    assert devices.owner(key, at=NOW + lasts - MOMENT) is not None
    assert devices.owner(key, at=NOW + lasts) is None


def test_who_comes_back_stays_as_long_again_and_it_is_written_once_an_hour(people: People) -> None:
    key = sign_in(people, remember=False)
    assert devices.owner(key, at=NOW + HOUR) == (people.bob, False)
    assert devices.owner(key, at=NOW + HOUR + MOMENT) == (people.bob, True)
    assert people.bob.device_id is not None
    for hours in (20, 40):
        devices.seen(people.bob.device_id, at=NOW + hours * HOUR)
        db.session.flush()
        assert devices.owner(key, at=NOW + hours * HOUR) == (people.bob, False)
    assert devices.owner(key, at=NOW + 40 * HOUR + DAY - MOMENT) is not None
    assert devices.owner(key, at=NOW + 40 * HOUR + DAY) is None
    devices.seen(999, at=NOW)


def test_a_new_browser_is_told_to_its_owner_a_known_one_and_the_first_are_not(people: People) -> None:
    for name in ("Chrome, Linux", "Chrome, Linux", "Firefox, Windows", "Firefox, Windows"):
        sign_in(people, name=name)
    [letter] = letters()
    assert (letter.template, letter.target) == ("new_device", "bob@romashka.example")
    assert letter.data == {"device": "Firefox, Windows", "by": "password", "at": NOW.isoformat()}


def test_every_sign_in_by_code_is_told(people: People) -> None:  # D12
    for _ in range(2):
        sign_in(people, by="code")
    assert [letter.data["by"] for letter in letters()] == ["code", "code"]


def test_signing_in_by_code_again_after_signing_out_works_and_is_told_again(people: People) -> None:
    for _ in range(3):
        with committed():
            sign_in(people, by="code")
        with committed():
            assert people.bob.device_id is not None
            assert devices.end(people.bob, people.bob.device_id)
    assert len(letters()) == 3


def test_signing_out_ends_the_key_and_its_phone(people: People) -> None:
    key = sign_in(people)
    keys = {"p256dh": "BPoint", "auth": "secret"}
    phones.subscribe(people.bob, {"endpoint": "https://fcm.googleapis.com/1", "keys": keys}, at=NOW)
    assert people.bob.device_id is not None
    assert devices.end(people.bob, people.bob.device_id)
    assert devices.owner(key, at=NOW) is None
    assert db.session.scalars(select(PushSubscription.id)).all() == []
    assert not devices.end(people.bob, people.bob.device_id)


def test_a_device_that_cannot_be_is_not_signed_out(people: People) -> None:
    sign_in(people)
    for device_id in [0, -1, 2**31, 2**63, 10**30]:
        assert not devices.end(people.bob, device_id)


def test_nobody_signs_out_another_persons_device(people: People) -> None:
    key = sign_in(people)
    assert people.bob.device_id is not None
    for who in (people.carol, people.mallory, people.anna):
        assert not devices.end(who, people.bob.device_id)
    assert devices.owner(key, at=NOW) is not None


def test_his_devices_are_listed_the_last_used_first_without_the_expired(people: People) -> None:
    sign_in(people, name="old", remember=False)
    for name in ("one", "two"):
        sign_in(people, name=name)
    first = people.bob.device_id
    assert first is not None
    devices.seen(first - 1, at=NOW + DAY)
    assert [device.name for device in devices.of(people.bob, at=NOW + DAY)] == ["one", "two"]
    assert devices.of(people.carol, at=NOW) == []


def test_expired_devices_are_forgotten_and_others_are_not(people: People) -> None:
    sign_in(people, remember=False)
    kept = sign_in(people)
    devices.forget_expired(at=NOW + DAY)
    assert len(db.session.scalars(select(Device)).all()) == 1
    assert devices.owner(kept, at=NOW + DAY) is not None


def test_who_asks_costs_one_statement_with_his_company(people: People, statements: list[str]) -> None:
    key = sign_in(people)
    db.session.commit()
    db.session.expunge_all()
    statements.clear()
    known = devices.owner(key, at=NOW)
    assert known is not None and known[0].company is not None and known[0].sees_company_tickets
    assert len(statements) == 1
