"""Other people's sites, forged addresses and borrowed forms: what reaches us through somebody else's browser."""

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.security import generate_password_hash

from app import create_app
from extensions import db
from models import Ticket
from services import people as accounts
from tests import factories
from tests.blueprints.conftest import ClientOf, anew, count
from tests.blueprints.html import Page
from tests.blueprints.test_registration import NEW, PASSWORD, letter_to, link_in, register
from tests.conftest import Client, People

TICKET = {"subject": "Отдайте мой коммутатор", "type": "setup-help", "priority": "normal", "description": "x" * 40}
LOGIN = {"login": "bob@romashka.example", "password": factories.PASSWORD}


@pytest.mark.usefixtures("tokens")
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "https://desk.test.evil.example"},
    ],
)
def test_words_of_another_site_do_not_come_back_with_our_token(
    people: People, client_of: ClientOf, headers: dict[str, str]
) -> None:
    for person in (None, people.bob):  # signed in is who comes from a sister site: its forms carry the cookie
        answer = client_of(person).post("/tickets", data=TICKET, headers=headers)
        assert answer.status_code in {303, 400, 401}
        assert TICKET["subject"] not in answer.get_data(as_text=True)
    assert count(Ticket) == 0


@pytest.mark.usefixtures("tokens")
@pytest.mark.parametrize(
    "headers", [{}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {"Origin": "http://desk.test"}]
)
def test_words_of_our_own_page_do(guest: FlaskClient, headers: dict[str, str]) -> None:
    page = Page(guest.post("/tickets", data=TICKET, headers=headers))
    assert page.status == 401 and ("resume:subject", TICKET["subject"]) in page.form("/login")


@pytest.mark.parametrize(
    "elsewhere",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        " //evil.example",
    ],
)
def test_nobody_is_sent_elsewhere(people: People, client_of: ClientOf, elsewhere: str) -> None:
    guest = client_of(None)
    assert guest.post("/login", data=LOGIN | {"next": elsewhere}).location == "/tickets"
    assert guest.get("/login", query_string={"next": elsewhere}).location == "/tickets"  # signed in by now
    page = Page(client_of(None).post("/login", data=LOGIN | {"resume_action": elsewhere, "resume:body": "x"}))
    assert "/" in page.actions() and not any("evil" in action or "script" in action for action in page.actions())


@pytest.mark.parametrize("host", ["evil.example", 'evil.example"><b>', "evil.example:99999", "[::1"])
def test_a_forged_host_gets_into_no_address(app: Flask, guest: FlaskClient, host: str) -> None:
    headers = {"Host": host, "X-Forwarded-Host": host, "X-Forwarded-Proto": "https"}
    for path in ("/", "/tickets", "/login", "/password/forgot", "/manifest.json", "/nowhere"):
        answer = guest.get(path, headers=headers)
        assert "evil" not in answer.get_data(as_text=True) + (answer.location or "")
    assert guest.post("/register", data=NEW | {"no_script": "1"}, headers=headers).status_code == 303
    assert "evil" not in letter_to(app, NEW["email"]).text


def test_nobody_writes_texts_on_our_pages(guest: FlaskClient) -> None:
    said = "Вас взломали! Позвоните +7 900 000-00-00"
    for path in ("/register", "/password/forgot"):
        assert "Позвоните" not in Page(guest.get(path, query_string={"sent": said})).text
        assert "ivan@romashka.example" in Page(guest.get(path, query_string={"sent": "ivan@romashka.example"})).text
    long = guest.post("/register", data=NEW | {"website": "x", "email": "a" * 1_000_000})
    assert long.status_code == 303 and len(long.location) < 300
    assert guest.post("/password/forgot", data={"email": "a@" + "b." * 500_000 + "ru"}).status_code == 422


def test_names_hold_no_signs_that_change_what_is_read(app: Flask, guest: FlaskClient) -> None:
    register(guest, last_name="Ива\u202eнов\0\x01\x85", first_name="\u2066 Пётр \n Первый", patronymic="\x7f")
    anew()
    person = accounts.by_email(NEW["email"])
    assert person is not None
    assert (person.last_name, person.first_name, person.patronymic) == ("Иванов", "Пётр Первый", "")
    for email in ("иван@romashka.example", "a b@romashka.example", "a@ro_mashka.example", "a" * 65 + "@x.example"):
        assert Page(register(guest, email=email)).error("email"), email


def test_a_link_used_twice_at_once_opens_once(app: Flask, guest: FlaskClient, client_of: ClientOf) -> None:
    register(guest)
    link = link_in(letter_to(app, NEW["email"]))
    token = link.split("=")[1]
    passwords = {"password": PASSWORD, "password_confirm": PASSWORD}
    assert guest.post(link, data=passwords).status_code == 303
    for client in (guest, client_of(None)):
        page = Page(
            client.post(link, data={"password": "another-password-1", "password_confirm": "another-password-1"})
        )
        assert page.status == 410 and PASSWORD not in page.text
    assert Page(client_of(None).post("/password/reset", data=passwords | {"token": token})).status == 410
    anew()
    assert accounts.authenticate(NEW["email"], PASSWORD) is not None


