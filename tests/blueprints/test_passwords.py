"""«Забыли пароль?» (S6, S8): the same answer to everybody, a letter to who is registered."""

import itertools

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import factories
from tests.blueprints.conftest import ClientOf, refused_after
from tests.blueprints.html import Page
from tests.blueprints.test_registration import PASSWORD, letter_to, link_in
from tests.conftest import People


def test_the_letter_opens_a_new_password_and_every_device_is_signed_out(
    app: Flask, people: People, client_of: ClientOf, guest: FlaskClient
) -> None:
    elsewhere = client_of(people.bob)
    answer = guest.post("/password/forgot", data={"email": " BOB@romashka.example "})
    assert answer.status_code == 303
    assert "Если адрес bob@romashka.example зарегистрирован" in Page(guest.get(answer.location)).text
    link = link_in(letter_to(app, people.bob.email))
    assert link.startswith("/password/reset?token=")
    for _ in range(2):
        assert guest.get(link).status_code == 200  # opening uses nothing up
    assert elsewhere.get("/tickets").status_code == 200
    assert guest.post(link, data={"password": PASSWORD, "password_confirm": PASSWORD}).location == "/tickets"
    assert elsewhere.get("/tickets").status_code == 303  # whoever knew the old password is out
    for password, status in ((factories.PASSWORD, 422), (PASSWORD, 303)):
        assert (
            client_of(None).post("/login", data={"login": people.bob.email, "password": password}).status_code == status
        )


def test_nobody_learns_who_is_registered(guest: FlaskClient, people: People) -> None:
    texts = set()
    for email in (people.bob.email, "nobody@romashka.example", "robot@romashka.example"):
        answer = guest.post("/password/forgot", data={"email": email})
        texts.add((answer.status_code, Page(guest.get(answer.location)).one("main").text.replace(email, "")))
    assert len(texts) == 1


def test_what_is_no_address_is_kept_with_the_fault_beside_it(guest: FlaskClient) -> None:
    for email in ("bob", "", "bob@", "a b@c.de", "x" * 300 + "@c.de"):
        page = Page(guest.post("/password/forgot", data={"email": email}))
        assert page.status == 422 and page.error("email").startswith("Проверьте адрес"), email
        assert dict(page.form("/password/forgot"))["email"] == email


@pytest.mark.usefixtures("limits")
def test_one_address_is_not_flooded_with_letters(people: People, client_of: ClientOf) -> None:
    spellings = itertools.cycle(("bob@romashka.example", "Bob@Romashka.example", " bob@romashka.example"))
    refused_after(3, lambda: client_of(None).post("/password/forgot", data={"email": next(spellings)}))
    assert client_of(None).post("/password/forgot", data={"email": people.carol.email}).status_code == 303
