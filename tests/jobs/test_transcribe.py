"""A recording becomes text: by the real model, once, whatever dies on the way (S105)."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import av
import pytest
from flask import Flask
from rq import Queue, SimpleWorker
from sqlalchemy import update

import speech
from extensions import db, redis
from jobs import SPEECH, SPEECH_LATER, committed, sweep, transcribe
from jobs.clock import utc_now
from models import VoiceNote, VoiceState
from rules.statuses import Status
from services import comments, storage, threads, voice_notes
from services.messages import Enclosed
from speech import recognize
from tests.conftest import People
from tests.samples import spoken
from tests.services.played import ticket_in

DAY = timedelta(days=1)


@pytest.fixture
def model(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The desk hears with the real Korean model, and only the words of the samples."""
    folder = spoken.model_folder()
    monkeypatch.setitem(app.config, "VOSK_MODEL", str(folder))
    monkeypatch.setitem(app.config, "VOSK_HINTS", spoken.HINTS)
    return folder


@pytest.fixture
def no_model(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "VOSK_MODEL", "")
    monkeypatch.setitem(app.config, "DATA_DIR", str(tmp_path))


@pytest.fixture(autouse=True)
def empty_queues(app: Flask) -> Iterator[None]:
    redis.client.flushdb()
    yield
    redis.client.flushdb()


@pytest.fixture
def two_models(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two installed models, Korean in truth, one of them by the name of a Russian one; the Korean one is in use."""
    folder = tmp_path / "models"
    folder.mkdir()
    for name in ("vosk-model-small-ko-0.1", "vosk-model-small-ru-0.1"):
        (folder / name).symlink_to(spoken.model_folder())
    monkeypatch.setitem(app.config, "DATA_DIR", str(tmp_path))
    monkeypatch.setitem(app.config, "VOSK_MODEL", "")
    monkeypatch.setitem(app.config, "VOSK_HINTS", spoken.HINTS)
    speech.use("vosk-model-small-ko-0.1", folder)
    return folder


def recorded(people: People, name: str = "sentence.webm") -> int:
    """Keep one of the samples as Bob's recording and return its id."""
    with (spoken.FOLDER / name).open("rb") as file:
        stored = voice_notes.store(file)
    with committed():
        return voice_notes.keep(stored, "audio/webm", people.bob, client_id=None, at=utc_now()).id


def now(note_id: int) -> VoiceNote:
    return db.session.get_one(VoiceNote, note_id, populate_existing=True)


def test_what_was_said_stands_in_the_row_with_its_words_and_times(people: People, model: Path) -> None:
    note_id = recorded(people)
    transcribe.transcribe(note_id)
    note = now(note_id)
    assert (note.state, note.percent, note.text, note.language) == (VoiceState.DONE, 100, spoken.SENTENCE, "ko")
    assert [word["word"] for word in note.words] == spoken.WORDS
    assert all(0 <= word["start"] < word["end"] and 0 < word["conf"] <= 1 for word in note.words)
    assert note.audio_ms is not None and 7000 < note.audio_ms < 7500
    assert (note.attempts_count, note.last_error) == (1, "")


def test_a_recording_is_heard_by_the_job_that_its_commit_asked_for(people: People, model: Path) -> None:
    note_id = recorded(people)
    queue = Queue(SPEECH, connection=redis.client)
    SimpleWorker([queue], connection=redis.client).work(burst=True)
    assert now(note_id).text == spoken.SENTENCE and queue.is_empty()


def test_asked_for_twice_it_is_heard_once(people: People, model: Path) -> None:
    note_id = recorded(people)
    transcribe.transcribe(note_id)
    transcribe.transcribe(note_id)
    transcribe.transcribe(999)
    assert now(note_id).attempts_count == 1


def test_workers_that_race_for_it_hear_it_once(app: Flask, people: People, model: Path) -> None:
    note_id, barrier = recorded(people), Barrier(3)

    def worker(_: int) -> None:
        with app.app_context():
            barrier.wait(timeout=30)
            transcribe.transcribe(note_id)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(worker, range(3)))
    assert (now(note_id).attempts_count, now(note_id).text) == (1, spoken.SENTENCE)


def test_the_text_comes_to_a_comment_that_was_sent_before_it(people: People, model: Path) -> None:
    note_id = recorded(people)
    with committed():
        ticket = ticket_in(Status.WAITING, people)
        comments.reply(ticket, "", by=people.bob, at=utc_now(), enclosed=Enclosed(notes=[now(note_id)]))
    assert ticket.status == Status.OPEN
    transcribe.transcribe(note_id)
    [shown] = threads.thread(ticket, people.alice)[-2].voice_notes
    assert (shown.state, shown.text) == (VoiceState.DONE, spoken.SENTENCE)


