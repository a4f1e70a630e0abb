"""`flask speech …`: which models there are and which is in use, old notes heard anew, how well a folder is heard."""

import json
from pathlib import Path

import pytest
from flask import Flask
from rq import Queue

from extensions import db, redis
from jobs import SPEECH, SPEECH_LATER
from models import VoiceNote, VoiceState
from services import voice_notes
from tests.conftest import People
from tests.samples.spoken import FOLDER, HINTS, SENTENCE, model_folder
from tests.services.test_voice_notes import note_of
from tests.test_commands import Run, run, said

__all__ = ["run"]

KOREAN, RUSSIAN = "vosk-model-small-ko-0.1", "vosk-model-small-ru-0.1"


@pytest.fixture
def models(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two installed models, by their names of two languages; the Korean one is in use."""
    folder = tmp_path / "models"
    folder.mkdir()
    for name in (KOREAN, RUSSIAN):
        (folder / name).symlink_to(model_folder())
    (folder / "current").write_text(KOREAN)
    monkeypatch.setitem(app.config, "DATA_DIR", str(tmp_path))
    monkeypatch.setitem(app.config, "VOSK_HINTS", HINTS)
    return folder


def test_models_are_listed_and_switched(app: Flask, run: Run, models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = said(run("speech", "list", "--json"))["models"]
    assert [(row["name"], row["language"], row["use"]) for row in shown] == [
        (KOREAN, "ko", "current"),
        (RUSSIAN, "ru", "language"),
    ]
    assert all(row["mb"] > 50 for row in shown) and RUSSIAN in run("speech", "list").stdout
    assert run("speech", "use", RUSSIAN, "--for-language").exit_code == 0
    assert (models / "current").read_text() == KOREAN
    assert run("speech", "use", RUSSIAN).stdout.strip() == f"in use: {RUSSIAN}"
    assert (models / "current").read_text().strip() == RUSSIAN
    for bad in ("vosk-model-none", "../models", "current-ru"):
        result = run("speech", "use", bad)
        assert result.exit_code == 1 and "is not installed" in result.output
    monkeypatch.setitem(app.config, "VOSK_MODEL", str(model_folder()))
    assert run("speech", "use", KOREAN).exit_code == 1


def test_old_notes_are_asked_for_again(run: Run, models: Path, people: People) -> None:
    old, same, failed = (note_of(people.bob) for _ in range(3))
    voice_notes.finish(old, text="да", words=[], language="ru", audio_ms=900, model="vosk-model-old")
    voice_notes.finish(same, text="да", words=[], language="ko", audio_ms=900, model=KOREAN)
    voice_notes.fail(failed, "damaged")
    ids = old.id, same.id, failed.id
    db.session.commit()
    db.session.info.clear()  # nobody has asked for their first hearing
    redis.client.flushdb()
    assert said(run("speech", "transcribe", "--again", "--json")) == {"again": 1, "failed": 1}
    later, now = (Queue(name, connection=redis.client) for name in (SPEECH_LATER, SPEECH))
    assert [job.args for job in later.jobs] == [(ids[0],)] and [job.args for job in now.jobs] == [(ids[2],)]
    assert db.session.get_one(VoiceNote, ids[0]).state == VoiceState.DONE
    assert said(run("speech", "transcribe", "--again", "--note", str(ids[1]), "--json")) == {"again": 1, "failed": 0}
    assert run("speech", "transcribe").exit_code == 2
    assert run("speech", "transcribe", str(FOLDER / "sentence.ogg"), "--again").exit_code == 2


def test_a_folder_of_recordings_is_evaluated(run: Run, models: Path, tmp_path: Path) -> None:
    (tmp_path / "one.ogg").write_bytes((FOLDER / "sentence.ogg").read_bytes())
    (tmp_path / "one.txt").write_text(SENTENCE, encoding="utf-8")
    found = said(run("speech", "evaluate", str(tmp_path), "--json"))
    assert (found["model"], found["files"], found["words"], found["wer"]) == (KOREAN, 1, 5, 0.0)
    assert found["real_time_factor"] > 0
    (tmp_path / "one.txt").unlink()
    assert run("speech", "evaluate", str(tmp_path), "--hints", json.dumps(HINTS)).exit_code == 1


def test_an_archive_that_is_not_the_known_one_is_refused(run: Run, models: Path, tmp_path: Path) -> None:
    archive = tmp_path / "vosk-model-small-de-0.1.zip"
    archive.write_bytes(b"PK")
    result = run("speech", "install", str(archive), "--sha256", "0" * 64)
    assert result.exit_code == 1 and "wrong-sha256" in result.output
