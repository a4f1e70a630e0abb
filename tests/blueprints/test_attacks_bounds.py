"""Bodies too large, too slow, too many or too deep: what one request may cost."""

import io
import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from blueprints import _bounds
from extensions import db
from jobs.clock import utc_now
from models import Attachment, Comment, VoiceNote
from services import quotas
from tests import factories
from tests.blueprints.conftest import ClientOf, anew, count
from tests.blueprints.html import Page
from tests.conftest import People

MIB = 1024 * 1024
NEW = {"subject": "Порт", "type": "setup-help", "priority": "normal"}


@pytest.fixture
def bob(people: People, client_of: ClientOf) -> FlaskClient:
    return client_of(people.bob)


@pytest.fixture
def number(people: People) -> int:
    made = factories.ticket(people.bob).number
    db.session.commit()
    return made


def announced(size: int) -> dict[str, Any]:
    return {"CONTENT_LENGTH": str(size), "wsgi.input": io.BytesIO(b"{")}


def test_only_forms_with_files_may_be_large(people: People, bob: FlaskClient, guest: FlaskClient) -> None:
    words, files = "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"
    for client, path, kind, expected in [
        (bob, "/push/subscriptions", "application/json", 413),
        (guest, "/login", words, 413),
        (guest, "/login", files, 413),
        (guest, "/register", files, 413),
        (bob, "/tickets", words, 413),
        (bob, "/tickets", "application/json", 413),
        (bob, "/tickets", files, 400),  # taken, and cut short
    ]:
        answer = client.post(path, content_type=kind, environ_overrides=announced(100 * MIB))
        assert answer.status_code == expected, (path, kind)
    assert bob.post("/push/subscriptions", data="x" * 5 * MIB, content_type="application/json").status_code == 413


