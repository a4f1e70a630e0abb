"""The desk with the keyboard alone: each stop of the Tab key is seen, in its order and before the bars, nothing holds the
focus, and what a person lives here is lived by Tab, Enter, Space and the arrows. More of it stands beside what it is about:
signing in and registering (test_signing_in.py), the lists (test_list.py), answering (test_ticket_page.py)."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import DESKTOP, EMAILS, PASSWORDS, PHONE, House, stands
from tests.browser.test_bad_input import lose_session

pytestmark = pytest.mark.browser
LIGHT = True

PageOf = Callable[..., Page]
MOST_STOPS = 260
WALKS = [
    ("", "/login", PHONE),
    ("", "/kb/articles/1", PHONE),
    ("", "/help", DESKTOP),
    ("client", "/tickets", PHONE),
    ("client", "/tickets", DESKTOP),
    ("client", "/tickets/new", PHONE),
    ("client", "/tickets/new", DESKTOP),
    ("client", "{ticket}", PHONE),
    ("client", "{ticket}", DESKTOP),
    ("client", "/profile", PHONE),
    ("client", "/company", PHONE),
    ("client", "/profile/notifications", DESKTOP),
    ("agent", "/desk", DESKTOP),
    ("agent", "{ticket}", PHONE),
    ("agent", "{ticket}", DESKTOP),
    ("admin", "/admin/companies/1/edit", PHONE),
    ("admin", "/admin/people/2", PHONE),
    ("admin", "/admin/kb/articles/1", PHONE),
    ("admin", "/admin/types", PHONE),
]

# What the focused element is, and what is wrong with how it stands there.
STOP = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const name = `${one.localName} ${one.ariaLabel ?? one.labels?.[0]?.textContent ?? one.textContent ?? ""}`.replace(/\\s+/g, " ").trim().slice(0, 60);
  const faults = [];
  const inside = one.shadowRoot?.activeElement ?? one;
  const around = [one, inside, one.nextElementSibling, one.parentElement, one.closest("label"), one.closest(".row-card"), one.closest("altcha-widget")];
  const isMarked = around.some((near) => {
    const style = near && getComputedStyle(near);
    return style && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  });
  if (!isMarked) faults.push("its focus is not seen");
  if (one.tabIndex > 0) faults.push("it jumps the queue");
  const drawn = one.matches("input[type=file], input[type=radio], [class*=sr-only]") ? one.closest("label") ?? one : one;
  const boxes = [...drawn.getClientRects()].filter(({ width, height }) => width && height);
  const points = boxes.flatMap(({ left, top, right, bottom }) =>
    [[(left + right) / 2, (top + bottom) / 2], [left + 3, top + 3], [right - 3, bottom - 3]]);
  const seen = ([x, y]) => {
    const there = document.elementFromPoint(x, y);
    return there && (drawn.contains(there) || there.contains(drawn));
  };
  if (!points.some(seen)) faults.push(`it is covered or out of sight at ${JSON.stringify(points[0])}`);
  one.dataset.stop ??= String(document.querySelectorAll("[data-stop]").length);
  return { name, faults, stop: Number(one.dataset.stop) };
}"""


@pytest.fixture(scope="module")
def ticket(house: House) -> str:
    """A ticket that waits for its author, with more to read than a screen holds."""
    path = house.new_ticket("Только клавиатура")
    for turn in range(6):
        body = f"Шаг {turn}: https://nag.wiki/{turn}\n\nОбновите и перезагрузите.\n\nПришлите вывод."
        house.act("agent", f"{path}/comments", {"body": body, "visibility": "public"})
    return path


@pytest.mark.parametrize(("who", "path", "size"), WALKS)
def test_each_stop_is_seen_and_none_holds_the_focus(
    who: str, path: str, size: tuple[int, int], house: House, page_of: PageOf, ticket: str
) -> None:
    page = page_of(who, size=size)
    page.goto(house.url + path.format(ticket=ticket))
    stands(page)
    page.evaluate("() => { document.activeElement.blur(); getSelection().removeAllRanges(); }")
    faults: list[str] = []
    stops = 0
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        at = page.evaluate(STOP)
        if at is None or at["stop"] < stops - 1:  # out at the end, or from the last to the first
            break
        stops = max(stops, at["stop"] + 1)
        faults += [f"{at['name']}: {fault}" for fault in at["faults"]]
    else:
        raise AssertionError(f"the focus never came to the end: {at}")
    assert stops > 5
    assert faults == []


