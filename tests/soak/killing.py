"""Ends processes of a running desk by signal 9: each kind of them whole, or the parent alone, or one of its children."""

import os
import random
import signal
import threading
from collections import Counter
from contextlib import suppress
from pathlib import Path

from redis import Redis, RedisError

from tests.support.desk import RunningDesk

NAMES = {
    "web": "desk-web",
    "deliveries": "desk-deliveries",
    "upkeep": "desk-upkeep",
    "scheduler": "desk-scheduler",
    "redis": "valkey-server",
}


class Killer:
    """`killed` counts by kind; what Redis held may be wiped right before it dies."""

    def __init__(self, desk: RunningDesk, source: random.Random) -> None:
        self.killed: Counter[str] = Counter()
        self._desk, self._source = desk, source
        self._redis = Redis.from_url(f"unix://{desk.folder}/redis/redis.sock?db=0", socket_timeout=2)
        self._timers: list[threading.Timer] = []

    def soon(self, kind: str, seconds: float) -> None:
        """Kill one of the kind some time within so many seconds."""
        extent, is_wiped = self._source.choice(("all", "parent", "child")), self._source.random() < 0.5
        timer = threading.Timer(self._source.uniform(0, seconds), self._kill, (kind, extent, is_wiped))
        self._timers.append(timer)
        timer.start()

    def join(self) -> None:
        for timer in self._timers:
            timer.join()
        self._timers.clear()

    def close(self) -> None:
        self.join()
        self._redis.close()

    def _kill(self, kind: str, extent: str, is_wiped: bool) -> None:
        parents = [pid for pid in _children(self._desk.process.pid) if _name(pid) == NAMES[kind]]
        if kind == "redis" and is_wiped:
            with suppress(RedisError):
                self._redis.flushall()
                self.killed["redis wiped"] += 1
        for parent in parents:
            below = _children(parent)
            victims = {"all": [*below, parent], "parent": [parent], "child": below[:1] or [parent]}[extent]
            for victim in victims:
                with suppress(ProcessLookupError):
                    os.kill(victim, signal.SIGKILL)
                    self.killed[kind] += 1


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""
