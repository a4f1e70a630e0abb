"""Words that come while somebody speaks: who may speak now, the sound that waits to be heard, what was heard so far.

All of it is in Redis and none of it for long (docs/adr/0013-live-words.md): the recording itself is kept the usual way. A
session is one stretch of speech, from a press to a pause. Whatever goes wrong here ends it, and the text comes after the
recording. The clock is Redis's own: the desk may run on several machines. Redis being away raises RedisError.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast

from extensions import redis

MOST_CHUNK_BYTES = 128 * 1024  # half a minute of what a slow network kept back
MOST_BYTES = 3 * 1024 * 1024  # of a session: five minutes, even of a browser that minds no bit rate
MOST_CHUNKS = 4096
PLACE_SECONDS = 12  # a speaker of whom nothing is heard for so long has left
KEPT_SECONDS = 60  # what is left of a session goes so long after its last sign of life
EARS, PLACES, WAKE = "live:ears", "live:places", "live:wake"

NOW = "local t = redis.call('TIME') local now = tonumber(t[1]) + tonumber(t[2]) / 1e6 "
ROOM = """
local room = 0
for _, told in ipairs(redis.call('HVALS', KEYS[1])) do
  local till, places = string.match(told, '^([%d.]+):(%d+)$')
  if till and tonumber(till) > now then room = room + tonumber(places) end
end
"""
# KEYS: ears, places, session, the person's newest, wake. ARGV: public id, person, language, seconds of a place, kept.
_BEGIN = f"""{NOW}{ROOM}
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
local before = redis.call('GET', KEYS[4])
if before then redis.call('ZREM', KEYS[2], before) end
if redis.call('ZCARD', KEYS[2]) >= room then return 0 end
redis.call('ZADD', KEYS[2], now + ARGV[4], ARGV[1])
redis.call('HSET', KEYS[3], 'owner', ARGV[2], 'language', ARGV[3], 'state', 'hearing', 'chunks', 0, 'bytes', 0)
redis.call('EXPIRE', KEYS[3], ARGV[5])
redis.call('SET', KEYS[4], ARGV[1], 'EX', ARGV[5])
redis.call('LPUSH', KEYS[5], ARGV[1])
redis.call('EXPIRE', KEYS[5], ARGV[5])
return 1
"""
# KEYS: places, session, its sound, the person's newest. ARGV: public id, person, number, sound, is last, seconds of a
# place, kept, most bytes, most chunks.
_ADD = f"""{NOW}
if redis.call('HGET', KEYS[2], 'owner') ~= ARGV[2] then return 'gone' end
local state = redis.call('HGET', KEYS[2], 'state')
if state ~= 'hearing' then return state end
local number, before = tonumber(ARGV[3]), tonumber(redis.call('HGET', KEYS[2], 'chunks'))
if number > before + 1 then return 'gap' end
local till = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not till or tonumber(till) < now then
  redis.call('HSET', KEYS[2], 'state', 'later')
  return 'later'
end
if number == before + 1 then
  local size = redis.call('HINCRBY', KEYS[2], 'bytes', #ARGV[4])
  if size > tonumber(ARGV[8]) or number > tonumber(ARGV[9]) then
    redis.call('HSET', KEYS[2], 'state', 'later')
    redis.call('ZREM', KEYS[1], ARGV[1])
    return 'later'
  end
  redis.call('XADD', KEYS[3], number .. '-0', 'sound', ARGV[4], 'last', ARGV[5])
  redis.call('HSET', KEYS[2], 'chunks', number)
end
for place = 2, 4 do redis.call('EXPIRE', KEYS[place], ARGV[7]) end
redis.call('ZADD', KEYS[1], 'XX', now + ARGV[6], ARGV[1])
return 'hearing'
"""


class State(StrEnum):
    """HEARING: more may come. DONE: all that was said is there. LATER: no more words come now, but after the recording.
    GONE: nobody knows of it. GAP: something before this is missing."""

    HEARING = "hearing"
    DONE = "done"
    LATER = "later"
    GONE = "gone"
    GAP = "gap"


@dataclass(frozen=True)
class Words:
    """What was heard so far: `text` stays, `partial` may still become something else."""

    state: State
    text: str = ""
    partial: str = ""
    language: str = ""


LATER = Words(State.LATER)


def key(kind: str, public_id: str) -> str:
    """Return the name in Redis of a session's `words`, `sound` or `ear` (whose it is)."""
    return f"live:{kind}:{public_id}"


def _newest(person_id: int) -> str:
    return f"live:of:{person_id}"


def begin(person_id: int, language: str) -> str | None:
    """Give this person a place to speak at, and return the session's public id; None when all are taken.

    Who speaks anew has left his old place, if he had one: nobody has two.
    """
    public_id = secrets.token_hex(16)
    keys = (EARS, PLACES, key("words", public_id), _newest(person_id), WAKE)
    has_place = redis.client.eval(
        _BEGIN, len(keys), *keys, public_id, str(person_id), language, str(PLACE_SECONDS), str(KEPT_SECONDS)
    )
    return public_id if has_place else None


def add(public_id: str, person_id: int, number: int, sound: bytes, *, is_last: bool = False) -> State:
    """Take the next piece of sound. Numbers go from 1 on; one that is there already is taken for the repeat that it is."""
    keys = (PLACES, key("words", public_id), key("sound", public_id), _newest(person_id))
    values = (public_id, str(person_id), str(number), sound, str(int(is_last)))
    bounds = (PLACE_SECONDS, KEPT_SECONDS, MOST_BYTES, MOST_CHUNKS)
    state = redis.client.eval(_ADD, len(keys), *keys, *values, *map(str, bounds))
    return State(cast(bytes, state).decode())


def words(public_id: str, person_id: int) -> Words | None:
    """Return what was heard of this person's session; None when it isn't his, or is over for long."""
    pipeline = redis.client.pipeline()
    pipeline.hgetall(key("words", public_id))
    pipeline.zscore(PLACES, public_id)
    pipeline.time()
    answers: Any = pipeline.execute()
    stored, till, (seconds, _) = cast(tuple[Mapping[bytes, bytes], float | None, tuple[int, int]], answers)
    known = {name.decode(): value.decode() for name, value in stored.items()}
    if known.get("owner") != str(person_id):
        return None
    texts: dict[str, Any] = {name: known.get(name, "") for name in ("text", "partial", "language")}
    state = State(known.get("state", State.LATER))
    has_left = state == State.HEARING and (till is None or till < seconds)  # or nobody has taken him in time
    return Words(State.LATER if has_left else state, **texts)
