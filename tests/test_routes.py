"""The guard over all addresses: who is signed out, or a stranger, gets nowhere that he was not invited to."""

import io
from datetime import datetime
from typing import Any

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule

from extensions import csrf, db, limiter
from jobs.clock import utc_now
from models import Attachment, Contract, Device, Equipment, PushSubscription, VoiceNote
from services import comments, knowledge_editing, live_ears, live_words, outbox, unsubscriptions, uploads, voice_notes
from services import files as attachments
from services.messages import Enclosed
from tests import factories
from tests.conftest import People

# Endpoints for whoever comes. Everything else wants a sign-in.
PUBLIC = {
    *("session.index", "session.login", "session.enter", "session.code", "session.enter_by_code", "session.logout"),
    *("hand_off.confirm", "hand_off.enter"),
    *("registration.altcha", "registration.new", "registration.create"),
    *("registration.confirm", "registration.set_password", "registration.reset", "registration.set_new_password"),
    *("passwords.forgot", "passwords.send"),
    *("kb.index", "kb.section", "kb.article", "kb.search", "kb.file", "kb.vote"),
    *("help.index", "help.regulations", "help.consent"),
    *("pwa.service_worker", "pwa.manifest", "pwa.offline", "pwa.install", "pwa.asset", "pwa.favicon", "static"),
    *("share.take", "push.receipt"),  # led to the sign-in; let in by a signature of its own
    *("unsubscribe.show", "unsubscribe.leave"),  # of a letter
    *("pages.alive", "pages.ready", "pages.metrics"),
    *("demo.mail", "demo.letter", "styleguide.show"),  # only where DEMO is on
}
# Forms of guests, who have nobody to sign in as when their session is lost: each looks at the token itself.
TOKEN_IN_THE_VIEW = {
    *("session.enter", "session.enter_by_code", "session.logout", "registration.create", "passwords.send"),
    *("registration.set_password", "registration.set_new_password", "hand_off.enter", "kb.vote"),
    *("share.take", "push.receipt"),  # the system and a service worker post them, no page of ours
    "unsubscribe.leave",  # and a mail program this one
}
# What an address names of somebody's: a stranger finds none of it. All other parts of addresses name nothing of anybody's,
# or are asked about elsewhere: administrators' by the test of pages for staff, a receipt by its signature.
OWNED = {
    "number",
    "public_id",
    "device_id",
    "phone_id",
    "day",
    "company_id",
    "person_id",
    "equipment_id",
    "contract_id",
}
OPEN = {"verb", "section_id", "article_id", "type_id", "key", "delivery_id", "letter_id", "name", "path", "filename"}
OPEN |= {"chunk"}  # of a recording, whose other part names whose it is
OPEN |= {"job_id", "what", "token"}  # of jobs that were set aside; of a letter, signed
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
    upload = uploads.begin(people.bob, "дамп.bin", 5, at=at)
    comments.reply(ticket, "Вопрос", by=people.bob, at=at, enclosed=Enclosed([file], [note]))
    db.session.commit()
    return {
        **dict.fromkeys(
            ("tickets.number", "ledger.number", "glances.number", "comments.number", "moves.number"), ticket.number
        ),
        "moves.verb": "resolve",
        "attachments.public_id": db.session.scalars(select(Attachment.public_id)).one(),
        "uploads.public_id": upload.public_id,
        "voice_notes.public_id": db.session.scalars(select(VoiceNote.public_id)).one(),
        **_of_speaking(people),
        "transcripts.public_id": db.session.scalars(select(VoiceNote.public_id)).one(),
        "devices.device_id": 0,  # filled in when Bob has signed in
        **_of_knowledge(at),
        "demo.letter_id": "x",
        "admin.day": "2030-01-01",
        **_for_admins(people),
        **_of_phones(people, at),
        "unsubscribe.token": unsubscriptions.token(unsubscriptions.Leave(unsubscriptions.Of.ALL, 0, people.bob.id)),
        "pwa.name": "x",
        "pwa.path": "js/app.js",
        "static.filename": "js/app.js",
    }


def _of_speaking(people: People) -> dict[str, Any]:
    """What Bob is saying now, and somebody who listens."""
    live_ears.beat("listens", 2)
    return {"live_words.public_id": live_words.begin(people.bob.id, "ru"), "live_words.chunk": 1}


