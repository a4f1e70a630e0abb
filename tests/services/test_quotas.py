"""What is stored and never sent goes again (S29, S105)."""

import io
import os
import time
from datetime import datetime, timedelta

import pytest

from extensions import db
from jobs import sweep
from jobs.clock import utc_now
from models import Attachment, Person, VoiceNote
from services import comments, files, quotas, storage, voice_notes
from services.messages import Enclosed
from tests import factories
from tests.conftest import People

OLD = quotas.UNSENT_KEPT + timedelta(hours=1)


def file_of(owner: Person, data: bytes, *, at: datetime) -> Attachment:
    return files.keep(files.store(io.BytesIO(data)), "дамп.bin", owner, at=at)


def note_of(owner: Person, data: bytes, *, at: datetime) -> VoiceNote:
    return voice_notes.keep(voice_notes.store(io.BytesIO(data)), "audio/webm", owner, client_id=None, at=at)


def aged(sha256: str) -> None:
    old = time.time() - 2 * 86_400
    os.utime(storage.path_of(sha256), (old, old))


def test_what_was_never_sent_goes_after_a_month_with_its_bytes(people: People) -> None:
    now = utc_now()
    old, note = file_of(people.bob, b"old", at=now - OLD), note_of(people.bob, b"note", at=now - OLD)
    fresh = file_of(people.bob, b"fresh", at=now)
    gone, kept = [old.sha256, note.sha256], [fresh.sha256]
    db.session.commit()
    for sha256 in gone + kept:
        aged(sha256)
    sweep.tidy()
    assert [storage.path_of(sha256).exists() for sha256 in gone + kept] == [False, False, True]
    assert db.session.query(Attachment).count() == 1 and db.session.query(VoiceNote).count() == 0


@pytest.mark.parametrize("needs", ["sent", "another's", "written now"])
def test_bytes_that_somebody_needs_stay(people: People, needs: str) -> None:
    now = utc_now()
    old = file_of(people.bob, b"same", at=now - OLD)
    if needs == "sent":
        ticket = factories.ticket(people.bob)
        comments.reply(ticket, "Вот", by=people.bob, at=now, enclosed=Enclosed([old]))
    elif needs == "another's":
        note_of(people.mallory, b"same", at=now)
    sha256 = old.sha256
    db.session.commit()
    if needs != "written now":
        aged(sha256)
    sweep.tidy()
    sweep.tidy()
    assert storage.path_of(sha256).exists()
