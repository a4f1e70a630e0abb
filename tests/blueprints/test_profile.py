"""«Мои данные» (S88–S89, S107–S109, D12): read-only facts, the code, the signed-in browsers."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from extensions import db
from jobs import committed
from models import Device
from services import people as accounts
from tests import factories
from tests.blueprints.conftest import ClientOf, anew
from tests.blueprints.html import Page
from tests.conftest import People

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1"


@pytest.fixture
def bob(people: People, client_of: ClientOf) -> FlaskClient:
    return client_of(people.bob)


def code_on(client: FlaskClient) -> str:
    return str(Page(client.get("/profile")).one(data_testid="code").text.replace(" ", ""))


def devices_of(person_id: int) -> list[int]:
    anew()
    return list(db.session.scalars(select(Device.id).where(Device.person_id == person_id).order_by(Device.id)))


def test_facts_are_shown_and_changed_only_by_a_ticket(bob: FlaskClient) -> None:
    page = Page(bob.get("/profile"))
    assert bob.get("/profile").headers["Cache-Control"] == "no-store"
    facts = page.one(id="profile-facts")
    for words in (
        "Тестинг",
        "Тестовый",
        "bob@romashka.example",
        "Ромашка Телеком",
        "ограничивает самостоятельное внесение",
    ):
        assert words in facts.text  # S88
    assert not facts.all("input") and not facts.all("form")
    ask = next(link for link in page.links() if link.startswith("/tickets/new?"))  # S89
    wanted = parse_qs(urlsplit(ask).query)["subject"][0]
    assert dict(Page(bob.get(ask)).form("/tickets"))["subject"] == wanted


def test_the_code_stands_there_with_a_button_that_copies_it(
    bob: FlaskClient, people: People, client_of: ClientOf
) -> None:
    code = code_on(bob)
    assert re.fullmatch(r"(\d{4}-){3}\d{4}", code)  # D12
    page = Page(bob.get("/profile"))
    assert page.one("button", data_copy=code).text == "Скопировать код"  # S109
    for person in (people.alice, people.anna):
        staff = Page(client_of(person).get("/profile"))
        assert not staff.all(id="profile-code") and "/profile/code" not in staff.actions()
        assert client_of(person).post("/profile/code").status_code == 404


def test_a_new_code_signs_out_what_came_by_the_old_one(bob: FlaskClient, people: People, client_of: ClientOf) -> None:
    old, other_way = code_on(bob), client_of(people.bob)
    phone = client_of(None)
    assert phone.post("/login/code", data={"code": old}).status_code == 303
    assert bob.post("/profile/code").status_code == 303
    assert code_on(bob) != old and "У Вас новый код" not in old
    assert phone.get("/tickets").status_code == 303  # signed out
    assert other_way.get("/tickets").status_code == 200  # came by the password
    assert client_of(None).post("/login/code", data={"code": old}).status_code == 422
    phone = client_of(None)
    assert phone.post("/login/code", data={"code": code_on(bob)}).status_code == 303
    assert (
        phone.post("/profile/code").status_code == 303 and phone.get("/tickets").status_code == 200
    )  # the one at hand stays


def test_browsers_are_listed_and_ended_one_by_one(bob: FlaskClient, people: People, client_of: ClientOf) -> None:
    phone = client_of(None)
    data = {"login": people.bob.email, "password": factories.PASSWORD}
    assert phone.post("/login", data=data, headers={"User-Agent": IPHONE}).status_code == 303
    shown = Page(bob.get("/profile")).one(id="devices")
    assert "Chrome, Linux это устройство" in shown.text and "Safari, iPhone последний раз" in shown.text
    here, there = devices_of(people.bob.id)
    assert [form["action"] for form in shown.all("form")] == [f"/profile/devices/{there}/end"]
    for stranger in (client_of(people.carol), client_of(people.anna)):
        assert stranger.post(f"/profile/devices/{there}/end").status_code == 404
    assert client_of(None).post(f"/profile/devices/{there}/end").status_code == 401
    assert phone.get("/tickets").status_code == 200
    assert bob.post(f"/profile/devices/{there}/end").status_code == 303
    assert phone.get("/tickets").status_code == 303
    assert bob.post(f"/profile/devices/{there}/end").status_code == 404
    assert bob.get("/profile/devices").location == "/profile#devices"
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
        ("<script>" * 500, "?, ?"),
        ("", "?, ?"),
    ]:
        client = client_of(None)
        client.post("/login", data=data, headers={"User-Agent": agent})
        assert f"{name} это устройство" in Page(client.get("/profile")).one(id="devices").text, agent


def test_a_code_that_no_key_opens_any_more_is_not_a_crash(bob: FlaskClient, people: People) -> None:
    with committed():
        person = accounts.by_id(people.bob.id)
        assert person is not None
        person.code_sealed = "sealed with a key of yesterday"
    page = Page(bob.get("/profile"))
    assert page.status == 200
    assert bob.post("/profile/code").status_code == 303 and code_on(bob)
