"""Recordings over HTTP (S105): taken at once, once, and heard by nobody else."""

import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from rq import Queue
from sqlalchemy import select, update

from extensions import db, redis
from jobs import SPEECH, committed
from models import Comment, VoiceNote, VoiceState
from services import voice_notes
from tests import factories
from tests.blueprints.conftest import ClientOf, anew, count
from tests.blueprints.html import Page
from tests.conftest import People
from tests.samples.spoken import FOLDER

OGG = (FOLDER / "sentence.ogg").read_bytes()
JSON = {"Accept": "application/json"}


@pytest.fixture
def bob(people: People, client_of: ClientOf) -> FlaskClient:
    return client_of(people.bob)


def record(client: FlaskClient, data: bytes = OGG, kind: str = "audio/ogg;codecs=opus", **values: str) -> Any:
    return client.post("/voice-notes", data={"audio": (io.BytesIO(data), "голос.ogg", kind), **values}, headers=JSON)


def test_a_recording_is_taken_and_queued(bob: FlaskClient) -> None:
    redis.client.flushdb()
    answer = record(bob)
    assert answer.status_code == 201 and answer.headers["Cache-Control"] == "no-store"
    note = answer.get_json()
    assert {name: note[name] for name in ("state", "percent", "text", "words")} == {
        "state": "waiting",
        "percent": 0,
        "text": "",
        "words": [],
    }
    assert bob.get(f"/voice-notes/{note['id']}", headers=JSON).get_json() == note
    fragment = Page(bob.get(f"/voice-notes/{note['id']}", headers={"HX-Request": "true"}))
    assert fragment.one(id=f"voice-note-{note['id']}-text")["data-state"] == "waiting" and not fragment.all("html")
    assert Queue(SPEECH, connection=redis.client).count == 1


def test_the_same_recording_twice_is_one(bob: FlaskClient, people: People, client_of: ClientOf) -> None:
    client_id = str(uuid4())
    ids = {record(bob, client_id=client_id).get_json()["id"] for _ in range(2)}
    assert len(ids) == 1 and record(bob, b"", client_id=client_id).get_json()["id"] in ids
    assert record(client_of(people.carol), client_id=client_id).get_json()["id"] not in ids
    again, clients = str(uuid4()), [client_of(people.bob) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda client: record(client, client_id=again), clients))
    assert {answer.status_code for answer in made} == {201} and len({answer.get_json()["id"] for answer in made}) == 1
    assert count(VoiceNote) == 3


def test_what_is_no_recording_is_refused_in_words(bob: FlaskClient) -> None:
    for data in ({}, {"audio": "text"}, {"audio": (io.BytesIO(b""), "a.ogg")}):
        answer = bob.post("/voice-notes", data=data)
        assert answer.status_code == 422
        assert answer.get_json()["error"] == "Запись пустая. Проверьте микрофон и запишите ещё раз."
    assert count(VoiceNote) == 0


def test_a_recording_of_more_than_75_mib_is_refused(bob: FlaskClient, tmp_path: Path) -> None:
    with (tmp_path / "body").open("w+b") as body:  # sparse: it costs no disk
        body.write(b'--x\r\nContent-Disposition: form-data; name="audio"; filename="a.ogg"\r\n\r\n')
        body.seek(75 * 1024 * 1024 + 1, io.SEEK_CUR)
        body.write(b"\r\n--x--\r\n")
        body.seek(0)
        answer = bob.post("/voice-notes", input_stream=body, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 422 and answer.get_json()["error"] == "Запись больше 75 МиБ."
    assert count(VoiceNote) == 0


def test_sound_is_sent_in_ranges_and_can_do_nothing_else(bob: FlaskClient) -> None:
    note = record(bob).get_json()
    whole = bob.get(note["url"], buffered=True)
    assert (whole.status_code, whole.data, whole.mimetype) == (200, OGG, "audio/ogg")
    assert whole.headers["Accept-Ranges"] == "bytes" and whole.headers["X-Content-Type-Options"] == "nosniff"
    assert (
        "sandbox" in whole.headers["Content-Security-Policy"]
        and "script-src" not in whole.headers["Content-Security-Policy"]
    )
    part = bob.get(note["url"], headers={"Range": "bytes=100-199"}, buffered=True)
    assert (part.status_code, part.data) == (206, OGG[100:200])
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(OGG)}"
    tail = bob.get(note["url"], headers={"Range": "bytes=-7"}, buffered=True)
    assert (tail.status_code, tail.data) == (206, OGG[-7:])
    assert bob.get(note["url"], headers={"Range": f"bytes={len(OGG)}-"}, buffered=True).status_code == 416
    assert bob.get(note["url"], headers={"If-None-Match": whole.headers["ETag"]}, buffered=True).status_code == 304
    lying = record(bob, b"<script>alert(1)</script>", "text/html").get_json()
    assert bob.get(lying["url"], buffered=True).mimetype == "application/octet-stream"


