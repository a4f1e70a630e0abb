"""Recording on the real desk: by the specialist, in an internal note, and as Safari does it, without a network."""

from collections.abc import Callable
from typing import Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, House

pytestmark = pytest.mark.browser

# What WebKit is like: it writes MP4 and names no codec, plays neither WebM nor Ogg, and sends nothing with the app closed.
WEBKIT = """(() => {
  const Real = window.MediaRecorder;
  window.MediaRecorder = class extends Real {
    constructor(stream, how = {}) {
      if (how.mimeType && how.mimeType !== "audio/mp4") throw new DOMException("", "NotSupportedError");
      super(stream, { ...how, mimeType: "audio/mp4" });
    }
    static isTypeSupported(type) { return type === "audio/mp4"; }
  };
  const plays = HTMLMediaElement.prototype.canPlayType;
  HTMLMediaElement.prototype.canPlayType = function (type) { return /webm|ogg/.test(type) ? "" : plays.call(this, type); };
  if (self.ServiceWorkerRegistration) delete ServiceWorkerRegistration.prototype.sync;
})()"""
READY = """async () => {
  await navigator.serviceWorker.ready;
  await import(document.querySelector('script[src*="/js/app.js"]').src.replace("app.js", "outbox-pack.js"));
}"""
HEARD = "(audio) => audio.play().then(() => new Promise((done) => { audio.ontimeupdate = () => audio.currentTime && done(); }))"


FAULTS = "(place) => axe.run(place).then(({ violations }) => violations.map((fault) => fault.id + fault.nodes[0].html))"


def faults(page: Page, place: str, scheme: Literal["light", "dark"]) -> list[str]:
    """What axe finds there."""
    page.emulate_media(color_scheme=scheme)
    found: list[str] = page.evaluate(FAULTS, place)
    return found


def opened(page: Page, address: str) -> Page:
    page.context.grant_permissions(["microphone"])
    page.goto(address)
    page.locator("form[data-composer=on]").wait_for()
    page.locator("[data-recorder-panel]:not([hidden])").wait_for(state="attached")
    return page


def start(page: Page) -> None:
    page.locator("[data-recorder-record]").click()
    page.wait_for_function("() => document.querySelector('[data-recorder-elapsed]').textContent >= '0:01'")
    expect(page.locator("[data-recorder-announcer]")).to_have_text("Запись")


def stop(page: Page) -> None:
    page.get_by_role("button", name="Остановить").click()
    expect(page.locator("li.recorded")).to_have_count(1)


def test_a_specialist_says_an_internal_note(page_of: Callable[..., Page], house: House) -> None:  # S105
    ticket = house.new_ticket("Голосом от специалиста")
    page = opened(page_of("agent", size=PHONE), house.url + ticket)
    page.get_by_role("radio", name="Внутренняя заметка").check()
    page.evaluate(AXE_SCRIPT)
    start(page)
    assert faults(page, ".composer", "dark") == []
    page.get_by_role("button", name="Пауза").click()
    expect(page.locator("[data-recorder-announcer]")).to_have_text("Пауза")
    stop(page)
    expect(page.locator("li.recorded")).to_have_attribute("data-state", "no-model")
    assert faults(page, ".composer", "light") == []
    page.locator(".composer__send").click()
    player = page.locator("#timeline-list .message--note .voice-note audio")
    player.focus()
    page.keyboard.press("Space")  # plays without a mouse
    page.wait_for_function("() => document.querySelector('.message--note audio').currentTime > 0")
    expect(page.locator("li.recorded")).to_have_count(0)
    assert faults(page, ".message--note", "dark") == []
    customer = page_of("client", size=PHONE)
    customer.goto(house.url + ticket)
    expect(customer.locator("#timeline-list .message")).to_have_count(1)
    expect(customer.locator(".voice-note")).to_have_count(0)


def test_what_safari_records_without_a_network_arrives_and_plays(page_of: Callable[..., Page], house: House) -> None:
    page = page_of("client", size=PHONE)
    page.add_init_script(WEBKIT)
    opened(page, house.url + house.new_ticket("Голосом из подвала"))
    page.evaluate(READY)
    page.context.set_offline(True)
    start(page)
    stop(page)
    page.locator(".composer__send").click()
    expect(page.locator("li.parcel")).to_contain_text("голосовое сообщение")
    expect(page.locator("li.parcel")).to_contain_text("Ждёт сети")
    page.context.set_offline(False)
    player = page.locator("#timeline-list .voice-note audio")
    expect(player).to_have_count(1)
    expect(page.locator("li.parcel")).to_have_count(0)
    expect(player.locator("source").last).to_have_attribute("type", "audio/mp4")
    player.evaluate(HEARD)
