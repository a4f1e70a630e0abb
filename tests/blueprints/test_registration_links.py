"""What a letter's link opens (S15–S18): the password, its faults, and the pages of dead links."""

from datetime import timedelta
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from extensions import db
from jobs import committed
from jobs.clock import utc_now
from models import AccessLink
from tests.blueprints.conftest import anew
from tests.blueprints.html import Page, typed
from tests.blueprints.test_registration import EMAIL, PASSWORD, letter_to, link_in, register


def test_faults_of_the_password_stand_beside_the_fields_and_the_link_goes_on_working(
    app: Flask, guest: FlaskClient
) -> None:
    register(guest)
    link = link_in(letter_to(app, EMAIL))
    for password, confirm, errors in [
        ("short", "short", {"password": "Слишком короткий: нужно не меньше 8 знаков."}),
        (PASSWORD, PASSWORD + "!", {"password_confirm": "Пароли не совпадают."}),
        (
            "",
            "x",
            {"password": "Слишком короткий: нужно не меньше 8 знаков.", "password_confirm": "Пароли не совпадают."},
        ),
        ("qwerty123", "qwerty123", {"password": "Такой пароль подберут одним из первых, придумайте другой."}),
        (EMAIL.upper(), EMAIL.upper(), {"password": "Пароль не должен совпадать с адресом почты."}),
        ("яблоко " * 30, "яблоко " * 30, {"password": "Слишком длинно: не больше 200 знаков."}),
    ]:
        page = Page(guest.post(link, data={"password": password, "password_confirm": confirm}))
        assert (page.status, page.errors()) == (422, errors)
    assert guest.get("/tickets").status_code == 303  # not signed in
    assert guest.post(link, data={"password": PASSWORD, "password_confirm": PASSWORD}).status_code == 303


def test_a_dead_link_says_how_to_get_a_new_one(app: Flask, guest: FlaskClient) -> None:
    register(guest)
    link = link_in(letter_to(app, EMAIL))
    anew()
    with committed():
        db.session.execute(update(AccessLink).values(expires_at=utc_now() - timedelta(seconds=1)))
    for method in (guest.get, guest.post):
        page = Page(method(link))
        assert page.status == 410 and "Срок действия ссылки истёк" in page.text
        assert "Ссылка действует 24 часа" in page.text
        assert dict(page.form("/password/forgot"))["email"] == EMAIL  # one press sends a new one
    for unknown in ("", "?activation_token=nonsense", "?activation_token=" + "x" * 2000):
        page = Page(guest.get("/contacts/confirm_registration" + unknown))
        assert page.status == 410 and "Ссылка не действует" in page.text
        assert "/password/forgot" in page.links()
    guest.post(
        "/password/forgot", data=typed(Page(guest.get(link)).form("/password/forgot"))
    )  # who never confirmed gets the first letter anew
    assert urlsplit(link_in(letter_to(app, EMAIL))).path == "/contacts/confirm_registration"
