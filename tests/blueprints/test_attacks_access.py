"""Another company's things by their numbers and ids, in every field that takes one; and what only staff may read."""

import io
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from channels import letters, rings
from extensions import db
from jobs.clock import utc_now
from models import Attachment, Comment, Delivery, Event, Ticket, TicketRelation, VoiceNote
from services import deliveries, phones
from tests import factories
from tests.blueprints.conftest import ClientOf, anew
from tests.blueprints.html import Page
from tests.conftest import People

SECRET = "Клиент скандальный, скидки не давать"
NEW = {"subject": "Порт", "type": "setup-help", "priority": "normal"}


@pytest.fixture
def mallory(people: People, client_of: ClientOf) -> FlaskClient:
    return client_of(people.mallory)


@pytest.fixture
def ticket(people: People) -> Ticket:
    made = factories.ticket(people.bob, subject="Тайна Ромашки")
    db.session.commit()
    return made


def unsent(client: FlaskClient) -> tuple[str, str]:
    """Leave a file and a recording with the server, and return their ids."""
    page = Page(client.post("/tickets", data={"files": (io.BytesIO(b"secret"), "план.txt")}))
    note = client.post("/voice-notes", data={"audio": (io.BytesIO(b"x"), "a.webm", "audio/webm")})
    return dict(page.form("/tickets"))["upload_ids"], note.get_json()["id"]


def test_ids_of_others_files_and_recordings_open_nothing(
    people: People, client_of: ClientOf, mallory: FlaskClient, ticket: Ticket
) -> None:
    bob = client_of(people.bob)
    file_id, note_id = unsent(bob)
    taken = {"upload_ids": [file_id], "voice_note_ids": [note_id]}
    for client in (mallory, client_of(people.carol), client_of(people.alice)):
        for path in (f"/attachments/{file_id}", f"/voice-notes/{note_id}", f"/voice-notes/{note_id}/audio"):
            for headers in ({}, {"Range": "bytes=0-0"}, {"If-None-Match": "*"}):
                assert client.get(path, headers=headers).status_code == 404
        page = client.get("/tickets/new", query_string=taken).get_data(as_text=True)
        assert "план.txt" not in page and note_id not in page
    assert mallory.post("/tickets", data=NEW | taken).status_code == 422  # as with an id that never was
    assert (
        client_of(people.carol).post(f"/tickets/{ticket.number}/comments", data={"body": "Моё", **taken}).status_code
        == 422
    )
    anew()
    assert {one.comment_id for kept in (Attachment, VoiceNote) for one in db.session.scalars(select(kept))} == {None}
    assert bob.post(f"/tickets/{ticket.number}/comments", data={"body": "", **taken}).status_code == 303
    for path in (f"/attachments/{file_id}", f"/voice-notes/{note_id}/audio"):
        assert bob.get(path, buffered=True).status_code == 200 and mallory.get(path).status_code == 404


def test_a_number_of_anothers_ticket_tells_nothing_anywhere(mallory: FlaskClient, ticket: Ticket) -> None:
    number = ticket.number
    for path in (
        f"/tickets/{number}",
        f"/tickets/{number}/timeline",
        f"/tickets/{number}/timeline?seen=0",
        f"/tickets?q={number}",
        "/tickets?scope=company",
        "/tickets?scope=all&company=1&view=all&assignee=1",
        "/tickets?cursor=99999999999999999-999999999",
        f"/tickets/new?continues={number}",
        f"/desk?q={number}",
    ):
        for headers in ({}, {"HX-Request": "true"}):
            answer = mallory.get(path, headers=headers)
            assert answer.status_code in {200, 404} and "Тайна" not in answer.get_data(as_text=True), path
    existing, missing = (
        mallory.post("/tickets", data=NEW | {"continues": str(sent)}) for sent in (number, number + 5000)
    )
    assert existing.status_code == missing.status_code == 303
    for answer in (existing, missing):
        assert "Тайна" not in mallory.get(answer.location).get_data(as_text=True)  # D5
    anew()
    assert db.session.scalars(select(TicketRelation)).all() == []


def test_a_comments_id_of_mine_is_no_key_to_anothers(
    people: People, client_of: ClientOf, mallory: FlaskClient, ticket: Ticket
) -> None:
    """The same client_id from somebody else makes his own thing and gives nobody else's back."""
    client_id = {"client_id": "8c6a1d1e-3f0b-4c58-9d7a-4f6f3b0f5a11"}
    assert client_of(people.bob).post("/tickets", data=NEW | client_id).status_code == 303
    location = mallory.post("/tickets", data=NEW | client_id).location
    assert "Лугова" in mallory.get(location).get_data(as_text=True)
    assert mallory.post(f"/tickets/{ticket.number}/comments", data={"body": "x", **client_id}).status_code == 404


def test_an_internal_note_reaches_no_customer_by_any_way(
    app: Flask, people: People, client_of: ClientOf, ticket: Ticket
) -> None:
    alice, bob, number = client_of(people.alice), client_of(people.bob), ticket.number
    subscription = {"endpoint": "https://fcm.googleapis.com/x", "keys": {"p256dh": "x", "auth": "y"}}
    phones.subscribe(people.bob, subscription, at=utc_now())
    db.session.commit()
    seen = bob.get(f"/tickets/{number}").get_data(as_text=True).split("?seen=")[1].split('"')[0]
    file_id, note_id = unsent(alice)
    note = {"body": SECRET, "visibility": "internal", "upload_ids": file_id, "voice_note_ids": note_id}
    assert alice.post(f"/tickets/{number}/comments", data=note).status_code == 303
    anew()
    assert db.session.scalars(select(Delivery)).all() == []
    assert bob.get(f"/tickets/{number}/timeline?seen={seen}").status_code == 204  # as if nothing had happened
    assert alice.post(f"/tickets/{number}/comments", data={"body": "Пришлите лог"}).status_code == 303
    anew()
    told = list(db.session.scalars(select(Delivery.id).where(Delivery.person_id == people.bob.id)))
    sent = [words_of(delivery_id) for delivery_id in told]
    assert len(sent) == 2 and all("Пришлите лог" in words and SECRET not in words for words in sent)
    for client in (bob, client_of(people.carol)):
        for path in (f"/tickets/{number}", f"/tickets/{number}/timeline", f"/tickets?q={SECRET[:8]}"):
            text = client.get(path).get_data(as_text=True)
            assert "скандальный" not in text and file_id not in text and note_id not in text
        assert client.get(f"/attachments/{file_id}").status_code == 404
        assert client.get(f"/voice-notes/{note_id}/audio").status_code == 404
        form = {"body": "Тайком", "visibility": "internal"}
        assert client.post(f"/tickets/{number}/comments", data=form).status_code == 403
    anew()
    assert not db.session.scalars(select(Comment).where(Comment.body_text == "Тайком")).all()
    assert db.session.scalars(select(Event.kind).where(Event.kind == "noted")).all() == ["noted"]


def words_of(delivery_id: int) -> str:
    """Return all that the letter or the push says."""
    delivery = deliveries.claim(delivery_id, at=utc_now())
    assert delivery is not None
    if delivery.channel == "web_push":
        return str(rings.payload(delivery))
    letter: Any = letters.render(delivery)
    return "".join(letter.get_body((kind,)).get_content() for kind in ("plain", "html"))
