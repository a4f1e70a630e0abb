"""«Новая заявка» in a browser: the rich editor, chips, drafts, offers, all of it by the keyboard too (S20–S30)."""

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped]
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

from tests.browser.conftest import PHONE, House, listen
from tests.browser.test_bad_input import open_form

pytestmark = pytest.mark.browser
LIGHT = True

PageOf = Callable[..., Page]
PASTE = """(target, { html, text, picture }) => (async () => {
  const transfer = new DataTransfer();
  if (html) transfer.setData("text/html", html);
  if (text) transfer.setData("text/plain", text);
  if (picture) {
    const canvas = Object.assign(document.createElement("canvas"), { width: 40, height: 20 });
    const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
    transfer.items.add(new File([blob], "image.png", { type: "image/png" }));
  }
  target.dispatchEvent(new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true }));
})()"""
KEPT = "() => Object.keys(localStorage).filter((key) => key.startsWith('draft:')).length"


def form(page: Page, house: House, subject: str = "") -> Page:
    open_form(page, f"{house.url}/tickets/new")
    expect(page.locator("[data-editor-tools][data-ready]")).to_be_visible()
    if subject:
        page.get_by_label("Тема").fill(subject)
        page.get_by_label("Тип заявки").select_option(label="Консультация")
    return page


def paste(target: Locator, **what: object) -> None:
    target.evaluate(PASTE, {"html": "", "text": "", "picture": False} | what)


def tool(page: Page, name: str) -> Locator:
    return page.get_by_role("toolbar").get_by_role("button", name=name)


def editor(page: Page) -> Locator:
    """The rich editor, once it stands in the field's place."""
    return page.get_by_role("textbox", name="Описание").and_(page.locator("[contenteditable]"))


def create(page: Page) -> Locator:
    """Send the form; return what the description is shown as."""
    page.get_by_role("button", name="Создать").click()
    page.wait_for_url(re.compile(r"/tickets/\d+$"))
    return page.locator("#ticket-timeline .message__body").first


def test_formatted_text_is_typed_sent_and_shown(house: House, page_of: PageOf) -> None:  # S28
    page = form(page_of("client"), house, "Оформленный текст")
    page.get_by_label("Описание").click()
    page.keyboard.type("Порт ")
    tool(page, "Полужирный").click()
    expect(tool(page, "Полужирный")).to_have_attribute("aria-pressed", "true")
    expect(editor(page)).to_be_focused()
    page.keyboard.type("лежит")
    page.keyboard.press("Control+b")
    page.keyboard.type(" с ночи")
    page.keyboard.press("Enter")
    tool(page, "Нумерованный список").click()
    page.keyboard.type("перезагрузил")
    page.keyboard.press("Enter")
    page.keyboard.type("сменил модуль")
    for _ in range(2):
        page.keyboard.press("Enter")
    tool(page, "Код").click()
    page.keyboard.type("interface eth0")
    page.keyboard.press("Enter")
    page.keyboard.type("  no shutdown")
    said = create(page)
    expect(said.locator("b")).to_have_text("лежит")
    expect(said.locator("ol li")).to_have_text(["перезагрузил", "сменил модуль"])
    assert said.locator("pre").inner_text() == "interface eth0\n  no shutdown"


def test_underline_size_link_and_clearing(house: House, page_of: PageOf) -> None:  # S28
    page = form(page_of("client"), house, "Размер и ссылка")
    page.get_by_label("Описание").fill("раз два три")
    page.get_by_label("Описание").press("Control+a")
    tool(page, "Подчёркнутый").click()
    page.get_by_label("Размер букв").select_option("large")
    expect(editor(page).locator(".large u, u .large")).to_have_text("раз два три")
    tool(page, "Ссылка").click()
    page.get_by_label("Адрес ссылки").fill("nag.wiki/x")
    page.get_by_label("Адрес ссылки").press("Enter")
    expect(editor(page).locator("a")).to_have_attribute("href", "https://nag.wiki/x")
    page.keyboard.press("Control+a")
    tool(page, "Убрать оформление").click()
    expect(editor(page).locator("u, a, .large")).to_have_count(0)
    expect(editor(page)).to_have_text("раз два три")


