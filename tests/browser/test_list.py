"""The lists as they are used: by keys alone, page after page, searched while typing, looked into by the magnifier."""

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, House
from tests.browser.every_page import AUDIT, CROWDED, RULES

pytestmark = pytest.mark.browser
LIGHT = True

PageOf = Callable[..., Page]
SIZES = pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
PRESSED = "(key) => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))"
FOCUSED = "() => document.activeElement.getAttribute('href') ?? document.activeElement.id"


def audited(page: Page) -> None:
    page.evaluate(AXE_SCRIPT)
    assert page.evaluate(AUDIT, RULES) == []


def opened(page_of: PageOf, house: House, who: str, path: str, **how: object) -> Page:
    page = page_of(who, **how)
    page.goto(house.url + path)
    return page


@pytest.fixture(scope="module")
def many(house: House) -> int:
    """More tickets of one customer than a page holds."""
    for place in range(24):
        house.new_ticket(f"Перечень {place}: коммутатор", who="stranger")
    return 24


@SIZES
@pytest.mark.usefixtures("many")
def test_the_list_goes_on_by_itself_while_one_reads(house: House, page_of: PageOf, size: tuple[int, int]) -> None:
    page = opened(page_of, house, "stranger", "/tickets?sort=created", size=size)
    rows = page.locator(".row-card")
    expect(rows).to_have_count(20)
    page.locator(".rows__more a").scroll_into_view_if_needed()
    expect(rows.nth(23)).to_be_attached()
    links = page.locator(".row-card__link").evaluate_all("(links) => links.map((link) => link.href)")
    assert len(set(links)) == len(links) >= 24


@pytest.mark.usefixtures("many")
def test_without_a_script_the_next_page_and_the_quick_view_are_links(house: House, page_of: PageOf) -> None:
    page = opened(page_of, house, "stranger", "/tickets", script=False)
    page.get_by_role("link", name="Показать ещё").click()
    expect(page).to_have_url(re.compile("cursor="))
    page.locator("[data-glance]").first.click()
    expect(page).to_have_url(re.compile("/glance$"))
    page.get_by_role("link", name="Открыть заявку").click()
    expect(page.locator("h1")).to_contain_text("Перечень")


@SIZES
def test_the_magnifier_shows_a_ticket_over_the_list(
    house: House, page_of: PageOf, size: tuple[int, int]
) -> None:  # S79
    page = opened(page_of, house, "client", "/tickets", size=size)
    link = page.locator("[data-glance]").first
    link.press("Enter")
    dialog = page.locator("#glance")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("Описание")
    audited(page)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(link).to_be_focused()
    link.click()
    dialog.get_by_role("button", name="Закрыть").click()
    expect(dialog).to_be_hidden()


def test_letters_walk_the_list_until_they_are_switched_off(house: House, page_of: PageOf) -> None:  # WCAG 2.1.4
    page = opened(page_of, house, "client", "/tickets")
    links = page.locator(".row-card__link")
    hrefs = links.evaluate_all("(links) => links.map((link) => link.getAttribute('href'))")
    switch = page.get_by_role("button", name="Клавиши-буквы")
    expect(switch).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("j")
    assert page.evaluate(FOCUSED) == hrefs[0]
    page.evaluate(PRESSED, "о")  # j where the layout is Russian
    assert page.evaluate(FOCUSED) == hrefs[1]
    page.keyboard.press("k")
    assert page.evaluate(FOCUSED) == hrefs[0]
    page.keyboard.press("/")
    assert page.evaluate(FOCUSED) == "list-search"
    switch.press("Enter")
    expect(switch).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("j")
    expect(switch).to_be_focused()
    page.reload()  # it is remembered
    page.keyboard.press("j")
    assert page.evaluate(FOCUSED) not in hrefs
    switch.click()
    page.keyboard.press("j")
    assert page.evaluate(FOCUSED) == hrefs[0]
    page.keyboard.press("Enter")
    expect(page).to_have_url(house.url + hrefs[0])


@SIZES
@pytest.mark.usefixtures("many")
def test_the_search_answers_while_one_types(house: House, page_of: PageOf, size: tuple[int, int]) -> None:
    page = opened(page_of, house, "stranger", "/tickets", size=size)
    search = page.get_by_label("Поиск по заявкам")
    search.press_sequentially("коммутаторами перечня")
    expect(page.locator(".row-card mark").first).to_be_visible()
    expect(page.locator("#rows-said")).to_contain_text("20")
    expect(page).to_have_url(re.compile("q="))
    audited(page)
    search.fill("небывальщина")
    expect(page.locator(".rows__empty")).to_contain_text("Попробуйте меньше слов")
    audited(page)
    page.get_by_role("link", name="Очистить поиск").click()
    expect(page.locator(".row-card")).to_have_count(20)


def test_search_and_order_go_along_to_another_status(house: House, page_of: PageOf) -> None:
    page = opened(page_of, house, "client", "/tickets")
    page.get_by_label("Поиск по заявкам").fill("snr")
    page.get_by_label("Сортировать по").select_option("created")
    expect(page).to_have_url(re.compile("(?=.*q=snr)(?=.*sort=created)"))
    page.get_by_role("navigation", name="По статусу").get_by_role("link", name="Закрыта").click()
    expect(page).to_have_url(re.compile("(?=.*q=snr)(?=.*sort=created)(?=.*status=closed)"))


def test_the_list_refreshes_itself_when_told_to(house: House, page_of: PageOf) -> None:  # S78
    page = page_of("client")
    page.clock.install()
    page.goto(f"{house.url}/tickets")
    refresh = page.locator("[data-refresh] select")
    expect(refresh).to_have_value("0")
    refresh.select_option("30")
    path = house.new_ticket("Пришла сама по себе")
    page.clock.fast_forward(31_000)
    expect(page.locator(f'.row-card__link[href="{path}"]')).to_be_visible()
    page.reload()
    expect(refresh).to_have_value("30")


@pytest.mark.parametrize(("who", "path"), [("client", "/tickets?scope=company"), ("agent", "/desk?view=all")])
def test_the_columns_hold_their_words(house: House, page_of: PageOf, who: str, path: str) -> None:
    page = opened(page_of, house, who, path, size=DESKTOP)
    assert page.evaluate(CROWDED) == []
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    audited(page)


def test_the_queue_is_searched_too(house: House, page_of: PageOf) -> None:
    page = opened(page_of, house, "agent", "/desk?view=all")
    page.locator("#list-search").press_sequentially("прошивкой")
    expect(page.locator(".row-card mark").first).to_be_visible()
    page.locator("[data-glance]").first.click()
    expect(page.locator("#glance")).to_contain_text("Открыть заявку")
