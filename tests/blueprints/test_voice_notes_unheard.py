"""Recordings without a text, or with the text of their beginning only: why, and what to do, in words (S105)."""

import io
from pathlib import Path

import av
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from extensions import db
from jobs import committed, transcribe
from jobs.clock import utc_now
from models import VoiceNote, VoiceState
from services import voice_notes
from tests import factories
from tests.blueprints.conftest import ClientOf
from tests.blueprints.html import Page
from tests.conftest import People
from tests.samples.spoken import FOLDER, HINTS, model_folder

pytestmark = pytest.mark.usefixtures("model")
JSON = {"Accept": "application/json"}
OGG = (FOLDER / "sentence.ogg").read_bytes()


@pytest.fixture
def model(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "VOSK_MODEL", str(model_folder()))
    monkeypatch.setitem(app.config, "VOSK_HINTS", HINTS)


@pytest.fixture
def bob(people: People, client_of: ClientOf) -> FlaskClient:
    return client_of(people.bob)


def record(client: FlaskClient, data: bytes, **values: str) -> str:
    audio = (io.BytesIO(data), "голос.ogg", "audio/ogg")
    note_id: str = client.post("/voice-notes", data={"audio": audio, **values}).get_json()["id"]
    return note_id


def hear(note_id: str) -> None:
    """Do what the worker does."""
    transcribe.transcribe(db.session.scalars(select(VoiceNote.id).where(VoiceNote.public_id == note_id)).one())


def film(path: Path) -> bytes:
    with av.open(str(path), "w", format="mp4") as out:
        stream = out.add_stream("mpeg4", rate=5)
        stream.width = stream.height = 32
        out.mux(stream.encode(av.VideoFrame(32, 32, "yuv420p")))
        out.mux(stream.encode(None))
    return path.read_bytes()


def sent(people: People, client: FlaskClient, note_id: str) -> int:
    number = factories.ticket(people.bob).number
    db.session.commit()
    said = {"body": "", "voice_note_ids": [note_id]}
    assert client.post(f"/tickets/{number}/comments", data=said).status_code == 303
    return number


def test_what_holds_no_sound_says_why_and_what_to_do(
    bob: FlaskClient, people: People, client_of: ClientOf, tmp_path: Path
) -> None:
    for data, code, why, own in [
        ((FOLDER / "sentence.wav").read_bytes()[:44], "empty", "В этой записи нет звука", "Проверьте микрофон"),
        (b"not a recording" * 99, "not-audio", "не открывается как запись", "приложите звуковой файл"),
        (film(tmp_path / "film.mp4"), "no-audio-stream", "нет звуковой дорожки", "приложите звуковой файл"),
    ]:
        note_id = record(bob, data)
        hear(note_id)
        said = bob.get(f"/voice-notes/{note_id}", headers=JSON).get_json()
        assert (said["state"], said["error_code"], why in said["error"], own in said["error"]) == (
            "failed",
            code,
            True,
            True,
        )
        number = sent(people, bob, note_id)
        thread = Page(bob.get(f"/tickets/{number}")).one(id=f"voice-note-{note_id}")
        assert said["error"] in thread.text and not thread.all("audio")  # a player that plays nothing is a dead end
        staff = Page(client_of(people.alice).get(f"/tickets/{number}")).one(id=f"voice-note-{note_id}")
        assert why in staff.text and "Попросите автора" in staff.text and own not in staff.text
        assert staff.one("a", download="")["href"].startswith("/voice-notes/")


def test_what_could_not_be_heard_is_played_and_says_why(bob: FlaskClient, people: People, client_of: ClientOf) -> None:
    agent, note_id = client_of(people.alice), record(bob, OGG)
    number = sent(people, bob, note_id)
    for code, why, own in [
        ("damaged", "Запись повреждена", "запишите ещё раз"),
        ("too-heavy", "больше памяти или времени", "частями покороче"),
        ("worker-died", "несколько раз обрывалось", "Главное напишите"),
        ("something new", "Получить текст не удалось", "специалист её прослушает"),
    ]:
        with committed():
            db.session.execute(update(VoiceNote).values(state=VoiceState.FAILED, last_error=code))
        for client, advice in ((bob, own), (agent, "Прослушайте запись")):
            thread = Page(client.get(f"/tickets/{number}")).one(id=f"voice-note-{note_id}")
            assert why in thread.text and advice in thread.text and thread.all("audio"), code


def test_a_worker_that_died_too_often_is_named_as_such(bob: FlaskClient) -> None:
    note_id = record(bob, OGG)
    with committed():
        long_ago = utc_now() - 2 * voice_notes.STALE
        values = {"state": VoiceState.WORKING, "attempts_count": voice_notes.MAX_ATTEMPTS, "claimed_at": long_ago}
        db.session.execute(update(VoiceNote).values(**values))
        voice_notes.overdue(at=utc_now(), has_model=True)
    assert "несколько раз обрывалось" in bob.get(f"/voice-notes/{note_id}", headers=JSON).get_json()["error"]


def test_a_text_of_the_beginning_only_says_so_and_how_much_it_is(bob: FlaskClient, people: People) -> None:
    note_id = record(bob, OGG, recorded="1")
    with committed():
        heard = {"state": VoiceState.DONE, "text": "да", "raw_text": "да", "audio_ms": 310_000, "is_cut": True}
        db.session.execute(update(VoiceNote).values(**heard))
    said = bob.get(f"/voice-notes/{note_id}", headers=JSON).get_json()
    assert said["cut"] and "Распознаны только первые 5 минут" in said["cut_words"]
    number = sent(people, bob, note_id)
    thread = Page(bob.get(f"/tickets/{number}")).one(id=f"voice-note-{note_id}")
    assert said["cut_words"] in thread.text
    assert thread.one("a", download="")["href"] == said["url"]  # all of it