def test_what_is_pasted_is_cleaned_and_the_source_can_be_seen_and_changed(house: House, page_of: PageOf) -> None:  # S28
    page = form(page_of("client"), house, "Источник")
    page.get_by_label("Описание").click()
    tool(page, "Курсив").click()
    hostile = (
        '<p style="color:red" onclick="x()">Из <span style="font-weight:700">Word</span></p><script>alert(1)</script>'
    )
    paste(editor(page), html=hostile + '<img src="https://evil.example/x.png" onerror="alert(1)">', text="Из Word")
    expect(editor(page).locator("b")).to_have_text("Word")
    assert editor(page).locator("img, script, [style], [onclick]").count() == 0
    tool(page, "Источник").click()
    source = page.get_by_role("textbox", name="Описание")
    expect(source).to_have_value(re.compile("<b>Word</b>"))
    expect(tool(page, "Полужирный")).to_be_disabled()
    source.fill('<p>Сам <i>написал</i></p><iframe src="https://evil.example"></iframe>')
    tool(page, "Источник").click()
    expect(editor(page).locator("i")).to_have_text("написал")
    said = create(page)
    expect(said).to_have_text("Сам написал")
    assert said.locator("iframe").count() == 0


def test_a_pasted_picture_stands_where_it_was_put(house: House, page_of: PageOf) -> None:  # S28, S29
    page = form(page_of("client"), house, "Снимок экрана")
    page.get_by_label("Описание").fill("Вот ошибка: ")
    paste(page.get_by_label("Описание"), picture=True)
    expect(editor(page).locator("img[src^='/attachments/']")).to_be_visible()
    page.keyboard.type(" и всё")
    said = create(page)
    expect(said.locator("img")).to_have_js_property("naturalWidth", 40)
    expect(said).to_contain_text("Вот ошибка:")


def test_a_form_waits_for_the_picture_on_its_way(house: House, page_of: PageOf) -> None:  # S28
    page = form(page_of("client"), house, "Снимок в пути")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/uploads", hold, times=1)
    page.get_by_label("Описание").click()
    with page.expect_request("**/uploads"):
        paste(page.get_by_label("Описание"), picture=True)
    expect(editor(page).locator("img[data-pending]")).to_be_visible()
    page.get_by_role("button", name="Создать").click()
    expect(page.get_by_text("Изображение отправляется")).to_be_visible()
    held[0].continue_()
    page.wait_for_url(re.compile(r"/tickets/\d+$"))
    expect(page.locator("#ticket-timeline .message__body img").first).to_have_js_property("naturalWidth", 40)


def test_a_pasted_configuration_is_offered_as_code(house: House, page_of: PageOf) -> None:  # S28
    page = form(page_of("client"), house, "Конфигурация")
    field = page.get_by_label("Описание")
    config = "interface eth0\n ip address 10.0.0.1\n no shutdown\nvlan 10\n name office"
    paste(field, text=config)
    field.evaluate(
        "(field, text) => field.setRangeText(text, 0, 0, 'end')", config
    )  # what the browser does with a paste
    page.get_by_role("button", name="Оформить как код").click()
    expect(editor(page).locator("pre")).to_have_count(1)
    assert create(page).locator("pre").inner_text() == config


