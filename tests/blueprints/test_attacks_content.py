"""What may be sent in: words and names with scripts in them, files that pretend, uploads without end, words that take hours
to read."""

import base64
import io
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from extensions import db
from jobs.clock import utc_now
from models import Attachment, Comment, FileState, KbArticle, Upload
from services import consent, files, knowledge_editing, parts, quotas
from tests import factories
from tests.blueprints.conftest import ClientOf, anew, count, refused_after
from tests.blueprints.html import Page
from tests.conftest import People
from tests.services.test_richtext import HOSTILE

NEW = {"subject": "Порт", "type": "setup-help", "priority": "normal"}
TUS = {"Tus-Resumable": "1.0.0"}
NAMES = (
    '"><script>alert(1)</script>.txt',
    "../../../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "a\r\nSet-Cookie: desk=1.txt",
    "\u202egnp.exe",
    '\'"; filename=evil.html; x=".html',
    "." * 300,
    "я" * 5000 + ".log",
    "nul\0.html",
)


@pytest.fixture
def bob(people: People, client_of: ClientOf) -> FlaskClient:
    return client_of(people.bob)


def is_tame(page: Page) -> bool:
    """Tell whether nothing in what people wrote can run, fetch from elsewhere, or look like a part of the page."""
    written = [*page.all("div", class_="prose message__body"), *page.all("div", class_="prose")]
    inside = [element for text in written for element in text.all()]
    return bool(written) and not any(
        element.tag in {"script", "style", "iframe", "form", "input", "button", "svg", "math", "link", "meta", "base"}
        or set(element.attributes) - {"href", "rel", "src", "alt", "class"}
        or element.attributes.get("href", "").lower().strip().startswith(("javascript", "data", "vbscript"))
        or not element.attributes.get("src", "/attachments/").startswith(("/attachments/", "/kb/files/"))
        for element in inside
    )


def test_nothing_hostile_comes_through_any_form_that_takes_html(
    people: People, client_of: ClientOf, bob: FlaskClient
) -> None:  # S28, S63, S84
    made = bob.post("/tickets", data=NEW | {"description": f"<p>a</p>{HOSTILE[0]}", "description_format": "html"})
    anna = client_of(people.anna)
    section = knowledge_editing.add_section("Прошивки", parent=None)
    db.session.commit()
    for vector in HOSTILE:
        text = f"<p>слова</p>{vector}"
        said = bob.post(f"{made.location}/comments", data={"body": text, "body_format": "html"})
        assert said.status_code == 303, vector
        article = {"title": vector[:200], "body": text, "section_id": str(section.id), "preview": "1"}
        assert is_tame(Page(anna.post("/admin/kb/articles", data=article))), vector
        drawn = anna.post("/admin/consent", data={"body": text, "body_format": "html", "preview": "1"})
        assert is_tame(Page(drawn)), vector
    for client in (bob, client_of(people.alice)):
        assert is_tame(Page(client.get(made.location)))
        for path in (made.location, f"{made.location}/timeline", f"{made.location}/glance", "/tickets?q=alert"):
            page = client.get(path).get_data(as_text=True)
            assert "<script>alert" not in page and "<img src=x" not in page and "<svg/onload" not in page


def test_what_came_into_the_database_some_other_way_is_cleaned_on_its_way_out(people: People, bob: FlaskClient) -> None:
    ticket = factories.ticket(people.bob)
    section = knowledge_editing.add_section("Прошивки", parent=None)
    article = knowledge_editing.save_article(None, name="A", text="B", section=section, is_published=True, at=utc_now())
    hostile = '<p onclick="x()">ok<script>x()</script><img src="https://evil.example/x"></p>'
    db.session.execute(update(Comment).values(body_html=hostile))
    db.session.execute(update(KbArticle).values(body_html=hostile))
    consent.newest().body_html = hostile
    db.session.commit()
    for path in (f"/tickets/{ticket.number}", f"/kb/articles/{article.id}", "/help/consent"):
        page = bob.get(path)
        assert is_tame(Page(page)) and "evil.example" not in page.get_data(as_text=True), path


