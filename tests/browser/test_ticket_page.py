"""An open ticket that changes under its reader: news come in, the status moves, the session or a script is lost."""

import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest
from playwright.sync_api import Page, expect

from services import threads
from tests.browser.conftest import EMAILS, PHONE, House
from tests.browser.test_bad_input import lose_session, open_form

pytestmark = pytest.mark.browser
LIGHT = True

PageOf = Callable[..., Page]
NEWS = "() => document.body.dispatchEvent(new CustomEvent('push:news', { bubbles: true }))"  # static/js/push.js


def typed(page: Page) -> str:
    """Return what stands in the composer, with the editor's tools or without."""
    field = page.locator("#composer [contenteditable=true]")
    return (field.inner_text() if field.count() else page.locator("#comment-body").input_value()).strip()


def test_a_push_brings_the_news_into_the_open_ticket_and_leaves_what_is_typed(house: House, page_of: PageOf) -> None:
    path = house.new_ticket("Новости на месте")
    page = page_of("client")
    open_form(page, house.url + path)
    field = page.get_by_label("Комментарий")
    field.fill("Пишу, пока")
    house.act("agent", f"{path}/comments", {"body": "Пришлите лог.", "visibility": "public"})
    page.evaluate(NEWS)
    expect(page.get_by_role("log").locator(".message", has_text="Пришлите лог.")).to_be_visible()
    expect(page.locator("#ticket-header")).to_have_attribute("data-status", "waiting")
    expect(field).to_have_value("Пишу, пока")
    expect(field).to_be_focused()


