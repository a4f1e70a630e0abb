"""Tokens of forms, and sessions lost while somebody types: nothing is done unasked, nothing typed is lost."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from extensions import db
from models import Device, Ticket
from services import people as accounts
from tests import factories
from tests.blueprints.conftest import ClientOf, count
from tests.blueprints.html import Page, typed
from tests.blueprints.test_registration import letter_to, link_in
from tests.conftest import People

TICKET = {"subject": "Сеть «лежит» & <b>", "type": "setup-help", "priority": "normal", "description": "Две\r\nстроки"}
SEVERAL = {"upload_ids": ["a" * 32, "b" * 32], "voice_note_ids": ["c" * 32, "d" * 32]}
LOGIN = {"login": "bob@romashka.example", "password": factories.PASSWORD}


@pytest.mark.usefixtures("tokens")
def test_a_form_without_its_token_does_nothing(people: People, client_of: ClientOf) -> None:
    bob = client_of(people.bob)
    good = dict(Page(bob.get("/tickets/new")).form("/tickets"))["csrf_token"]
    other = dict(Page(client_of(people.carol).get("/tickets/new")).form("/tickets"))["csrf_token"]
    for token in ({}, {"csrf_token": ""}, {"csrf_token": "x" * 50}, {"csrf_token": other}):
        assert bob.post("/tickets", data=TICKET | token).status_code == 401
        assert bob.post("/tickets", data=TICKET | token, headers={"HX-Request": "true"}).status_code == 400
    for path in ("/logout", "/profile/code", "/voice-notes", "/push/test"):
        assert bob.post(path).status_code == 400
    assert bob.delete("/push/subscriptions", json={"endpoint": "https://fcm.googleapis.com/x"}).status_code == 400
    assert count(Ticket) == 0
    assert bob.post("/tickets", data=TICKET, headers={"X-CSRF-Token": good}).status_code == 303  # scripts send it so
    assert bob.post("/tickets", data=TICKET | {"csrf_token": good}).status_code == 303
    assert count(Ticket) == 2
    meta = Page(bob.get("/tickets/new")).one("meta", name="csrf-token")["content"]
    assert bob.post("/push/test", headers={"X-CSRF-Token": meta}).status_code == 200


@pytest.mark.usefixtures("tokens")
def test_a_session_lost_while_typing_loses_nothing(app: Flask, people: People, client_of: ClientOf) -> None:
    bob = client_of(people.bob)
    form = typed(Page(bob.get("/tickets/new")).form("/tickets"), **TICKET, **SEVERAL)
    with app.app_context():
        db.session.execute(db.delete(Device))
        db.session.commit()
    page = Page(bob.post("/tickets", data=form))
    assert page.status == 401 and "Ваш текст сохранён" in page.one("h1").text
    kept = page.form("/login")
    for name, values in (TICKET | SEVERAL).items():
        wanted = values if isinstance(values, list) else [values]
        assert [value for field, value in kept if field == f"resume:{name}"] == wanted, name
    page = Page(bob.post("/login", data=typed(kept, **LOGIN | {"password": "wrong"})))  # once mistyped
    assert page.status == 422 and page.error("password") and dict(page.form("/login"))["login"] == LOGIN["login"]
    page = Page(bob.post("/login", data=typed(page.form("/login"), **LOGIN)))
    assert page.status == 200 and "Вы вошли" in page.text
    assert [value for name, value in page.form("/tickets") if name == "upload_ids"] == SEVERAL["upload_ids"]
    answer = bob.post("/tickets", data=typed(page.form("/tickets"), upload_ids=[], voice_note_ids=[]))
    assert answer.status_code == 303
    shown = Page(bob.get(answer.location))
    assert TICKET["subject"] in shown.one("h1").text and "Две строки" in shown.text
    assert count(Ticket) == 1


@pytest.mark.usefixtures("tokens")
def test_who_has_only_a_code_loses_nothing_either(guest: FlaskClient, people: People) -> None:  # S107
    kept = typed(Page(guest.post("/tickets", data=TICKET)).form("/login/code"), code="1234")
    page = Page(guest.post("/login/code", data=kept))
    assert page.status == 422 and page.error("code")
    page = Page(guest.post("/login/code", data=typed(page.form("/login/code"), code=accounts.code_of(people.bob))))
    assert page.status == 200 and "Вы вошли" in page.text
    assert guest.post("/tickets", data=typed(page.form("/tickets"))).status_code == 303
    assert count(Ticket) == 1


@pytest.mark.usefixtures("tokens")
def test_who_was_never_signed_in_gets_the_form_back_too(guest: FlaskClient, people: People) -> None:
    page = Page(guest.post("/tickets", data=TICKET))
    assert page.status == 401
    page = Page(guest.post("/login", data=typed(page.form("/login"), **LOGIN)))
    assert guest.post("/tickets", data=typed(page.form("/tickets"))).status_code == 303


def test_what_is_sent_on_leads_nowhere_else(guest: FlaskClient, people: People) -> None:
    for action in ("https://evil.example/x", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
        page = Page(guest.post("/login", data=LOGIN | {"resume_action": action, "resume:body": "x"}))
        assert page.status == 200 and not {found for found in page.actions() if not found.startswith("/")}
        assert "//evil.example" not in page.actions()


@pytest.mark.usefixtures("tokens")
def test_the_form_of_another_site_does_not_come_back_with_our_token(
    guest: FlaskClient, people: People, client_of: ClientOf
) -> None:
    bob, code = client_of(people.bob), {"code": "1307-3829-1122-3344"}
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}):
        for answer in (
            bob.post("/tickets", data=TICKET, headers=headers),
            guest.post("/tickets", data=TICKET, headers=headers),
            guest.post("/login/code", data=code, headers=headers),
            guest.post("/login", data=LOGIN, headers=headers),
        ):
            text = answer.get_data(as_text=True)
            assert answer.status_code in (303, 400, 401) and TICKET["subject"] not in text and "1307-3829" not in text
    for headers in ({"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://localhost"}, {"Origin": "http://desk.test"}):
        assert "Сеть" in guest.post("/tickets", data=TICKET, headers=headers).get_data(as_text=True)
    assert count(Ticket) == 0


def test_scripts_are_told_401_and_browsers_are_led_to_the_login(guest: FlaskClient) -> None:
    for headers in (
        {"HX-Request": "true"},
        {"Accept": "application/json"},
        {"X-Requested-With": "fetch"},
    ):
        for call in (guest.get, guest.post):
            assert call("/tickets", headers=headers).status_code == 401, headers
    assert guest.get("/tickets", headers={"Accept": "application/json"}).get_json()["error"]
    boosted = {"HX-Request": "true", "HX-Boosted": "true"}
    answer = guest.get("/tickets?status=open&q=сеть", headers=boosted)
    assert answer.status_code == 303 and answer.location.startswith("/login?next=")
    login = guest.get(answer.location)
    assert dict(Page(login).form("/login"))["next"].startswith("/tickets?status=open&q=")


@pytest.mark.usefixtures("tokens")
def test_scripts_without_a_session_are_told_401_where_tokens_are_asked_for(guest: FlaskClient) -> None:
    for headers in ({"HX-Request": "true"}, {"Accept": "application/json"}, {"X-Requested-With": "fetch"}):
        assert guest.post("/tickets", data=TICKET, headers=headers).status_code == 401
    assert Page(guest.post("/tickets", data=TICKET, headers={"X-Requested-With": "fetch"})).all(id="error")


@pytest.mark.usefixtures("tokens")
def test_the_forms_of_guests_outlive_their_session(app: Flask, guest: FlaskClient, people: People) -> None:
    """A browser that was closed with the page open has no session any more, and nobody to sign in as."""
    asked = typed(Page(guest.get("/password/forgot")).form("/password/forgot"), email="bob@romashka.example")
    guest.post("/password/forgot", data=asked)
    link = link_in(letter_to(app, "bob@romashka.example"))
    new = {"last_name": "Тестинг", "first_name": "Тестовый", "email": "a@b.example", "consent": "1", "no_script": "1"}
    for path, given, kept in [
        (link, {"password": "kovamu-tizeba-47", "password_confirm": "kovamu-tizeba-47"}, set()),
        ("/password/forgot", {"email": "bob@romashka.example"}, {"email"}),
        ("/register", new, {"last_name", "first_name", "email", "consent"}),
        ("/login/code", {"code": "1307-3829"}, {"code"}),
        (
            "/login",
            LOGIN | {"password": "kovamu-tizeba-47", "next": "/company", "remember": "1"},
            {"login", "next", "remember"},
        ),
    ]:
        guest.delete_cookie("desk")
        page = Page(guest.post(path, data=given))
        assert page.status == 422 and not page.errors(), path
        assert [found for found in page.all(role="alert") if found["id"].endswith("form-error")]
        form = page.form(path)
        assert {name: dict(form)[name] for name in kept} == {name: given[name] for name in kept}
        assert not {value for name, value in form if name.startswith("password")} - {""}
        again = guest.post(path, data=typed(form, **given))
        assert again.status_code == (422 if path == "/login/code" else 303), path
        if again.status_code == 422:
            assert Page(again).error("code")
