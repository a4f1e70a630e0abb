"""Words while one speaks: from the end of speaking to the last of them on the screen of a browser.

Its microphone plays the sentence of the tests. The page itself notes when it was last loud and when the words changed.
"""

import shutil
import statistics
from dataclasses import dataclass

from playwright.sync_api import Browser, sync_playwright

from bench.visitors import BROWSER, Visitor
from tests.samples.spoken import MICROPHONE_WAV, SENTENCE
from tests.support.chromium import CHROMIUM_ARGS, microphone

PATIENCE_MS = 60_000
LOUD = 0.01  # root mean square; a quiet room is below
NOTE = """(loud) => {
  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    const stream = await ask(wanted);
    const audio = new AudioContext(), ear = new AnalyserNode(audio, { fftSize: 512 }), samples = new Float32Array(512);
    audio.createMediaStreamSource(stream).connect(ear);
    setInterval(() => {
      ear.getFloatTimeDomainData(samples);
      if (Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / 512) > loud) window.loudAt = performance.now();
    }, 10);
    return stream;
  };
  const heard = document.querySelector("[data-words-heard]");
  new MutationObserver(() => {
    if (window.shown !== heard.textContent) Object.assign(window, { shown: heard.textContent, shownAt: performance.now() });
  }).observe(heard, { childList: true, characterData: true, subtree: true });
}"""
IS_SHOWN = "(text) => window.shown === text && performance.now() - Math.max(window.loudAt, window.shownAt) > 1500"
STOP = """() => { window.stoppedAt = performance.now(); document.querySelector("[data-recorder-stop]").click(); }"""
IS_HEARD = (
    "(text) => document.querySelector('#description').value.includes(text) && performance.now() - window.stoppedAt"
)


@dataclass(frozen=True)
class Delay:
    """Seconds from the end of speaking to the last word on the screen, one a round, and from «Остановить» to the text in the
    field, of the stored recording, the median. Empty without Chromium."""

    last_word: list[float]
    text: float


def delay(url: str, visitor: Visitor, times: int) -> Delay:
    program = shutil.which("chromium")
    if program is None:
        return Delay([], 0)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*CHROMIUM_ARGS, microphone(MICROPHONE_WAV)])
        rounds = [_said(browser, url, visitor) for _ in range(times)]
        browser.close()
    return Delay([word for word, _ in rounds], statistics.median(text for _, text in rounds))


def _said(browser: Browser, url: str, visitor: Visitor) -> tuple[float, float]:
    context = browser.new_context(user_agent=BROWSER, locale="ru-RU", permissions=["microphone"])
    context.add_init_script("delete Navigator.prototype.serviceWorker")
    context.add_cookies([{"name": "desk", "value": visitor.cookie, "url": url}])
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(f"{url}/tickets/new")
    page.locator("[data-recorder-panel]:not([hidden])").wait_for(state="attached")
    page.evaluate(NOTE, LOUD)
    page.locator("[data-recorder-record]").click()
    page.wait_for_function(IS_SHOWN, arg=SENTENCE)
    last_word: float = page.evaluate("() => window.shownAt - window.loudAt")
    page.evaluate(STOP)
    text: float = page.wait_for_function(IS_HEARD, arg=SENTENCE).json_value()
    context.close()
    return max(0.0, last_word / 1000), text / 1000