def tab_to(page: Page, wanted: Locator, *, key: str = "Tab") -> None:
    """Press Tab until this one has the focus."""
    expect(wanted.first).to_be_attached()
    for _ in range(MOST_STOPS):
        if wanted.first.evaluate("(one) => one === document.activeElement"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{wanted} is never reached by {key}")


def press(page: Page, wanted: Locator, key: str = "Enter") -> None:
    tab_to(page, wanted)
    page.keyboard.press(key)


def write(page: Page, wanted: Locator, text: str) -> None:
    tab_to(page, wanted)
    page.keyboard.type(text)


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_customer_signs_in_writes_formats_and_sends(house: House, page_of: PageOf, size: tuple[int, int]) -> None:
    page = page_of(size=size)
    page.goto(f"{house.url}/tickets")
    expect(page.get_by_label("Логин")).to_be_focused()
    page.keyboard.type(EMAILS["colleague"])
    write(page, page.locator("#sign-in [name=password]"), PASSWORDS[EMAILS["colleague"]])
    page.keyboard.press("Enter")
    page.wait_for_url(f"{house.url}/tickets")

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Перейти к содержанию")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")  # past the bars, into the page
    assert page.evaluate("document.activeElement.closest('main') !== null")
    page.goto(f"{house.url}/tickets/new")
    write(page, page.get_by_label("Тема"), "Написано клавишами")
    tab_to(page, page.get_by_label("Тип заявки"))
    for _ in range(4):
        page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Тип заявки")).to_have_value("consultation")
    bold = page.get_by_role("button", name="Жирный")
    tab_to(page, bold)
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("button", name="Курсив")).to_be_focused()
    page.keyboard.press("Home")
    expect(bold).to_be_focused()
    page.keyboard.press("Enter")
    expect(bold).to_have_attribute("aria-pressed", "true")
    text = page.get_by_role("textbox", name="Описание")
    write(page, text, "Порт 25")
    page.keyboard.press("Tab")  # a tab leads on and writes nothing
    expect(text).not_to_be_focused()
    press(page, page.get_by_role("button", name="Создать"))
    page.wait_for_url(re.compile(r"/tickets/\d+$"))
    expect(page.locator(".message strong, .message b").filter(has_text="Порт 25")).to_be_visible()


def test_a_menu_a_grade_and_a_continuation(house: House, page_of: PageOf) -> None:  # S33, S35, S58, S130
    path = house.new_ticket("Оценка клавишами")
    page = page_of("client", size=PHONE)
    page.goto(house.url + path)
    status = page.get_by_role("button", name="Изменить статус")
    press(page, status, "Space")
    menu = page.locator("#status-menu")
    expect(menu).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(status).to_be_focused()
    page.keyboard.press("Enter")
    press(page, menu.get_by_role("button", name="Решена"))
    expect(page.locator("#ticket")).to_have_attribute("data-status", "resolved")
    tab_to(page, page.locator("#ticket-rating").get_by_label("Плохо"))
    page.keyboard.press("Space")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_label("Отлично")).to_be_checked()
    write(page, page.get_by_label("Пара слов, если хотите"), "Быстро")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Ваша оценка: отлично")).to_be_visible()
    house.act("admin", f"{path}/close")
    page.reload()
    press(page, page.get_by_role("link", name="Продолжить в новой заявке"))
    expect(page.get_by_label("Тема")).to_have_value("Оценка клавишами")


def test_the_sign_in_over_a_page_holds_the_focus_and_gives_it_back(house: House, page_of: PageOf) -> None:
    page = page_of("client", size=PHONE)
    page.goto(house.url + house.new_ticket("Окно входа клавишами"))
    write(page, page.get_by_role("textbox", name="Комментарий").first, "Набрано")
    lose_session(page.context)
    page.keyboard.press("Control+Enter")
    dialog = page.get_by_role("dialog", name="Войдите снова")
    expect(dialog.locator("input[name=password]")).to_be_focused()
    for _ in range(12):  # the page behind is out of reach
        page.keyboard.press("Tab")
        assert page.evaluate(
            "document.activeElement === document.body || document.activeElement.closest('dialog') !== null"
        )
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert page.evaluate("document.activeElement.closest('form, [role=alert]') !== null")
    expect(page.get_by_role("button", name="Повторить")).to_be_visible()


def test_choices_of_my_data(house: House, page_of: PageOf) -> None:
    page = page_of("colleague", size=PHONE)
    page.goto(f"{house.url}/profile")
    box = page.get_by_role("checkbox", name="Напоминания робота По почте")
    for state in (False, True):
        press(page, box, "Space")
        press(page, page.locator("#profile-notices").get_by_role("button", name="Сохранить"))
        expect(page.locator("#profile-notices").get_by_role("status")).to_be_visible()
        expect(box).to_be_checked(checked=state)
    tab_to(page, page.get_by_label("Как в системе"))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    press(page, page.get_by_role("link", name="Посмотреть устройства и выйти"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Устройства")


def test_a_field_of_a_company_is_changed_and_the_link_leads_into_it(house: House, page_of: PageOf) -> None:  # S74
    page = page_of("admin")
    page.goto(f"{house.url}/admin/companies/2")
    press(page, page.get_by_role("link", name="Изменить: Телефон"))
    page.wait_for_url(re.compile("/edit#phone$"))
    expect(page.get_by_label("Телефон")).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type("+7 343 222-22-22")
    page.keyboard.press("Enter")
    expect(page.locator("#company-facts")).to_contain_text("+7 343 222-22-22")


def test_an_article_is_judged_and_a_wrong_form_leads_to_its_fault(house: House, page_of: PageOf) -> None:  # S87
    page = page_of(size=PHONE)
    page.goto(f"{house.url}/kb/articles/2")
    press(page, page.get_by_role("button", name="Да", exact=True))
    write(page, page.get_by_label("Что было полезно?"), "Порядок")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Что было полезно?")).to_have_value("Порядок")
    page.goto(f"{house.url}/password/forgot")
    page.keyboard.type("не адрес")
    page.locator("form.form").evaluate("(form) => { form.noValidate = true }")
    page.keyboard.press("Enter")
    expect(page.locator("#email-error")).to_be_visible()
    expect(page.get_by_label("Электронная почта")).to_be_focused()