@pytest.mark.parametrize(
    "text",
    [
        "```x\n" * 19_000,  # fences that nothing ends
        "```\n" * 19_000,
        "http://" * 14_000,
        "http://a" + ")" * 90_000,
        "[" * 90_000,
        "\n " * 45_000 + "x",
        "<b><!--</b>-->" * 6_000,
        "<div title='</div>'>" * 4_900,
    ],
)
def test_no_text_takes_hours_to_read(people: People, bob: FlaskClient, text: str) -> None:
    number = factories.ticket(people.bob).number
    db.session.commit()
    for form in ("", "html"):
        said = bob.post(f"/tickets/{number}/comments", data={"body": text, "body_format": form})
        assert said.status_code in {303, 422}


def test_names_of_files_are_names_and_nothing_else(people: People, bob: FlaskClient) -> None:
    for name in NAMES:
        named = base64.b64encode(name.encode()).decode()
        asked = TUS | {"Upload-Length": "1", "Upload-Metadata": f"filename {named}"}
        made = bob.post("/uploads", headers=asked)
        assert made.status_code == 201, name
        public_id = made.location.rpartition("/")[2]
        assert parts.received(public_id) == 0 and len(public_id) == 32
        sent = {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
        assert bob.patch(made.location, data=b"x", headers=TUS | sent).status_code == 204
        got = bob.get(f"/attachments/{public_id}", buffered=True)
        assert got.status_code == 200 and "Set-Cookie" not in got.headers
        assert got.mimetype not in {"text/html", "image/svg+xml"} or got.headers["Content-Disposition"].startswith(
            "att"
        )
        assert (
            "sandbox" in got.headers["Content-Security-Policy"] and got.headers["X-Content-Type-Options"] == "nosniff"
        )
        page = bob.get(f"/attachments/{public_id}/view").get_data(as_text=True)
        assert "<script>alert" not in page
    anew()
    for kept in db.session.scalars(select(Attachment)):
        assert len(kept.name) <= 255 and kept.name.isprintable() and not set(kept.name) & set("/\\\0")


@pytest.mark.parametrize(
    "public_id",
    [
        "..",
        "../desk.db",
        "..%2fdesk.db",
        "%2e%2e%2fsecret_key",
        "A" * 32,
        "0" * 31,
        "0" * 33,
        "x" * 3000,
        "%00" * 32,
        "é" * 32,
    ],
)
def test_no_id_leads_out_of_the_folder_of_uploads(bob: FlaskClient, public_id: str) -> None:
    sent = TUS | {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    for method in ("HEAD", "PATCH", "DELETE"):
        answer = bob.open(
            f"/uploads/{public_id}", method=method, headers=sent, data=b"x" if method == "PATCH" else None
        )
        assert answer.status_code in {404, 405}
    assert (
        bob.get(f"/attachments/{public_id}").status_code == 404 and bob.get(f"/kb/files/{public_id}").status_code == 404
    )


def test_headers_of_an_upload_that_make_no_sense_change_nothing(bob: FlaskClient) -> None:
    address = bob.post("/uploads", headers=TUS | {"Upload-Length": "5"}).location
    usual = TUS | {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    hostile: list[dict[str, str]] = [
        *({"Upload-Offset": text} for text in ("-1", "1e9", "٥", "9" * 30, "", "0, 5", "5", "0x0")),
        *({"Upload-Checksum": text} for text in ("sha1", "md4 AAAA", "sha1 %%%", "sha1 ", "crc32 AAAA", "x" * 9000)),
        {"Tus-Resumable": "0.2.2"},
        {"Content-Type": "text/plain"},
        {"Upload-Checksum": "sha1 AAAAAAAAAAAAAAAAAAAAAAAAAAA="},
    ]
    for headers in hostile:
        answer = bob.patch(address, data=b"12345", headers=usual | headers)
        assert answer.status_code in {400, 409, 412, 415, 460}, headers
    for length in ("-5", "5.0", "٥", "", "9" * 18, "9" * 19, "0x5"):
        assert bob.post("/uploads", headers=TUS | {"Upload-Length": length}).status_code in {400, 413}
    for metadata in ("filename %%%", "filename", " , ,,", "filename Li4=,filename eA==", "x" * 8000):
        made = bob.post("/uploads", headers=TUS | {"Upload-Length": "1", "Upload-Metadata": metadata})
        assert made.status_code in {201, 400}
    assert bob.head(address, headers=TUS).headers["Upload-Offset"] == "0" and count(Attachment) == 0


def test_taking_files_back_makes_no_room_for_more(
    people: People, bob: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quotas, "DAILY_BYTES", 10)
    for content in (b"123456", b"654321"):
        made = bob.post("/uploads", headers=TUS | {"Upload-Length": "6"})
        sent = TUS | {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
        assert bob.patch(made.location, data=content, headers=sent).status_code == 204
        assert bob.delete(made.location, headers=TUS).status_code == 204
    anew()
    assert set(db.session.scalars(select(Attachment.state))) == {FileState.DISCARDED}
    assert bob.post("/uploads", headers=TUS | {"Upload-Length": "6"}).status_code == 422
    big = {"text": "журнал " * 1000}
    assert "upload_ids" not in bob.post("/share", data=big).location
    assert count(Attachment) == 2


def test_nobody_begins_more_uploads_than_he_needs(
    people: People, bob: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quotas, "MOST_BEGUN", 3)
    asked = [bob.post("/uploads", headers=TUS | {"Upload-Length": "1"}).status_code for _ in range(5)]
    assert asked == [201] * 3 + [422] * 2 and count(Upload) == 3


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}]
)
def test_another_site_shares_nothing_in_somebodys_name(
    people: People, bob: FlaskClient, headers: dict[str, str]
) -> None:
    sent: dict[str, Any] = {"title": "Зло", "text": "x" * 5000, "files": (io.BytesIO(b"x"), "зло.txt")}
    answer = bob.post("/share", data=sent, headers=headers)
    assert (answer.status_code, answer.location, count(Attachment)) == (303, "/tickets/new", 0)


@pytest.mark.usefixtures("limits")
def test_one_guest_uses_up_no_other_guests_tries(app: Flask, guest: FlaskClient) -> None:
    refused_after(30, lambda: guest.post("/share", data={"title": "x"}))
    other = guest.post("/share", data={"title": "x"}, environ_overrides={"REMOTE_ADDR": "203.0.113.9"})
    assert other.status_code == 303


def test_a_draft_from_an_address_runs_nothing(bob: FlaskClient) -> None:
    given = dict.fromkeys(("subject", "description", "type", "continues"), f'"><script>alert(1)</script>{HOSTILE[1]}')
    for more in ({}, {"description_format": "html"}, {"description_format": '"><script>'}):
        page = bob.get("/tickets/new", query_string=given | more)
        text = page.get_data(as_text=True)
        assert page.status_code == 200 and "<script>alert" not in text and "<img src=x" not in text
        assert "script-src 'self'" in page.headers["Content-Security-Policy"]


def test_a_file_that_a_scanner_holds_back_is_given_to_nobody_in_no_form(people: People, bob: FlaskClient) -> None:
    for state in ("waiting", "infected", "refused"):
        kept = files.keep(files.store(io.BytesIO(b"EICAR")), "вирус.txt", people.bob, at=utc_now())
        kept.scan_state = state
        db.session.commit()
        for part in ("", "/preview", "/thumbnail", "/view"):
            got = bob.get(f"/attachments/{kept.public_id}{part}", headers={"Range": "bytes=0-2"}, buffered=True)
            assert b"EIC" not in got.data, part
