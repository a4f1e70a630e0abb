"""What an administrator does with JavaScript off: companies, people, the knowledge base, the consent, settings, days."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, House

pytestmark = pytest.mark.browser
LIGHT = True

PageOf = Callable[..., Page]


@pytest.fixture
def page(page_of: PageOf, house: House) -> Page:
    opened = page_of("admin", script=False, size=PHONE)
    opened.goto(f"{house.url}/admin")
    return opened


def follow(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("link", name=re.compile(f"^{name}")).first.click()


def press(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("button", name=name, exact=True).first.click()


def test_a_company_with_a_device_and_a_contract(page: Page) -> None:  # S74–S76, S128, S129
    follow(page, "Компании")
    follow(page, "Новая компания")
    page.locator("#company-form").evaluate("(form) => { form.noValidate = true }")
    press(page, "Сохранить")
    expect(page.get_by_text("Заполните это поле")).to_be_visible()
    page.get_by_label("Название", exact=False).first.fill("Фиалка Связь")
    page.get_by_label("Домен почты").fill("fialka-svyaz.example")
    press(page, "Сохранить")
    expect(page.get_by_role("heading", level=1)).to_have_text("Фиалка Связь")
    follow(page, "Добавить оборудование")
    page.get_by_label("Серийный номер").fill("FIA-1")
    press(page, "Сохранить")
    follow(page, "Добавить договор")
    page.get_by_label("Номер").fill("Ф-1")
    press(page, "Сохранить")
    expect(page.locator("#company-equipment")).to_contain_text("FIA-1")
    expect(page.locator("#company-contracts")).to_contain_text("Ф-1")
    page.get_by_role("link", name="Изменить: Телефон").click()
    page.get_by_label("Телефон").fill("+7 343 000-00-00")
    press(page, "Сохранить")
    expect(page.locator("#company-facts")).to_contain_text("+7 343 000-00-00")


def test_a_person_is_found_changed_bound_and_blocked(page: Page, house: House) -> None:  # S71, S117
    follow(page, "Люди Контакт")
    page.get_by_role("searchbox").last.fill("stranger@vasilek.example")
    press(page, "Найти")
    follow(page, "Лугова Анна")
    page.get_by_label("Телефон").fill("+7 343 111-11-11")
    press(page, "Сохранить данные")
    expect(page.get_by_role("status").first).to_contain_text("Данные сохранены")
    expect(page.get_by_label("Телефон")).to_have_value("+7 343 111-11-11")
    press(page, "Закрыть доступ")
    expect(page.get_by_text("доступ закрыт").first).to_be_visible()
    press(page, "Открыть доступ")
    expect(page.get_by_role("button", name="Закрыть доступ")).to_be_visible()


def test_an_article_is_looked_at_published_and_taken_away(page: Page, house: House) -> None:  # S82–S87
    follow(page, "База знаний")
    page.get_by_label("Новый раздел").fill("Раздел без скриптов")
    press(page, "Добавить раздел")
    follow(page, "Раздел без скриптов")
    follow(page, "Новая статья")
    page.get_by_label("Заголовок").fill("Статья без скриптов")
    page.get_by_role("textbox", name="Текст").fill("Порядок работ.")
    press(page, "Предпросмотр")
    expect(page.locator("#kb-preview")).to_contain_text("Порядок работ.")
    page.get_by_label("Опубликована").check()
    press(page, "Сохранить")
    page.get_by_label("Добавить файлы").set_input_files(
        {"name": "схема.txt", "mimeType": "text/plain", "buffer": "Вопрос".encode()}
    )
    press(page, "Добавить")
    expect(page.locator("#kb-files")).to_contain_text("схема.txt")
    follow(page, "Как видят читатели")
    expect(page.get_by_role("heading", level=1)).to_have_text("Статья без скриптов")
    page.go_back()
    page.get_by_text("Удалить статью").first.click()
    page.get_by_role("button", name="Удалить насовсем").click()
    expect(page.get_by_role("link", name="Статья без скриптов")).to_have_count(0)


def test_a_new_consent_is_looked_at_and_put_in_force(page: Page, house: House) -> None:  # S12
    follow(page, "Согласие")
    text = page.get_by_role("textbox", name="Текст новой редакции")
    text.fill(f"{text.input_value()}<p>Вопрос.</p>")
    press(page, "Предпросмотр")
    expect(page.locator("#consent-preview")).to_contain_text("Вопрос.")
    press(page, "Ввести в действие")
    follow(page, "Как видят читатели")
    expect(page.locator("main")).to_contain_text("Вопрос.")


def test_a_setting_a_type_and_a_day(page: Page, house: House) -> None:  # S90
    follow(page, "Настройки")
    field = page.get_by_role("textbox", name="Неверных кодов до проверки")
    was = field.input_value()
    field.fill("7")
    press(page, "Сохранить")
    expect(field).to_have_value("7")
    page.get_by_role("button", name=re.compile("Неверных кодов")).click()
    expect(field).to_have_value(was)

    page.goto(f"{house.url}/admin/types")
    page.locator("#new-type").get_by_label("Название").fill("Вопрос без скриптов")
    press(page, "Добавить тип")
    page.get_by_role("button", name="Удалить: Вопрос без скриптов").click()
    expect(page.get_by_text("Вопрос без скриптов", exact=True)).to_have_count(0)

    page.goto(f"{house.url}/admin/calendar")
    page.get_by_label("Дата").fill("2030-03-15")
    press(page, "Сохранить")
    expect(page.locator("#calendar-days")).to_contain_text("15 марта 2030")
    page.locator("#calendar-days").get_by_role("button").click()
    expect(page.locator("#calendar-days")).not_to_contain_text("15 марта 2030")
