"""What is refused and what fails: a page in Russian, JSON for scripts, and never a crash over what somebody typed."""

import io
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from flask.testing import FlaskClient

from extensions import db
from jobs.clock import utc_now
from models import Event
from tests import factories
from tests.blueprints.conftest import ClientOf, count
from tests.blueprints.html import Page
from tests.conftest import People

HUGE = ("0", "-1", "4294967296", "9" * 19, "9" * 40)


def test_refusals_are_pages_in_russian(people: People, client_of: ClientOf) -> None:
    bob = client_of(people.bob)
    for answer, status, words in [
        (bob.get("/nowhere"), 404, "Такой страницы нет, или она Вам недоступна."),
        (bob.get("/tickets/999999"), 404, "Такой страницы нет, или она Вам недоступна."),
        (bob.get("/desk"), 404, "Такой страницы нет, или она Вам недоступна."),
        (bob.get("/logout"), 405, "Запрос не понят"),
        (bob.post("/tickets/1"), 405, "Запрос не понят"),
        (bob.post("/push/subscriptions", data="x"), 400, "Запрос не понят"),
    ]:
        page = Page(answer)
        assert page.status == status and words in page.text, answer.request.path
        assert page.one("html")["lang"] == "ru" and "/tickets" in page.links()
    guest = Page(client_of(None).get("/nowhere"))
    assert guest.status == 404 and "/" in guest.links()


def test_scripts_get_the_reason_as_json(people: People, client_of: ClientOf) -> None:
    headers = {"Accept": "application/json"}
    assert client_of(people.bob).get("/tickets/999999", headers=headers).get_json() == {
        "error": "Такой страницы нет, или она Вам недоступна."
    }
    answer = client_of(None).get("/voice-notes/x", headers=headers)
    assert answer.status_code == 401 and "Сеанс завершён" in answer.get_json()["error"]


def test_too_much_at_once_is_said_in_words(people: People, client_of: ClientOf) -> None:
    bob = client_of(people.bob)
    announced = {"CONTENT_LENGTH": str(2 * 1024**3), "wsgi.input": io.BytesIO(b"--x")}
    form = "multipart/form-data; boundary=x"
    page = Page(bob.post("/tickets", content_type=form, environ_overrides=announced))
    assert page.status == 413 and "Один файл — до 75 МиБ, не больше 20 файлов сразу." in page.text
    head = b'--x\r\nContent-Disposition: form-data; name="description"\r\n\r\n'
    long = head + b"x" * 5 * 1024**2 + b"\r\n--x--\r\n"  # a text of 5 MiB
    assert bob.post("/tickets", data=long, content_type=form).status_code == 413


def test_the_wrong_method_is_told_which_ones_there_are(client_of: ClientOf) -> None:
    assert "POST" in client_of(None).get("/logout").headers["Allow"]  # RFC 9110, section 15.5.6


def test_numbers_too_large_for_a_database_find_nothing(people: People, client_of: ClientOf) -> None:
    anna, bob = client_of(people.anna), client_of(people.bob)
    for number in HUGE:
        for path in (
            f"/tickets/{number}",
            f"/tickets/{number}/timeline",
            f"/kb/articles/{number}",
            f"/kb/sections/{number}",
        ):
            assert bob.get(path).status_code == 404, path
        for path in (f"/tickets/{number}/comments", f"/tickets/{number}/resolve", f"/profile/devices/{number}/end"):
            assert bob.post(path).status_code == 404, path
        for name in ("assignee", "company"):
            assert anna.get(f"/desk?{name}={number}").status_code == 200, number
        assert bob.get(f"/tickets/new?continues={number}").status_code == 200
        form = {"subject": "x", "type": "setup-help", "priority": "normal", "continues": number}
        assert bob.post("/tickets", data=form).status_code in (303, 422), number


def test_a_zero_character_is_nobodys_fault(people: People, client_of: ClientOf, guest: FlaskClient) -> None:
    """PostgreSQL refuses it in any text; nothing that is typed may be a crash."""
    number = factories.ticket(people.bob).number
    db.session.commit()
    bob, alice, anna = client_of(people.bob), client_of(people.alice), client_of(people.anna)
    calls: list[tuple[FlaskClient, str, dict[str, Any] | None]] = [
        (guest, "/login", {"login": "bob\0@romashka.example", "password": "\0"}),
        (guest, "/login/code", {"code": "13\x0007"}),
        (guest, "/password/forgot", {"email": "a\0@b.example"}),
        (
            guest,
            "/register",
            {"last_name": "А\0", "first_name": "\0", "email": "a\0@b.example", "consent": "1", "no_script": "1"},
        ),
        (guest, "/password/reset?token=%00", {"password": "\0" * 9, "password_confirm": "\0" * 9}),
        (guest, "/kb/search?q=%00", None),
        (bob, "/tickets?q=%00&status=%00&cursor=%00", None),
        (bob, "/tickets/new?upload_ids=%00&voice_note_ids=%00&continues=%00", None),
        (
            bob,
            "/tickets",
            {"subject": "a\0b", "type": "\0", "priority": "normal", "upload_ids": "\0", "description": "\0"},
        ),
        (bob, f"/tickets/{number}/comments", {"body": "до\0после", "upload_ids": "\0", "client_id": "\0"}),
        (bob, "/attachments/%00", None),
        (bob, "/voice-notes/%00", None),
        (bob, "/voice-notes/%00/audio", None),
        (alice, f"/tickets/{number}/service-center", {"confirmed": "1", "shipping": "СДЭК\0"}),
        (alice, "/desk?type=%00&priority=%00&q=%00&assignee=%00&view=%00&sort=%00", None),
        (anna, "/admin/calendar", {"date": "2030-01-01", "name": "День\0"}),
        (anna, "/demo/mail/%00.html", None),
    ]
    for client, path, data in calls:
        answer = client.get(path) if data is None else client.post(path, data=data)
        assert answer.status_code < 500, path
    assert "допосле" in Page(bob.get(f"/tickets/{number}")).one(id="ticket-timeline").text


def test_of_several_moves_at_once_one_is_done(people: People, client_of: ClientOf) -> None:
    path = f"/tickets/{factories.ticket(people.bob, at=utc_now()).number}/resolve"
    db.session.commit()
    clients = [client_of(person) for person in (people.bob, people.alice, people.anna, people.bob)]
    events = count(Event)
    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(answer.status_code for answer in pool.map(lambda client: client.post(path), clients))
    assert statuses == [303, 409, 409, 409]
    assert count(Event) == events + 1
