"""The whole application on the loaded demo desk: headers of every answer, the weight of pages, what they ask."""

import gzip
import re
from collections.abc import Callable, Iterator
from typing import Any

import brotli
import pytest
from flask import Flask
from sqlalchemy import event, select

from app import create_app
from config import BadSetting
from extensions import db, limiter
from jobs import committed
from jobs.clock import utc_now
from models import Ticket
from rules.statuses import Status
from services import defaults, demo, load, people
from tests.conftest import Client, _empty

PASSWORDS = {row[0]: row[1] for row in demo.PEOPLE}
CUSTOMER, AGENT, ADMIN = "client@romashka.example", "agent@desk.example", "admin@desk.example"
SignedIn = Callable[[str], Client]


@pytest.fixture(scope="module")
def loaded(desk: Flask) -> Flask:
    """The demo desk, loaded once for all tests here; they may read it and no more."""
    with desk.app_context():
        _empty()
        with committed():
            defaults.ensure(at=utc_now())
            demo.load(at=utc_now())
        for _ in load.generate(40, seed=1, at=utc_now()):
            pass
    return desk


@pytest.fixture(scope="module")
def signed_in(loaded: Flask) -> SignedIn:
    """Clients by e-mail, one a person; '' is nobody's."""
    clients: dict[str, Client] = {}

    def client(email: str) -> Client:
        if email not in clients:
            clients[email] = Client(loaded, loaded.response_class)
            if email:
                sent = {"login": email, "password": PASSWORDS[email]}
                with pytest.MonkeyPatch.context() as patch:
                    patch.setattr(limiter, "enabled", False)
                    assert clients[email].post("/login", data=sent).status_code == 303
        return clients[email]

    return client


@pytest.fixture
def statements(loaded: Flask) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        seen.append(statement)

    with loaded.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def numbers(app: Flask, email: str, *statuses: Status) -> list[int]:
    with app.app_context():
        person = people.by_email(email)
        assert person is not None
        query = select(Ticket.number).where(Ticket.contact_id == person.id)
        if statuses:
            query = query.where(Ticket.status.in_(statuses))
        return list(db.session.scalars(query.order_by(Ticket.number)))


def test_a_list_asks_the_database_little(signed_in: SignedIn, statements: list[str]) -> None:
    for email, path in [
        (CUSTOMER, "/tickets"),
        (CUSTOMER, "/tickets?scope=company"),
        (CUSTOMER, "/tickets?q=snr&status=open"),
        (AGENT, "/desk"),
        (AGENT, "/desk?view=all&sort=created&q=snr"),
        (ADMIN, "/desk?view=mine"),
    ]:
        client = signed_in(email)
        statements.clear()
        assert client.get(path).status_code == 200
        most = 6 if email == CUSTOMER else 10  # 2 to 8, and what is asked anew every few seconds
        assert len(statements) <= most, (path, statements)


def test_a_ticket_asks_the_database_little(loaded: Flask, signed_in: SignedIn, statements: list[str]) -> None:
    for number in numbers(loaded, CUSTOMER):
        for email in (CUSTOMER, AGENT):
            client = signed_in(email)
            for path in (f"/tickets/{number}", f"/tickets/{number}/timeline"):
                statements.clear()
                assert client.get(path).status_code == 200
                assert len(statements) <= 9, (path, email, statements)  # 4 to 6, and the same


def test_pages_are_light(loaded: Flask, signed_in: SignedIn) -> None:
    number = numbers(loaded, CUSTOMER)[0]
    for email, path, most in [
        (AGENT, "/desk", 30_000),
        (CUSTOMER, "/tickets?scope=company", 30_000),
        (CUSTOMER, f"/tickets/{number}", 30_000),
        (CUSTOMER, "/tickets/new", 30_000),
        ("", "/login", 30_000),
    ]:
        plain = signed_in(email).get(path)
        for coding, unpack in (("br", brotli.decompress), ("gzip", gzip.decompress)):
            packed = signed_in(email).get(path, headers={"Accept-Encoding": coding})
            assert packed.headers["Content-Encoding"] == coding and len(packed.data) < most, (path, len(packed.data))
            assert abs(len(unpack(packed.data)) - len(plain.data)) < 200 and "Accept-Encoding" in packed.headers["Vary"]
    rows = signed_in(AGENT).get("/desk").text.count('<tr class="row-card')
    assert rows == 20


