"""What one says appears while one says it: a real microphone's sound, the real recognizer, the whole desk (S105)."""

import json
import re
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect, sync_playwright
from redis import Redis

from services.live_words import EARS, PLACES
from tests.browser.conftest import PHONE, TOKEN, House, listen
from tests.browser.every_page import RULES, audit, small_targets, width_beyond
from tests.samples.spoken import HINTS, MICROPHONE_WAV, SENTENCE, WORDS, model_folder
from tests.support.chromium import CHROMIUM_ARGS, chromium_path, microphone
from tests.support.desk import RunningDesk
from tests.support.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.long]

HEARD_MS = 60_000  # on a busy machine
ALL = re.compile(".*".join(WORDS))  # what one hears at once may have a word too many: it is not the last
LATER = "Текст появится после записи."


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    """With a model, and an ear for one speaker."""
    chromium_path()  # says what is missing before anything starts
    environment = {"VOSK_MODEL": str(model_folder()), "VOSK_HINTS": json.dumps(HINTS), "LIVE_SPEAKERS": "1"}
    with RunningDesk(tmp_path_factory.mktemp("desk"), environment) as running:
        yield running


@pytest.fixture(scope="module")
def redis(desk: RunningDesk) -> Iterator[Redis]:
    with Redis.from_url(f"unix://{desk.folder}/redis/redis.sock?db=0") as client:
        until(lambda: any(told.endswith(b":1") for told in client.hvals(EARS)), "the ear and its model", seconds=60)
        yield client


@pytest.fixture(scope="module")
def speaking(desk: RunningDesk, redis: Redis) -> Iterator[House]:
    """The desk and a browser whose microphone says the sentence once each time it is switched on."""
    with sync_playwright() as playwright:
        args = [*CHROMIUM_ARGS, microphone(MICROPHONE_WAV)]
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=args)
        house = House(desk, browser, {})
        house.installs = False
        yield house
        browser.close()


@pytest.fixture
def page_of(speaking: House) -> Iterator[Callable[[str, str], Page]]:
    complaints: list[str] = []

    def opened(who: str, path: str) -> Page:
        context = speaking.context(who, size=PHONE)
        context.grant_permissions(["microphone"])
        page = context.new_page()
        listen(page, complaints)
        page.goto(speaking.url + path)
        page.locator("[data-recorder-panel]:not([hidden])").wait_for(state="attached")
        return page

    yield opened
    for context in speaking.browser.contexts:
        context.close()
    assert complaints == []


def start(page: Page) -> None:
    page.locator("[data-recorder-record]").click()
    page.locator("[data-recorder-stop]").wait_for()


def until_said(page: Page) -> None:
    """Wait until the microphone has said its sentence."""
    page.wait_for_function(
        "() => document.querySelector('[data-recorder-elapsed]').textContent >= '0:08'", timeout=HEARD_MS
    )


def top_of(page: Page, part: str) -> float:
    box = page.locator(f"[data-recorder-{part}]").bounding_box()
    assert box
    return box["y"]


def test_words_appear_while_they_are_said_and_what_was_corrected_is_sent(
    page_of: Callable[[str, str], Page], redis: Redis
) -> None:  # S105
    page = page_of("client", "/tickets/new")
    page.fill("[name=subject]", "Голосом, слово за словом")
    page.select_option("[name=type]", label="Консультация")
    start(page)
    words = page.locator("[data-words-heard]")
    before = top_of(page, "stop")
    expect(words).to_contain_text(WORDS[0], timeout=HEARD_MS)
    expect(page.locator("[data-recorder]")).to_have_attribute("data-state", "recording")
    assert top_of(page, "stop") == before  # no button moves under a thumb
    expect(page.locator("[data-recorder-announcer]")).to_have_text("Распознаётся")
    expect(words).to_have_text(ALL, timeout=HEARD_MS)
    page.evaluate(AXE_SCRIPT)
    assert audit(page, RULES) == [] and small_targets(page) == [] and width_beyond(page) == 0
    page.get_by_role("button", name="Пауза").click()
    until(lambda: redis.zcard(PLACES) == 0, "his place is free while he pauses")
    page.get_by_role("button", name="Продолжить").click()
    until(lambda: redis.zcard(PLACES) == 1, "a place again")
    expect(words).to_have_text(ALL)  # it stays when he goes on
    page.context.set_offline(True)
    expect(page.locator("[data-words-told]")).to_have_text(LATER)
    expect(words).to_have_text(ALL)
    page.context.set_offline(False)
    expect(page.locator("[data-words-told]")).to_have_text("")  # and again when the network is back
    page.get_by_role("button", name="Остановить").click()
    description = page.locator("#description")
    expect(description).to_have_value(SENTENCE, timeout=HEARD_MS)  # of the stored recording
    expect(page.locator("[data-note-spoken]")).to_be_hidden()
    description.fill(f"{SENTENCE}. Прошивка 7.0.3.")
    page.get_by_role("button", name="Создать").click()
    page.wait_for_url(re.compile(r"/tickets/\d+$"))
    expect(page.locator("#ticket-timeline")).to_contain_text(f"{SENTENCE}. Прошивка 7.0.3.")
    expect(page.locator("#ticket-timeline audio")).to_have_count(1)
    assert redis.keys("live:sound:*") == []  # nothing is left of what was sent while he spoke


def test_who_finds_no_place_reads_it_after_the_recording(
    speaking: House, page_of: Callable[[str, str], Page], redis: Redis
) -> None:
    path = speaking.new_ticket("Голосом, когда занято")
    with speaking.browser.new_context(storage_state=speaking.session("agent")) as other:
        token = TOKEN.search(other.request.get(f"{speaking.url}/profile").text())
        assert token
        ask = {"X-CSRF-Token": token[1]}
        place = until(
            lambda: other.request.post(f"{speaking.url}/live-words", headers=ask).json().get("id"), "a place", every=3
        )
    redis.zincrby(PLACES, 600, place)  # he speaks for long
    page = page_of("client", path)
    start(page)
    expect(page.locator("[data-words-told]")).to_have_text(LATER)
    until_said(page)
    expect(page.locator("[data-words-heard]")).to_have_text("")
    expect(page.get_by_role("alert")).to_have_count(0)
    page.get_by_role("button", name="Остановить").click()
    expect(page.locator("li.recorded")).to_have_attribute("data-state", "done", timeout=HEARD_MS)
    expect(page.locator("[data-composer] textarea[name=body]")).to_have_value(SENTENCE)
