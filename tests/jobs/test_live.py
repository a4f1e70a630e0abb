"""The ear with its real model: speakers are heard while they speak, whatever becomes of an ear or of a neighbour."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import redis as redis_library

from extensions import redis
from jobs.live import Ear
from services import live_ears, live_words
from services.live_words import State, Words
from tests.samples.spoken import FOLDER, HINTS, SENTENCE, WORDS, model_folder
from tests.support.redis_server import RedisServer
from tests.support.waiting import until

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
BOB, CAROL, DAVE = 1, 2, 3
PIECE = 3_000


@pytest.fixture(autouse=True)
def nobody_speaks(redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(live_words, "PLACE_SECONDS", 300)  # a busy machine takes long over a model
    monkeypatch.setattr(live_words, "KEPT_SECONDS", 300)
    redis.init_app(redis_server.url)
    redis.client.flushdb()
    yield
    redis.client.flushdb()


def settings(**others: Any) -> dict[str, Any]:
    usual = {"VOSK_MODEL": str(model_folder()), "DATA_DIR": "/nowhere", "VOSK_HINTS": HINTS}
    return {**usual, "LIVE_SPEAKERS": 2, "RECORDING_SECONDS": 60, **others}


@contextmanager
def listening(**others: Any) -> Iterator[Ear]:
    ear = Ear(settings(**others))
    thread = threading.Thread(target=ear.listen)
    thread.start()
    try:
        yield ear
    finally:
        ear.stop()
        thread.join()


def begun(person_id: int) -> str:
    return until(lambda: live_words.begin(person_id, "ru"), "a place to speak at")


def pieces(name: str = "sentence.webm") -> list[bytes]:
    sound = (FOLDER / name).read_bytes()
    return [sound[place : place + PIECE] for place in range(0, len(sound), PIECE)]


def say(session: str, person_id: int, sound: list[bytes], *, first: int = 1, is_whole: bool = True) -> None:
    for number, piece in enumerate(sound, first):
        is_last = is_whole and number == first + len(sound) - 1
        assert live_words.add(session, person_id, number, piece, is_last=is_last) == State.HEARING


def words(session: str, person_id: int, when: Callable[[Words], bool]) -> Words:
    """Wait for words that are so."""

    def look() -> Words | None:
        said = live_words.words(session, person_id)
        return said if said and when(said) else None

    return until(look, "the words")


def shown(said: Words) -> str:
    return f"{said.text} {said.partial}".strip()


def test_two_are_heard_at_once_and_a_third_is_told_later() -> None:  # S105
    with listening():
        bob, carol = begun(BOB), begun(CAROL)
        sound = pieces()
        for session, person_id in ((bob, BOB), (carol, CAROL)):
            say(session, person_id, sound[:5], is_whole=False)
        assert live_words.begin(DAVE, "ru") is None
        for session, person_id in ((bob, BOB), (carol, CAROL)):
            words(session, person_id, lambda said: shown(said).startswith(WORDS[0]))
            say(session, person_id, sound[5:], first=6)
            done = words(session, person_id, lambda said: said.state == State.DONE)
            assert (done.text, done.partial, done.language) == (SENTENCE, "", "ko")
        assert begun(DAVE)


def test_what_is_no_sound_and_whoever_leaves_cost_nobody_else_a_word() -> None:
    with listening(LIVE_SPEAKERS=3):
        bob, carol, dave = begun(BOB), begun(CAROL), begun(DAVE)
        assert live_words.add(bob, BOB, 1, b"#EXTM3U\n/etc/passwd\n" * 4000) == State.HEARING
        say(carol, CAROL, pieces()[:2], is_whole=False)
        redis.client.zadd(live_words.PLACES, {carol: 1})  # nothing was heard of her for long
        say(dave, DAVE, pieces())
        assert words(dave, DAVE, lambda said: said.state == State.DONE).text == SENTENCE
        assert shown(words(bob, BOB, lambda said: said.state == State.LATER)) == ""
        words(carol, CAROL, lambda said: said.state == State.LATER)
        until(lambda: live_ears.counts() == (3, 0), "free places")


def test_killed_in_the_middle_another_ear_hears_it_to_the_end(redis_server: RedisServer, tmp_path: Path) -> None:
    told = {name: json.dumps(value) if isinstance(value, list) else str(value) for name, value in settings().items()}
    environment = os.environ | told | {"REDIS_URL": redis_server.url, "DATA_DIR": str(tmp_path)}
    with subprocess.Popen([sys.executable, "-m", "bin.ear"], cwd=ROOT, env=environment) as process:
        try:
            session = begun(BOB)
            sound = pieces()
            say(session, BOB, sound[:6], is_whole=False)
            seen = shown(words(session, BOB, lambda said: WORDS[1] in shown(said)))
        finally:
            process.kill()
    with listening():
        say(session, BOB, sound[6:7], first=7, is_whole=False)  # the browser knows nothing of it
        assert len(shown(words(session, BOB, lambda said: True))) >= len(seen)  # nothing goes from his screen
        until(lambda: live_ears.counts()[0] >= 2, "the next ear")
        say(session, BOB, sound[7:], first=8)
        assert words(session, BOB, lambda said: said.state == State.DONE).text == SENTENCE


def test_an_ear_waits_for_redis_and_then_hears_again(redis_server: RedisServer) -> None:
    with listening():
        begun(BOB)
        redis_server.kill()
        with pytest.raises(redis_library.ConnectionError):
            live_words.begin(BOB, "ru")
        redis_server.restart()
        session = begun(BOB)
        say(session, BOB, pieces())
        assert words(session, BOB, lambda said: said.state == State.DONE).text == SENTENCE


def test_without_a_model_nobody_is_asked_to_speak(tmp_path: Path) -> None:
    with listening(VOSK_MODEL="", DATA_DIR=str(tmp_path)) as ear:
        until(lambda: redis.client.hexists(live_words.EARS, ear.name), "the ear")
        assert live_words.begin(BOB, "ru") is None
    assert not redis.client.hexists(live_words.EARS, ear.name)
