"""Pictures of the states that a page may be in: empty, loading, without a network, waiting, failed (docs/design.md)."""

import re

from playwright.sync_api import Browser, BrowserContext, Page, Route

from bin.camera import keep, opened, sign_in
from tests.support.desk import RunningDesk

READY = """async () => {
  await navigator.serviceWorker.ready;
  await import(document.querySelector('script[src*="/js/app.js"]').src.replace("app.js", "outbox-pack.js"));
}"""
KEPT = "(path) => caches.match(path, { ignoreSearch: true }).then(Boolean)"
SEND_EMPTY = """() => {
  const form = document.querySelector("#new-ticket");
  form.querySelector("[name=subject]").value = "";
  HTMLFormElement.prototype.submit.call(form);      // past the browser's own checks and past our scripts
}"""
SUBJECT, WORDS = "Порт 1/0/7 теряет пакеты", "После грозы растут ошибки CRC, клиент за портом без связи."


def shoot(browser: Browser, desk: RunningDesk, size: str, scheme: str) -> None:
    """Take all of them in this size and scheme."""
    ending = f"{size}{'-dark' if scheme == 'dark' else ''}.png"
    with opened(browser, size, scheme) as context:
        page = context.new_page()
        sign_in(page, desk, "newcomer")
        _empty(page, desk, ending)
        page.goto("about:blank")
    with opened(browser, size, scheme) as context:
        page = context.new_page()
        sign_in(page, desk, "client")
        _wrong(page, desk, ending)
        _loading_and_failed(page, desk, ending)
        _offline(context, page, desk, ending)
        page.goto("about:blank")


def _empty(page: Page, desk: RunningDesk, ending: str) -> None:
    """Nothing of a kind, and nothing found."""
    for name, address in (("empty", "/tickets?status=service_center"), ("empty-search", "/tickets?q=зебра")):
        page.goto(desk.url + address)
        page.wait_for_load_state("networkidle")
        keep(page, f"state-{name}-{ending}")


def _wrong(page: Page, desk: RunningDesk, ending: str) -> None:
    page.goto(f"{desk.url}/tickets/new")
    with page.expect_navigation():
        page.evaluate(SEND_EMPTY)
    page.wait_for_load_state("networkidle")
    keep(page, f"state-error-form-{ending}")


def _fill_in(page: Page, desk: RunningDesk) -> None:
    page.goto(f"{desk.url}/tickets/new")
    page.locator("form[data-composer=on]").wait_for()
    page.evaluate(READY)
    page.locator("[name=subject]").fill(SUBJECT)
    page.locator("[name=type]").select_option(index=1)
    page.locator("#description").fill(WORDS)


def _loading_and_failed(page: Page, desk: RunningDesk, ending: str) -> None:
    """The server takes its time, then fails."""
    held: list[Route] = []
    address = re.compile(r"/tickets$")
    page.route(address, lambda route: held.append(route) if route.request.method == "POST" else route.continue_())
    _fill_in(page, desk)
    with page.expect_request(lambda request: request.method == "POST" and request.url.endswith("/tickets")):
        page.locator("#new-ticket [type=submit]").last.click()
    page.wait_for_timeout(300)  # a picture of what is under way has no end to wait for
    keep(page, f"state-loading-{ending}")
    for route in held:
        route.fulfill(status=500, body="")
    page.locator(".send-failure").wait_for()
    page.locator(".send-failure").scroll_into_view_if_needed()
    keep(page, f"state-error-send-{ending}")
    page.unroute(address)


def _offline(context: BrowserContext, page: Page, desk: RunningDesk, ending: str) -> None:
    page.goto(f"{desk.url}/tickets")
    ticket = page.locator("a.row-card__link").first.get_attribute("href") or ""
    for path in ("/outbox", "/tickets", ticket):
        page.goto(desk.url + path)
        page.wait_for_function(KEPT, arg=path)
    page.locator("form[data-composer=on]").wait_for()
    page.evaluate(READY)
    page.wait_for_load_state("networkidle")
    context.set_offline(True)
    page.locator("#comment-body").fill("Пишу из подвала: журнал пришлю, как только выйду.")
    page.locator(".composer__send").click()
    page.locator("li.parcel").scroll_into_view_if_needed()
    keep(page, f"state-waiting-{ending}")
    for name, path, shows in (
        ("waiting-outbox", "/outbox", "li.parcel"),
        ("offline", "/tickets", "a.row-card__link"),
        ("offline-none", "/company", "[data-kept-list]"),
    ):
        page.goto(desk.url + path)
        page.wait_for_load_state("networkidle")
        page.locator(shows).first.wait_for()
        keep(page, f"state-{name}-{ending}")
    page.goto(desk.url + ticket)
    page.locator("li.parcel [data-parcel-drop]").click()  # nothing of it is to reach the desk
    page.locator("li.parcel").wait_for(state="detached")