def test_the_first_view_of_the_list_is_light_with_all_that_it_is_made_of(signed_in: SignedIn) -> None:
    client, packed = signed_in(CUSTOMER), {"Accept-Encoding": "gzip, deflate, br, zstd"}
    page = client.get("/tickets")
    named = set(re.findall(r'(?:src|href)="(/static/[^"#]+\.(?:css|js|svg))', page.text))
    assert {name.rpartition("/")[2] for name in named} >= {"app.css", "app.js", "htmx.min.js", "sprite.svg"}
    size = len(client.get("/tickets", headers=packed).data)
    for name in sorted(named):
        text = client.get(name, buffered=True).data
        sent = client.get(name, headers=packed, buffered=True)
        assert sent.headers["Content-Encoding"] == "br" and brotli.decompress(sent.data) == text, name
        assert "immutable" in sent.headers["Cache-Control"] and "Accept-Encoding" in sent.headers["Vary"]
        size += len(sent.data)
    assert size < 60 * 1024, size


def test_every_answer_carries_the_headers_that_guard_it(loaded: Flask, signed_in: SignedIn) -> None:
    number = numbers(loaded, CUSTOMER)[0]
    for email, path, status in [
        ("", "/login", 200),
        ("", "/", 303),
        ("", "/nowhere", 404),
        ("", "/logout", 405),
        ("", "/healthz", 200),
        ("", "/sw.js", 200),
        ("", "/manifest.json", 200),
        ("", "/static/js/app.js", 200),
        (CUSTOMER, "/tickets", 200),
        (CUSTOMER, f"/tickets/{number}", 200),
        (CUSTOMER, f"/tickets/{number}/timeline", 200),
        (AGENT, "/desk", 200),
    ]:
        answer = signed_in(email).get(path, buffered=True)
        assert answer.status_code == status, path
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy, path
        assert (
            answer.headers["X-Content-Type-Options"] == "nosniff" and answer.headers["Referrer-Policy"] == "same-origin"
        )
        assert "microphone=(self)" in answer.headers["Permissions-Policy"]
        assert answer.headers["Cache-Control"], path
        if email:
            assert "no-store" in answer.headers["Cache-Control"], path


def test_no_page_needs_what_the_policy_forbids(loaded: Flask, signed_in: SignedIn) -> None:
    number = numbers(loaded, CUSTOMER)[0]
    for email, path in [
        *(
            ("", path)
            for path in (
                "/login",
                "/register",
                "/login/code",
                "/password/forgot",
                "/kb",
                "/help",
                "/install",
                "/offline",
                "/demo/mail",
                "/nowhere",
            )
        ),
        *((CUSTOMER, path) for path in ("/tickets", "/tickets/new", f"/tickets/{number}", "/profile", "/company")),
        *((AGENT, path) for path in ("/desk", f"/tickets/{number}", "/profile")),
        (ADMIN, "/admin/calendar"),
    ]:
        text = signed_in(email).get(path).text
        assert not re.search(r"<[^>]+\s(?:on[a-z]+|style)\s*=", text), path
        assert not re.search(r"<script(?![^>]*\ssrc=)[^>]*>", text) and "<style" not in text, path
        assert not re.search(
            r'(?:src|href|action)="(?:https?:)?//(?!nag\.wiki|oldsupport\.nag\.ru|shop\.nag\.ru|desk\.test|localhost)',
            text,
        ), path


def test_every_page_speaks_russian_and_english(loaded: Flask, signed_in: SignedIn) -> None:
    client = Client(loaded, loaded.response_class)
    assert 'lang="ru"' in client.get("/login").text and "Войти" in client.get("/login").text  # S127
    client.set_cookie("lang", "en")
    assert 'lang="en"' in client.get("/login").text and "Войти" not in client.get("/login").text
    client.set_cookie("lang", "../../etc")
    assert 'lang="ru"' in client.get("/login").text


def test_every_status_shows_itself_and_its_moves(loaded: Flask, signed_in: SignedIn) -> None:
    with loaded.app_context():
        seen = dict(iter(db.session.execute(select(Ticket.status, Ticket.number))))
    assert set(seen) == {status.value for status in Status}
    for status, number in seen.items():
        for email in (AGENT, ADMIN, "service@desk.example"):
            page = signed_in(email).get(f"/tickets/{number}")
            assert page.status_code == 200 and f'data-status="{status}"' in page.text


def test_a_desk_at_work_refuses_to_start_unsafely(tmp_path: Any) -> None:
    real = {"DATA_DIR": str(tmp_path), "PUBLIC_URL": "https://desk.example"}
    with pytest.raises(BadSetting, match="DEMO"):
        create_app(real | {"DEMO": True, "SECRET_KEY": "x" * 40})
    with pytest.raises(BadSetting, match="SECRET_KEY"):
        create_app(real | {"DEMO": False, "SECRET_KEY": "short"})
