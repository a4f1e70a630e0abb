"""What the app feels like in a hand: presses that answer, comments that stand at once, pages that do not jump, fields that
the keyboard does not cover. Bytes and counts, never seconds."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import CDPSession, Locator, Page, Route, expect

from tests.browser.conftest import PHONE, TOKEN, House, stands
from tests.browser.every_page import small_targets, width_beyond
from tests.browser.test_bad_input import open_form
from tests.samples.spoken import MICROPHONE_WAV

pytestmark = [pytest.mark.browser, pytest.mark.long]
INSTALLS = False

PageOf = Callable[..., Page]
KIB = 1024
LANDSCAPE, TABLET, TABLET_LANDSCAPE = (844, 390), (768, 1024), (1024, 768)
INSTALLED = "Object.defineProperty(navigator, 'standalone', { value: true });"  # as iOS says it
SHIFTS = """() => new Promise((done) => {
  let sum = 0;
  new PerformanceObserver((list) => { for (const one of list.getEntries()) if (!one.hadRecentInput) sum += one.value; })
    .observe({ type: "layout-shift", buffered: true });
  requestAnimationFrame(() => setTimeout(() => done(sum)));
})"""
BYTES = """() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
  .filter(({ name, entryType }) => entryType === "navigation" || /\\.(css|js)$/.test(new URL(name).pathname))
  .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)"""
ALL_IS_THERE = "() => performance.getEntriesByType('resource').some(({ name }) => name.endsWith('/ask.js'))"  # the last
PRESSABLE = "a[href]:not(.skip), button:enabled, summary, label:has(input)"
PROBE = """(selector) => [...document.querySelectorAll(selector)].filter((one) => one.checkVisibility()).forEach((one, at) => one.setAttribute("data-probe", at))"""
LOOKS = """() => Object.fromEntries([...document.querySelectorAll("[data-probe]")].map((one) => {
  const { backgroundColor, backgroundImage, color } = getComputedStyle(one);
  const card = one.matches(".row-card__link") ? getComputedStyle(one.closest(".row-card")).backgroundImage : "";
  return [one.outerHTML.slice(0, 160), [backgroundColor, backgroundImage, color, card].join()];
}))"""
GOING = """() => import(document.querySelector('script[src*="/js/app.js"]').src.replace("app.js", "going.js")).then(() => true)"""


def tools(page: Page) -> CDPSession:
    return page.context.new_cdp_session(page)


def text(page: Page) -> Locator:
    return page.locator("#comment-body")


def send(page: Page, words: str) -> None:
    text(page).fill(words)
    page.locator(".composer__send").click()


def message(page: Page, words: str) -> Locator:
    return page.locator("#timeline-list .message", has_text=words)


class Gate:
    """Holds the requests to an address until it is opened."""

    def __init__(self, page: Page, address: str) -> None:
        self._held: list[Route] = []
        self._page, self._address = page, address
        page.route(address, self._hold)

    def _hold(self, route: Route) -> None:
        self._held.append(route)

    def open(self) -> None:
        for route in self._held:
            route.continue_()
        self._page.unroute(self._address)

    def refuse(self) -> None:
        """As a server does that is being restarted."""
        for route in self._held:
            route.fulfill(status=503)
        self._page.unroute(self._address)


def test_the_first_view_is_light_and_nothing_in_it_jumps(house: House, page_of: PageOf) -> None:
    path = house.new_ticket("Лёгкая и спокойная")
    house.act("agent", f"{path}/comments", {"body": "Пришлите лог."})
    for where, most in (("/tickets", 70), (path, 110), ("/tickets/new", 110)):
        page = page_of("client", size=PHONE, touch=True)  # a browser that was never here
        page.goto(house.url + where)
        page.wait_for_function(ALL_IS_THERE)
        assert page.evaluate(BYTES) <= most * KIB, where
        assert page.evaluate(SHIFTS) < 0.02, where
        page.context.close()


@pytest.mark.parametrize("path", ["/tickets", "", "/tickets/new", "/profile", "/kb"])
def test_whatever_can_be_pressed_shows_the_press(path: str, house: House, page_of: PageOf) -> None:
    page = page_of("client", size=PHONE, touch=True)
    page.goto(house.url + (path or house.new_ticket("Нажимаю")))
    page.evaluate(PROBE, PRESSABLE)
    before = page.evaluate(LOOKS)
    press = tools(page)
    for domain in ("DOM", "CSS"):
        press.send(f"{domain}.enable")
    root = press.send("DOM.getDocument")["root"]["nodeId"]
    for node in press.send("DOM.querySelectorAll", {"nodeId": root, "selector": "[data-probe]"})["nodeIds"]:
        press.send("CSS.forcePseudoState", {"nodeId": node, "forcedPseudoClasses": ["active"]})
    after = page.evaluate(LOOKS)
    assert len(before) > 5
    assert [name for name, looks in before.items() if after.get(name) == looks] == []


def test_a_pressed_link_stays_pressed_until_its_page_comes(house: House, page_of: PageOf) -> None:
    page = page_of("client", size=PHONE, touch=True)
    page.goto(f"{house.url}/tickets")
    page.evaluate(GOING)
    chip = page.get_by_role("link", name="Решена")
    pressed = "(chip) => { chip.click(); return [chip, document.documentElement].every((one) => one.matches('[data-going]')); }"
    assert chip.evaluate(pressed)
    page.wait_for_url("**/tickets?status=resolved*")
    expect(page.locator("[data-going]")).to_have_count(0)


def attach_sound(house: House, path: str) -> None:
    with house.context("client") as context:
        token = TOKEN.search(context.request.get(house.url + path).text())
        assert token is not None
        file = {"name": "звук.wav", "mimeType": "audio/wav", "buffer": MICROPHONE_WAV.read_bytes()}
        form: dict[str, Any] = {"csrf_token": token[1], "body": "Послушайте.", "files": file}
        assert context.request.post(f"{house.url}{path}/comments", multipart=form, max_redirects=0).status == 303


def test_a_comment_stands_at_once_and_what_is_listened_to_goes_on(house: House, page_of: PageOf) -> None:
    path = house.new_ticket("Слушаю и пишу")
    attach_sound(house, path)
    house.act("agent", f"{path}/comments", {"body": "Слышу помехи."})
    page = page_of("client", size=PHONE, touch=True)
    open_form(page, house.url + path)
    sound = page.locator("#ticket-timeline audio")
    sound.evaluate("async (sound) => { sound.muted = sound.loop = true; await sound.play(); }")
    gate = Gate(page, "**/comments")
    send(page, "Помехи\nс утра")
    going = page.locator(".sending")
    expect(going).to_contain_text("Отправляется")
    expect(going).to_contain_text("Помехи с утра")
    expect(going).to_be_in_viewport()
    expect(text(page)).to_have_value("")
    text(page).press_sequentially("И вот ещё")
    gate.open()
    expect(message(page, "с утра")).to_have_count(1)
    expect(going).to_have_count(0)
    expect(page.locator("#ticket")).to_have_attribute("data-status", "open")
    expect(page.locator("#ticket-status")).to_have_text("Статус: Открыта")
    expect(text(page)).to_have_value("И вот ещё")
    assert sound.evaluate("(sound) => sound.isConnected && !sound.paused && sound.currentTime > 0")
    page.locator(".composer__send").click()
    expect(message(page, "И вот ещё")).to_have_count(1)
    expect(text(page)).to_have_value("")
    page.reload()
    assert page.locator("#timeline-list .message__body").all_inner_texts()[-2:] == ["Помехи\nс утра", "И вот ещё"]
    expect(text(page)).to_have_value("")


def test_a_comment_that_was_not_taken_comes_back_with_what_was_typed_since(house: House, page_of: PageOf) -> None:
    page = page_of("client", size=PHONE, touch=True)
    open_form(page, house.url + house.new_ticket("Сервер не взял"))
    gate = Gate(page, "**/comments")
    files = page.locator(".composer [data-files-list] > li")
    page.locator(".composer input[type=file][name=files]").first.set_input_files([MICROPHONE_WAV])
    expect(files).to_have_attribute("data-state", "done")
    send(page, "Первое")
    expect(page.locator(".sending")).to_contain_text("sentence.wav")
    expect(files).to_be_hidden()
    text(page).press_sequentially("Второе")
    gate.refuse()
    failure = page.get_by_role("alert").filter(has_text="Текст и файлы на месте")
    expect(failure).to_be_visible()
    expect(page.locator(".sending")).to_have_count(0)
    expect(text(page)).to_have_value("Первое\n\nВторое")
    expect(files).to_be_visible()
    failure.get_by_role("button", name="Повторить").click()
    expect(message(page, "Второе").locator("audio")).to_have_count(1)
    expect(text(page)).to_have_value("")
    expect(files).to_have_count(0)
    expect(failure).to_have_count(0)


def test_formatted_words_come_back_formatted(house: House, page_of: PageOf) -> None:
    page = page_of("agent")
    open_form(page, house.url + house.new_ticket("Жирным"))
    rich = page.locator("#composer [contenteditable=true]")
    page.get_by_role("button", name="Жирный").click()
    rich.press_sequentially("Важно")
    page.locator(".composer__audience [value=internal]").check()
    gate = Gate(page, "**/comments")
    page.locator(".composer__send").click()
    expect(page.locator(".sending--note")).to_contain_text("Важно")
    expect(rich).to_have_count(0)
    gate.refuse()
    expect(rich.locator("b, strong")).to_have_text("Важно")
    page.get_by_role("button", name="Повторить").click()
    expect(page.locator(".message--note").locator("b, strong", has_text="Важно")).to_have_count(1)
    expect(page.locator("#composer [value=public]")).to_be_checked()


def test_pages_pass_into_each_other_unless_motion_is_unwanted(house: House, page_of: PageOf) -> None:
    page = page_of("client", size=PHONE)
    page.add_init_script("addEventListener('pagereveal', (event) => { self.passed = Boolean(event.viewTransition); })")
    for motion, passes in (("no-preference", True), ("reduce", False)):
        page.emulate_media(reduced_motion=motion)  # type: ignore[arg-type]
        page.goto(f"{house.url}/tickets")
        page.locator("#menu").get_by_role("link", name="База знаний").click()
        page.wait_for_url("**/kb")
        assert page.evaluate("self.passed") is passes


def pull(page: Page, by: int) -> CDPSession:
    """Draw down with a finger that is still there: `touchEnd` ends it."""
    finger = tools(page)
    x, y = PHONE[0] // 2, 220
    finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, 9):
        finger.send(
            "Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x, "y": y + by * step / 8}]}
        )
    return finger


def let_go(finger: CDPSession) -> None:
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_the_installed_app_is_pulled_down_for_news(house: House, page_of: PageOf) -> None:
    page = page_of("client", size=PHONE, touch=True)
    page.add_init_script(INSTALLED)
    page.goto(f"{house.url}/tickets")
    stands(page)
    path = house.new_ticket("Появилась после списка")
    mark = page.locator("#pull")
    row = page.locator(".row-card", has_text="Появилась после списка")
    finger = pull(page, 60)
    expect(mark).to_be_visible()
    expect(mark).not_to_have_class(re.compile("is-ready"))
    let_go(finger)
    expect(mark).to_be_hidden()
    assert row.count() == 0
    finger = pull(page, 240)
    expect(mark).to_have_class(re.compile("is-ready"))
    let_go(finger)
    expect(row).to_have_count(1)
    expect(page.locator("#pull-said")).to_have_text("Обновлено")
    expect(mark).to_be_hidden()
    open_form(page, house.url + path)
    house.act("agent", f"{path}/comments", {"body": "Смотрю."})
    let_go(pull(page, 240))
    expect(message(page, "Смотрю.")).to_have_count(1)
    assert page.evaluate("getComputedStyle(document.documentElement).overscrollBehaviorY") == "none"


def test_a_browser_keeps_its_own_pull(house: House, page_of: PageOf) -> None:
    page = page_of("client", size=PHONE, touch=True)
    page.goto(f"{house.url}/tickets")
    let_go(pull(page, 240))
    expect(page.locator("#pull")).to_be_hidden()
    assert page.evaluate("getComputedStyle(document.documentElement).overscrollBehaviorY") == "auto"


def bottom(part: Locator) -> float:
    box = part.bounding_box()
    assert box is not None
    return box["y"] + box["height"]


def test_the_keyboard_covers_neither_the_words_nor_the_button(house: House, page_of: PageOf) -> None:
    page = page_of("client", size=PHONE, touch=True)
    open_form(page, house.url + house.new_ticket("Клавиатура"))
    button = page.locator(".composer__send")
    text(page).tap()
    page.set_viewport_size({"width": PHONE[0], "height": 480})  # Android makes the page smaller
    expect(button).to_be_in_viewport(ratio=1)
    expect(page.locator("#menu")).to_be_hidden()
    page.set_viewport_size({"width": LANDSCAPE[0], "height": 170})
    expect(button).to_be_in_viewport(ratio=1)
    expect(text(page)).to_be_in_viewport(ratio=1)
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    page.evaluate("""() => {                                      // iOS lays it over the page
      Object.defineProperty(visualViewport, "height", { configurable: true, get: () => innerHeight - 336 });
      visualViewport.dispatchEvent(new Event("resize"));
    }""")
    expect(page.locator("html")).to_have_attribute("data-keyboard", "")
    assert bottom(button) <= PHONE[1] - 336
    page.evaluate("() => { delete visualViewport.height; visualViewport.dispatchEvent(new Event('resize')); }")
    expect(page.locator("html")).not_to_have_attribute("data-keyboard", "")


OUTSIDE = """([left, right, bottom]) => [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, h1, h2, p, label")]
  .filter((one) => one.checkVisibility() && !one.closest(".sr-only, .skip, .filter-chips, .editor-tools, [inert]"))
  .map((one) => [one, one.getBoundingClientRect()])
  .filter(([one, box]) => box.width > 2 && (box.left < left || box.right > innerWidth - right || (one.closest(".menu") && box.bottom > innerHeight - bottom + 1)))
  .map(([one, box]) => `${one.outerHTML.slice(0, 90)} ${box.left} ${box.right}`)"""


def test_a_notch_covers_nothing(house: House, page_of: PageOf) -> None:
    path = house.new_ticket("Чёлка")
    page = page_of("client", size=LANDSCAPE, touch=True)
    screen = tools(page)
    for size, insets in ((LANDSCAPE, (47, 47, 21, 0)), (PHONE, (0, 0, 34, 47)), (TABLET_LANDSCAPE, (40, 40, 20, 0))):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        sides = dict(zip(("left", "right", "bottom", "top"), insets, strict=True))
        screen.send("Emulation.setSafeAreaInsetsOverride", {"insets": sides})
        for where in ("/tickets", path, "/tickets/new"):
            page.goto(house.url + where)
            assert page.evaluate(OUTSIDE, list(insets[:3])) == [], (size, where)
            assert width_beyond(page) == 0
            if insets[3]:
                assert page.locator(".topbar .brand").bounding_box()["y"] >= insets[3]  # type: ignore[index]


SMALL_LETTERS = """() => [...document.querySelectorAll("input:not([type=hidden], [type=checkbox], [type=radio], [type=file]), select, textarea, [contenteditable=true]")]
  .filter((one) => one.checkVisibility() && parseFloat(getComputedStyle(one).fontSize) < 16).map((one) => one.outerHTML.slice(0, 120))"""
CUT = """() => [...document.querySelectorAll("h1, h2, .button, .badge, .menu__item, .filter-chip, summary, .row-card__title, .field__label, .message__body, .standing__line")]
  .filter((one) => one.checkVisibility() && !one.matches(".sr-only") && getComputedStyle(one).overflowX !== "visible" && one.scrollWidth > one.clientWidth + 1).map((one) => one.outerHTML.slice(0, 120))"""


def test_thumbs_and_eyes_have_room_on_every_screen(house: House, page_of: PageOf) -> None:
    path = house.new_ticket("Большие пальцы")
    page = page_of("client", size=PHONE, touch=True)
    for where in ("/tickets", path, "/tickets/new", "/profile"):
        page.goto(house.url + where)
        for size in (PHONE, LANDSCAPE, TABLET, TABLET_LANDSCAPE):
            page.set_viewport_size({"width": size[0], "height": size[1]})
            assert small_targets(page) == [], (size, where)
            assert page.evaluate(SMALL_LETTERS) == [], (size, where)
            assert width_beyond(page) == 0, (size, where)
        page.set_viewport_size({"width": PHONE[0] // 2, "height": PHONE[1] // 2})  # letters of twice the size
        assert page.evaluate(CUT) == [] and width_beyond(page) == 0, where


def test_back_closes_what_lies_over_the_page_and_nothing_lies_in_the_history(house: House, page_of: PageOf) -> None:
    """Android's «back» is a close request, as Escape is here: it ends dialogs and sheets before it leads anywhere."""
    path = house.new_ticket("Назад")
    with house.context("client") as context:
        token = TOKEN.search(context.request.get(house.url + path).text())
        assert token is not None
        picture = {"name": "стойка.png", "mimeType": "image/png", "buffer": png()}
        form: dict[str, Any] = {"csrf_token": token[1], "body": "Фото.", "files": picture}
        assert context.request.post(f"{house.url}{path}/comments", multipart=form, max_redirects=0).status == 303
    page = page_of("client", size=PHONE, touch=True)
    page.goto(f"{house.url}/tickets")
    assert page.evaluate("'CloseWatcher' in self")
    opens(page, page.locator("[data-glance]").first, page.locator("#glance"))
    open_form(page, house.url + path)
    opens(page, page.get_by_role("button", name="Изменить статус"), page.locator("#status-menu"))
    opens(page, page.locator("[data-viewer]").first, page.locator(".viewer-dialog"))
    page.go_back()
    page.wait_for_url("**/tickets")


def opens(page: Page, what: Locator, layer: Locator) -> None:
    before = page.evaluate("[location.href, history.length]")
    what.tap()
    expect(layer).to_be_visible()
    assert page.evaluate("[location.href, history.length]") == before
    page.keyboard.press("Escape")
    expect(layer).to_be_hidden()
    assert page.evaluate("[location.href, history.length]") == before


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (320, 240), "teal").save(out, "PNG")
    return out.getvalue()