def test_what_a_stranger_uploads_is_not_kept_but_his_words_are(
    guest: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    streams: list[Any] = []
    original = _bounds.Asked._get_file_stream

    def watched(self: _bounds.Asked, *args: Any, **named: Any) -> Any:
        streams.append(original(self, *args, **named))
        return streams[-1]

    monkeypatch.setattr(_bounds.Asked, "_get_file_stream", watched)
    text = "Порт не поднимается после обновления прошивки"
    sent = {**NEW, "description": text, "files": (io.BytesIO(b"x" * 100_000), "журнал.log")}
    page = Page(guest.post("/tickets", data=sent))
    assert page.status == 401 and text in page.text
    assert [type(stream).__name__ for stream in streams] == ["Nowhere"]
    assert count(Attachment) == 0


class Trickle(io.RawIOBase):
    """A body whose next byte comes when it is let go."""

    def __init__(self, arrived: threading.Semaphore, go: threading.Event) -> None:
        self._arrived, self._go = arrived, go

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._arrived.release()
        assert self._go.wait(60)
        return 0


def test_one_address_can_not_hold_every_thread(
    app: Flask, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_bounds, "AT_ONCE", 3)
    arrived, go, answers = threading.Semaphore(0), threading.Event(), []
    here = {"REMOTE_ADDR": "203.0.113.7"}

    def trickle() -> None:
        with app.app_context():
            slow = {"wsgi.input": io.BufferedReader(Trickle(arrived, go)), "CONTENT_LENGTH": "1000", **here}
            form = "application/x-www-form-urlencoded"
            answers.append(client_of(None).post("/login", content_type=form, environ_overrides=slow).status_code)

    threads = [threading.Thread(target=trickle) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for _ in threads:
            assert arrived.acquire(timeout=60)
        sent = {"login": "x@y.example", "password": "?"}
        assert client_of(None).post("/login", data=sent, environ_base=here).status_code == 429
        assert client_of(None).get("/login", environ_base=here).status_code == 200
        assert (
            client_of(None).post("/login", data=sent, environ_base={"REMOTE_ADDR": "198.51.100.9"}).status_code == 422
        )
        assert client_of(None).post("/login", data=sent).status_code == 422  # this machine: a proxy may stand there
    finally:
        go.set()
        for thread in threads:
            thread.join(60)
    assert len(answers) == 3 and not _bounds._under_way
    assert client_of(None).post("/login", data=sent, environ_base=here).status_code == 422


def test_a_day_has_room_for_much_but_not_for_everything(people: People, bob: FlaskClient, number: int) -> None:
    at = utc_now()
    for kept, size in ((Attachment, quotas.DAILY_BYTES - 100 * MIB), (VoiceNote, 100 * MIB)):
        more: dict[str, Any] = {"name": "дамп.bin"} if kept is Attachment else {"words": []}
        db.session.add(
            kept(
                public_id=f"{size:032x}",
                owner_id=people.bob.id,
                content_type="application/octet-stream",
                size=size,
                sha256="0" * 64,
                created_at=at - timedelta(hours=1),
                **more,
            )
        )
    db.session.commit()
    for path, form in ((f"/tickets/{number}/comments", {"body": "Вот"}), ("/tickets", NEW)):
        page = Page(bob.post(path, data={**form, "files": (io.BytesIO(b"x"), "a.txt")}))
        said = [place.text for place in page.all("p") if "data-files-error" in place.attributes]
        assert page.status == 422 and len(said) == 1 and len(said[0]) > 20 and count(Attachment) == 1
        assert bob.post(path, data=form).status_code == 303  # words are always welcome
    answer = bob.post("/voice-notes", data={"audio": (io.BytesIO(b"x"), "a.webm")})
    assert answer.status_code == 422 and answer.get_json()["error"] and count(VoiceNote) == 1
    for one in db.session.scalars(select(Attachment)):
        one.created_at = at - timedelta(hours=25)
    db.session.commit()
    sent = {"body": "Вот", "files": (io.BytesIO(b"x"), "a.txt")}
    assert bob.post(f"/tickets/{number}/comments", data=sent).status_code == 303


def test_a_hundred_thousand_ids_are_no_question_for_a_database(bob: FlaskClient, number: int) -> None:
    ids = [f"{place:032x}" for place in range(80_000)]
    sent = {"body": "Слышно?", "upload_ids": ids, "voice_note_ids": ids[:1000]}
    assert bob.post(f"/tickets/{number}/comments", data=sent).status_code == 413
    assert bob.post(f"/tickets/{number}/comments", data=sent | {"upload_ids": ids[:900]}).status_code == 422
    strange = ["\0", "../x", "я" * 32, "A" * 32]
    assert bob.get("/tickets/new", query_string={"upload_ids": strange, "voice_note_ids": strange}).status_code == 200


def test_more_files_than_may_be_sent_at_once_come_back(people: People, bob: FlaskClient, number: int) -> None:
    ids: list[str] = []
    for _ in range(2):
        sent = {"files": [(io.BytesIO(b"x"), f"{place}.txt") for place in range(15)]}  # without a subject: refused
        ids += [value for name, value in Page(bob.post("/tickets", data=sent)).form("/tickets") if name == "upload_ids"]
    assert len(ids) == 30
    page = Page(bob.post(f"/tickets/{number}/comments", data={"body": "Все", "upload_ids": ids}))
    assert page.status == 422 and "Слишком много файлов сразу: предел — 20." in page.text
    assert bob.post(f"/tickets/{number}/comments", data={"body": "Все", "upload_ids": ids[:20]}).status_code == 303


@pytest.mark.parametrize("bomb", ["<ul><li>", "<p><b id={}>", "<div>", "<b><div></b></b></b></b>", "&"])
def test_html_that_nests_without_end_is_not_taken_apart(bob: FlaskClient, number: int, bomb: str) -> None:
    text = "".join(bomb.format(place) for place in range(300_000 // len(bomb)))
    page = Page(bob.post(f"/tickets/{number}/comments", data={"body": text, "body_format": "html"}))
    assert page.status == 422 and "слишком длинно" in page.error("comment").lower()
    short = "".join(bomb.format(place) for place in range(2_400 // max(1, bomb.count("<"))))
    form = {"body": short, "body_format": "html"}
    assert bob.post(f"/tickets/{number}/comments", data=form).status_code == 303
    anew()
    html = db.session.scalars(select(Comment.body_html).order_by(Comment.id.desc())).first() or ""
    assert html.count("<") < 10  # shown as it was sent


def test_half_a_million_serial_numbers_are_too_many_at_once(bob: FlaskClient) -> None:
    form = {**NEW, "serial_numbers": ";".join(map(str, range(500_000))), "order_number": "0" * 500_000}
    page = Page(bob.post("/tickets", data=form))
    assert page.status == 422 and {"serial_numbers", "order_number"} <= set(page.errors())


@pytest.mark.parametrize(
    "body", ["[" * 100_000, '{"a":' * 100_000, "[]", "null", "\ud800".encode(errors="surrogatepass")]
)
def test_broken_json_is_a_broken_request(bob: FlaskClient, body: str | bytes) -> None:
    for method in ("POST", "DELETE"):
        answer = bob.open("/push/subscriptions", method=method, data=body, content_type="application/json")
        assert answer.status_code == 400


def test_no_address_of_a_browser_trips_the_database(bob: FlaskClient) -> None:
    for endpoint in (
        "\ud800",
        "\0",
        "я",
        5,
        None,
        ["x"],
        "https://127.0.0.1/x",
        "https://fcm.googleapis.com@127.0.0.1/",
    ):
        sent = json.dumps({"endpoint": endpoint, "keys": {"p256dh": "\ud800", "auth": "\0"}})
        assert bob.post("/push/subscriptions", data=sent, content_type="application/json").status_code == 422
        assert bob.delete("/push/subscriptions", data=sent, content_type="application/json").status_code == 204


def test_what_is_looked_for_is_as_long_as_a_subject_at_most(people: People, client_of: ClientOf) -> None:
    long = {"q": "a" * 60_000, "status": "x" * 60_000, "cursor": "9" * 60_000}
    assert client_of(people.bob).get("/tickets", query_string=long).status_code == 200
    assert client_of(people.alice).get("/desk", query_string=long | {"type": "x" * 60_000}).status_code == 200
    found = client_of(people.bob).get("/tickets", query_string={"q": "%"})
    assert found.status_code == 200 and "Ничего не найдено" in Page(found).text
