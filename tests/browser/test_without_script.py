"""The desk with JavaScript off: everything but the recording and the push, in a browser that runs no script at all."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from channels import mailbox
from tests.browser.conftest import EMAILS, PASSWORDS, PHONE, House
from tests.support.waiting import until

pytestmark = pytest.mark.browser

PageOf = Callable[..., Page]
NEWCOMER, PASSWORD = "newcomer@fialka.example", "без-скриптов-тоже-можно"


def test_a_customer_lives_the_story(house: House, page_of: PageOf, tmp_path: Path) -> None:
    page = page_of(size=PHONE, script=False)
    registers(page, house)
    sign_out(page)
    sign_in(page, house, NEWCOMER, PASSWORD)
    opens_a_ticket(page, house, tmp_path)
    comments_resolves_and_reopens(page)
    sign_out(page)
    page.goto(f"{house.url}/tickets")
    expect(page).to_have_url(re.compile("/login"))


def registers(page: Page, house: House) -> None:
    page.goto(f"{house.url}/register")
    register = page.locator("#register")
    register.get_by_label("Фамилия").fill("Фиалкина")
    register.get_by_label("Имя").fill("Вера")
    register.get_by_label("Электронная почта").fill(NEWCOMER)
    register.get_by_label("Даю свое согласие").check()
    expect(register.get_by_role("button", name="Регистрация")).to_have_count(0)  # the check of D14 can't run
    register.get_by_role("button", name="Получить ссылку письмом").click()
    expect(page.locator("main")).to_contain_text(NEWCOMER)
    page.goto(until(lambda: link_for(house, NEWCOMER), "the letter with the link"))  # S17
    for name in ("password", "password_confirm"):
        page.locator(f"input[name={name}]").fill(PASSWORD)
    page.get_by_role("button", name="Сохранить").click()
    expect(page).to_have_url(f"{house.url}/tickets")
    expect(page.get_by_role("status").first).to_contain_text("Пароль сохранён")


def link_for(house: House, email: str) -> str | None:
    letter = mailbox.last(house.desk.folder / "mail", email)
    found = re.search(r"http\S+/contacts/confirm_registration\?\S+", letter.text) if letter else None
    return found[0] if found else None


def sign_in(page: Page, house: House, email: str, password: str) -> None:
    page.goto(f"{house.url}/login")
    fill_in(page, email, password)


def fill_in(page: Page, email: str, password: str) -> None:
    form = page.locator("form[action='/login']")
    form.get_by_label("Логин").fill(email)
    form.locator("[name=password]").fill(password)
    form.get_by_role("button", name="Войти").click()


def sign_out(page: Page) -> None:
    page.goto(re.sub(r"(http://[^/]+).*", r"\1/profile", page.url))
    page.locator("main form[action='/logout'] button").click()
    expect(page).to_have_url(re.compile("/login$"))


def opens_a_ticket(page: Page, house: House, tmp_path: Path) -> None:
    log = tmp_path / "журнал.log"
    log.write_text("CRC 18233")
    page.goto(f"{house.url}/tickets/new")
    page.get_by_label("Тема").fill("Без единого скрипта")
    page.locator("input[type=file]").set_input_files(log)
    without_its_type(page)
    page.get_by_label("Тип заявки").select_option(label="Консультация")
    page.get_by_role("button", name="Создать").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Без единого скрипта")
    expect(page.locator("#ticket-timeline").get_by_role("link", name="журнал.log")).to_be_visible()


def without_its_type(page: Page) -> None:
    """What the browser would hold back by itself reaches the server: it comes back with all that was given."""
    page.locator("form#new-ticket").evaluate("(form) => { form.noValidate = true }")
    page.get_by_role("button", name="Создать").click()
    expect(page.get_by_text("Проверьте отмеченные поля")).to_be_visible()
    expect(page.get_by_text("Заполните это поле")).to_be_visible()
    expect(page.get_by_label("Тема")).to_have_value("Без единого скрипта")
    expect(page.get_by_label("журнал.log")).to_be_checked()


def comments_resolves_and_reopens(page: Page) -> None:
    page.get_by_label("Комментарий").fill("Дополняю: порт 25.")
    page.get_by_role("button", name="комментировать").click()
    expect(page.locator(".message", has_text="Дополняю: порт 25.")).to_have_count(1)
    ticket = page.locator("#ticket")
    page.locator("#ticket-actions").get_by_role("button", name="Решена").click()
    expect(ticket).to_have_attribute("data-status", "resolved")
    page.locator("#ticket-actions").get_by_role("button", name="возобновить").click()
    expect(ticket).to_have_attribute("data-status", "reopened")


def test_a_specialist_is_told_of_a_wrong_date_and_keeps_his_words(house: House, page_of: PageOf) -> None:  # S39
    path = house.new_ticket("Отложить без скриптов")
    page = page_of("agent", script=False)
    page.goto(house.url + path)
    page.locator("summary", has_text="Отложить").click()
    page.get_by_label("Дата и время следующего взаимодействия").fill("2020-01-31T09:00")
    page.get_by_label("Что сообщить клиенту").fill("Вернусь с прошивкой.")
    page.get_by_role("button", name="Отложить").last.click()
    expect(page.get_by_text("Выберите дату в будущем")).to_be_visible()
    until_field = page.get_by_label("Дата и время следующего взаимодействия")
    expect(until_field).to_have_value("2020-01-31T09:00")
    expect(page.get_by_label("Что сообщить клиенту")).to_have_value("Вернусь с прошивкой.")
    until_field.fill((datetime.now(UTC) + timedelta(days=9)).strftime("%Y-%m-%dT09:00"))
    page.get_by_role("button", name="Отложить").last.click()
    expect(page.locator("#ticket")).to_have_attribute("data-status", "deferred")
    expect(page.locator(".message", has_text="Вернусь с прошивкой.")).to_have_count(1)


def test_a_ticket_written_while_the_session_ended_is_sent_once_after_signing_in(house: House, page_of: PageOf) -> None:
    page, text = page_of("client", script=False, size=PHONE), "Порт 25 теряет пакеты каждый вечер после десяти."
    page.goto(f"{house.url}/tickets/new")
    page.get_by_label("Тема").fill("Сессия без скриптов")
    page.get_by_label("Тип заявки").select_option(label="Консультация")
    page.get_by_label("Описание").fill(text)
    page.context.clear_cookies()
    page.get_by_role("button", name="Создать").click()
    expect(page.get_by_role("heading", name="Ваш текст сохранён")).to_be_visible()
    page.get_by_text("Что Вы написали").click()
    expect(page.get_by_text(text)).to_be_visible()
    fill_in(page, EMAILS["client"], "не тот пароль")
    expect(page.get_by_text("Неверный логин или пароль")).to_be_visible()
    fill_in(page, EMAILS["client"], PASSWORDS[EMAILS["client"]])
    page.get_by_role("button", name="Отправить").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("Сессия без скриптов")
    expect(page.locator("#ticket-timeline")).to_contain_text(text)
    assert house.count_tickets("Сессия без скриптов") == 1
