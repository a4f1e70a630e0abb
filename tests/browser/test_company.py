"""«Компания» and binding with the keyboard alone, on a phone and without a script (S70–S73, S116–S119, D7)."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PHONE, House

pytestmark = pytest.mark.browser
LIGHT = True
Opener = Callable[..., Page]


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until this one has the focus."""
    expect(wanted).to_be_visible()
    for _ in range(120):
        if wanted.evaluate("(one) => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{wanted} is never reached by the keyboard")


def test_a_ticket_about_a_device_by_the_keyboard_alone(page_of: Opener, house: House) -> None:  # S72, S129
    page = page_of("client", size=PHONE)
    page.goto(f"{house.url}/company")
    tab_to(page, page.get_by_role("link", name="Создать заявку: SNR-S2962-24T, OE4423DS23"))
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/tickets/new\?"))
    assert "OE4423DS23" in page.inner_html("form#new-ticket")
    expect(page.get_by_label("Тема")).to_have_value(re.compile("^SNR-S2962-24T"))


def test_adding_a_colleague_asks_for_his_name_and_address(page_of: Opener, house: House) -> None:  # S73, S119
    page = page_of("client", size=PHONE)
    page.goto(f"{house.url}/company")
    page.get_by_role("link", name="Добавить коллегу").click()
    expect(page.get_by_label("Тема")).to_have_value("Добавить коллегу в компанию «Ромашка Телеком»")
    expect(page.locator("#new-ticket")).to_contain_text(re.compile("ФИО:"))


@pytest.mark.parametrize("script", [True, False])
def test_the_administrator_limits_one_person_and_lets_him_again(
    page_of: Opener, house: House, script: bool
) -> None:  # S71
    path = house.new_ticket("Видно ли коллеге")
    page = page_of("admin", size=PHONE, script=script)
    for choice, status in (("только свои", 404), ("как настроено у компании", 200)):
        page.goto(f"{house.url}/admin/people?q=colleague%40romashka.example")
        page.get_by_role("link", name="Швецов Михаил").click()
        page.get_by_label("Какие заявки видит").select_option(label=choice)
        page.get_by_role("button", name="Сохранить видимость").click()
        expect(page.locator("#messages")).to_contain_text("Сохранено")
        with house.context("colleague") as context:
            assert context.request.get(house.url + path).status == status


def test_a_device_is_added_by_the_keyboard_alone(page_of: Opener, house: House) -> None:  # S129
    page = page_of("admin")
    page.goto(f"{house.url}/admin")
    main = page.get_by_role("main")
    tab_to(page, main.get_by_role("link", name=re.compile("^Компании")))
    page.keyboard.press("Enter")
    tab_to(page, main.get_by_role("link", name="Василёк"))
    page.keyboard.press("Enter")
    tab_to(page, main.get_by_role("link", name="Добавить оборудование"))
    page.keyboard.press("Enter")
    page.get_by_label("Серийный номер").focus()
    page.keyboard.type("VAS-1")
    page.keyboard.press("Enter")
    expect(page.locator("#company-equipment")).to_contain_text("VAS-1")
    page.locator("#book > summary").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#book")).to_contain_text("добавление оборудования")
