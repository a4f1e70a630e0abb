"""The demo mailbox: only where DEMO is on."""

from email.message import EmailMessage
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from channels import mailbox
from extensions import db
from tests.blueprints.conftest import ClientOf
from tests.blueprints.html import Page
from tests.conftest import Client, People


def folder(app: Flask) -> Path:
    found = mailbox.folder_of(app.config["MAIL_URL"])
    assert found is not None
    return found


def test_letters_are_shown_boxed_in(app: Flask, guest: FlaskClient) -> None:
    letter = EmailMessage()
    letter["To"], letter["Subject"] = "bob@romashka.example", "Тема <script>"
    letter.set_content("Ссылка http://desk.test/password/reset?token=x")
    letter.add_alternative("<p onclick=x>Привет<script>alert(1)</script></p>", subtype="html")
    mailbox.write(folder(app), "one-of-ours", letter)
    page = Page(guest.get("/demo/mail"))
    assert (
        page.status == 200
        and "Тема <script>" in page.text
        and "http://desk.test/password/reset?token=x" in page.links()
    )
    frame = page.one("iframe")
    assert "allow-scripts" not in frame["sandbox"]
    boxed = guest.get(frame["src"])
    assert (
        "script-src" not in boxed.headers["Content-Security-Policy"]
        and "sandbox" in boxed.headers["Content-Security-Policy"]
    )
    assert "allow-scripts" not in boxed.headers["Content-Security-Policy"]
    for bad in ("nothing", "..%2f..%2fetc%2fpasswd", ".hidden", "%00", "a" * 300):
        assert guest.get(f"/demo/mail/{bad}.html").status_code == 404, bad
    (folder(app) / "one-of-ours.eml").unlink()


def test_an_empty_mailbox_is_a_page_too(app: Flask, guest: FlaskClient) -> None:
    for letter in folder(app).glob("*.eml"):
        letter.unlink()
    assert "Писем пока нет" in Page(guest.get("/demo/mail")).text


def test_a_desk_at_work_has_no_such_page(app: Flask, people: People, client_of: ClientOf, tmp_path: Path) -> None:
    settings = {
        name: app.config[name] for name in ("DATABASE_URL", "REDIS_URL", "STORAGE_URL", "MAIL_URL", "SECRET_KEY")
    }
    real = create_app(settings | {"DATA_DIR": str(tmp_path), "PUBLIC_URL": "https://desk.test", "DEMO": False})
    client = Client(real, real.response_class)
    assert client.get("/demo/mail").status_code == client.get("/demo/mail/x.html").status_code == 404
    page = client.get("/login", base_url="https://desk.test")
    assert "/demo/mail" not in Page(page).links() and "Server-Timing" not in page.headers
    assert page.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert all("Secure" in cookie for cookie in page.headers.getlist("Set-Cookie"))
    with real.app_context():
        db.engine.dispose()
