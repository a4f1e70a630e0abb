"""«Уведомления»: devices, a check that is heard of, and how one is told (S67)."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from extensions import db
from jobs import committed
from models import Delivery, Person, PushSubscription
from services import comments, receipts, unread
from tests import factories
from tests.blueprints.conftest import ClientOf, anew, count
from tests.blueprints.html import Page
from tests.blueprints.test_push import ENDPOINT, subscribe
from tests.conftest import People

PAGE = "/profile/notifications"


@pytest.fixture
def bob(people: People, client_of: ClientOf) -> FlaskClient:
    return client_of(people.bob)


def person(people: People) -> Person:
    anew()
    return db.session.scalars(select(Person).where(Person.email == people.bob.email)).one()


def receipt(client: FlaskClient, delivery: Delivery, what: Any = "shown", signed: str = "") -> int:
    address = f"/push/receipts/{delivery.id}?signed={signed or receipts.signature(delivery)}"
    return client.post(address, json={"what": what}).status_code


def test_the_page_says_that_nothing_rings_yet_and_how_to_change_it(bob: FlaskClient) -> None:
    page = Page(bob.get(PAGE))
    assert "Пока ни на одном устройстве" in page.text
    assert page.one(id="notification-ways") and page.one(id="profile-notices") and page.one(id="profile-push")


def test_a_check_is_on_its_way_until_its_receipt_comes(bob: FlaskClient, client_of: ClientOf) -> None:
    subscribe(bob)
    assert "Ещё ничего не отправлялось" in Page(bob.get(PAGE)).text
    assert bob.post("/push/test", data={"csrf_token": "x"}).location == f"{PAGE}#phones"  # without scripts
    assert "Проверка в пути…" in Page(bob.get(PAGE)).text
    anew()
    test = db.session.scalars(select(Delivery).where(Delivery.template == "push_test")).one()
    assert receipt(client_of(None), test) == 204  # a worker that was woken may have no session
    fragment = bob.get(PAGE, headers={"HX-Request": "true"}).text
    assert "Проверка дошла" in fragment and "<html" not in fragment


def test_receipts_that_nobody_has_signed_are_not_found(bob: FlaskClient, client_of: ClientOf) -> None:
    subscribe(bob)
    bob.post("/push/test")
    anew()
    test = db.session.scalars(select(Delivery)).one()
    guest = client_of(None)
    assert receipt(guest, test, signed="0" * 32) == 404
    assert receipt(guest, test, what="resolved") == 404
    assert receipt(guest, test, what={"a": []}) == 404
    assert guest.post(f"/push/receipts/{test.id}", data="[", content_type="application/json").status_code == 400
    anew()
    assert db.session.scalars(select(Delivery.shown_at)).one() is None


def test_how_one_is_told_is_off_until_chosen_and_kept(bob: FlaskClient, people: People) -> None:  # S67
    assert (person(people).rings_once, person(people).push_is_brief) == (False, False)
    assert bob.post(PAGE, data={"rings_once": "on", "push_is_brief": "on"}).status_code == 303
    assert (person(people).rings_once, person(people).push_is_brief) == (True, True)
    fragment = bob.post(PAGE, data={}, headers={"HX-Request": "true"})
    assert fragment.status_code == 200 and "Сохранено." in fragment.text
    assert (person(people).rings_once, person(people).push_is_brief) == (False, False)


def test_a_lost_phone_is_silenced_from_elsewhere_and_only_by_its_owner(
    bob: FlaskClient, people: People, client_of: ClientOf
) -> None:
    subscribe(bob)
    anew()
    phone_id = db.session.scalars(select(PushSubscription.id)).one()
    assert client_of(people.mallory).post(f"{PAGE}/phones/{phone_id}/end").status_code == 404
    assert bob.post(f"{PAGE}/phones/{10**12}/end").status_code == 404
    assert count(PushSubscription) == 1
    assert client_of(people.bob).post(f"{PAGE}/phones/{phone_id}/end").status_code == 303
    assert count(PushSubscription) == 0


def test_the_number_on_the_icon_counts_what_is_unread(bob: FlaskClient, people: People, client_of: ClientOf) -> None:
    ticket = factories.ticket(people.bob)
    number = ticket.number
    with committed():
        comments.reply(ticket, "Ответ", by=people.alice, at=factories.NOW)
    assert bob.get("/push/unread").get_json() == {"unread": 1}
    assert client_of(people.mallory).get("/push/unread").get_json() == {"unread": 0}
    bob.get(f"/tickets/{number}")
    assert bob.get("/push/unread").get_json() == {"unread": 0}
    anew()
    assert unread.count(people.alice) in (0, 1)


def test_the_cards_that_ask_once(bob: FlaskClient) -> None:
    for what, words in (("push", "Сообщить, когда ответят?"), ("install", "Добавить"), ("install-ios", "/install#ios")):
        assert words in bob.get(f"/push/ask?what={what}").text
    assert bob.get("/push/ask?what=money").status_code == 404


def test_guests_have_no_notifications(app: Flask, client_of: ClientOf) -> None:
    guest = client_of(None)
    assert guest.get(PAGE).status_code == 303
    assert guest.post(PAGE, data={}).status_code in {303, 401}
    assert guest.get("/push/unread", headers={"Accept": "application/json"}).status_code == 401
    assert ENDPOINT not in guest.get("/push/ask?what=push").text


def test_quiet_hours_are_kept_with_the_readers_zone(bob: FlaskClient, people: People) -> None:  # S67
    bob.set_cookie("tz", "Asia/Vladivostok", domain="localhost")
    assert "GMT+10" in Page(bob.get(PAGE)).one(id="notification-ways").text
    assert bob.post(PAGE, data={"quiet_start": "22:00", "quiet_end": "08:00"}).status_code == 303
    kept = person(people)
    assert (kept.quiet_start, kept.quiet_end, kept.timezone) == ("22:00", "08:00", "Asia/Vladivostok")
    assert Page(bob.get(PAGE)).one(id="quiet_start")["value"] == "22:00"
    bob.post(PAGE, data={"quiet_start": "", "quiet_end": ""})
    assert (person(people).quiet_start, person(people).timezone) == ("", "Asia/Vladivostok")


def test_hours_that_are_none_come_back_as_typed_with_the_reason(bob: FlaskClient, people: People) -> None:
    wrong = {"quiet_start": "22:00", "quiet_end": "", "rings_once": "on"}
    for headers in ({}, {"HX-Request": "true"}):
        answer = bob.post(PAGE, data=wrong, headers=headers)
        form = Page(answer).one(id="notification-ways")
        assert answer.status_code == 422 and form.one(id="quiet_start")["value"] == "22:00"
        assert form.one(id="quiet_end-error").text and "checked" in form.one("input", name="rings_once").attributes
    assert (person(people).quiet_start, person(people).rings_once) == ("", False)
