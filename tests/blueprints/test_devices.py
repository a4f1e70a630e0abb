"""«Устройства» (D12): where somebody is signed in, signing out one by one and all at once, letters about new ones."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from extensions import db
from jobs import committed, sweep
from jobs.clock import utc_now
from models import Delivery, Device
from tests import factories
from tests.blueprints.conftest import ClientOf, anew
from tests.blueprints.html import Page
from tests.blueprints.test_registration import letter_to
from tests.conftest import People

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1"
CREDENTIALS = {"login": "bob@romashka.example", "password": factories.PASSWORD}
ELSEWHERE = {"REMOTE_ADDR": "198.51.100.9"}


@pytest.fixture
def bob(people: People, client_of: ClientOf) -> FlaskClient:
    return client_of(people.bob)


def devices_of(person_id: int) -> list[int]:
    anew()
    return list(db.session.scalars(select(Device.id).where(Device.person_id == person_id).order_by(Device.id)))


def letters() -> int:
    anew()
    return len(db.session.scalars(select(Delivery).where(Delivery.template == "new_device")).all())


def test_browsers_are_listed_and_ended_one_by_one(bob: FlaskClient, people: People, client_of: ClientOf) -> None:
    phone = client_of(None)
    data = {"login": people.bob.email, "password": factories.PASSWORD}
    assert phone.post("/login", data=data, headers={"User-Agent": IPHONE}).status_code == 303
    assert "/profile/devices" in Page(bob.get("/profile")).links()
    page = Page(bob.get("/profile/devices"))
    rows = {row.one(class_="browser__name").text: row.text for row in page.one(id="devices").all("li")}
    assert set(rows) == {"Chrome, Linux это устройство", "Safari, iPhone"}
    assert "по паролю" in rows["Safari, iPhone"] and "Последняя активность" in rows["Safari, iPhone"]
    here, there = devices_of(people.bob.id)
    assert f"/profile/devices/{there}/end" in page.actions() and f"/profile/devices/{here}/end" not in page.actions()
    for stranger in (client_of(people.carol), client_of(people.anna)):
        assert stranger.post(f"/profile/devices/{there}/end").status_code == 404
    assert client_of(None).post(f"/profile/devices/{there}/end").status_code == 401
    assert phone.get("/tickets").status_code == 200
    assert bob.post(f"/profile/devices/{there}/end").status_code == 303
    assert phone.get("/tickets").status_code == 303
    assert bob.post(f"/profile/devices/{there}/end").status_code == 404
    assert bob.post(f"/profile/devices/{here}/end").status_code == 303 and bob.get("/profile").status_code == 303


def test_browsers_are_told_apart_by_their_name(people: People, client_of: ClientOf) -> None:
    data = {"login": people.bob.email, "password": factories.PASSWORD}
    for agent, name in [
        (
            "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36",
            "Chrome, Android",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36 Edg/126.0",
            "Edge, Windows",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/124.0 YaBrowser/24.6 Safari/537.36", "Яндекс Браузер, Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) Version/17.5 Safari/605.1.15", "Safari, macOS"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0", "Firefox, Linux"),
        ("<script>" * 500, "Неизвестный браузер"),
        ("Firefox", "Firefox"),
    ]:
        client = client_of(None)
        client.post("/login", data=data, headers={"User-Agent": agent})
        assert f"{name} это устройство" in Page(client.get("/profile/devices")).one(id="devices").text, agent


def test_all_others_are_signed_out_at_once(bob: FlaskClient, people: People, client_of: ClientOf) -> None:
    assert "Больше нигде вход не выполнен" in Page(bob.get("/profile/devices")).text
    others, carol = [client_of(people.bob) for _ in range(3)], client_of(people.carol)
    action = "/profile/devices/end-others"
    assert action in Page(bob.get("/profile/devices")).actions()
    answer = bob.post(action)
    assert (answer.status_code, answer.location) == (303, "/profile/devices")
    assert {other.get("/tickets").status_code for other in others} == {303}
    assert bob.get("/tickets").status_code == 200 and carol.get("/tickets").status_code == 200
    assert len(devices_of(people.bob.id)) == 1


def test_the_owner_gets_a_letter_about_each_new_device(app: Flask, people: People, client_of: ClientOf) -> None:  # D12
    home, thief = client_of(None), client_of(None)
    for _ in range(2):
        home.post("/login", data=CREDENTIALS)
        home.post("/logout")
    assert letters() == 0  # the first, and a browser that keeps its cookie
    home.post("/login", data=CREDENTIALS, environ_base=ELSEWHERE)
    client_of(None).post("/login", data=CREDENTIALS)
    assert letters() == 0  # the same browser elsewhere; its twin without cookies in the same network
    thief.post("/login", data=CREDENTIALS, environ_base={"REMOTE_ADDR": "203.0.113.5"})
    assert letters() == 1
    letter = letter_to(app, people.bob.email)
    assert letter.subject == "Вход с нового устройства" and "/profile/devices" in letter.text


def test_a_new_device_is_told_of_even_when_all_earlier_ones_have_run_out(people: People, client_of: ClientOf) -> None:
    client_of(None).post("/login", data=CREDENTIALS | {"remember": "1"})
    with committed():
        db.session.execute(update(Device).values(expires_at=utc_now() - timedelta(days=1)))
    sweep.tidy()
    assert devices_of(people.bob.id) == []
    client_of(None).post("/login", data=CREDENTIALS, environ_base=ELSEWHERE)
    assert letters() == 1
