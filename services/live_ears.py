"""The other side of `services.live_words`: the processes that hear speakers, and who hears whom.

An ear tells every second that it lives and how many it can hear at once. It takes a session by a key that it renews, so
that those of an ear that was killed are free again within seconds; the sound is still there, and heard from its beginning.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from extensions import redis
from services.live_words import EARS, KEPT_SECONDS, NOW, PLACES, ROOM, WAKE, State, key

BEAT_SECONDS = 8  # an ear that told nothing for so long is dead
HELD_SECONDS = 6  # a busy machine keeps a thread waiting for long
CHUNKS_AT_ONCE = 64

# KEYS: ears. ARGV: name, places, seconds.
_BEAT = f"{NOW} redis.call('HSET', KEYS[1], ARGV[1], string.format('%.3f:%d', now + ARGV[3], ARGV[2]))"
# KEYS: ears, places.
_COUNT = f"{NOW}{ROOM} return {{room, redis.call('ZCOUNT', KEYS[2], now, '+inf')}}"
# KEYS: places, whose it is. ARGV: public id, name, seconds.
_HOLD = f"""{NOW}
local till = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not till or tonumber(till) < now then return 0 end
local ear = redis.call('GET', KEYS[2])
if ear and ear ~= ARGV[2] then return 0 end
redis.call('SET', KEYS[2], ARGV[2], 'EX', ARGV[3])
return 1
"""
# KEYS: places, words, sound, whose it is. ARGV: public id, name, state, kept.
_END = """
if redis.call('GET', KEYS[4]) ~= ARGV[2] then return 0 end
if redis.call('EXISTS', KEYS[2]) == 1 then redis.call('HSET', KEYS[2], 'state', ARGV[3]) end
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('DEL', KEYS[3], KEYS[4])
return 1
"""


# KEYS: places, the beginning of what tells whose a session is.
_UNHEARD = f"""{NOW}
local found = {{}}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], now, '+inf')) do
  if redis.call('EXISTS', KEYS[2] .. id) == 0 then table.insert(found, id) end
end
return found
"""


@dataclass(frozen=True)
class Chunk:
    """A piece of somebody's sound, as his browser wrote it."""

    number: int
    sound: bytes
    is_last: bool


def beat(name: str, places: int) -> None:
    """Tell that the ear `name` lives and can hear so many at once: none while it has no model."""
    redis.client.eval(_BEAT, 1, EARS, name, str(places), str(BEAT_SECONDS))


def leave(name: str) -> None:
    """Tell that the ear is no more."""
    redis.client.hdel(EARS, name)


def counts() -> tuple[int, int]:
    """Return how many may speak at once, and how many do."""
    room, speakers = cast(list[int], redis.client.eval(_COUNT, 2, EARS, PLACES))
    return room, speakers


def waiting(seconds: float) -> list[str]:
    """Return the sessions that nobody hears; when there are none, wait so long for somebody to begin one."""
    return _unheard() or (_unheard() if redis.client.blpop([WAKE], timeout=seconds) else [])


def _unheard() -> list[str]:
    found = cast(Iterable[bytes], redis.client.eval(_UNHEARD, 2, PLACES, key("ear", "")))
    return [public_id.decode() for public_id in found]


def hold(public_id: str, name: str) -> bool:
    """Take or keep a session for this ear; False when it is another one's, or its speaker has left."""
    keys = (PLACES, key("ear", public_id))
    return bool(redis.client.eval(_HOLD, 2, *keys, public_id, name, str(HELD_SECONDS)))


def about(public_id: str) -> tuple[str, str]:
    """Return the speaker's language, and what he has been shown so far."""
    language, *shown = cast(list[Any], redis.client.hmget(key("words", public_id), ["language", "text", "partial"]))
    return (language or b"").decode(), b" ".join(filter(None, shown)).decode()


def chunks(public_id: str, after: int, seconds: float) -> list[Chunk]:
    """Return the next pieces of sound behind number `after`; waits so long for one."""
    stream = key("sound", public_id)
    found: Any = redis.client.xread({stream: f"{after}-0"}, count=CHUNKS_AT_ONCE, block=round(seconds * 1000))
    streams = list(found.values()) if isinstance(found, dict) else [rows for _, rows in found]
    rows = [row for some in streams for row in some]
    if rows and isinstance(rows[0], list) and not isinstance(rows[0][0], bytes):  # RESP3 nests once more
        rows = [row for some in rows for row in some]
    return [Chunk(int(place.partition(b"-")[0]), told[b"sound"], told[b"last"] == b"1") for place, told in rows]


def tell(public_id: str, text: str, partial: str, language: str) -> None:
    """Show the speaker what was heard so far."""
    name = key("words", public_id)
    pipeline = redis.client.pipeline()
    pipeline.hset(name, mapping={"text": text, "partial": partial, "language": language})
    pipeline.expire(name, KEPT_SECONDS)
    pipeline.execute()


def end(public_id: str, name: str, state: State) -> None:
    """Free the place of a session that this ear holds. Its sound is forgotten, its words are kept for a minute."""
    keys = (PLACES, key("words", public_id), key("sound", public_id), key("ear", public_id))
    redis.client.eval(_END, 4, *keys, public_id, name, str(state))
