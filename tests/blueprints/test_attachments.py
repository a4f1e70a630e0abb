"""Files of tickets: seen by who may, shown only where that is harmless (S29, S36)."""

import io
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from extensions import db
from models import Attachment
from tests import factories
from tests.blueprints.conftest import ClientOf, anew
from tests.blueprints.html import Page
from tests.conftest import People


@pytest.fixture
def number(people: People) -> int:
    made = factories.ticket(people.bob).number
    db.session.commit()
    return made


def attach(client: FlaskClient, number: int, name: str, data: bytes = b"<script>alert(1)</script>") -> str:
    """Send a comment with the file and return the file's address."""
    sent = {"body": "", "files": (io.BytesIO(data), name, "text/html")}
    assert client.post(f"/tickets/{number}/comments", data=sent).status_code == 303
    anew()
    public_id = db.session.scalars(select(Attachment.public_id).order_by(Attachment.id.desc())).first()
    return f"/attachments/{public_id}"


def got(client: FlaskClient, address: str, **more: Any) -> Any:
    return client.get(address, buffered=True, **more)


def test_no_file_can_act_as_a_page_of_ours(people: People, client_of: ClientOf, number: int) -> None:
    bob = client_of(people.bob)
    for name, kind, shown in [
        ("страница.html", "text/html", False),
        ("рисунок.svg", "image/svg+xml", False),
        ("x.xhtml", "application/xhtml+xml", False),
        ("x.xml", "", False),
        ("x.js", "text/javascript", False),
        ("x.pdf", "application/pdf", False),
        ("конфиг", "application/octet-stream", False),
        ("журнал.txt.gz", "application/gzip", False),
        ("фото.JPG", "image/jpeg", True),
        ("лог.txt", "text/plain", True),
        ("видео.mp4", "video/mp4", True),
    ]:
        answer = got(bob, attach(bob, number, name))
        assert answer.status_code == 200 and answer.data == b"<script>alert(1)</script>"
        assert not kind or answer.mimetype == kind, name
        assert answer.headers["Content-Disposition"].startswith("inline" if shown else "attachment"), name
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        policy = answer.headers["Content-Security-Policy"]
        assert "sandbox" in policy and "default-src 'none'" in policy and "script-src" not in policy
        assert "private" in answer.headers["Cache-Control"]


def test_names_come_back_as_they_were_but_without_tricks(people: People, client_of: ClientOf, number: int) -> None:
    bob = client_of(people.bob)
    for sent, kept in [
        ("Журнал событий №5 «ядро».log", "Журнал событий №5 «ядро».log"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\Иван\\дамп.bin", "дамп.bin"),
        ("<img src=x onerror=alert(1)>.png", "<img src=x onerror=alert(1)>.png"),
        ("...", "file"),
        ("я" * 300 + ".txt", "я" * 251 + ".txt"),
    ]:
        address = attach(bob, number, sent)
        page = Page(bob.get(f"/tickets/{number}"))
        assert kept in page.text or kept in [image.attributes.get("alt") for image in page.all("img")], sent
        header = got(bob, address).headers["Content-Disposition"]
        assert "\n" not in header and header.isascii()
    log = "Журнал событий №5 «ядро».log"
    assert f"filename*=UTF-8''{quoted(log)}" in got(bob, attach(bob, number, log)).headers["Content-Disposition"]


def quoted(name: str) -> str:
    return "".join(f"%{byte:02X}" if byte > 127 or byte == 32 else chr(byte) for byte in name.encode())


def test_a_file_is_for_those_who_see_its_ticket(people: People, client_of: ClientOf, number: int) -> None:
    address = attach(client_of(people.bob), number, "схема.txt")
    for person, status in [(people.carol, 200), (people.alice, 200), (people.anna, 200), (people.mallory, 404)]:
        assert got(client_of(person), address).status_code == status
    guest = client_of(None)
    assert (
        guest.get(address).status_code == 303 and guest.get(address, headers={"HX-Request": "true"}).status_code == 401
    )
    people.company.contacts_see_all = False
    db.session.commit()
    assert got(client_of(people.carol), address).status_code == 404  # S71
    kept = Page(client_of(people.bob).post("/tickets", data={"files": (io.BytesIO(b"x"), "ещё не отправлен.txt")}))
    unsent = f"/attachments/{dict(kept.form('/tickets'))['upload_ids']}"
    for person, status in [(people.bob, 200), (people.carol, 404), (people.alice, 404)]:
        assert got(client_of(person), unsent).status_code == status


def test_large_files_may_be_read_in_parts(people: People, client_of: ClientOf, number: int) -> None:
    bob, data = client_of(people.bob), bytes(range(256)) * 4
    address = attach(bob, number, "дамп.bin", data)
    part = got(bob, address, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.data) == (206, data[10:20])
    tag = got(bob, address).headers["ETag"]
    assert got(bob, address, headers={"If-None-Match": tag}).status_code == 304
