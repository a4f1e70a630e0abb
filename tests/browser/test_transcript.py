"""The words of a recording in a browser: heard by a press and by the keyboard, found by the search, offered to a form (S105)."""

import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped]
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.conftest import DESKTOP, PHONE, TOKEN, House
from tests.browser.every_page import RULES, audit, small_targets, width_beyond
from tests.browser.test_bad_input import open_form
from tests.samples.spoken import FOLDER
from tests.support.heard import STEP, heard
from tests.support.waiting import until

pytestmark = pytest.mark.browser

PageOf = Callable[..., Page]
SAID = "не работает порт на коммутаторе после обновления прошивки серийный номер о е четыре четыре два три д эс два три"
PLAYED = "() => [...document.querySelectorAll('audio')].filter((one) => !one.paused).map((one) => one.currentTime)"
STOPS = "() => document.querySelectorAll('[data-spoken] [tabindex]').length"


@pytest.fixture
def record(house: House) -> Callable[..., str]:
    """Send a recording as a person, write down what was heard in it, and return its id."""

    def make(said: str, unsure: tuple[str, ...] = (), who: str = "client") -> str:
        with house.browser.new_context(storage_state=house.session(who)) as context:
            token = TOKEN.search(context.request.get(f"{house.url}/profile").text())
            assert token is not None
            sound = (FOLDER / "sentence.webm").read_bytes()
            audio: FilePayload = {"name": "a.webm", "mimeType": "audio/webm", "buffer": sound}
            answer = context.request.post(
                f"{house.url}/voice-notes", multipart={"csrf_token": token[1], "audio": audio, "recorded": "1"}
            )
            public_id: str = answer.json()["id"]
            address, ask = f"{house.url}/voice-notes/{public_id}", {"Accept": "application/json"}
            # The house has no model: the worker is through with the recording when it says so.
            until(lambda: context.request.get(address, headers=ask).json()["state"] == "no-model", "the worker's word")
        write(house, public_id, heard(said, unsure))
        return public_id

    return make


def write(house: House, public_id: str, values: dict[str, Any]) -> None:
    plain = {name: value if isinstance(value, str | int) else json.dumps(value) for name, value in values.items()}
    names = ", ".join(f"{name} = :{name}" for name in plain)
    with closing(sqlite3.connect(house.desk.folder / "desk.db", timeout=30)) as base, base:
        base.execute(f"UPDATE voice_note SET {names} WHERE public_id = :id", {**plain, "id": public_id})


def sent(house: House, note: str, text: str, subject: str) -> str:
    form = {"subject": subject, "type": "consultation", "priority": "normal", "description": text}
    with house.browser.new_context(storage_state=house.session("client")) as context:
        return house.post(context.request, "/tickets", form | {"voice_note_ids": note})


def looks_right(page: Page) -> None:
    """Axe finds nothing, nothing sticks out, on a phone no target is too small for a thumb."""
    page.evaluate(AXE_SCRIPT)
    assert audit(page, RULES) == []
    assert width_beyond(page) == 0
    if page.viewport_size and page.viewport_size["width"] == PHONE[0]:
        assert small_targets(page) == []


def test_words_are_heard_by_a_press_and_by_the_keyboard(
    house: House, page_of: PageOf, record: Callable[..., str]
) -> None:
    note = record(SAID, ("порт", "прошивки"))
    path = sent(house, note, "Не работает лампа на коммутаторе после обновления прошивки", "Лампа не горит")
    page = page_of("client", size=PHONE)
    page.goto(house.url + path)
    text = page.get_by_role("group", name="Слова записи")
    expect(text).to_have_text("Не работает лампа на коммутаторе после обновления прошивки")
    assert page.evaluate(STOPS) == 1  # of the keyboard: the arrows do the rest
    expect(text.locator(".unsure")).to_have_text(["прошивки"])  # «порт» was corrected
    expect(text.get_by_title("Расслышано неуверенно")).to_have_text("прошивки")  # said, not only drawn
    text.get_by_text("коммутаторе").click()
    page.wait_for_function(f"() => ({PLAYED})().some((second) => second > {4 * STEP})")
    expect(text.locator(".is-said").first).to_be_visible()
    text.get_by_role("button").press("Escape")
    assert page.evaluate(PLAYED) == []
    for key in ("Home", "ArrowRight", "ArrowRight"):
        text.get_by_role("button").press(key)
    word = text.get_by_role("button", name="лампа")
    expect(word).to_be_focused()
    word.press("Enter")  # a corrected word is heard where it was said
    page.wait_for_function(f"() => ({PLAYED})().some((second) => second > {2 * STEP} && second < {6 * STEP})")
    page.locator(f"#voice-note-{note} audio").evaluate("(player) => { player.currentTime = 7; }")
    expect(text.locator(".is-said")).to_have_count(0)  # it has ended
    looks_right(page)
    page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
    page.emulate_media(color_scheme="dark")
    looks_right(page)


