"""Recordings: whose they are, which worker has them, what becomes of those whose worker died (S105)."""

from datetime import timedelta
from io import BytesIO

import pytest

from extensions import db
from jobs import committed
from models import Person, VoiceNote, VoiceState
from rules.errors import DeskError
from rules.statuses import Status
from services import comments, voice_notes
from services.messages import Enclosed
from tests.conftest import People
from tests.services.played import NOW, ticket_in

CLIENT_ID = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"
SEERS = ("bob", "carol", "mallory", "alice", "sergey", "anna")
SECOND = timedelta(seconds=1)
MOMENT = timedelta(microseconds=1)
STALE = voice_notes.STALE


def note_of(owner: Person, content_type: str = "audio/webm;codecs=opus", client_id: str | None = None) -> VoiceNote:
    stored = voice_notes.store(BytesIO(b"RIFF"))
    return voice_notes.keep(stored, content_type, owner, client_id=client_id, at=NOW)


def seers(note: VoiceNote, people: People) -> set[str]:
    return {name for name in SEERS if voice_notes.visible(note.public_id, getattr(people, name)) is not None}


@pytest.fixture
def note(people: People) -> VoiceNote:
    made = note_of(people.bob)
    db.session.commit()
    return made


def test_a_recording_waits_for_its_words_and_asks_for_a_worker(people: People) -> None:
    note = note_of(people.bob)
    assert (note.state, note.percent, note.text, note.words, note.size) == (VoiceState.WAITING, 0, "", [], 4)
    assert db.session.info[voice_notes.FRESH] == [note]


def test_a_recording_sent_twice_is_one(people: People) -> None:
    made = [note_of(people.bob, client_id=CLIENT_ID) for _ in range(2)]
    assert made[0] is made[1]
    assert db.session.info[voice_notes.FRESH] == [made[0]]
    assert note_of(people.mallory, client_id=CLIENT_ID) is not made[0]


def test_recordings_without_a_client_id_are_each_one(people: People) -> None:
    assert note_of(people.bob, client_id="").id != note_of(people.bob, client_id="").id


TYPES = {
    "audio/webm;codecs=opus": "audio/webm",
    "video/webm": "audio/webm",
    " Audio/MP4 ; codecs=mp4a.40.2": "audio/mp4",
    "audio/x-m4a": "audio/mp4",
    "text/html": "application/octet-stream",
    "": "application/octet-stream",
    "image/svg+xml": "application/octet-stream",
}


def test_only_sound_is_played_as_what_it_claims_to_be(people: People) -> None:
    assert {claimed: note_of(people.bob, claimed).content_type for claimed in TYPES} == TYPES


def test_an_unsent_recording_is_its_owners_and_a_sent_one_the_threads(people: People) -> None:  # S71
    note, ticket = note_of(people.bob), ticket_in(Status.WAITING, people)
    assert seers(note, people) == {"bob"}
    assert voice_notes.unsent(people.bob, [note.public_id, note.public_id]) == [note]
    assert voice_notes.unsent(people.carol, [note.public_id]) == voice_notes.unsent(people.bob, []) == []
    comments.reply(ticket, "", by=people.bob, at=NOW, enclosed=Enclosed(notes=[note]))
    assert seers(note, people) == set(SEERS) - {"mallory"}
    assert voice_notes.unsent(people.bob, [note.public_id]) == []


def test_a_recording_in_a_note_is_for_staff(people: People) -> None:
    note, ticket = note_of(people.alice), ticket_in(Status.OPEN, people)
    comments.note(ticket, "", by=people.alice, at=NOW, enclosed=Enclosed(notes=[note]))
    assert seers(note, people) == {"alice", "sergey", "anna"}


def test_of_two_workers_one_gets_the_recording(note: VoiceNote) -> None:
    first = voice_notes.claim(note.id, at=NOW)
    assert first is not None and (first.state, first.attempts_count, first.claimed_at) == (VoiceState.WORKING, 1, NOW)
    assert voice_notes.claim(note.id, at=NOW) is None
    assert voice_notes.claim(note.id, at=NOW + STALE) is None


def test_a_dead_workers_recording_is_taken_again_exactly_once(note: VoiceNote) -> None:
    voice_notes.claim(note.id, at=NOW)
    later = NOW + STALE + MOMENT
    assert voice_notes.overdue(at=later, has_model=False) == [note.id]
    assert voice_notes.claim(note.id, at=later) is not None
    assert voice_notes.claim(note.id, at=later) is None
    assert voice_notes.overdue(at=later, has_model=True) == []


def test_a_worker_that_tells_its_progress_is_not_dead(note: VoiceNote) -> None:
    voice_notes.claim(note.id, at=NOW)
    voice_notes.progress(note.id, 40, at=NOW + STALE)
    assert voice_notes.claim(note.id, at=NOW + STALE + SECOND) is None
    assert voice_notes.overdue(at=NOW + STALE + SECOND, has_model=True) == []
    db.session.refresh(note)
    assert note.percent == 40


