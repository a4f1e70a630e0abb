"""Words while one speaks, over HTTP: who gets a place, what goes in and what comes back."""

from collections.abc import Iterator

import pytest
from flask import Flask

from extensions import db, limiter, redis
from services import live_ears, live_words
from services.live_words import State
from tests.blueprints.conftest import ClientOf
from tests.conftest import People
from tests.support.redis_server import RedisServer

WEBM = {"Content-Type": "application/octet-stream"}


@pytest.fixture(autouse=True)
def an_ear(app: Flask) -> Iterator[None]:
    redis.client.flushdb()
    live_ears.beat("listens", 1)
    yield
    redis.client.flushdb()


def test_what_is_said_goes_in_and_what_was_heard_comes_back(people: People, client_of: ClientOf) -> None:  # S105
    bob, carol = client_of(people.bob), client_of(people.carol)
    begun = bob.post("/live-words")
    assert (begun.status_code, begun.json["state"]) == (200, "hearing")
    address = f"/live-words/{begun.json['id']}"
    assert carol.post("/live-words").json == {"id": None, "state": "later"}  # no error: her text comes afterwards
    assert bob.post(f"{address}/1", data=b"one", headers=WEBM).json["state"] == "hearing"
    live_ears.tell(begun.json["id"], "Не горит порт.", "на", "ru")
    said = {"state": "hearing", "text": "Не горит порт.", "partial": "на", "language": "ru"}
    assert bob.post(f"{address}/2?last", data=b"two", headers=WEBM).json == said
    assert bob.get(address).json == said
    assert bob.get(address).headers["Cache-Control"] == "no-store"
    heard = live_ears.chunks(begun.json["id"], 0, 0.01)
    assert [(one.sound, one.is_last) for one in heard] == [(b"one", False), (b"two", True)]
    for answer in (carol.get(address), carol.post(f"{address}/3", data=b"x", headers=WEBM)):
        assert answer.status_code == 404
    live_ears.hold(begun.json["id"], "listens")
    live_ears.end(begun.json["id"], "listens", State.DONE)
    assert bob.get(address).json == said | {"state": "done"}
    assert carol.post("/live-words").json["state"] == "hearing"


def test_a_gap_ends_it_quietly_and_too_much_at_once_is_refused(people: People, client_of: ClientOf) -> None:
    bob = client_of(people.bob)
    address = f"/live-words/{bob.post('/live-words').json['id']}"
    too_much = b"x" * (live_words.MOST_CHUNK_BYTES + 1)
    assert bob.post(f"{address}/1", data=too_much, headers=WEBM).status_code == 413
    assert bob.post(f"{address}/3", data=b"x", headers=WEBM).json["state"] == "later"
    assert bob.get("/live-words/unknown").status_code == 404


def test_it_is_rationed(people: People, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limiter, "enabled", True)
    limiter.reset()
    bob = client_of(people.bob)
    assert [bob.post("/live-words").status_code for _ in range(21)] == [200] * 20 + [429]
    assert client_of(people.carol).post("/live-words").status_code == 200


def test_without_redis_the_text_comes_after_the_recording(
    people: People, client_of: ClientOf, redis_server: RedisServer
) -> None:
    bob = client_of(people.bob)
    address = f"/live-words/{bob.post('/live-words').json['id']}"
    redis_server.kill()
    try:
        answers = [bob.post("/live-words"), bob.get(address), bob.post(f"{address}/1", data=b"x", headers=WEBM)]
    finally:
        redis_server.restart()
        redis.init_app(redis_server.url)
    assert [(answer.status_code, answer.json["state"]) for answer in answers] == [(200, "later")] * 3


@pytest.mark.parametrize(("speakers", "has_room"), [(1, True), (0, False)])
def test_the_page_has_room_for_words_where_somebody_listens(
    app: Flask, people: People, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch, speakers: int, has_room: bool
) -> None:
    monkeypatch.setitem(app.config, "LIVE_SPEAKERS", speakers)
    page = client_of(people.bob).get("/tickets/new").text
    assert ("data-recorder-words" in page) == has_room
    db.session.rollback()