def test_without_a_script_the_text_is_plain_and_the_audio_plays(
    house: House, page_of: PageOf, record: Callable[..., str]
) -> None:
    path = sent(house, record(SAID, ("порт",)), "Послушайте запись", "Без скрипта")
    page = page_of("agent", script=False)
    page.goto(house.url + path)
    expect(page.locator(".voice-note__transcript")).to_contain_text("Не работает порт на коммутаторе")
    expect(page.locator(".voice-note__press")).to_be_hidden()
    assert page.locator("[data-spoken] [tabindex], [data-spoken][role]").count() == 0
    expect(page.locator("audio[controls]")).to_be_visible()
    page.get_by_text("Как распознано").click()
    expect(page.locator(".voice-note__raw p")).to_have_text(SAID)


def test_a_hit_of_the_search_leads_to_its_second(house: House, page_of: PageOf, record: Callable[..., str]) -> None:
    note = record("стойка гудит и вентилятор дребезжит по ночам")
    path = sent(house, note, "Стойка гудит, и вентилятор дребезжит по ночам", "Шум в стойке")
    page = page_of("client")
    page.goto(f"{house.url}/tickets?q=дребезжит")
    page.locator(".row-card__link").click()
    page.wait_for_url(f"**{path}?at=*")
    word = page.get_by_role("button", name="дребезжит")
    expect(word).to_be_focused()
    expect(word).to_be_in_viewport()
    player = page.locator(f"#voice-note-{note} audio")
    page.wait_for_function("(player) => player.currentTime > 1", arg=player.element_handle())
    assert player.evaluate("(one) => [one.paused, one.currentTime]") == [True, pytest.approx(4 * STEP)]


def test_the_text_is_corrected_where_it_stands(house: House, page_of: PageOf, record: Callable[..., str]) -> None:
    path = sent(house, record("лампа мигает красным", ("мигает",)), "", "Мигает лампа")
    page = page_of("client", size=PHONE)
    page.goto(house.url + path)
    page.get_by_role("link", name="Исправить текст").click()
    field = page.get_by_label("Текст записи")
    expect(field).to_be_focused()
    looks_right(page)
    field.fill("Лампа светится красным светом")
    page.get_by_role("button", name="Сохранить").click()
    text = page.get_by_role("group", name="Слова записи")
    expect(text.locator("[data-at]")).to_have_text(["Лампа", "светится", "красным"])
    expect(text.locator(".unsure")).to_have_count(0)
    page.get_by_role("link", name="Исправить текст").click()
    page.get_by_role("link", name="Отмена").click()
    expect(text).to_have_text("Лампа светится красным светом")


def test_what_was_heard_is_offered_and_overwrites_nothing(
    house: House, page_of: PageOf, record: Callable[..., str]
) -> None:
    note = record(SAID, ("порт",))
    page = page_of("client", size=PHONE)
    open_form(page, f"{house.url}/tickets/new?voice_note_ids={note}")
    offers = page.get_by_role("list", name="Услышано в записи")
    expect(offers).to_be_visible()
    fields = {name: page.locator(f"[name={name}]") for name in ("subject", "type", "serial_numbers", "description")}
    assert [field.input_value() for field in fields.values()] == ["", "", "", ""]
    page.emulate_media(color_scheme="dark")
    looks_right(page)
    fields["subject"].fill("Моя тема")
    expect(offers.get_by_role("button", name="Тема:")).to_have_count(0)  # typed: nothing to offer
    offers.get_by_role("button", name="Добавить серийный номер OE4423DS23?").first.press("Enter")
    expect(page.locator(".serial-chip__number")).to_have_text("OE4423DS23")
    expect(page.get_by_role("status").filter(has_text="Готово: Добавить серийный номер")).to_have_count(1)
    expect(offers.get_by_role("button").first).to_be_focused()  # the keyboard goes on with the next one
    offers.get_by_role("button", name="Не нужно: Тип заявки").click()
    expect(offers.get_by_role("button", name="Тип заявки")).to_have_count(0)
    assert (fields["type"].input_value(), fields["subject"].input_value()) == ("", "Моя тема")
    page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
    page.emulate_media(color_scheme="light")
    looks_right(page)
    page.get_by_role("button", name="Вставить текст").click()
    page.get_by_role("button", name="порт", exact=True).click()
    page.wait_for_function(f"() => ({PLAYED})().some((second) => second > {2 * STEP})")
    page.keyboard.type("разъём")
    expect(fields["description"]).to_have_value(re.compile("^Не работает разъём на коммутаторе после"))
    fields["subject"].fill("")
    expect(offers.get_by_role("button", name="Тема:").first).to_be_visible()  # lacking again, so offered again