def test_nobody_else_hears_it_before_it_is_sent(bob: FlaskClient, people: People, client_of: ClientOf) -> None:
    note = record(bob).get_json()
    number = factories.ticket(people.bob).number
    db.session.commit()
    paths = (f"/voice-notes/{note['id']}", note["url"])
    for stranger in (people.mallory, people.carol, people.alice):
        assert {client_of(stranger).get(path).status_code for path in paths} == {404}
        assert client_of(stranger).post("/tickets", data={"voice_note_ids": note["id"]}).status_code == 422
    for path in paths:
        assert (
            client_of(None).get(path).status_code == 303 and client_of(None).get(path, headers=JSON).status_code == 401
        )
    assert record(client_of(None)).status_code == 401
    assert bob.post(f"/tickets/{number}/comments", data={"body": "", "voice_note_ids": note["id"]}).status_code == 303
    for reader, status in ((people.carol, 200), (people.alice, 200), (people.mallory, 404)):
        assert {client_of(reader).get(path, buffered=True).status_code for path in paths} == {status}
    with committed():
        db.session.execute(update(Comment).values(kind="internal"))
    assert {bob.get(path).status_code for path in paths} == {404}


def test_a_copy_that_plays_everywhere_is_offered_first(bob: FlaskClient, people: People, client_of: ClientOf) -> None:
    note = record(bob, recorded="1").get_json()
    address = f"/voice-notes/{note['id']}/copy"
    assert note["copy_url"] is None and bob.get(address).status_code == 404
    stored = voice_notes.store(io.BytesIO(b"in AAC"))
    values = {"playable_sha256": stored.sha256, "playable_size": stored.size, "peaks": [0, 50, 100], "audio_ms": 3000}
    with committed():
        db.session.execute(update(VoiceNote).values(**values))
    told = bob.get(f"/voice-notes/{note['id']}", headers=JSON).get_json()
    assert (told["copy_url"], told["peaks"], told["wave"].count("M")) == (address, [0, 50, 100], 3)
    assert db.session.execute(select(VoiceNote.is_recorded, VoiceNote.asked_language)).one() == (True, "ru")
    page = Page(bob.get(f"/voice-notes/{note['id']}"))
    assert [source["src"] for source in page.all("source")] == [address, note["url"]]
    assert page.one("path")["d"] == told["wave"]
    sound = bob.get(address, headers={"Range": "bytes=3-"}, buffered=True)
    assert (sound.status_code, sound.mimetype, sound.data) == (206, "audio/mp4", b"AAC")
    assert client_of(people.mallory).get(address).status_code == 404


def test_every_state_is_said_in_words(bob: FlaskClient) -> None:
    note_id = record(bob).get_json()["id"]
    for state, text, asks in [
        (VoiceState.WAITING, "", True),
        (VoiceState.WORKING, "", True),
        (VoiceState.NO_MODEL, "", False),
        (VoiceState.FAILED, "", False),
        (VoiceState.DONE, "", False),
        (VoiceState.DONE, "не работает <порт>", False),
    ]:
        with committed():
            db.session.execute(update(VoiceNote).values(state=state, text=text, percent=40, audio_ms=65_000))
        page = Page(bob.get(f"/voice-notes/{note_id}"))
        said = page.one(id=f"voice-note-{note_id}-text")
        assert said.text and ("hx-get" in said.attributes) == asks and text in said.text, state
        assert "1:05" in page.text and bob.get(f"/voice-notes/{note_id}", headers=JSON).get_json()["state"] == state
    anew()
    assert voice_notes.overdue(at=factories.NOW, has_model=True) == []
