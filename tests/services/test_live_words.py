"""Who may speak now, and what waits to be heard: on a real Redis."""

from collections.abc import Iterator

import pytest

from extensions import redis
from services import live_ears, live_words
from services.live_words import State
from tests.support.redis_server import RedisServer

BOB, CAROL, DAVE = 1, 2, 3


@pytest.fixture(autouse=True)
def nobody_speaks(redis_server: RedisServer) -> Iterator[None]:
    redis.init_app(redis_server.url)
    redis.client.flushdb()
    yield
    redis.client.flushdb()


def begun(person_id: int) -> str:
    public_id = live_words.begin(person_id, "ru")
    assert public_id
    return public_id


def add(session: str, number: int, sound: bytes = b"sound", *, is_last: bool = False) -> State:
    return live_words.add(session, BOB, number, sound, is_last=is_last)


def test_without_an_ear_nobody_speaks() -> None:
    assert live_words.begin(BOB, "ru") is None
    live_ears.beat("without a model", 0)
    assert live_words.begin(BOB, "ru") is None
    assert live_ears.counts() == (0, 0)


def test_as_many_speak_as_all_ears_together_can_hear() -> None:  # S105
    live_ears.beat("one", 1)
    live_ears.beat("two", 1)
    assert begun(BOB) and begun(CAROL)
    assert live_words.begin(DAVE, "ru") is None
    assert live_ears.counts() == (2, 2)
    live_ears.leave("two")
    assert live_ears.counts() == (1, 2)


def test_nobody_has_two_places() -> None:
    live_ears.beat("one", 1)
    before, after = begun(BOB), begun(BOB)
    assert add(before, 1) == State.LATER
    assert add(after, 1) == State.HEARING
    assert live_ears.counts() == (1, 1)


def test_pieces_stay_in_order_and_a_repeat_changes_nothing() -> None:
    live_ears.beat("one", 1)
    session = begun(BOB)
    assert [add(session, number, b"%d" % number) for number in (1, 2, 2, 1, 3)] == [State.HEARING] * 5
    assert add(session, 5) == State.GAP
    assert add(session, 4, b"4", is_last=True) == State.HEARING
    found = live_ears.chunks(session, 0, 0.01)
    assert [(one.number, one.sound, one.is_last) for one in found] == [
        (number, b"%d" % number, number == 4) for number in (1, 2, 3, 4)
    ]
    assert [one.number for one in live_ears.chunks(session, 3, 0.01)] == [4]
    assert live_ears.chunks(session, 4, 0.01) == []


def test_sound_is_bounded_and_expires() -> None:
    live_ears.beat("one", 1)
    session, piece = begun(BOB), b"x" * live_words.MOST_CHUNK_BYTES
    most = live_words.MOST_BYTES // len(piece)
    assert [add(session, number, piece) for number in range(1, most + 1)] == [State.HEARING] * most
    assert 0 < redis.client.ttl(live_words.key("sound", session)) <= live_words.KEPT_SECONDS
    assert add(session, most + 1, piece) == State.LATER
    assert add(session, most + 2) == State.LATER
    assert live_ears.counts() == (1, 0)


def test_whoever_is_not_heard_of_has_left() -> None:
    live_ears.beat("one", 1)
    session = begun(BOB)
    assert live_ears.hold(session, "one")
    redis.client.zadd(live_words.PLACES, {session: 1})  # long ago
    assert not live_ears.hold(session, "one")
    assert live_words.words(session, BOB) == live_words.Words(State.LATER, language="ru")
    assert begun(CAROL)
    assert add(session, 1) == State.LATER


def test_what_another_one_says_is_nobodys_business() -> None:
    live_ears.beat("one", 1)
    session = begun(BOB)
    live_ears.tell(session, "Не горит", "порт", "ru")
    assert live_words.words(session, CAROL) is None
    assert live_words.add(session, CAROL, 1, b"x") == State.GONE
    said = live_words.words(session, BOB)
    assert said == live_words.Words(State.HEARING, "Не горит", "порт", "ru")


def test_a_session_has_one_ear_and_the_next_one_when_that_is_dead() -> None:
    live_ears.beat("one", 2)
    session = begun(BOB)
    assert live_ears.waiting(0.1) == [session]
    assert live_ears.hold(session, "one") and live_ears.hold(session, "one")
    assert not live_ears.hold(session, "two")
    assert live_ears.waiting(0.1) == []
    redis.client.delete(live_words.key("ear", session))  # it has not renewed it for seconds
    assert live_ears.waiting(0.1) == [session]
    assert live_ears.hold(session, "two")
    live_ears.end(session, "one", State.DONE)
    assert live_ears.counts() == (2, 1)
    live_ears.end(session, "two", State.DONE)
    assert live_ears.counts() == (2, 0)
    said = live_words.words(session, BOB)
    assert said and said.state == State.DONE
    assert not redis.client.exists(live_words.key("sound", session))
