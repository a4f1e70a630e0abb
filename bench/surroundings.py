"""What is measured beside the pages: start, memory, bytes on the wire, speech, the calendar."""

import json
import shutil
import statistics
import time
import timeit
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import sync_playwright

from bench.visitors import BROWSER, Visitor
from bench.wire import Wire
from rules import calendar
from tests.samples.spoken import HINTS, MICROPHONE_WAV
from tests.support.chromium import CHROMIUM_ARGS
from tests.support.desk import RunningDesk

PROC = Path("/proc")
MIB = 1024


def start_seconds(folder: Path, environment: dict[str, str], times: int) -> float:
    """Return the seconds from `python -m bin.serve` to «Ready», the median; the desk has been started before."""
    took = []
    for _ in range(times):
        begun = time.perf_counter()
        with RunningDesk(folder, environment):
            took.append(time.perf_counter() - begun)
    return statistics.median(took)


def memory_mib(desk: RunningDesk) -> dict[str, float]:
    """Return what each part of the desk holds, by its name: its share of what processes have in common included (PSS)."""
    children = _children()
    parts = {_name(pid): sum(map(_pss, _family(pid, children))) for pid in children.get(desk.process.pid, [])}
    return {"desk": _pss(desk.process.pid), **dict(sorted(parts.items()))}


def _children() -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for folder in PROC.glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:  # it has just ended
            continue
        found.setdefault(parent, []).append(int(folder.name))
    return found


def _family(pid: int, children: dict[int, list[int]]) -> Iterable[int]:
    yield pid
    for child in children.get(pid, []):
        yield from _family(child, children)


def _name(pid: int) -> str:
    return (PROC / str(pid) / "comm").read_text().strip()


def _pss(pid: int) -> float:
    try:
        lines = (PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / MIB


def first_and_second_visit(url: str, visitor: Visitor, path: str) -> list[tuple[int, int]] | None:
    """Return (bytes, requests) of a phone's first visit to a page and of the next, headers included; None without
    Chromium. What the service worker fetches in advance belongs to the first."""
    program = shutil.which("chromium")
    if program is None:
        return None
    with Wire(url) as wire, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=CHROMIUM_ARGS)
        context = browser.new_context(viewport={"width": 390, "height": 844}, user_agent=BROWSER, locale="ru-RU")
        context.add_cookies([{"name": "desk", "value": visitor.cookie, "url": wire.url}])
        page = context.new_page()
        seen = []
        for _ in range(2):
            before = wire.passed()
            page.goto(wire.url + path, wait_until="networkidle")
            page.evaluate("async () => { await navigator.serviceWorker.ready }")
            seen.append(tuple(after - past for after, past in zip(wire.quiet(), before, strict=True)))
        browser.close()
    return [(size, requests) for size, requests in seen]


def speech(desk: RunningDesk, model: Path, times: int) -> float:
    """Return the seconds that a second of speech takes to be understood, the median."""
    command = (
        "speech",
        "transcribe",
        str(MICROPHONE_WAV),
        "--model",
        str(model),
        "--hints",
        json.dumps(HINTS),
        "--json",
    )
    heard = [json.loads(desk.flask(*command)) for _ in range(times)]
    return statistics.median(float(one["took_seconds"]) / float(one["audio_seconds"]) for one in heard)


def working_year_microseconds() -> float:
    """Return the microseconds in which the calendar counts the working time of a year."""
    ours = calendar.russian()
    start = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
    times = 2000
    return min(timeit.repeat(lambda: ours.between(start, start + timedelta(days=365)), number=times)) / times * 1e6