def _of_knowledge(at: datetime) -> dict[str, Any]:
    """A section with an article and a file of its own, and what else its administrator's addresses name."""
    section = knowledge_editing.add_section("Прошивки", parent=None)
    article = knowledge_editing.save_article(None, name="A", text="B", section=section, is_published=True, at=at)
    draft = knowledge_editing.save_article(None, name="C", text="D", section=section, is_published=False, at=at)
    stored = attachments.store(io.BytesIO(b"kb"))
    file = knowledge_editing.add_file(stored, "a.txt", article=draft, at=at)
    named = {"section_id": section.id, "article_id": article.id}
    return {
        f"{blueprint}.{name}": value
        for blueprint in ("kb", "admin_kb", "admin_articles")
        for name, value in named.items()
    } | {
        "kb.public_id": file.public_id,  # of a draft
        "admin_articles.public_id": file.public_id,
        "admin_settings.key": "kb_url",
        "admin_types.type_id": 1,
    }


def _of_phones(people: People, at: datetime) -> dict[str, Any]:
    """A browser of Bob's that is rung, and what is to ring it."""
    phone = PushSubscription(person_id=people.bob.id, endpoint="https://x", p256dh="x", auth="x", created_at=at)
    db.session.add(phone)
    db.session.flush()
    delivery = outbox.put("x", people.bob, "web_push", str(phone.id), "push_test", at=at)
    db.session.commit()
    admins = {"admin_deliveries.job_id": "x", "admin_deliveries.what": "repeat", "admin_deliveries.name": "comment"}
    ids = dict.fromkeys(("push.delivery_id", "admin_deliveries.delivery_id"), delivery.id)
    return {"notifications.phone_id": phone.id, **ids, **admins}


def _for_admins(people: People) -> dict[str, int]:
    """Bob's company and what it has."""
    device = Equipment(company_id=people.company.id, serial_number="OE4423DS23")
    contract = Contract(company_id=people.company.id, number="1")
    db.session.add_all((device, contract))
    db.session.commit()
    return {
        **dict.fromkeys(("admin_companies.company_id", "admin_equipment.company_id"), people.company.id),
        "admin_equipment.equipment_id": device.id,
        "admin_equipment.contract_id": contract.id,
        "admin_people.person_id": people.bob.id,
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
    given["devices.device_id"] = db.session.scalars(select(Device.id).where(Device.person_id == people.bob.id)).one()
    guarded = [call for call in calls(app, given) if call[2].arguments & OWNED]
    assert len({rule.endpoint for _, _, rule in guarded}) >= 40
    for method, path, _ in guarded:
        for headers in ({}, FRAGMENT, {"Accept": "application/json"}):
            answer = mallory.open(
                path, method=method, headers=headers, data={"body": "x"} if method == "POST" else None
            )
            assert answer.status_code == 404, (method, path)
    assert bob.get(f"/tickets/{given['tickets.number']}").status_code == 200  # it is there, and as it was
    assert bob.get("/profile").status_code == 200
    assert db.session.get(PushSubscription, given["notifications.phone_id"]) is not None
    assert bob.head(f"/uploads/{given['uploads.public_id']}", headers={"Tus-Resumable": "1.0.0"}).status_code == 200


def test_every_part_of_an_address_is_known_to_be_somebodys_or_nobodys(app: Flask) -> None:
    assert {name for rule in app.url_map.iter_rules() for name in rule.arguments} == OWNED | OPEN


def test_customers_find_no_page_of_staff(app: Flask, given: dict[str, Any], people: People, client_of: Any) -> None:
    for person, blueprints in ((people.bob, {"desk", "admin"}), (people.alice, {"admin"}), (people.sergey, {"admin"})):
        client = client_of(person)
        for method, path, rule in calls(app, given):
            if rule.endpoint.split(".")[0].split("_")[0] in blueprints:
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
                assert (
                    answer.status_code in (400, 401, 422)
                    or path in {"/logout", "/share"}
                    or rule.endpoint == "unsubscribe.leave"
                ), path
    finally:
        app.config["WTF_CSRF_ENABLED"] = False


def test_whoever_is_signed_in_sends_his_token_with_every_change(
    app: Flask, given: dict[str, Any], people: People, client_of: Any
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        for person in (people.bob, people.anna):
            client = client_of(person)
            for method, path, rule in calls(app, given):
                if method != "GET" and rule.endpoint not in TOKEN_IN_THE_VIEW:
                    for headers in (
                        {"X-Requested-With": "fetch"},
                        {"X-CSRF-Token": "x"},
                        {"Sec-Fetch-Site": "cross-site"},
                    ):
                        assert client.open(path, method=method, headers=headers).status_code == 400, (method, path)
    finally:
        app.config["WTF_CSRF_ENABLED"] = False


def test_the_list_of_public_addresses_holds_no_strays(app: Flask) -> None:
    assert set(app.view_functions) >= PUBLIC