def test_serial_numbers_become_chips_that_the_keyboard_removes(house: House, page_of: PageOf) -> None:  # S25
    page = form(page_of("client"), house, "Чипы")
    field, chips = page.get_by_label("Серийный номер", exact=True), page.locator(".serial-chip")
    field.press_sequentially("OE4423DS24;")
    field.press_sequentially("456,")
    field.press_sequentially("789")
    field.press("Enter")
    expect(chips.locator(".serial-chip__number")).to_have_text(["OE4423DS24", "456", "789"])
    expect(chips.first).to_contain_text("SNR-S2962-24T")  # a device of the company
    paste(field, text="AA1\nAA2\r\n456;AA3")
    expect(chips).to_have_count(6)
    field.press("Backspace")
    expect(page.get_by_role("button", name="Убрать AA3")).to_be_focused()
    page.keyboard.press("Delete")
    expect(page.get_by_role("button", name="Убрать AA2")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect(chips.locator(".serial-chip__number")).to_have_text(["OE4423DS24", "456", "789", "AA2"])
    field.fill("НЕДОПЕЧАТАН")
    create(page)
    expect(page.locator("#ticket-facts")).to_contain_text("OE4423DS24")
    for serial in ("456", "789", "AA2", "НЕДОПЕЧАТАН"):
        expect(page.locator("#ticket-facts")).to_contain_text(serial)


def test_a_number_of_an_open_ticket_is_warned_of_with_a_link(house: House, page_of: PageOf) -> None:  # S25
    page = form(page_of("client"), house, "Первая с номером")
    page.get_by_label("Серийный номер", exact=True).fill("ZZ-77-ПЕРВАЯ")
    create(page)
    number = page.url.rsplit("/", 1)[1]
    again = form(page, house)
    again.get_by_label("Серийный номер", exact=True).press_sequentially("ZZ-77-ПЕРВАЯ;")
    link = page.locator("[data-chips-notes]").get_by_role("link")
    expect(link).to_have_attribute("href", f"/tickets/{number}")
    expect(link).to_have_attribute("target", "_blank")


def test_articles_come_while_the_subject_is_typed_and_nothing_jumps(house: House, page_of: PageOf) -> None:  # S21
    page = form(page_of("client", size=PHONE), house)
    before = page.get_by_label("Тип заявки").bounding_box()
    page.get_by_label("Тема").press_sequentially("обновить прошивку")
    expect(page.locator("#subject-offers").get_by_role("link").first).to_have_attribute("target", "_blank")
    assert page.get_by_label("Тип заявки").bounding_box() == before


def test_the_chosen_types_hint_is_shown(house: House, page_of: PageOf) -> None:  # S22
    page = form(page_of("client"), house)
    kinds = page.get_by_label("Тип заявки")
    hints = kinds.evaluate("(list) => JSON.parse(list.dataset.hints)")
    for code, words in list(hints.items())[:2]:
        kinds.select_option(code)
        expect(page.locator("[data-type-hint]")).to_have_text(words)


def test_a_draft_survives_a_closed_tab_with_all_its_parts(house: House, page_of: PageOf) -> None:  # S20
    page = form(page_of("client"), house, "Черновик")
    page.get_by_label("Серийный номер", exact=True).press_sequentially("D1;D2;")
    page.get_by_label("Номер заказа покупателя").fill("0000012345")
    page.get_by_label("Описание").fill("жирно")
    page.get_by_label("Описание").press("Control+a")
    page.keyboard.press("Control+b")
    expect(editor(page).locator("b")).to_have_text("жирно")
    context: BrowserContext = page.context
    page.close(run_before_unload=False)
    page = opened_anew(context, house)
    expect(page.get_by_text(re.compile(r"У Вас есть черновик от \d\d:\d\d"))).to_be_visible()
    expect(editor(page).locator("b")).to_have_text("жирно")
    expect(page.locator(".serial-chip__number")).to_have_text(["D1", "D2"])
    expect(page.get_by_label("Номер заказа покупателя")).to_have_value("0000012345")
    expect(page.get_by_label("Тип заявки")).to_have_value("consultation")
    page.get_by_role("button", name="Продолжить").click()
    expect(page.get_by_text("У Вас есть черновик")).to_be_hidden()
    create(page)
    assert page.evaluate(KEPT) == 0, "what was sent is no draft"


def opened_anew(context: BrowserContext, house: House) -> Page:
    page = context.new_page()
    listen(page, [])
    return form(page, house)


def test_a_draft_is_deleted_when_told_so(house: House, page_of: PageOf) -> None:  # S20
    page = form(page_of("client"), house, "Удаляемый черновик")
    page.get_by_label("Описание").fill("x")
    page.get_by_label("Описание").press("Control+b")
    expect(editor(page)).to_be_visible()
    form(page, house)
    page.get_by_role("button", name="Удалить", exact=True).click()
    expect(page.get_by_label("Тема")).to_have_value("")
    expect(page.get_by_label("Описание")).to_have_value("")  # the plain field again
    assert page.evaluate(KEPT) == 0
    form(page, house)
    expect(page.get_by_text("У Вас есть черновик")).to_be_hidden()


def test_drafts_of_two_places_and_two_people_do_not_mix(house: House, page_of: PageOf) -> None:  # S20, D5
    page = form(page_of("client"), house, "Обычная")
    number = house.new_ticket("Старая").rsplit("/", 1)[1]
    open_form(page, f"{house.url}/tickets/new?continues={number}")
    expect(page.get_by_label("Тема")).to_have_value("Старая")
    page.get_by_label("Описание").fill("Продолжаю")
    form(page, house)
    expect(page.get_by_label("Тема")).to_have_value("Обычная")
    expect(page.get_by_label("Описание")).to_have_value("")
    other = form(page_of("colleague"), house)
    expect(other.get_by_label("Тема")).to_have_value("")


def test_what_was_spoken_goes_into_the_formatted_text(house: House, page_of: PageOf) -> None:  # S28, S105
    page = page_of("client")
    page.context.grant_permissions(["microphone"])
    form(page, house, "Голос и оформление")

    def recognize(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json=answer.json() | {"state": "done", "percent": 100, "text": "порт лежит"})

    page.route("**/voice-notes", recognize)
    page.get_by_label("Описание").fill("важно")
    page.get_by_label("Описание").press("Control+a")
    page.keyboard.press("Control+b")
    expect(editor(page).locator("b")).to_have_text("важно")
    page.locator("[data-recorder-record]").click()
    expect(page.locator("[data-recorder-elapsed]")).to_have_text(re.compile("0:0[1-9]"))
    page.locator("[data-recorder-stop]").click()
    page.locator("[data-note-insert]").click()
    expect(editor(page)).to_have_text(re.compile("важно\\s*порт лежит"))
    expect(editor(page).locator("b").first).to_have_text("важно")
    expect(page.locator("[data-note-insert]")).to_be_hidden()  # it knows that its words stand there
    said = create(page)
    expect(said.locator("b")).to_have_text("важно")
    expect(said).to_contain_text("порт лежит")


def test_the_whole_form_by_the_keyboard_alone(house: House, page_of: PageOf) -> None:  # S20–S30
    page = form(page_of("client"), house)
    page.get_by_label("Тема").focus()
    page.keyboard.type("С клавиатуры вся")
    until_focused(page, "#type")
    page.keyboard.press("ArrowDown")
    until_focused(page, "#serial_numbers")
    page.keyboard.type("K1;K2;")
    until_focused(page, "[data-tool=bold]")
    page.keyboard.press("ArrowRight")
    expect(tool(page, "Курсив")).to_be_focused()
    page.keyboard.press("End")
    expect(tool(page, "Источник")).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    expect(editor(page)).to_be_focused()  # ready to write in bold
    page.keyboard.type("жирно")
    until_focused(page, "button[type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/tickets/\d+$"))
    expect(page.locator("#ticket-timeline b").first).to_have_text("жирно")


