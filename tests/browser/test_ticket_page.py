"""An open ticket that changes under its reader: news come in, the status moves, the session or a script is lost."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import House
from tests.browser.test_bad_input import lose_session, open_form

pytestmark = pytest.mark.browser

PageOf = Callable[..., Page]
NEWS = "() => document.body.dispatchEvent(new CustomEvent('push:news', { bubbles: true }))"  # static/js/push.js


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
    page.locator("#ticket-actions").get_by_role("button", name="Решена").press("Enter")
    expect(page.locator("#ticket-status")).to_have_text("Статус: Решена")
    expect(page.get_by_role("button", name="Изменить статус")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#status-menu").get_by_role("button", name="возобновить")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Изменить статус")).to_be_focused()


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
