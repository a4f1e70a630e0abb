"""Each file is looked at once, in a worker: small pictures are drawn, a scanner is asked, and none of it is lost (S29)."""

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from rq import Queue, SimpleWorker
from sqlalchemy import select, update

from extensions import db, redis
from jobs import HOUSEKEEPING, committed, sweep
from jobs.clock import utc_now
from jobs.examine import examine
from models import Attachment, FileState, Person, ScanState
from services import examinations, files, storage
from tests.conftest import People
from tests.support.clamd_server import EICAR, ClamdServer

AGO = timedelta(minutes=10)


@pytest.fixture(autouse=True)
def empty_queues(app: Flask) -> Iterator[None]:
    redis.client.flushdb()
    yield
    redis.client.flushdb()


def png(size: tuple[int, int] = (800, 600)) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, "teal").save(file, "PNG")
    return file.getvalue()


def file_of(owner: Person, data: bytes, name: str, *, age: timedelta = timedelta()) -> int:
    stored = files.store(io.BytesIO(data))
    with committed():
        return files.keep(stored, name, owner, at=utc_now() - age).id


def state_of(file_id: int) -> Attachment:
    db.session.rollback()
    return db.session.scalars(
        select(Attachment).where(Attachment.id == file_id).execution_options(populate_existing=True)
    ).one()


def asked() -> list[Any]:
    return [job.args for job in Queue(HOUSEKEEPING, connection=redis.client).jobs]


def test_a_picture_is_drawn_by_the_worker_that_the_commit_wakes(people: People) -> None:
    file_id = file_of(people.bob, png(), "стойка.png")
    file_of(people.bob, b"log", "лог.txt")
    assert asked() == [(file_id,)]  # nothing is to be done about a log
    SimpleWorker([Queue(HOUSEKEEPING, connection=redis.client)], connection=redis.client).work(burst=True)
    file = state_of(file_id)
    assert (file.state, file.width, file.height) == (FileState.DONE, 800, 600)
    assert file.thumbnail_sha256 is not None and file.preview_sha256 is None
    with Image.open(storage.path_of(file.thumbnail_sha256)) as small:
        assert small.size == (480, 360)


def test_what_is_no_picture_becomes_a_file(people: People) -> None:
    file_id = file_of(people.bob, b"<html>", "x.png")
    assert files.look(state_of(file_id)) == "image"
    examine(file_id)
    file = state_of(file_id)
    assert (file.state, file.thumbnail_sha256, files.look(file)) == (FileState.DONE, None, "file")


def test_it_is_asked_for_twice_without_harm(people: People) -> None:
    file_id = file_of(people.bob, png(), "a.png")
    with committed():
        assert examinations.claim(file_id, at=utc_now()) is not None
    examine(file_id)  # another one is at it
    assert state_of(file_id).state == FileState.WORKING
    with committed():
        db.session.execute(update(Attachment).values(claimed_at=utc_now() - AGO))  # and died
    sweep.sweep()
    assert asked()[-1] == (file_id,)
    examine(file_id)
    assert state_of(file_id).state == FileState.DONE
    examine(file_id)


def test_a_file_that_kills_its_worker_is_set_aside(people: People) -> None:
    file_id = file_of(people.bob, png(), "a.png", age=AGO)
    redis.client.flushdb()
    for _ in range(examinations.MAX_ATTEMPTS):
        sweep.sweep()
        with committed():
            assert examinations.claim(file_id, at=utc_now()) is not None
            db.session.execute(update(Attachment).values(claimed_at=utc_now() - AGO))
    redis.client.flushdb()
    sweep.sweep()
    assert asked() == [] and state_of(file_id).state == FileState.FAILED


@pytest.fixture
def scanner(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[ClamdServer]:
    with ClamdServer(most_bytes=1_000_000) as server:
        monkeypatch.setitem(app.config, "CLAMD_URL", server.url)
        yield server


def test_nothing_is_given_out_before_the_scanner_has_spoken(people: People, scanner: ClamdServer) -> None:
    clean, bad = file_of(people.bob, png(), "a.png"), file_of(people.bob, b"x" + EICAR, "счёт.docx")
    large = file_of(people.bob, bytes(1_500_000), "дамп.bin")
    assert all(state_of(file_id).is_held for file_id in (clean, bad, large))
    for file_id in (clean, bad, large):
        examine(file_id)
    assert (state_of(clean).scan_state, state_of(clean).width) == (ScanState.CLEAN, 800)
    assert (state_of(bad).scan_state, state_of(bad).virus) == (ScanState.INFECTED, "Eicar-Test-Signature")
    assert state_of(large).scan_state == ScanState.REFUSED
    assert [state_of(file_id).is_held for file_id in (clean, bad, large)] == [False, True, True]


def test_while_the_scanner_is_away_files_wait_and_then_go_on(
    people: People, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ClamdServer() as gone:
        pass
    monkeypatch.setitem(app.config, "CLAMD_URL", gone.url)
    file_id = file_of(people.bob, b"log", "лог.txt", age=AGO)
    for _ in range(2 * examinations.MAX_ATTEMPTS):
        examine(file_id)
        assert (state_of(file_id).state, state_of(file_id).is_held) == (FileState.WAITING, True)
    redis.client.flushdb()
    sweep.sweep()
    assert asked() == [(file_id,)]
    with ClamdServer() as back:
        monkeypatch.setitem(app.config, "CLAMD_URL", back.url)
        examine(file_id)
    assert (state_of(file_id).scan_state, state_of(file_id).is_held) == (ScanState.CLEAN, False)


def test_a_scanner_that_was_switched_off_holds_nothing_up(people: People, scanner: ClamdServer, app: Flask) -> None:
    file_id = file_of(people.bob, b"log", "лог.txt")
    app.config["CLAMD_URL"] = ""
    examine(file_id)
    assert (state_of(file_id).scan_state, state_of(file_id).is_held) == (ScanState.NONE, False)