def until_focused(page: Page, selector: str) -> None:
    """Press Tab until this is focused, as often as a reader would."""
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches('#new-ticket ' + selector)", selector):
            return
    raise AssertionError(f"{selector} is not reached")


def test_a_comment_is_formatted_too(house: House, page_of: PageOf) -> None:  # S28, S32
    page = page_of("client", size=PHONE)
    open_form(page, house.url + house.new_ticket("Комментарий с оформлением"))
    expect(page.get_by_role("toolbar")).to_be_hidden()  # a phone shows it with the first letter
    page.get_by_label("Комментарий", exact=True).fill("Готово")
    page.keyboard.press("Control+a")
    tool(page, "Полужирный").click()
    expect(page.locator("#composer .editor b")).to_have_text("Готово")
    page.get_by_role("button", name="комментировать").click()
    expect(page.locator(".message__body b", has_text="Готово")).to_be_visible()
    expect(page.get_by_label("Комментарий", exact=True)).to_have_value("")


@pytest.mark.parametrize("size", [PHONE, (1280, 800)])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_filled_form_has_no_fault_that_axe_knows(
    house: House, page_of: PageOf, size: tuple[int, int], scheme: str
) -> None:  # S20–S30
    page = page_of("client", size=size)
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    form(page, house, "обновить прошивку")
    page.get_by_label("Серийный номер", exact=True).press_sequentially("OE4423DS23;5;")
    expect(page.locator("[data-chips-notes] a").first).to_be_visible()
    page.get_by_label("Описание").fill("Текст")
    page.keyboard.press("Control+b")
    expect(editor(page)).to_be_focused()
    tool(page, "Ссылка").click()
    expect(page.get_by_label("Адрес ссылки")).to_be_focused()
    page.evaluate(AXE_SCRIPT)
    faults = page.evaluate(
        "() => axe.run().then(({ violations }) => violations.map((fault) => fault.id + fault.nodes[0].html))"
    )
    assert faults == []
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def test_a_phone_shows_the_first_field_at_once_and_one_row_of_tools(house: House, page_of: PageOf) -> None:  # S20, S28
    page = form(page_of("client", size=PHONE), house)
    subject = page.get_by_label("Тема").bounding_box()
    assert subject and subject["y"] + subject["height"] < PHONE[1] / 2
    tools = page.get_by_role("toolbar").bounding_box()
    assert tools and tools["height"] < 60
    for button in page.get_by_role("toolbar").get_by_role("button").all():
        box = button.bounding_box()
        assert box and min(box["width"], box["height"]) >= 44
    page.get_by_role("button", name="Создать").scroll_into_view_if_needed()
    expect(page.get_by_role("button", name="Создать")).to_be_in_viewport()