@pytest.fixture
def at_work(app: Flask) -> Iterator[Flask]:
    app.config["DEMO"] = False
    yield app
    app.config["DEMO"] = True


def test_the_demos_people_are_shut_out_of_a_desk_at_work(at_work: Flask, people: People, client_of: ClientOf) -> None:
    people.bob.password_hash = generate_password_hash("client-demo-1", method=accounts.DEMO_HASHING)
    db.session.commit()
    code = accounts.code_of(people.bob)
    assert client_of(None).post("/login", data=LOGIN | {"password": "client-demo-1"}).status_code == 422
    assert client_of(None).post("/login/code", data={"code": code}).status_code == 422
    assert client_of(people.bob).get("/tickets").status_code == 303  # nor does a session from then go on
    people.bob.password_hash = generate_password_hash(PASSWORD)
    db.session.commit()
    assert client_of(None).post("/login", data=LOGIN | {"password": PASSWORD}).status_code == 303
    assert client_of(None).post("/login/code", data={"code": code}).status_code == 303


def test_cookies_and_headers_of_a_desk_at_work(app: Flask, tmp_path: Path, people: People) -> None:
    settings = {name: app.config[name] for name in ("DATABASE_URL", "REDIS_URL", "STORAGE_URL", "MAIL_URL")}
    settings |= {"DATA_DIR": str(tmp_path), "PUBLIC_URL": "HTTPS://desk.example", "DEMO": False, "SECRET_KEY": "s" * 40}
    real = create_app(settings)
    real.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    people.bob.password_hash = generate_password_hash(PASSWORD)
    db.session.commit()
    client = Client(real, real.response_class)
    answer = client.post(
        "/login", data=LOGIN | {"password": PASSWORD, "remember": "1"}, base_url="https://desk.example"
    )
    cookies = answer.headers.getlist("Set-Cookie")
    named = {cookie.split("=")[0]: {part.strip().lower() for part in cookie.split(";")} for cookie in cookies}
    assert answer.status_code == 303 and named.keys() == {"desk", "desk_remember", "desk_browser", "reader"}
    assert all({"secure", "samesite=lax"} <= parts for parts in named.values())
    assert all("httponly" in parts for name, parts in named.items() if name != "reader")  # which opens nothing
    assert answer.headers["Strict-Transport-Security"]
    assert client.get("/demo/mail", base_url="https://desk.example").status_code == 404
    with real.app_context():
        db.engine.dispose()


def test_a_new_session_has_nothing_of_the_one_before(people: People, client_of: ClientOf) -> None:
    guest = client_of(None)
    with guest.session_transaction() as session:
        session["planted"] = "by somebody"
        session["_user_id"] = "known beforehand"
    assert guest.post("/login", data=LOGIN).status_code == 303
    with guest.session_transaction() as session:
        assert "planted" not in session and session["_user_id"] != "known beforehand"


def test_the_log_holds_no_values_and_no_lines_of_others(
    app: Flask, guest: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "-".join(["secret", "of", "a", "link"])  # the traceback shows this line

    def fail(**_: Any) -> str:
        db.session.execute(text("SELECT :token FROM nowhere"), {"token": secret})
        return ""

    app.view_functions["help.index"], original = fail, app.view_functions["help.index"]
    try:
        with caplog.at_level(logging.ERROR):
            assert guest.get("/help").status_code == 500
    finally:
        app.view_functions["help.index"] = original
    assert secret not in caplog.text and "FROM nowhere" in caplog.text
    with caplog.at_level(logging.INFO):
        guest.get("/nowhere%0aERROR%20forged")
    assert not re.search(r"^ERROR forged", caplog.text, re.MULTILINE)


def test_what_is_inside_is_told_to_this_machine_only(guest: FlaskClient) -> None:
    assert guest.get("/readyz").get_json()["storage"]["detail"]
    for strange in (
        {"environ_base": {"REMOTE_ADDR": "203.0.113.7"}},
        {"headers": {"X-Forwarded-For": "203.0.113.7"}},
        {"headers": {"Forwarded": "for=203.0.113.7"}},
    ):
        answer = guest.get("/readyz", **strange)
        assert answer.status_code == 200 and answer.get_json()["storage"] == {"ok": True, "detail": ""}


def test_strangers_learn_nothing_about_accounts(people: People, client_of: ClientOf) -> None:
    """S8 lets the registration tell, nothing else."""

    def told(path: str, name: str) -> tuple[int, str, str]:
        email = f"{name}@romashka.example"
        form = {"login": email, "email": email, "password": "wrong-password"}
        answer = client_of(None).post(path, data=form)
        return answer.status_code, (answer.location or "").replace(name, ""), Page(answer).text.replace(name, "")

    for path in ("/login", "/password/forgot"):
        assert told(path, "bob") == told(path, "bib")