def test_a_move_by_the_keyboard_is_said_and_leaves_the_focus_at_the_status(house: House, page_of: PageOf) -> None:
    page = page_of("client")
    open_form(page, house.url + house.new_ticket("С клавиатуры"))
    page.locator("#ticket-actions").get_by_role("button", name="Решена").press("Enter")  # S33
    expect(page.locator("#ticket-status")).to_have_text("Статус: Решена")
    expect(page.get_by_role("button", name="Изменить статус")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#status-menu").get_by_role("button", name="возобновить")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Изменить статус")).to_be_focused()


def test_news_touch_nobody_who_reads_types_or_chooses(house: House, page_of: PageOf) -> None:
    path = house.new_ticket("Читаю с начала")
    for turn in range(8):
        house.act(
            "agent", f"{path}/comments", {"body": f"Шаг {turn}.\n\nОбновите и перезагрузите.", "visibility": "public"}
        )
    page = page_of("client", size=PHONE)
    open_form(page, house.url + path)
    field = page.get_by_role("textbox", name="Комментарий").first
    field.press_sequentially("Пишу")
    page.evaluate("scrollTo(0, 0)")
    page.get_by_role("button", name="Изменить статус").click()
    menu = page.locator("#status-menu")
    expect(menu).to_be_visible()
    house.act("agent", f"{path}/comments", {"body": "И ещё один шаг.", "visibility": "public"})
    page.evaluate(NEWS)
    expect(page.locator(".message", has_text="И ещё один шаг.")).to_have_count(1)
    assert page.evaluate("scrollY") == 0
    expect(menu).to_be_visible()
    page.keyboard.press("Escape")
    pill = page.get_by_role("button", name="Новый комментарий")
    expect(pill).to_be_visible()
    pill.click()
    expect(page.locator(".message", has_text="И ещё один шаг.")).to_be_in_viewport()
    expect(pill).to_be_hidden()
    assert typed(page) == "Пишу"


def test_the_comment_is_in_reach_of_the_thumb(house: House, page_of: PageOf) -> None:  # S32
    page = page_of("client", size=PHONE)
    open_form(page, house.url + house.new_ticket("Большим пальцем"))
    send = page.get_by_role("button", name="комментировать")
    for top in (0, 10_000):
        page.evaluate("top => scrollTo(0, top)", top)
        box = send.bounding_box()
        assert box is not None and box["y"] > PHONE[1] / 2 and box["y"] + box["height"] <= PHONE[1]
        assert box["height"] >= 44
    small = page.evaluate(
        """() => [...document.querySelectorAll('#ticket :is(button, a.button, summary, .message__reply)')]
        .filter((one) => one.checkVisibility()).map((one) => [one.textContent.trim(), one.getBoundingClientRect()])
        .filter(([, box]) => box.height < 43.5 || box.width < 40).map(([text]) => text)"""
    )
    assert small == []


def test_one_comment_is_answered_by_the_keyboard_alone(house: House, page_of: PageOf) -> None:
    path = house.new_ticket("Отвечаю на один")
    house.act("agent", f"{path}/comments", {"body": "Какая версия прошивки?", "visibility": "public"})
    page = page_of("client")
    open_form(page, house.url + path)
    asked = page.locator(".message").nth(1)
    asked.get_by_role("link", name="ответить").press("Enter")
    quote = page.locator("[data-quote]")
    expect(quote).to_contain_text("Алексеев Степан Какая версия прошивки?")
    page.keyboard.type("7.0.3.5")
    page.keyboard.press("Control+Enter")
    said = page.locator(".message", has_text="7.0.3.5")
    expect(said.locator(".quote")).to_contain_text("Какая версия прошивки?")
    expect(quote).to_be_hidden()
    said.locator(".quote").press("Enter")
    expect(asked).to_be_focused()
    assert page.url.endswith(f"#{asked.get_attribute('id')}")


def test_a_question_or_thanks_is_one_press_and_then_a_grade(house: House, page_of: PageOf) -> None:
    path = house.new_ticket("Спасибо, решено")
    house.act("agent", f"{path}/comments", {"body": "Обновите загрузчик.", "visibility": "public"})
    page = page_of("client", size=PHONE)
    open_form(page, house.url + path)
    page.get_by_role("link", name="Есть вопрос").click()
    page.keyboard.type("А если")
    assert typed(page) == "А если"
    page.locator("#ticket-prompt").get_by_role("button", name="Спасибо, решено").click()
    expect(page.locator("#ticket")).to_have_attribute("data-status", "resolved")
    rating = page.locator("#ticket-rating")
    expect(rating.get_by_role("button")).to_be_hidden()
    rating.get_by_label("Хорошо").check()
    rating.get_by_label("Пара слов, если хотите").fill("Быстро")
    rating.get_by_role("button", name="Отправить оценку").click()
    expect(page.get_by_text("Ваша оценка: хорошо")).to_be_visible()


def test_what_is_earlier_unfolds_without_a_jump(house: House, page_of: PageOf) -> None:
    path = house.new_ticket("Длинный разговор")
    with closing(sqlite3.connect(house.desk.folder / "desk.db", timeout=30)) as base, base:
        [ticket], [author] = (
            base.execute("SELECT id FROM ticket WHERE number = ?", [path.rsplit("/", 1)[1]]).fetchone(),
            base.execute("SELECT id FROM person WHERE email = ?", [EMAILS["agent"]]).fetchone(),
        )
        columns = "ticket_id, author_id, kind, body_text, body_html, at"
        base.executemany(
            f"INSERT INTO comment ({columns}) VALUES (?, ?, 'public', ?, ?, datetime('now'))",
            [(ticket, author, f"Реплика {turn}", f"<p>Реплика {turn}</p>") for turn in range(60)],
        )
    page = page_of("client", size=PHONE)
    open_form(page, house.url + path)
    expect(page.locator(".message")).to_have_count(threads.SHOWN)
    first = page.locator(".message").first
    expect(first).to_contain_text("Реплика 20")
    first.scroll_into_view_if_needed()
    read = page.locator(".message", has_text="Реплика 20")
    more = page.get_by_role("link", name="Показать более ранние")
    more.focus()
    before = read.bounding_box()
    more.press("Enter")
    expect(page.locator(".message")).to_have_count(61)
    after = read.bounding_box()
    assert before is not None and after is not None and abs(before["y"] - after["y"]) < 3
    expect(read).to_be_focused()
    expect(more).to_have_count(0)


def test_a_closed_ticket_goes_on_in_a_new_one(house: House, page_of: PageOf) -> None:  # S42, S58, S124
    path = house.new_ticket("Опять линк")
    page = page_of("client", size=PHONE)
    open_form(page, house.url + path)
    page.get_by_role("textbox", name="Комментарий").first.press_sequentially("Снова то же самое")
    for verb in ("resolve", "close"):
        house.act("admin", f"{path}/{verb}")
    page.get_by_role("button", name="комментировать").click()
    expect(page.locator("#ticket-problem")).to_contain_text("Заявка закрыта")
    page.get_by_role("button", name="Продолжить в новой заявке").click()
    expect(page.get_by_label("Тема")).to_have_value("Опять линк")
    expect(page.locator("form[data-composer]")).to_contain_text("Снова то же самое")
    page.get_by_role("button", name="Создать").click()
    expect(page.locator("[data-relation=continues]")).to_contain_text("Опять линк")
    page.locator("[data-relation=continues] a").click()
    expect(page.locator("[data-relation=continued_by]")).to_contain_text("Опять линк")


def test_a_session_that_ends_while_somebody_reads_opens_nothing_over_the_page(house: House, page_of: PageOf) -> None:
    page = page_of("client")
    open_form(page, house.url + house.new_ticket("Просто читаю"))
    page.get_by_label("Комментарий").fill("Недописанное")
    lose_session(page.context)
    page.evaluate(NEWS)
    expect(page.locator("#messages")).to_contain_text("Сеанс завершён")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_label("Комментарий")).to_be_focused()


def test_a_script_that_the_network_lost_is_fetched_again(house: House, page_of: PageOf) -> None:
    page = page_of("client")
    page.route("**/js/composer.js", lambda route: route.abort(), times=1)
    open_form(page, house.url + house.new_ticket("Скрипт не доехал"))
    page.get_by_label("Комментарий").press_sequentially("Доехал")
    page.get_by_role("button", name="комментировать").click()
    expect(page.locator(".message", has_text="Доехал")).to_have_count(1)


def test_what_was_typed_is_there_after_the_page_was_lost(house: House, page_of: PageOf) -> None:
    page = page_of("client")
    open_form(page, house.url + house.new_ticket("Села батарея"))
    page.get_by_label("Комментарий").fill("Половина описания")
    page.reload()
    expect(page.get_by_label("Комментарий")).to_have_value("Половина описания")
    expect(page.get_by_text("Набранный текст восстановлен")).to_be_visible()
