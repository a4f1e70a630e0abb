"""Signing in and out (S4–S7, S107, D12)."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from extensions import db
from jobs import committed
from jobs.clock import utc_now
from models import Delivery, Device
from rules import codes
from services import people as accounts
from tests import factories
from tests.blueprints.conftest import ClientOf, anew, refused_after
from tests.blueprints.html import Page, typed
from tests.conftest import Client, People

CREDENTIALS = {"login": "bob@romashka.example", "password": factories.PASSWORD}


def is_in(client: FlaskClient) -> bool:
    return client.get("/profile").status_code == 200


def test_login_and_password_open_the_desk(guest: FlaskClient, people: People, client_of: ClientOf) -> None:
    page = Page(guest.get("/login?next=/tickets/new"))
    answer = guest.post("/login", data=typed(page.form("/login"), **CREDENTIALS | {"login": " Bob@ROMASHKA.example"}))
    assert (answer.status_code, answer.location) == (303, "/tickets/new")  # S7
    assert is_in(guest)
    cookies = answer.headers.getlist("Set-Cookie")
    kept = [cookie for cookie in cookies if cookie.startswith(("desk=", "desk_browser="))]
    assert len(kept) == 2 and not [cookie for cookie in cookies if cookie.startswith("desk_remember=")]
    assert all("HttpOnly" in cookie and "SameSite=Lax" in cookie for cookie in kept)
    assert "Expires" not in next(cookie for cookie in cookies if cookie.startswith("desk="))
    assert guest.get("/login?next=/kb").location == "/kb"  # already in
    assert [guest.get(path).location for path in ("/", "/login", "/login/code", "/register")] == ["/tickets"] * 4
    staff = client_of(None).post("/login", data={"login": people.alice.email, "password": factories.PASSWORD})
    assert staff.location == "/desk"


def test_who_asks_to_be_remembered_is_known_after_the_browser_was_closed(guest: FlaskClient, people: People) -> None:
    answer = guest.post("/login", data=CREDENTIALS | {"remember": "1"})
    kept = next(cookie for cookie in answer.headers.getlist("Set-Cookie") if cookie.startswith("desk_remember="))
    assert "HttpOnly" in kept and "SameSite=Lax" in kept and "Expires=" in kept  # S5
    guest.delete_cookie("desk")
    assert is_in(guest)


def test_what_is_wrong_is_said_without_telling_what(guest: FlaskClient, people: People, app: Flask) -> None:
    factories.person("Новиков", email="new@romashka.example", activated_at=None)
    db.session.commit()
    for login, password in [
        (people.bob.email, "wrong"),
        (people.bob.email, ""),
        ("nobody@romashka.example", factories.PASSWORD),
        ("new@romashka.example", factories.PASSWORD),
        ("robot@localhost", ""),
        ("", ""),
        ("x" * 5000, "x" * 5000),
    ]:
        page = Page(guest.post("/login", data={"login": login, "password": password, "next": "/company"}))
        assert page.status == 422 and page.error("password") == "Неверный логин или пароль."
        kept = dict(page.form("/login"))
        assert (kept["login"], kept["password"], kept["next"]) == (login, "", "/company")
    fragment = guest.post("/login", data={"login": "bob"}, headers={"HX-Request": "true"})
    assert fragment.status_code == 422 and Page(fragment).one("dialog").one(id="password-error")


def test_next_leads_nowhere_else(guest: FlaskClient, people: People) -> None:
    guest.post("/login", data=CREDENTIALS)
    for elsewhere in (
        *(
            "https://evil.example",
            "//evil.example",
            "///evil.example",
            "http:evil.example",
            "evil.example",
            "@evil.example",
        ),
        *(
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n//evil.example",
            " //evil.example",
            "/\0/evil.example",
        ),
        *("javascript:alert(1)", "http://[evil", ""),
    ):
        assert guest.get("/login", query_string={"next": elsewhere}).location == "/tickets", elsewhere
    for elsewhere in ("//evil.example", "/\n//evil.example", "http://[evil"):
        assert guest.post("/login", data=CREDENTIALS | {"next": elsewhere}).location == "/tickets"
    assert guest.post("/login", data=CREDENTIALS | {"next": "/tickets?q=сеть&status=open"}).location.startswith(
        "/tickets?"
    )


def test_a_code_opens_the_desk_however_it_is_typed(people: People, client_of: ClientOf, app: Flask) -> None:
    with committed():
        digits = accounts.new_code(accounts.by_id(people.bob.id))  # type: ignore[arg-type]
    shown = codes.show(digits)
    for text in (digits, shown, shown.replace("-", " "), f" {shown.replace('-', '–')} ", shown.replace("-", "\u00a0")):
        client = client_of(None)
        answer = client.post("/login/code", data={"code": text})
        assert (answer.status_code, answer.location) == (303, "/tickets"), text
        assert is_in(client)
    anew()
    told = db.session.scalars(select(Delivery.template).where(Delivery.person_id == people.bob.id)).all()
    assert set(told) == {"new_device"}  # D12: its owner hears of each


def test_a_wrong_code_is_kept_and_never_opens_a_staff_account(people: People, guest: FlaskClient) -> None:
    with committed():
        staff = accounts.new_code(accounts.by_id(people.anna.id))  # type: ignore[arg-type]
        late = factories.person("Новиков", activated_at=None)
        unconfirmed = accounts.new_code(late)
    for code in ("", "1307", "1307-3829", "x" * 3000, "0000-0000-0000-0000", staff, codes.show(staff), unconfirmed):
        page = Page(guest.post("/login/code", data={"code": code}))
        assert page.status == 422 and page.error("code").startswith("Неверный код"), code
        assert dict(page.form("/login/code"))["code"] == code
    assert not is_in(guest)


def test_signing_out_ends_the_device(app: Flask, guest: FlaskClient, people: People) -> None:
    guest.post("/login", data=CREDENTIALS | {"remember": "1"})
    stolen = Client(app, app.response_class)
    for name in ("desk", "desk_remember"):
        kept = guest.get_cookie(name)
        assert kept is not None
        stolen.set_cookie(name, kept.value)
    assert is_in(stolen)
    assert guest.get("/logout").status_code == 405  # a link or a picture can't sign anybody out
    answer = guest.post("/logout")
    assert (answer.status_code, answer.location) == (303, "/login")
    assert guest.get_cookie("desk_remember") is None
    assert not is_in(guest) and not is_in(stolen)
    stolen.delete_cookie("desk")
    assert not is_in(stolen)  # nor by the cookie that remembers


def test_signing_out_without_a_session_is_no_riddle(guest: FlaskClient, tokens: None) -> None:
    for headers in ({}, {"HX-Request": "true"}):
        answer = guest.post("/logout", data={"csrf_token": "of a session that has ended"}, headers=headers)
        assert (answer.status_code, answer.location) == (303, "/login")


def test_a_device_that_ran_out_is_signed_out(guest: FlaskClient, people: People) -> None:
    guest.post("/login", data=CREDENTIALS | {"remember": "1"})
    with committed():
        db.session.execute(update(Device).values(expires_at=utc_now()))
    assert not is_in(guest) and guest.post("/tickets", data={"subject": "x"}).status_code == 401


def test_the_dialog_over_the_page_signs_in_without_leaving_it(guest: FlaskClient, people: People) -> None:
    htmx = {"HX-Request": "true"}
    dialog = Page(guest.get("/login", headers=htmx))
    assert not dialog.all("html") and {"login", "password"} <= {name for name, _ in dialog.form("/login")}
    answer = guest.post("/login", data=typed(dialog.form("/login"), **CREDENTIALS), headers=htmx)
    assert (answer.status_code, answer.data) == (204, b"") and is_in(guest)


def test_the_dialog_takes_a_code_too(guest: FlaskClient, people: People) -> None:  # S107
    htmx = {"HX-Request": "true"}
    form = Page(guest.get("/login", headers=htmx)).form("/login/code")
    refused = Page(guest.post("/login/code", data=typed(form, code="1234"), headers=htmx))
    assert refused.status == 422 and refused.one("dialog") and refused.error("code") and not refused.all("html")
    answer = guest.post("/login/code", data=typed(form, code=accounts.code_of(people.bob)), headers=htmx)
    assert (answer.status_code, answer.data) == (204, b"") and is_in(guest)


def test_signing_out_after_an_hour_of_rest_works(guest: FlaskClient, people: People) -> None:
    guest.post("/login", data=CREDENTIALS)
    with committed():
        db.session.execute(update(Device).values(last_seen_at=utc_now() - timedelta(hours=2)))
    assert guest.post("/logout").status_code == 303
    anew()
    assert not db.session.scalars(select(Device)).all()


def test_last_use_is_written_once_an_hour(guest: FlaskClient, people: People) -> None:
    guest.post("/login", data=CREDENTIALS)
    with committed():
        db.session.execute(update(Device).values(last_seen_at=utc_now() - timedelta(hours=2)))
    assert is_in(guest)
    anew()
    device = db.session.scalars(select(Device)).one()
    assert utc_now() - device.last_seen_at < timedelta(minutes=1)
    assert timedelta(hours=23) < device.expires_at - utc_now() < timedelta(hours=27)


@pytest.mark.usefixtures("limits")
def test_limits_of_a_person_do_not_trip_over_guests(client_of: ClientOf) -> None:
    for path in ("/tickets", "/tickets/1/comments", "/voice-notes", "/push/test", "/push/subscriptions"):
        assert client_of(None).post(path, headers={"Accept": "application/json"}).status_code == 401, path


@pytest.mark.usefixtures("limits")
def test_guessing_is_slowed_down(people: People, client_of: ClientOf) -> None:
    wrong = refused_after(10, lambda: client_of(None).post("/login", data=CREDENTIALS | {"password": "?"}))
    assert "Слишком много попыток" in Page(wrong).one("h1").text
    assert refused_after(0, lambda: client_of(None).post("/login", data=CREDENTIALS)).status_code == 429
    assert client_of(None).post("/login", data=CREDENTIALS | {"login": people.carol.email}).status_code == 303
    refused_after(10, lambda: client_of(None).post("/login/code", data={"code": "0000-0000-0000-0001"}))  # D12
    headers = {"Accept": "application/json"}
    script = refused_after(0, lambda: client_of(None).post("/login/code", headers=headers))
    assert "Подождите немного" in script.get_json()["error"]


def test_password_managers_and_phone_keyboards_know_every_field(guest: FlaskClient) -> None:
    """What a browser fills in by itself, and which keyboard a phone shows (S5, S7, S9, S10, S107)."""
    page = Page(guest.get("/login"))
    left, right = page.one(id="sign-in"), page.one(id="register")
    kinds = {
        (half, field["name"]): (field.attributes.get("type", ""), field.attributes.get("autocomplete", ""))
        for half, root in (("left", left), ("right", right))
        for field in root.all("input", class_="input")
    }
    assert kinds == {
        ("left", "login"): ("email", "username"),
        ("left", "password"): ("password", "current-password"),
        ("right", "last_name"): ("text", "family-name"),
        ("right", "first_name"): ("text", "given-name"),
        ("right", "patronymic"): ("text", "additional-name"),
        ("right", "email"): ("email", "email"),
    }
    assert Page(guest.get("/login/code")).one(id="code")["inputmode"] == "numeric"


@pytest.mark.parametrize(("mode", "is_given"), [("cors", False), ("navigate", True)])
def test_a_scripts_refused_request_changes_no_session(client_of: ClientOf, mode: str, is_given: bool) -> None:
    """Its answer may come after that to the sign-in it has led to, and must not undo it."""
    answer = client_of(None).post("/tickets", data={"subject": "Сеанс"}, headers={"Sec-Fetch-Mode": mode})
    assert answer.status_code == 401
    assert any(cookie.startswith("desk=") for cookie in answer.headers.getlist("Set-Cookie")) is is_given
    asked = client_of(None).head("/offline", headers={"Sec-Fetch-Mode": mode})
    assert any(cookie.startswith("desk=") for cookie in asked.headers.getlist("Set-Cookie")) is is_given


def test_a_cookie_that_was_read_before_still_runs_out(
    app: Flask, guest: FlaskClient, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    guest.post("/login", data=CREDENTIALS)
    assert is_in(guest) and is_in(guest)
    monkeypatch.setitem(app.config, "PERMANENT_SESSION_LIFETIME", timedelta(seconds=-1))
    assert not is_in(guest)


def test_a_cookie_that_was_read_before_opens_nothing_once_it_is_changed(
    app: Flask, guest: FlaskClient, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    guest.post("/login", data=CREDENTIALS)
    assert is_in(guest)
    cookie = guest.get_cookie("desk")
    assert cookie is not None
    guest.set_cookie("desk", cookie.value[:-1] + ("A" if cookie.value[-1] != "A" else "B"))
    assert not is_in(guest)
    guest.set_cookie("desk", cookie.value)
    assert is_in(guest)
    monkeypatch.setattr(app, "secret_key", "another")
    assert not is_in(guest)


def test_what_a_request_changes_in_its_session_is_its_own(app: Flask, guest: FlaskClient, people: People) -> None:
    guest.post("/login", data=CREDENTIALS)
    assert is_in(guest)
    cookie = guest.get_cookie("desk")
    assert cookie is not None
    with app.test_request_context(headers={"Cookie": f"desk={cookie.value}"}) as first:
        first.session["_user_id"] = "somebody else"
    assert is_in(guest)
