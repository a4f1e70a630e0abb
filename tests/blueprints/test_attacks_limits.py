"""Guessing, flooding mailboxes, locking others out: how often things may be done, and by whom it is counted."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from extensions import caller, db, redis
from models import Delivery
from tests import factories
from tests.blueprints.conftest import ClientOf, anew, refused_after
from tests.conftest import People

pytestmark = pytest.mark.usefixtures("limits")
BOB = "bob@romashka.example"
HERE, ELSEWHERE = {"REMOTE_ADDR": "203.0.113.7"}, {"REMOTE_ADDR": "198.51.100.9"}


def sign_in(client_of: ClientOf, password: str, where: dict[str, str], login: str = BOB) -> Any:
    return client_of(None).post("/login", data={"login": login, "password": password}, environ_base=where)


def test_a_guesser_does_not_lock_out_whom_he_guesses(people: People, client_of: ClientOf) -> None:
    refused_after(10, lambda: sign_in(client_of, "?", HERE))
    assert refused_after(0, lambda: sign_in(client_of, factories.PASSWORD, HERE)).status_code == 429
    assert sign_in(client_of, factories.PASSWORD, ELSEWHERE).status_code == 303


def test_other_spellings_and_forwarding_headers_are_no_new_tries(people: People, client_of: ClientOf) -> None:
    spellings = ["bob@romashka.example", "BOB@romashka.example", " Bob@Romashka.example\t", "bob@romashka.example\0"]
    tries = iter(range(1000))

    def guess() -> Any:
        place = next(tries)
        headers = {"X-Forwarded-For": f"192.0.2.{place % 250}", "X-Real-IP": f"192.0.2.{place % 250}"}
        sent = {"login": spellings[place % 4], "password": "?"}
        return client_of(None).post("/login", data=sent, headers=headers, environ_base=HERE)

    refused_after(10, guess)


def test_who_signs_in_rightly_is_not_counted(people: People, client_of: ClientOf) -> None:
    assert {sign_in(client_of, factories.PASSWORD, HERE).status_code for _ in range(15)} == {303}


def test_no_key_of_a_limit_is_long_or_names_anybody(people: People, client_of: ClientOf) -> None:
    long = "x" * 1_000_000
    for path, form in [
        ("/login", {"login": BOB, "password": "?"}),
        ("/login", {"login": long, "password": "?"}),
        ("/password/forgot", {"email": BOB}),
        ("/password/forgot", {"email": long}),
        ("/register", {"email": long}),
    ]:
        assert client_of(None).post(path, data=form).status_code in {303, 422}
    keys = [key.decode() for key in redis.client.keys("LIMITS*")]
    assert len(keys) >= 6 and max(map(len, keys)) < 200
    assert not any("romashka" in key for key in keys)


def letters_to(email: str) -> int:
    anew()
    return db.session.scalar(select(func.count()).where(Delivery.target == email)) or 0


def test_one_address_gets_few_letters_however_it_is_asked_for(app: Flask, client_of: ClientOf) -> None:
    form = {"last_name": "Т", "first_name": "Т", "consent": "1", "no_script": "1", "email": "new@romashka.example"}
    addresses = iter(f"203.0.113.{place}" for place in range(250))

    def register() -> Any:
        return client_of(None).post("/register", data=form, environ_base={"REMOTE_ADDR": next(addresses)})

    refused_after(4, register)
    assert letters_to("new@romashka.example") <= 8
    other = form | {"email": "other@romashka.example"}
    assert client_of(None).post("/register", data=other, environ_base=ELSEWHERE).status_code == 303


def test_faulty_forms_do_not_use_up_an_address(app: Flask, client_of: ClientOf) -> None:
    faulty = {"email": "new@romashka.example", "no_script": "1"}
    trap = faulty | {"website": "http://spam.example"}
    for place in range(8):
        where = {"REMOTE_ADDR": f"203.0.113.{place}"}
        assert client_of(None).post(
            "/register", data=trap if place % 2 else faulty, environ_base=where
        ).status_code in {
            303,
            422,
        }
    full = faulty | {"last_name": "Т", "first_name": "Т", "consent": "1"}
    assert client_of(None).post("/register", data=full, environ_base=ELSEWHERE).status_code == 303
    assert letters_to("new@romashka.example") == 1


def test_moves_to_and_fro_are_not_told_without_end(people: People, client_of: ClientOf) -> None:
    made = factories.ticket(people.bob)
    made.assignee_id = people.alice.id
    number = made.number
    db.session.commit()
    bob, verbs = client_of(people.bob), iter(["resolve", "reopen"] * 500)
    answer = refused_after(60, lambda: bob.post(f"/tickets/{number}/{next(verbs)}"))
    assert answer.status_code == 429
    assert client_of(people.alice).post(f"/tickets/{number}/identify").status_code == 303  # counted by person


@pytest.fixture
def subscribed(people: People, client_of: ClientOf) -> FlaskClient:
    bob = client_of(people.bob)
    for place in range(25):
        sent = {"endpoint": f"https://fcm.googleapis.com/fcm/send/{place}", "keys": {"p256dh": "x", "auth": "y"}}
        assert bob.post("/push/subscriptions", json=sent).status_code == 201
    return bob


def test_nobody_makes_each_comment_a_thousand_pushes(subscribed: FlaskClient) -> None:
    assert subscribed.post("/push/test").get_json() == {"devices": 20}


def test_a_broken_body_does_not_put_the_limits_out_of_order(
    people: People, client_of: ClientOf, caplog: pytest.LogCaptureFixture
) -> None:
    large = {"environ_overrides": {"CONTENT_LENGTH": "9000000"}, "content_type": "multipart/form-data; boundary=x"}
    short = {"environ_overrides": {"CONTENT_LENGTH": "9000"}, "data": b"--x", "content_type": large["content_type"]}
    for path in ("/login", "/password/forgot", "/register"):
        for sent, status in ((large, 413), (short, 400)):
            assert client_of(None).post(path, **sent).status_code == status
    assert "storage" not in caplog.text and "Swallowing" not in caplog.text
    refused_after(10, lambda: sign_in(client_of, "?", HERE))


def test_a_line_of_ipv6_is_one_address_however_many_it_has(app: Flask) -> None:
    """Whoever has one has 2^64 of them, and another limit for each would be none."""

    def counted(address: str) -> str:
        with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
            return caller()

    assert counted("2001:db8:1:2::1") == counted("2001:db8:1:2:ffff:ffff:ffff:ffff") != counted("2001:db8:1:3::1")
    assert counted("::ffff:203.0.113.9") == counted("203.0.113.9") == "203.0.113.9" != counted("203.0.113.10")
    assert counted("fe80::1%eth0") == counted("fe80::2%eth0") and counted("") == "" and counted("x:y") == "x:y"


def test_codes_guessed_from_many_addresses_of_a_line_cost_work_too(people: People, client_of: ClientOf) -> None:
    for place in range(3):
        guessed = client_of(None).post(
            "/login/code", data={"code": "1" * 16}, environ_overrides={"REMOTE_ADDR": f"2001:db8::{place}"}
        )
        assert guessed.status_code == 422
    page = client_of(None).get("/login/code", environ_overrides={"REMOTE_ADDR": "2001:db8::ff"})
    assert "altcha-widget" in page.get_data(as_text=True)
    other = client_of(None).get("/login/code", environ_overrides={"REMOTE_ADDR": "2001:db8:5::1"})
    assert "altcha-widget" not in other.get_data(as_text=True)
