"""The sweep finds what no job is at, and the schedule asks for it (crash recovery)."""

import os
import time
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from rq import Queue
from rq.cron import CronScheduler
from sqlalchemy import select, update

from extensions import db, redis
from jobs import DELIVERIES, HOUSEKEEPING, SPEECH, committed, deliver, robot, sla, sweep
from jobs.clock import utc_now
from models import Delivery, DeliveryState, Device, VoiceNote, VoiceState
from services import devices, outbox, storage, voice_notes
from tests.conftest import People
from tests.services.played import DAY

SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def empty_queues(app: Flask) -> Iterator[None]:
    redis.client.flushdb()
    yield
    redis.client.flushdb()


def asked(queue: str) -> list[tuple[str, tuple[object, ...]]]:
    return [(job.func_name, job.args) for job in Queue(queue, connection=redis.client).jobs]


def letters(people: People, count: int) -> list[int]:
    at = utc_now() - DAY
    with committed():
        made = [outbox.letter(f"n{number}", people.bob, "taken", at=at) for number in range(count)]
    redis.client.flushdb()
    return [letter.id for letter in made]


def row_state(delivery_id: int) -> str:
    return db.session.scalars(select(Delivery.state).where(Delivery.id == delivery_id)).one()


def note_of(people: People, *, age: timedelta, **values: object) -> int:
    with committed():
        stored = voice_notes.store(BytesIO(b"RIFF"))
        note = voice_notes.keep(stored, "audio/wav", people.bob, client_id=None, at=utc_now() - age)
        db.session.execute(update(VoiceNote).where(VoiceNote.id == note.id).values(**{"percent": 0} | values))
    redis.client.flushdb()
    return note.id


def test_as_many_workers_are_asked_for_as_there_are_letters_for_and_none_twice(people: People) -> None:
    letters(people, 120)
    for _ in range(3):
        sweep.sweep()
    assert asked(DELIVERIES) == [("jobs.deliver.deliver_all", ([],))] * 3


def test_letters_that_have_just_been_asked_for_or_are_being_sent_are_left_alone(people: People) -> None:
    ids = letters(people, 3)
    now = utc_now()
    with committed():
        changes: tuple[dict[str, Any], ...] = (
            {"next_attempt_at": now - 5 * SECOND},
            {"state": DeliveryState.CLAIMED, "claimed_at": now - 50 * SECOND},
            {"state": DeliveryState.SENT},
        )
        for delivery_id, values in zip(ids, changes, strict=True):
            db.session.execute(update(Delivery).where(Delivery.id == delivery_id).values(**values))
    sweep.sweep()
    assert asked(DELIVERIES) == []


def test_a_letter_whose_worker_died_is_asked_for_again(people: People) -> None:
    [delivery_id] = letters(people, 1)
    with committed():
        old = utc_now() - 71 * SECOND
        db.session.execute(update(Delivery).values(state=DeliveryState.CLAIMED, claimed_at=old))
    sweep.sweep()
    assert asked(DELIVERIES) == [("jobs.deliver.deliver_all", ([],))]
    assert deliver.drain()["sent"] == 1 and row_state(delivery_id) == DeliveryState.SENT


@pytest.mark.parametrize(
    ("age", "values", "is_asked"),
    [
        (20 * SECOND, {}, True),
        (5 * SECOND, {}, False),
        (DAY, {"state": VoiceState.WORKING, "claimed": voice_notes.STALE + SECOND}, True),
        (DAY, {"state": VoiceState.WORKING, "claimed": voice_notes.STALE / 2}, False),
        (DAY, {"state": VoiceState.NO_MODEL}, False),
        (DAY, {"state": VoiceState.DONE}, False),
        (DAY, {"state": VoiceState.FAILED}, False),
    ],
)
def test_recordings_that_no_job_is_at_are_asked_for(
    people: People, age: timedelta, values: dict[str, Any], is_asked: bool
) -> None:
    if "claimed" in values:
        values = {"state": values["state"], "claimed_at": utc_now() - values["claimed"]}
    note_id = note_of(people, age=age, **values)
    sweep.sweep()
    assert asked(SPEECH) == ([("jobs.transcribe.transcribe", (note_id,))] if is_asked else [])


def test_once_there_is_a_model_what_waited_for_one_is_asked_for(
    people: People, app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    note_id = note_of(people, age=DAY, state=VoiceState.NO_MODEL)
    (tmp_path / "model" / "am").mkdir(parents=True)
    monkeypatch.setitem(app.config, "VOSK_MODEL", str(tmp_path / "model"))
    sweep.sweep()
    assert asked(SPEECH) == [("jobs.transcribe.transcribe", (note_id,))]


def test_tidying_forgets_expired_devices_and_halves_of_uploads(people: People, app: Flask) -> None:
    with committed():
        devices.sign_in(people.bob, by="password", name="old", remember=False, at=utc_now() - 2 * DAY)
        devices.sign_in(people.bob, by="password", name="new", remember=False, at=utc_now())
    storage.keep(BytesIO(b"whole"), max_bytes=10)
    half = Path(app.config["STORAGE_URL"].removeprefix("file://")) / "incoming" / "half"
    half.write_bytes(b"half")
    os.utime(half, (time.time() - 90_000,) * 2)
    sweep.tidy()
    assert db.session.scalars(select(Device.name)).all() == ["new"]
    assert not half.exists()


def test_the_schedule_asks_for_every_timed_job_and_its_intervals_fit_the_promises(app: Flask) -> None:
    scheduler = CronScheduler(connection=redis.client)
    scheduler.load_config_from_file("jobs.schedule")
    found = {job.func: job.interval for job in scheduler.get_jobs()}
    assert found == {sweep.sweep: 15, robot.tick: 60, sla.tick: 60, sweep.tidy: 3600}
    assert {job.queue_name for job in scheduler.get_jobs()} == {HOUSEKEEPING}
