"""Voice notes that were heard before their words had spans: the migration gives them some, on both databases."""

import json
from typing import Any

from flask_migrate import downgrade, upgrade
from sqlalchemy import Engine, text

from extensions import db
from models import VoiceNote
from tests.conftest import People
from tests.models.test_schema import MIGRATIONS, migrated
from tests.services.test_voice_notes import note_of

__all__ = ["migrated"]

WORDS = [
    {"word": "не", "start": 0.1, "end": 0.3, "conf": 1.0},
    {"word": "горит", "start": 0.4, "end": 0.9, "conf": 0.4},
]


def stored(words: list[dict[str, Any]], said: str, number: int) -> None:
    row = {"words": json.dumps(words), "text": said, "id": number}
    change = "UPDATE voice_note SET state = 'done', words = :words, text = :text, audio_ms = 900 WHERE id = :id"
    db.session.execute(text(change), row)


def test_notes_that_were_heard_before_have_their_words_times(migrated: Engine, people: People) -> None:
    heard, other, waiting = (note_of(people.bob).id for _ in range(3))
    db.session.commit()
    db.session.remove()
    downgrade(directory=MIGRATIONS, revision="0008")
    stored(WORDS, "не горит", heard)
    stored([], "сам напечатал", other)
    db.session.commit()
    db.session.remove()
    upgrade(directory=MIGRATIONS)
    notes = {number: db.session.get_one(VoiceNote, number) for number in (heard, other, waiting)}
    assert [(span["text"], span["space"], span["start"]) for span in notes[heard].spans] == [
        ("не", " ", 0.1),
        ("горит", "", 0.4),
    ]
    assert (notes[heard].raw_text, notes[heard].heard_ms, notes[heard].peaks) == ("не горит", 900, [])
    assert [span["start"] for span in notes[other].spans] == [None, None]
    assert (notes[waiting].raw_text, notes[waiting].spans, notes[waiting].is_recorded) == ("", [], False)
