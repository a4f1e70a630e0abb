"""What is measured beside the pages: start, bytes on the wire, speech, the calendar."""

import json
import shutil
import statistics
import time
import timeit
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import sync_playwright

from bench.visitors import BROWSER, Visitor
from bench.wire import Wire
from rules.holidays import russian
from tests.samples.spoken import HINTS, MICROPHONE_WAV
from tests.support.chromium import CHROMIUM_ARGS
from tests.support.desk import RunningDesk


def start_seconds(folder: Path, environment: dict[str, str], times: int) -> float:
    """Return the seconds from `python -m bin.serve` to «Ready», the median; the desk has been started before."""
    took = []
    for _ in range(times):
        begun = time.perf_counter()
        with RunningDesk(folder, environment):
            took.append(time.perf_counter() - begun)
    return statistics.median(took)


def visits(url: str, visitor: Visitor, path: str, times: int = 2) -> list[tuple[int, int]]:
    """Return (bytes, requests) of a phone's first visit to a page and of each further one, headers included.

    What the service worker fetches in advance belongs to the first. Empty without Chromium.
    """
    program = shutil.which("chromium")
    if program is None:
        return []
    seen = []
    with Wire(url) as wire, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=CHROMIUM_ARGS)
        context = browser.new_context(viewport={"width": 390, "height": 844}, user_agent=BROWSER, locale="ru-RU")
        context.add_cookies([{"name": "desk", "value": visitor.cookie, "url": wire.url}])
        page = context.new_page()
        for _ in range(times):
            size, requests = wire.passed()
            page.goto(wire.url + path, wait_until="networkidle")
            page.evaluate("async () => { await navigator.serviceWorker.ready }")
            all_bytes, all_requests = wire.quiet()
            seen.append((all_bytes - size, all_requests - requests))
        browser.close()
    return seen


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
    ours = russian()
    start = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
    times = 2000
    return min(timeit.repeat(lambda: ours.between(start, start + timedelta(days=365)), number=times)) / times * 1e6
