"""What is written without a network arrives later: once, in its order, or comes back to its author with the reason."""

import io
import os
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.conftest import PATIENCE_MS, PHONE, House
from tests.samples.spoken import MICROPHONE_WAV
from tests.support.chromium import CHROMIUM_ARGS, chromium_path, microphone
from tests.support.waiting import until

pytestmark = pytest.mark.browser

# As on iOS: nothing sends with the app closed, and nothing tells that a network is there but the page's own events.
NO_SYNC = "if (self.ServiceWorkerRegistration) delete ServiceWorkerRegistration.prototype.sync;"
READY = """async () => {
  await navigator.serviceWorker.ready;
  await import(document.querySelector('script[src*="/js/app.js"]').src.replace("app.js", "outbox-pack.js"));
}"""


@pytest.fixture
def phone(page_of: Callable[..., Page]) -> Page:
    page = page_of("client", size=PHONE)
    page.add_init_script(NO_SYNC)
    return page


def opened(page: Page, address: str) -> None:
    """Open a page and wait until all is there that it needs without a network."""
    page.goto(address)
    page.locator("form[data-composer=on]").wait_for()
    page.evaluate(READY)


def comment(page: Page, text: str) -> None:
    page.locator("#comment-body").fill(text)
    page.locator(".composer__send").click()


def parcels(page: Page) -> Locator:
    return page.locator("li.parcel")


def said(page: Page, text: str) -> Locator:
    return page.locator("#timeline-list .message__body", has_text=text)


def test_a_comment_waits_for_the_network_and_arrives_once(phone: Page, house: House) -> None:
    ticket = house.new_ticket("Комментарий без сети")
    opened(phone, house.url + ticket)
    phone.context.set_offline(True)
    comment(phone, "Пишу с крыши")
    expect(parcels(phone)).to_contain_text("Пишу с крыши")
    expect(parcels(phone)).to_contain_text("Ждёт сети")
    expect(phone.locator("#comment-body")).to_have_value("")
    comment(phone, "И ещё одно")
    expect(parcels(phone)).to_have_count(2)
    phone.context.set_offline(False)
    expect(parcels(phone)).to_have_count(0)
    expect(said(phone, "Пишу с крыши")).to_have_count(1)
    phone.reload()
    bodies = phone.locator("#timeline-list .message__body").all_inner_texts()
    assert [text for text in bodies if text in {"Пишу с крыши", "И ещё одно"}] == ["Пишу с крыши", "И ещё одно"]


def test_a_comment_that_was_overtaken_comes_back_to_its_author(phone: Page, house: House) -> None:
    ticket = house.new_ticket("Пока Вы писали")
    opened(phone, house.url + ticket)
    phone.context.set_offline(True)
    comment(phone, "Всё ещё не работает")
    expect(parcels(phone)).to_have_count(1)
    house.act("agent", f"{ticket}/comments", {"body": "Перезагрузите, пожалуйста"})
    phone.context.set_offline(False)
    expect(parcels(phone)).to_contain_text("Пока Вы писали")
    expect(said(phone, "Всё ещё не работает")).to_have_count(0)
    parcels(phone).get_by_role("button", name="Изменить").click()
    expect(said(phone, "Перезагрузите")).to_have_count(1)
    expect(phone.locator("#comment-body")).to_have_value("Всё ещё не работает")
    expect(parcels(phone)).to_have_count(0)
    phone.locator(".composer__send").click()
    expect(said(phone, "Всё ещё не работает")).to_have_count(1)


def test_an_overtaken_comment_may_go_as_it_is(phone: Page, house: House) -> None:
    ticket = house.new_ticket("Как есть")
    opened(phone, house.url + ticket)
    phone.context.set_offline(True)
    comment(phone, "Спасибо, жду")
    expect(parcels(phone)).to_have_count(1)
    house.act("agent", f"{ticket}/comments", {"body": "Смотрим"})
    phone.context.set_offline(False)
    parcels(phone).get_by_role("button", name="Отправить как есть").click()
    expect(parcels(phone)).to_have_count(0)
    expect(said(phone, "Спасибо, жду")).to_have_count(1)


def test_a_ticket_closed_meanwhile_goes_on_in_a_new_one(phone: Page, house: House) -> None:
    ticket = house.new_ticket("Закрыли, пока писал")
    opened(phone, house.url + ticket)
    phone.context.set_offline(True)
    comment(phone, "Снова то же самое")
    expect(parcels(phone)).to_have_count(1)
    house.act("agent", f"{ticket}/resolve")
    house.act("admin", f"{ticket}/close")
    phone.context.set_offline(False)
    expect(parcels(phone)).to_contain_text("закрыт")
    parcels(phone).get_by_role("button", name="Продолжить в новой заявке").click()
    expect(phone.locator("#description")).to_have_value("Снова то же самое")
    expect(phone.locator("[name=continues]")).to_have_value(ticket.rsplit("/", 1)[-1])
    expect(parcels(phone)).to_have_count(0)