def test_progress_is_a_hundred_only_when_the_words_are_there(note: VoiceNote) -> None:
    voice_notes.claim(note.id, at=NOW)
    voice_notes.progress(note.id, 250, at=NOW)
    db.session.refresh(note)
    assert note.percent == 99
    voice_notes.finish(note, text="да", words=[{"word": "да"}], language="ru", audio_ms=900)
    voice_notes.progress(note.id, 50, at=NOW)
    db.session.commit()
    db.session.refresh(note)
    assert (note.percent, note.state, note.text, note.language, note.audio_ms) == (100, "done", "да", "ru", 900)


@pytest.mark.parametrize("state", [VoiceState.DONE, VoiceState.FAILED])
def test_what_is_over_is_claimed_by_nobody(note: VoiceNote, state: VoiceState) -> None:
    note.state = state
    db.session.commit()
    assert voice_notes.claim(note.id, at=NOW) is None
    assert voice_notes.overdue(at=NOW + timedelta(days=9), has_model=True) == []
    assert voice_notes.claim(999, at=NOW) is None


def test_a_recording_that_kills_its_workers_is_set_aside(note: VoiceNote) -> None:
    at = NOW
    for _ in range(voice_notes.MAX_ATTEMPTS):
        assert voice_notes.overdue(at=at + SECOND * 15 + MOMENT, has_model=False) in ([note.id], [])
        assert voice_notes.claim(note.id, at=at) is not None
        at += STALE + MOMENT
    assert voice_notes.claim(note.id, at=at) is None
    assert voice_notes.overdue(at=at, has_model=True) == []
    db.session.refresh(note)
    assert (note.state, note.last_error) == (VoiceState.FAILED, "worker-died")


def test_waiting_for_a_model_costs_no_attempt_however_long_it_takes(note: VoiceNote) -> None:
    for day in range(voice_notes.MAX_ATTEMPTS + 3):
        claimed = voice_notes.claim(note.id, at=NOW + timedelta(days=day))
        assert claimed is not None
        voice_notes.wait_for_model(claimed)
        db.session.commit()
    assert (note.state, note.attempts_count) == (VoiceState.NO_MODEL, 0)


def test_the_sweep_takes_what_waits_for_a_model_only_when_there_is_one(note: VoiceNote) -> None:
    note.state = VoiceState.NO_MODEL
    db.session.commit()
    later = NOW + timedelta(days=1)
    assert voice_notes.overdue(at=later, has_model=False) == []
    assert voice_notes.overdue(at=later, has_model=True) == [note.id]


def test_a_fresh_recording_is_left_to_the_job_that_its_commit_asked_for(note: VoiceNote) -> None:
    assert voice_notes.overdue(at=NOW + 15 * SECOND, has_model=True) == []
    assert voice_notes.overdue(at=NOW + 15 * SECOND + MOMENT, has_model=True) == [note.id]


def test_a_failure_says_why_in_what_fits(note: VoiceNote) -> None:
    with committed():
        voice_notes.fail(note, "x" * 999)
    assert (note.state, note.last_error) == (VoiceState.FAILED, "x" * 300)


def test_the_words_as_heard_stay_while_the_text_is_corrected(note: VoiceNote) -> None:  # S105
    words = [
        {"word": word, "start": place, "end": place + 0.5, "conf": 0.5} for place, word in enumerate(["не", "горит"])
    ]
    with pytest.raises(DeskError, match="voice_not_ready"):
        voice_notes.edit(note, "рано", at=NOW)
    voice_notes.finish(note, text="не горит", words=words, language="ru", audio_ms=1500)
    assert (note.raw_text, note.text, note.edited_at) == ("не горит", "Не горит.", None)
    voice_notes.edit(note, "Не горит порт 5.", at=NOW)
    assert (note.raw_text, note.words, note.text, note.edited_at) == ("не горит", words, "Не горит порт 5.", NOW)
    assert [span["start"] for span in note.spans] == [0, 1, None, None]
    voice_notes.restore(note)
    assert (note.text, note.edited_at) == ("Не горит.", None)
    with pytest.raises(DeskError, match="voice_too_long"):
        voice_notes.edit(note, "а" * 100_001, at=NOW)


def test_a_note_that_waits_in_a_long_queue_is_asked_for_once_a_minute(note: VoiceNote) -> None:
    at = NOW + timedelta(seconds=16)
    assert voice_notes.overdue(at=at, has_model=True) == [note.id]
    assert voice_notes.overdue(at=at + SECOND, has_model=True) == [note.id]  # nobody could be asked
    voice_notes.asked_again([note.id], at=at)
    assert voice_notes.overdue(at=at + timedelta(seconds=45), has_model=True) == []
    assert voice_notes.overdue(at=at + timedelta(seconds=61), has_model=True) == [note.id]
