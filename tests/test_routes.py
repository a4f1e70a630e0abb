"""The guard over all addresses: who is signed out, or a stranger, gets nowhere that he was not invited to."""

import io
from typing import Any

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule

from extensions import csrf, db, limiter
from jobs.clock import utc_now
from models import Attachment, Device, VoiceNote
from services import comments, voice_notes
from services import files as attachments
from services.tickets import Enclosed
from tests import factories
from tests.conftest import People

# Endpoints for whoever comes. Everything else wants a sign-in.
PUBLIC = {
    *("session.index", "session.login", "session.enter", "session.code", "session.enter_by_code", "session.logout"),
    *("registration.altcha", "registration.new", "registration.create"),
    *("registration.confirm", "registration.set_password", "registration.reset", "registration.set_new_password"),
    *("passwords.forgot", "passwords.send"),
    *("kb.index", "kb.section", "kb.article", "kb.search"),
    *("help.index", "help.regulations", "help.consent"),
    *("pwa.service_worker", "pwa.manifest", "pwa.offline", "pwa.install", "pwa.asset", "pwa.favicon", "static"),
    *("pages.alive", "pages.ready"),
    *("demo.mail", "demo.letter"),  # only where DEMO is on
}
# Forms of guests, who have nobody to sign in as when their session is lost: each looks at the token itself.
TOKEN_IN_THE_VIEW = {
    *("session.enter", "session.enter_by_code", "session.logout", "registration.create", "passwords.send"),
    *("registration.set_password", "registration.set_new_password"),
}
FRAGMENT = {"HX-Request": "true"}


def calls(app: Flask, given: dict[str, Any]) -> list[tuple[str, str, Rule]]:
    """Return every method and address of the application, their variable parts filled in."""
    with app.test_request_context():
        return [
            (method, url_for(rule.endpoint, _method=method, **_values(rule, given)), rule)
            for rule in app.url_map.iter_rules()
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        ]


def _values(rule: Rule, given: dict[str, Any]) -> dict[str, Any]:
    return {name: given[f"{rule.endpoint.split('.')[0]}.{name}"] for name in rule.arguments}


@pytest.fixture
def given(app: Flask, people: People, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Things of Bob's for the variable parts of addresses, by blueprint and name."""
    monkeypatch.setattr(limiter, "enabled", False)
    at = utc_now()
    ticket = factories.ticket(people.bob, at=at)
    file = attachments.keep(attachments.store(io.BytesIO(b"x")), "схема.txt", people.bob, at=at)
    note = voice_notes.keep(voice_notes.store(io.BytesIO(b"x")), "audio/ogg", people.bob, client_id=None, at=at)
    comments.reply(ticket, "Вопрос", by=people.bob, at=at, enclosed=Enclosed([file], [note]))
    db.session.commit()
    return {
        **dict.fromkeys(("tickets.number", "comments.number", "moves.number"), ticket.number),
        "moves.verb": "resolve",
        "attachments.public_id": db.session.scalars(select(Attachment.public_id)).one(),
        "voice_notes.public_id": db.session.scalars(select(VoiceNote.public_id)).one(),
        "profile.device_id": 0,  # filled in when Bob has signed in
        "kb.section_id": 1,
        "kb.article_id": 1,
        "demo.letter_id": "x",
        "admin.day": "2030-01-01",
        "pwa.name": "x",
        "pwa.path": "js/app.js",
        "static.filename": "js/app.js",
    }


def test_signed_out_visitors_are_refused_everywhere_but_where_all_may_come(
    app: Flask, given: dict[str, Any], client_of: Any
) -> None:
    guest: FlaskClient = client_of(None)
    for method, path, rule in calls(app, given):
        plain = guest.open(path, method=method, buffered=True)
        if rule.endpoint in PUBLIC:
            refused = plain.status_code == 401 or plain.headers.get("Location", "").startswith("/login?")
            assert not refused and plain.status_code < 500, path
            continue
        if method == "GET":
            assert plain.status_code == 303 and plain.location.startswith("/login?next="), path
        else:
            assert plain.status_code == 401, path
        assert guest.open(path, method=method, headers=FRAGMENT).status_code == 401, path


def test_a_stranger_finds_nothing_of_another_company(
    app: Flask, given: dict[str, Any], people: People, client_of: Any
) -> None:
    bob, mallory = client_of(people.bob), client_of(people.mallory)
    given["profile.device_id"] = db.session.scalars(select(Device.id).where(Device.person_id == people.bob.id)).one()
    guarded = [call for call in calls(app, given) if call[2].arguments & {"number", "public_id", "device_id", "day"}]
    assert len({rule.endpoint for _, _, rule in guarded}) >= 14
    for method, path, _ in guarded:
        for headers in ({}, FRAGMENT, {"Accept": "application/json"}):
            answer = mallory.open(
                path, method=method, headers=headers, data={"body": "x"} if method == "POST" else None
            )
            assert answer.status_code == 404, (method, path)
    assert bob.get(f"/tickets/{given['tickets.number']}").status_code == 200  # it is there, and as it was
    assert bob.get("/profile").status_code == 200


def test_customers_find_no_page_of_staff(app: Flask, given: dict[str, Any], people: People, client_of: Any) -> None:
    for person, blueprints in ((people.bob, {"desk", "admin"}), (people.alice, {"admin"}), (people.sergey, {"admin"})):
        client = client_of(person)
        for method, path, rule in calls(app, given):
            if rule.endpoint.split(".")[0] in blueprints:
                assert client.open(path, method=method).status_code == 404, path


def test_only_forms_of_guests_look_at_their_token_themselves(app: Flask, given: dict[str, Any], client_of: Any) -> None:
    views = {endpoint: f"{view.__module__}.{view.__name__}" for endpoint, view in app.view_functions.items()}
    assert csrf._exempt_views == {views[endpoint] for endpoint in TOKEN_IN_THE_VIEW} and not csrf._exempt_blueprints
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        guest: FlaskClient = client_of(None)
        for method, path, rule in calls(app, given):
            if method != "GET" and rule.endpoint not in {"registration.set_password", "registration.set_new_password"}:
                answer = guest.open(
                    path, method=method, data={"email": "bob@romashka.example", "login": "x", "code": "1"}
                )
                assert answer.status_code in (400, 401, 422) or path == "/logout", path
    finally:
        app.config["WTF_CSRF_ENABLED"] = False


def test_the_list_of_public_addresses_holds_no_strays(app: Flask) -> None:
    assert set(app.view_functions) >= PUBLIC
