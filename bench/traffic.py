"""Sends a page's requests: as many as the server takes over 16 connections, and one after another over one.

wrk is used when it is there (`apt install wrk`); else Python threads, which take more of the processor for themselves.
"""

import http.client
import itertools
import json
import shutil
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from bench.pages import Request

CONNECTIONS = 16
WRK = shutil.which("wrk")

# wrk has no UUIDs; these are random enough for one run. One thread of wrk, so the requests take turns.
SCRIPT = """
local requests = {%s}
local turn = 0
math.randomseed(%d)
local function part(size) return string.format("%%0" .. size .. "x", math.random(0, 16 ^ size - 1)) end
local function uuid() return part(8) .. "-" .. part(4) .. "-4" .. part(3) .. "-8" .. part(3) .. "-" .. part(6) .. part(6) end
function request()
  turn = turn %% #requests + 1
  local one = requests[turn]
  local body = one[4] and (one[4] .. "&client_id=" .. uuid())
  return wrk.format(one[1], one[2], one[3], body)
end
function done(summary)
  local errors = summary.errors
  io.write(string.format('\\n{"requests": %%d, "seconds": %%f, "failed": %%d}\\n', summary.requests,
    summary.duration / 1e6, errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
"""
_seeds = itertools.count(int(time.time()))


@dataclass(frozen=True)
class Answer:
    """An answer as it came over the wire; `size` in bytes, without the headers."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Rate:
    """What a server did over CONNECTIONS. `failed`: refused, broken off, or answered with 400 and above."""

    requests: int
    seconds: float
    failed: int

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds


@dataclass(frozen=True)
class Latency:
    """Milliseconds to the end of an answer, over one connection."""

    p50: float
    p99: float


class Connection:
    """One connection that is kept open."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._link = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_: object) -> None:
        self._link.close()

    def send(self, request: Request) -> Answer:
        self._link.request(request.method, request.path, request.fresh_body(), request.headers)
        answer = self._link.getresponse()
        body = answer.read()
        return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, body)


def latency(url: str, requests: Sequence[Request], seconds: float) -> Latency:
    took: list[float] = []
    with Connection(url) as connection:
        end = time.perf_counter() + seconds
        for request in itertools.cycle(requests):
            begun = time.perf_counter()
            connection.send(request)
            now = time.perf_counter()
            took.append((now - begun) * 1000)
            if now > end and len(took) >= 20:
                break
    return Latency(statistics.median(took), statistics.quantiles(took, n=100)[98])


def rate(url: str, requests: Sequence[Request], seconds: float) -> Rate:
    return _wrk(url, requests, seconds) if WRK else _threads(url, requests, seconds)


def _wrk(url: str, requests: Sequence[Request], seconds: float) -> Rate:
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(SCRIPT % (",\n".join(map(_lua, requests)), next(_seeds)))
        script.flush()
        options = [f"-c{CONNECTIONS}", "-t1", f"-d{max(1, round(seconds))}s", "--timeout", "30s", "-s", script.name]
        done = subprocess.run([str(WRK), *options, url], capture_output=True, text=True, check=True)
    said = json.loads(done.stdout.strip().splitlines()[-1])
    return Rate(said["requests"], said["seconds"], said["failed"])


def _lua(request: Request) -> str:
    headers = ", ".join(f"[{json.dumps(name)}] = {json.dumps(value)}" for name, value in request.headers.items())
    words = [json.dumps(request.method), json.dumps(request.path), f"{{{headers}}}"]
    return f"{{{', '.join([*words, json.dumps(request.body)] if request.body else words)}}}"


def _threads(url: str, requests: Sequence[Request], seconds: float) -> Rate:
    turns = itertools.cycle(requests)
    lock = threading.Lock()
    done = {"requests": 0, "failed": 0}
    end = time.perf_counter() + seconds

    def visit() -> None:
        with Connection(url) as connection:
            while time.perf_counter() < end:
                with lock:
                    request = next(turns)
                answer = connection.send(request)
                with lock:
                    done["requests"] += 1
                    done["failed"] += answer.status >= http.client.BAD_REQUEST

    threads = [threading.Thread(target=visit) for _ in range(CONNECTIONS)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Rate(done["requests"], time.perf_counter() - begun, done["failed"])


def client() -> str:
    return "wrk" if WRK else "a client in Python (apt install wrk: a lighter one)"
