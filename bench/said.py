"""`python -m bench.said`: how long a speaker waits for his text, and what memory a desk takes for it.

The microphone of a real Chromium plays synthetic Korean words for so many seconds; he presses «Stop», the page uploads and asks for the text as
it always does. Nothing is known of the words (no VOSK_HINTS), so that the model hears as it would hear anybody.
"""

import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, sync_playwright

from bench import processes
from tests.samples.made import KINDS, make
from tests.samples.spoken import FOLDER, MICROPHONE_WAV, model_folder
from tests.support.chromium import CHROMIUM_ARGS, chromium_path, microphone
from tests.support.desk import RunningDesk
from tests.support.waiting import until

LENGTHS = {7: 5, 60: 2}  # seconds of speech: how often
WAITING = (1, 10)
ELAPSED = """(seconds) => {
  const [minutes, rest] = document.querySelector("[data-recorder-elapsed]").textContent.split(":").map(Number);
  return minutes * 60 + rest >= seconds;
}"""
# From the press to the words in the field; what is heard is no matter here, that it is heard is.
STOPPED = """() => {
  document.querySelector("[data-recorder-stop]").click();
  const pressed = performance.now();
  const field = document.querySelector("#description");
  return new Promise((done) => field.addEventListener("input", () => done((performance.now() - pressed) / 1000), { once: true }));
}"""


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="desk-bench-") as name:
        folder = Path(name)
        minute = make(folder / "minute.wav", KINDS["wav"], times=9)
        environment = {"VOSK_MODEL": str(model_folder()), "VOSK_HINTS": "[]"}
        with RunningDesk(folder / "desk", environment) as desk:
            for seconds, times in LENGTHS.items():
                with _speaker(desk, minute) as context:
                    waits = [_wait(context, desk.url, seconds) for _ in range(times)]
                print(
                    f"{seconds} s of speech: text after {min(waits):.1f} s at least, {statistics.median(waits):.1f} s median"
                )
            with _speaker(desk, MICROPHONE_WAV) as context:
                for count in WAITING:
                    took, most = _many(desk, context, count)
                    print(
                        f"{count} note(s) sent at once: all heard after {took:.1f} s, at most "
                        + ", ".join(f"{name} {size:.0f} MiB" for name, size in most.items())
                    )


@contextmanager
def _speaker(desk: RunningDesk, wav: Path) -> Iterator[BrowserContext]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=[*CHROMIUM_ARGS, microphone(wav)])
        context = browser.new_context(permissions=["microphone"], viewport={"width": 390, "height": 844})
        context.set_default_timeout(120_000)
        page = context.new_page()
        page.goto(f"{desk.url}/login")
        page.fill("[name=login]", "client@romashka.example")
        page.fill("[name=password]", "client-demo-1")
        page.locator("form:has([name=password]) [type=submit]").first.click()
        page.wait_for_url("**/tickets**")
        page.close()
        yield context
        browser.close()


def _wait(context: BrowserContext, url: str, seconds: int) -> float:
    page = _new_ticket(context, url)
    page.locator("[data-recorder-record]").click()
    page.wait_for_function(ELAPSED, arg=seconds)
    waited: float = page.evaluate(STOPPED)
    page.locator("[data-note-remove]").click()
    page.close()
    return waited


def _new_ticket(context: BrowserContext, url: str) -> Page:
    page = context.new_page()
    page.goto(f"{url}/tickets/new")
    page.locator("[data-recorder-panel]:not([hidden])").wait_for()
    return page


def _many(desk: RunningDesk, context: BrowserContext, count: int) -> tuple[float, dict[str, float]]:
    """Send so many notes one after the other; return the seconds until all are heard, and MiB at most meanwhile."""
    page = _new_ticket(context, desk.url)
    token = page.locator("meta[name=csrf-token]").get_attribute("content") or ""
    page.close()
    sound: Any = {"name": "a.webm", "mimeType": "audio/webm", "buffer": (FOLDER / "sentence.webm").read_bytes()}
    with _most(desk.process.pid) as most:
        began = time.monotonic()
        form = {"csrf_token": token, "audio": sound, "recorded": "1"}
        ids = [context.request.post(f"{desk.url}/voice-notes", multipart=form).json()["id"] for _ in range(count)]
        asked = {"Accept": "application/json"}

        def is_heard(note_id: str) -> bool:
            return bool(
                context.request.get(f"{desk.url}/voice-notes/{note_id}", headers=asked).json()["state"] == "done"
            )

        until(lambda: all(is_heard(note_id) for note_id in ids), "the texts", 900)
        took = time.monotonic() - began
    return took, {name: most[name] for name in ("desk-speech", "desk-redis") if name in most}


@contextmanager
def _most(pid: int) -> Iterator[dict[str, float]]:
    """Watch what the parts of the desk hold, shared memory in equal parts; the most of each stands in what is yielded."""
    most: dict[str, float] = {}
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.2):
            for name, size in processes.memory_mib(pid).items():
                most[name] = max(most.get(name, 0.0), size)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield most
    finally:
        over.set()
        watcher.join()


if __name__ == "__main__":
    main()
