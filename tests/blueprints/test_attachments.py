"""Files of tickets: seen by who may, shown only where that is harmless (S29, S36)."""

import io
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select, update

from extensions import db
from jobs.examine import examine
from models import Attachment, ScanState
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


def test_ranges_are_answered_as_players_ask(people: People, client_of: ClientOf, number: int) -> None:
    bob, data = client_of(people.bob), bytes(range(256)) * 4
    address = attach(bob, number, "видео.mp4", data)
    whole = got(bob, address)
    assert whole.headers["Accept-Ranges"] == "bytes" and whole.headers["Content-Length"] == str(len(data))
    tag = whole.headers["ETag"]
    for asked, start, end in [("bytes=0-", 0, 1024), ("bytes=1000-", 1000, 1024), ("bytes=-24", 1000, 1024)]:
        part = got(bob, address, headers={"Range": asked, "If-Range": tag})
        assert (part.status_code, part.data) == (206, data[start:end])
        assert part.headers["Content-Range"] == f"bytes {start}-{end - 1}/1024"
    assert got(bob, address, headers={"Range": "bytes=0-9", "If-Range": '"another"'}).status_code == 200
    assert got(bob, address, headers={"Range": "bytes=5000-"}).status_code == 416


def test_a_part_of_a_file_is_a_part_of_the_file(people: People, client_of: ClientOf, number: int) -> None:
    bob, data = client_of(people.bob), b'{"a": 1}' * 1000
    address = attach(bob, number, "лог.json", data)
    for headers in ({}, {"Range": "bytes=0-1999"}):
        answer = got(bob, address, headers={"Accept-Encoding": "br, gzip", **headers})
        assert answer.data == data[: len(answer.data)] and len(answer.data) in (2000, 8000)


def picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (3000, 1500), "teal").save(file, "JPEG")
    return file.getvalue()


def test_a_picture_is_shown_small_and_its_place_is_kept(people: People, client_of: ClientOf, number: int) -> None:
    bob = client_of(people.bob)
    address = attach(bob, number, "стойка.jpg", picture())
    waiting = got(bob, f"{address}/thumbnail")
    assert waiting.data == picture() and waiting.headers["Cache-Control"] == "no-store"
    examine(db.session.scalars(select(Attachment.id)).one())
    page = Page(bob.get(f"/tickets/{number}"))
    image = page.one("img", alt="стойка.jpg")
    assert (image["src"], image["width"], image["height"]) == (f"{address}/thumbnail", "3000", "1500")
    for part in ("thumbnail", "preview"):
        answer = got(bob, f"{address}/{part}")
        assert answer.mimetype == "image/webp" and answer.data[8:12] == b"WEBP" and len(answer.data) < 20_000
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        for person, status in ((people.carol, 200), (people.mallory, 404)):
            assert got(client_of(person), f"{address}/{part}").status_code == status
    bad = attach(bob, number, "не картинка.png", b"<html>")
    examine(db.session.scalars(select(Attachment.id).order_by(Attachment.id.desc())).first() or 0)
    assert bob.get(f"{bad}/thumbnail").status_code == 404
    page = Page(bob.get(f"/tickets/{number}"))
    assert bad in page.links() and not page.all("img", alt="не картинка.png")


def test_a_file_has_a_page_to_look_at_it(people: People, client_of: ClientOf, number: int) -> None:
    bob = client_of(people.bob)
    image = attach(bob, number, "стойка.jpg", picture())
    log = attach(bob, number, "журнал.log", "Порт <5> упал\r\n".encode("cp1251") * 20_000)
    archive = attach(bob, number, "дамп.zip", b"PK\0\0")
    page = Page(bob.get(f"{image}/view"))
    assert page.one("img", class_="viewer__image")["src"] == image and f"{log}/view" in page.links()
    page = Page(bob.get(f"{log}/view"))
    text = page.one("pre").raw
    assert "Порт <5> упал" in text and not page.one("pre").all()
    assert "первые 200 КиБ" in page.text and "2 из 3" in page.text
    assert {f"{image}/view", f"{archive}/view", log, f"/tickets/{number}"} <= set(page.links())
    assert f"{log}/view" in Page(bob.get(f"/tickets/{number}")).links()
    assert "можно только скачать" in Page(bob.get(f"{archive}/view")).text
    fragment = Page(bob.get(f"{log}/view", headers={"HX-Request": "true"}))
    assert fragment.one("article", class_="viewer") and not fragment.all("html")
    assert client_of(people.mallory).get(f"{log}/view").status_code == 404


def test_the_viewer_steps_over_what_its_reader_may_not_see(people: People, client_of: ClientOf, number: int) -> None:
    first = attach(client_of(people.bob), number, "1.txt")
    sent = {"body": "Заметка", "visibility": "internal", "files": (io.BytesIO(b"x"), "тайное.txt")}
    client_of(people.alice).post(f"/tickets/{number}/comments", data=sent)
    last = attach(client_of(people.bob), number, "2.txt")
    seen = client_of(people.bob).get(f"{first}/view").text
    assert "тайное" not in seen and f"{last}/view" in seen and "1 из 2" in seen
    assert "тайное" in client_of(people.alice).get(f"{first}/view").text


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (ScanState.WAITING, "проверяется на вирусы"),
        (ScanState.INFECTED, "Eicar-Test"),
        (ScanState.REFUSED, "не удалось"),
    ],
)
def test_what_may_hold_a_virus_is_given_to_nobody(
    people: People, client_of: ClientOf, number: int, state: ScanState, words: str
) -> None:
    bob = client_of(people.bob)
    address = attach(bob, number, "стойка.jpg", picture())
    db.session.execute(update(Attachment).values(scan_state=state, virus="Eicar-Test"))
    db.session.commit()
    for person in (people.bob, people.alice, people.anna):
        client = client_of(person)
        for part in ("", "/thumbnail", "/preview"):
            refused = client.get(address + part)
            assert refused.status_code == 403 and "стойка.jpg" in refused.text
        page = Page(client.get(f"/tickets/{number}"))
        assert words in page.text.lower() or words in page.text
        assert not [link for link in page.links() if link.startswith(address)]
        assert words in client.get(f"{address}/view").text
    assert client_of(people.mallory).get(address).status_code == 404
