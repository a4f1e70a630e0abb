"""Browsers that ask to be rung (S67)."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from extensions import db
from jobs import committed
from models import Delivery, Person, PushSubscription
from services import comments
from tests import factories
from tests.blueprints.conftest import ClientOf, anew, count
from tests.conftest import People

ENDPOINT = "https://fcm.googleapis.com/fcm/send/abc"
KEYS = {"p256dh": "B" + "A" * 86, "auth": "A" * 22}


@pytest.fixture
def bob(people: People, client_of: ClientOf) -> FlaskClient:
    return client_of(people.bob)


def subscribe(client: FlaskClient, endpoint: Any = ENDPOINT, keys: Any = KEYS) -> Any:
    return client.post("/push/subscriptions", json={"endpoint": endpoint, "keys": keys})


def owner() -> int | None:
    anew()
    return db.session.scalars(select(PushSubscription.person_id)).one_or_none()


def test_the_public_key_is_one_that_browsers_take(bob: FlaskClient) -> None:
    key = bob.get("/push/public-key").get_json()["key"]
    assert len(key) == 87 and key.startswith("B") and bob.get("/push/public-key").get_json()["key"] == key


def test_a_browser_subscribes_is_rung_and_leaves(bob: FlaskClient, people: People) -> None:
    for _ in range(2):  # the same browser again is one
        assert subscribe(bob).status_code == 201
    assert count(PushSubscription) == 1
    assert bob.post("/push/test").get_json() == {"devices": 1}
    with committed():
        comments.reply(factories.ticket(people.bob), "Ответ", by=people.alice, at=factories.NOW)
    pushed = db.session.scalars(select(Delivery.template).where(Delivery.channel == "web_push")).all()
    assert sorted(pushed) == ["comment", "push_test"]
    for _ in range(2):
        assert bob.delete("/push/subscriptions", json={"endpoint": ENDPOINT}).status_code == 204
    assert count(PushSubscription) == 0
    assert bob.post("/push/test").get_json() == {"devices": 0}


def test_a_page_and_its_worker_may_tell_of_the_browser_at_once(people: People, client_of: ClientOf) -> None:
    clients = [client_of(people.bob) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        assert {answer.status_code for answer in pool.map(subscribe, clients)} == {201}
    assert count(PushSubscription) == 1


def test_a_browser_that_changes_hands_rings_for_the_new_one_only(
    bob: FlaskClient, people: People, client_of: ClientOf
) -> None:
    subscribe(bob)
    mallory = client_of(people.mallory)
    assert mallory.delete("/push/subscriptions", json={"endpoint": ENDPOINT}).status_code == 204
    assert owner() == people.bob.id  # a stranger can't switch it off
    assert subscribe(mallory).status_code == 201
    assert owner() == people.mallory.id
    assert bob.post("/push/test").get_json() == {"devices": 0}


def test_signing_out_silences_the_browser(bob: FlaskClient, people: People, client_of: ClientOf) -> None:
    subscribe(bob)
    bob.post("/logout")
    assert owner() is None


def test_addresses_that_are_no_push_service_are_refused(app: Flask, bob: FlaskClient) -> None:
    for endpoint in (
        "",
        None,
        5,
        {"a": 1},
        "http://fcm.googleapis.com/x",
        "https://evil.example/fcm.googleapis.com/",
        "https://fcm.googleapis.com.evil.example/x",
        "https://fcm.googleapis.com@evil.example/x",
        "https://127.0.0.1/x",
        "http://169.254.169.254/latest/meta-data",
        "https://fcm.googleapis.com:8443/x",
        "file:///etc/passwd",
        "https://fcm.googleapis.com/\ud800",
    ):
        answer = subscribe(bob, endpoint)
        assert (
            answer.status_code == 422
            and "Служба уведомлений этого браузера нам неизвестна" in answer.get_json()["error"]
        )
    assert count(PushSubscription) == 0


def test_what_is_no_subscription_is_refused(bob: FlaskClient) -> None:
    headers = {"Accept": "application/json"}
    keys: Any
    for keys in (
        None,
        [],
        "x",
        {},
        {"p256dh": 1, "auth": 2},
        {"p256dh": "x" * 500, "auth": "y"},
        KEYS | {"auth": "\0"},
    ):
        answer = bob.post("/push/subscriptions", json={"endpoint": ENDPOINT, "keys": keys}, headers=headers)
        assert answer.status_code == 422 and answer.get_json()["error"], keys
    assert subscribe(bob, ENDPOINT + "x" * 3000).status_code == 422
    for body in ("[]", "null", '"x"', "{", ""):
        for call in (bob.post, bob.delete):
            assert call("/push/subscriptions", data=body, content_type="application/json").status_code == 400, body
    assert count(PushSubscription) == 0


def test_guests_are_not_rung(client_of: ClientOf) -> None:
    guest = client_of(None)
    headers = {"Accept": "application/json"}
    assert guest.get("/push/public-key", headers=headers).status_code == 401
    assert guest.post("/push/test", headers=headers).status_code == 401
    assert guest.post("/push/subscriptions", json={}, headers=headers).status_code == 401
    assert count(Person) == 1