@pytest.mark.parametrize(
    "data", [b"this is no sound at all", b"\x1aE\xdf\xa3" + b"\x00" * 500, b"RIFF\x00\x00\x00\x00WAVE"]
)
def test_what_is_no_sound_fails_at_once_and_for_good(people: People, model: Path, tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "bad"
    path.write_bytes(data)
    with path.open("rb") as file:
        stored = voice_notes.store(file)
    with committed():
        note_id = voice_notes.keep(stored, "audio/webm", people.bob, client_id=None, at=utc_now()).id
    transcribe.transcribe(note_id)
    note = now(note_id)
    assert note.state == VoiceState.FAILED and note.last_error and note.attempts_count == 1
    transcribe.transcribe(note_id)
    assert now(note_id).attempts_count == 1


def test_without_a_model_it_waits_and_is_heard_once_there_is_one(
    app: Flask, people: People, no_model: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    note_id = recorded(people)
    for _ in range(7):  # more often than a failing recording would be tried
        transcribe.transcribe(note_id)
    assert (now(note_id).state, now(note_id).attempts_count) == (VoiceState.NO_MODEL, 0)
    redis.client.flushdb()
    sweep.sweep()
    queue = Queue(SPEECH, connection=redis.client)
    assert queue.is_empty(), "nothing to be heard with yet"
    monkeypatch.setitem(app.config, "VOSK_MODEL", str(spoken.model_folder()))
    monkeypatch.setitem(app.config, "VOSK_HINTS", spoken.HINTS)
    sweep.sweep()
    SimpleWorker([queue], connection=redis.client).work(burst=True)
    assert (now(note_id).state, now(note_id).text) == (VoiceState.DONE, spoken.SENTENCE)


def test_a_killed_workers_recording_is_heard_by_exactly_one_other(people: People, model: Path) -> None:
    note_id = recorded(people)
    with committed():
        voice_notes.claim(note_id, at=utc_now() - DAY)
        voice_notes.progress(note_id, 60, at=utc_now() - DAY)
    redis.client.flushdb()  # the job went with its worker
    for _ in range(2):
        sweep.sweep()
    queue = Queue(SPEECH, connection=redis.client)
    SimpleWorker([queue], connection=redis.client).work(burst=True)
    assert (now(note_id).text, now(note_id).attempts_count) == (spoken.SENTENCE, 2)
    sweep.sweep()
    assert queue.is_empty()


def test_a_living_workers_recording_is_left_to_it(people: People, model: Path) -> None:
    note_id = recorded(people)
    with committed():
        voice_notes.claim(note_id, at=utc_now())
    transcribe.transcribe(note_id)
    assert (now(note_id).state, now(note_id).text, now(note_id).attempts_count) == (VoiceState.WORKING, "", 1)


def test_progress_is_told_on_the_way(people: People, model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transcribe, "TELL_EVERY_SECONDS", 0.0)
    seen: list[int] = []
    tell = voice_notes.progress

    def watched(note_id: int, percent: int, **named: Any) -> None:
        seen.append(percent)
        tell(note_id, percent, **named)

    monkeypatch.setattr(voice_notes, "progress", watched)
    note_id = recorded(people, "sentence.wav")
    transcribe.transcribe(note_id)
    assert len(seen) > 3 and seen == sorted(seen) and seen[0] < 50 and now(note_id).percent == 100


def test_bytes_that_are_gone_fail_the_job_and_leave_the_row_to_be_found(people: People, model: Path) -> None:
    note_id = recorded(people)
    storage.path_of(now(note_id).sha256).unlink()
    for _ in range(voice_notes.MAX_ATTEMPTS):
        with pytest.raises(FileNotFoundError):
            transcribe.transcribe(note_id)
        assert now(note_id).state == VoiceState.WORKING
        with committed():
            db.session.execute(update(VoiceNote).values(claimed_at=utc_now() - DAY))
    sweep.sweep()
    assert now(note_id).state == VoiceState.FAILED


def test_a_model_that_cannot_be_loaded_does_not_cost_the_recording_its_text(
    app: Flask, people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is the operator's to mend, and may take him longer than five attempts."""
    (tmp_path / "broken" / "am").mkdir(parents=True)
    monkeypatch.setitem(app.config, "VOSK_MODEL", str(tmp_path / "broken"))
    note_id = recorded(people)
    for _ in range(7):
        transcribe.transcribe(note_id)
    assert (now(note_id).state, now(note_id).attempts_count) == (VoiceState.NO_MODEL, 0)
    monkeypatch.setitem(app.config, "VOSK_MODEL", str(spoken.model_folder()))
    monkeypatch.setitem(app.config, "VOSK_HINTS", spoken.HINTS)
    transcribe.transcribe(note_id)
    assert now(note_id).text == spoken.SENTENCE


def test_the_picture_and_a_copy_that_every_browser_plays_are_made_once(people: People, model: Path) -> None:  # S105
    note_id = recorded(people)
    transcribe.transcribe(note_id)
    note = now(note_id)
    assert 100 <= len(note.peaks) <= 160 and max(note.peaks) > 50 and min(note.peaks) < 5
    assert note.playable_sha256 and note.playable_size and not note.is_cut
    path = storage.path_of(note.playable_sha256)
    assert path.stat().st_size == note.playable_size
    with av.open(str(path)) as copy:
        assert (copy.format.name.split(",")[0], copy.streams.audio[0].codec_context.name) == ("mov", "aac")
        assert copy.duration is not None and copy.duration / 1_000_000 == pytest.approx(7.21, abs=0.1)
    assert list(storage.folder("incoming").iterdir()) == []


def test_what_every_browser_plays_needs_no_copy(people: People, model: Path) -> None:
    note_id = recorded(people, "sentence.mp4")
    transcribe.transcribe(note_id)
    assert now(note_id).peaks and now(note_id).playable_sha256 is None


def test_a_long_recording_is_heard_in_pieces_that_let_short_ones_go_first(
    people: People, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recognize, "PIECE_SECONDS", 3)
    monkeypatch.setattr(recognize, "TAIL_SECONDS", 1)
    note_id = recorded(people)
    redis.client.flushdb()
    transcribe.transcribe(note_id)
    note = now(note_id)
    assert (note.state, note.attempts_count) == (VoiceState.WAITING, 0)
    assert 0 < note.percent < 100 and 3000 <= note.heard_ms <= 4000 and len(note.words) == 2
    later = Queue(SPEECH_LATER, connection=redis.client)
    assert later.count == 1
    SimpleWorker([later], connection=redis.client).work(burst=True)
    note = now(note_id)
    assert (note.state, note.raw_text) == (VoiceState.DONE, spoken.SENTENCE)
    times = [word["start"] for word in note.words]
    assert times == sorted(times) and times[-1] > 6


def test_what_a_worker_that_was_thought_dead_brings_is_thrown_away(people: People, model: Path) -> None:
    note_id = recorded(people)
    with committed():
        first = voice_notes.claim(note_id, at=utc_now() - DAY)
        assert first is not None
        late = first.claim
    with committed():
        voice_notes.claim(note_id, at=utc_now())
    assert voice_notes.held(note_id, late) is None
    with committed():
        voice_notes.progress(note_id, 99, at=utc_now(), claim=late)
    assert now(note_id).percent == 0


def test_a_recording_of_the_page_is_heard_up_to_its_limit(
    app: Flask, people: People, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "RECORDING_SECONDS", 2)
    monkeypatch.setattr(transcribe, "GRACE_SECONDS", 1.2)
    note_id = recorded(people)
    with committed():
        now(note_id).is_recorded = True
    transcribe.transcribe(note_id)
    note = now(note_id)
    assert (note.state, note.is_cut, note.audio_ms) == (VoiceState.DONE, True, 3200)
    assert note.raw_text.split() == spoken.WORDS[:2]


def test_the_readers_language_picks_the_model(
    app: Flask, people: People, two_models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third = recorded(people), recorded(people, "sentence.ogg"), recorded(people, "sentence.mp3")
    with committed():
        now(first).asked_language, now(second).asked_language = "en", "ru"
    for note_id in (first, second, third):
        transcribe.transcribe(note_id)
    assert [now(note_id).language for note_id in (first, second, third)] == ["ko", "ru", "ko"]
    heard = now(second)
    assert heard.raw_text == spoken.SENTENCE and heard.text == f"{spoken.SENTENCE}."
    assert "".join(span["text"] + span["space"] for span in heard.spans) == heard.text
    assert heard.model == "vosk-model-small-ru-0.1"


def test_a_model_that_is_switched_loses_no_note_and_old_ones_are_heard_again_on_request(
    app: Flask, people: People, two_models: Path
) -> None:
    old, corrected, waiting = recorded(people), recorded(people, "sentence.ogg"), recorded(people, "sentence.mp3")
    transcribe.transcribe(old)
    transcribe.transcribe(corrected)
    with committed():
        voice_notes.edit(now(corrected), "Не включается", at=utc_now())
    speech.use("vosk-model-small-ru-0.1", two_models)
    transcribe.transcribe(waiting)
    assert [now(note_id).language for note_id in (old, corrected, waiting)] == ["ko", "ko", "ru"]
    with committed():
        asked = voice_notes.to_hear_again(model="vosk-model-small-ru-0.1")
    assert asked == [corrected, old]
    for note_id in asked:
        transcribe.transcribe_again(note_id)
        assert now(note_id).state == VoiceState.DONE
    assert (now(old).language, now(old).text) == ("ru", f"{spoken.SENTENCE}.")
    assert (now(corrected).text, now(corrected).raw_text) == ("Не включается", spoken.SENTENCE)
    with committed():
        assert voice_notes.to_hear_again(model="vosk-model-small-ru-0.1") == []


def test_a_failed_note_that_is_asked_for_again_begins_anew(people: People, model: Path) -> None:
    note_id = recorded(people)
    with committed():
        voice_notes.fail(now(note_id), "damaged")
        assert voice_notes.try_again([note_id]) == [note_id]
    sweep.sweep()
    SimpleWorker([Queue(SPEECH, connection=redis.client)], connection=redis.client).work(burst=True)
    assert (now(note_id).state, now(note_id).raw_text) == (VoiceState.DONE, spoken.SENTENCE)