def test_a_parcel_is_withdrawn(phone: Page, house: House) -> None:
    opened(phone, house.url + house.new_ticket("Передумал"))
    phone.context.set_offline(True)
    comment(phone, "Отправлять не буду")
    parcels(phone).get_by_role("button", name="Отозвать").click()
    expect(parcels(phone)).to_have_count(0)
    phone.context.set_offline(False)
    phone.reload()
    expect(said(phone, "Отправлять не буду")).to_have_count(0)


def test_a_form_that_has_a_fault_is_kept_with_the_reason(phone: Page, house: House) -> None:
    opened(phone, f"{house.url}/tickets/new")
    phone.context.set_offline(True)
    phone.locator("[name=subject]").fill("   ")  # a browser takes it for words
    phone.locator("[name=type]").select_option(index=1)
    phone.locator("#description").fill("Только описание")
    phone.locator("#new-ticket [type=submit]").last.click()
    expect(parcels(phone)).to_have_count(1)
    phone.context.set_offline(False)
    expect(parcels(phone)).to_have_attribute("data-state", "refused")
    parcels(phone).get_by_role("button", name="Изменить").click()
    expect(phone.locator("#description")).to_have_value("Только описание")


def test_another_person_neither_sees_nor_sends_what_waits(phone: Page, house: House) -> None:
    ticket = house.new_ticket("Чужая посылка")
    opened(phone, house.url + ticket)
    phone.context.set_offline(True)
    comment(phone, "Только от меня")
    expect(parcels(phone)).to_have_count(1)
    phone.goto("about:blank")
    phone.context.set_offline(False)
    phone.context.clear_cookies(name="desk")
    phone.context.clear_cookies(name="desk_remember")
    house.sign_in(phone.context.request, "colleague")
    opened(phone, house.url + ticket)
    phone.evaluate("() => self.outbox.flush()")
    expect(parcels(phone)).to_have_count(0)
    phone.reload()
    expect(said(phone, "Только от меня")).to_have_count(0)


@pytest.fixture
def own_phone(house: House, tmp_path: Path) -> Iterator[Callable[[], BrowserContext]]:
    """Start a browser that keeps its stores in a folder of its own, with a microphone; again after it was killed."""
    running: list[BrowserContext] = []

    def start() -> BrowserContext:
        context = house.browser.browser_type.launch_persistent_context(
            str(tmp_path / "phone"),
            executable_path=chromium_path(),
            args=[*CHROMIUM_ARGS, microphone(MICROPHONE_WAV)],
            viewport={"width": PHONE[0], "height": PHONE[1]},
            locale="ru-RU",
            permissions=["microphone"],
        )
        context.set_default_timeout(PATIENCE_MS)
        running.append(context)
        return context

    yield start
    running[-1].close()


def kill(folder: Path) -> None:
    """End every process of the browser that keeps its stores here, as a phone does: without a word."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and f"--user-data-dir={folder}" in _command(entry):
            os.kill(int(entry.name), signal.SIGKILL)


def _command(process: Path) -> str:
    try:
        return (process / "cmdline").read_text(errors="replace")
    except OSError:  # it has just ended
        return ""


def test_a_ticket_with_a_photo_and_a_voice_note_outlives_the_app(
    house: House, own_phone: Callable[[], BrowserContext], tmp_path: Path
) -> None:
    subject = "Свитч не поднимается, пишу без сети"
    photo = io.BytesIO()
    Image.new("RGB", (320, 240), "teal").save(photo, "PNG")
    phone = own_phone()
    house.sign_in(phone.request, "client")
    page = phone.pages[0]
    opened(page, f"{house.url}/tickets/new")
    phone.set_offline(True)
    page.locator("[name=subject]").fill(subject)
    page.locator("[name=type]").select_option(index=1)
    chosen = {"name": "стойка.png", "mimeType": "image/png", "buffer": photo.getvalue()}
    page.locator("[data-files] input[type=file]").first.set_input_files([chosen])  # type: ignore[list-item]
    page.locator("[data-recorder-record]").click()
    expect(page.locator("[data-recorder-elapsed]")).to_have_text(re.compile("0:0[1-9]"))
    page.locator("[data-recorder-stop]").click()
    expect(page.locator("li.recorded")).to_have_count(1)
    page.locator("#new-ticket [type=submit]").last.click()
    expect(parcels(page)).to_contain_text("Ждёт сети")
    expect(parcels(page)).to_contain_text("стойка.png, голосовое сообщение")
    kill(tmp_path / "phone")

    phone = own_phone()
    house.sign_in(phone.request, "client")  # his session died with the browser
    page = phone.pages[0]
    page.goto(f"{house.url}/tickets")
    until(lambda: house.count_tickets(subject) == 1, "the ticket")
    page.goto(f"{house.url}/outbox")
    expect(page.locator("[data-outbox-empty]")).to_be_visible()
    page.goto(f"{house.url}/tickets")
    page.get_by_role("link", name=re.compile(subject)).first.click()
    expect(page.locator("#timeline-list").get_by_role("link", name="стойка.png").first).to_be_visible()
    expect(page.locator("#timeline-list [data-note-audio], #timeline-list audio")).to_have_count(1)
    assert house.count_tickets(subject) == 1
