"""«Проверить»: from the page through the desk's own worker, a push service and a real browser, and back by its receipt (S67)."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import APIRequestContext, BrowserContext, Page, Playwright, expect, sync_playwright

from tests.browser.conftest import EMAILS, PASSWORDS, House
from tests.support.chromium import chromium_path
from tests.support.desk import RunningDesk
from tests.support.fake_fcm import FakeFcm
from tests.support.waiting import until

pytestmark = pytest.mark.browser

SHOWN_ONCE = """async (tag) => {
  const worker = await navigator.serviceWorker.ready;
  const heard = new Promise((done) => {
    navigator.serviceWorker.addEventListener("message", ({ data }) => data.type === "push" && data.tag === tag && done());
    setTimeout(done, 30000);
  });
  if (!(await worker.getNotifications({ tag })).length) await heard;
  const shown = await worker.getNotifications({ tag });
  return shown.map(({ body, actions }) => ({ body, actions: actions.map(({ title }) => title) }));
}"""
RESOLVE = """(tag) => self.registration.getNotifications({ tag }).then(([notification]) => {
  self.dispatchEvent(new NotificationEvent("notificationclick", { notification, action: "resolve" }));
})"""
BADGE = """() => { self.badges = []; navigator.setAppBadge = async (count) => { self.badges.push(count) } }"""


@pytest.fixture(scope="module")
def fcm() -> Iterator[FakeFcm]:
    with FakeFcm() as fcm:
        yield fcm


@pytest.fixture(scope="module")
def desk(fcm: FakeFcm, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    chromium_path()  # says what is missing before anything starts
    with RunningDesk(tmp_path_factory.mktemp("desk"), fcm.environment) as desk:
        yield desk


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def browser(
    playwright: Playwright, fcm: FakeFcm, desk: RunningDesk, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BrowserContext]:
    """A profile of its own: a private window gets no pushes."""
    context = playwright.chromium.launch_persistent_context(
        tmp_path_factory.mktemp("profile"),
        executable_path=chromium_path(),
        args=fcm.chromium_args,
        ignore_default_args=fcm.ignored_default_args,
        locale="ru-RU",
    )
    context.grant_permissions(["notifications"], origin=desk.url)
    yield context
    context.close()


@pytest.fixture
def specialist(playwright: Playwright) -> Iterator[APIRequestContext]:
    """A client of his own, in no browser."""
    client = playwright.request.new_context()
    yield client
    client.dispose()


def sign_in(page: Page, desk: RunningDesk, who: str) -> None:
    page.goto(f"{desk.url}/login")
    page.locator("[name=login]").first.fill(EMAILS[who])
    page.locator("[name=password]").first.fill(PASSWORDS[EMAILS[who]])
    page.locator("[name=password]").first.press("Enter")
    page.wait_for_url(re.compile("/(tickets|desk)"))


def test_a_check_comes_back_by_its_receipt_and_news_count_on_the_icon(
    browser: BrowserContext, desk: RunningDesk
) -> None:
    page = browser.new_page()
    sign_in(page, desk, "client")
    page.goto(f"{desk.url}/profile/notifications")
    page.get_by_role("button", name="Включить").click()
    expect(page.locator("#phones")).to_contain_text("это устройство")
    page.locator("#phones").get_by_role("button", name="Проверить").click()
    expect(page.locator("#phones")).to_contain_text("Проверка дошла")
    shown = page.evaluate("async () => (await (await navigator.serviceWorker.ready).getNotifications()).length")
    assert shown == 1
    until(lambda: _says(page, "Последнее отправлено"), "the last delivery")  # written down after it has rung
    page.close()


def test_an_answer_rings_counts_on_the_icon_and_is_resolved_from_the_notification(
    browser: BrowserContext, desk: RunningDesk, specialist: APIRequestContext
) -> None:  # S67, S68
    house = House(desk, browser.browser, {})  # type: ignore[arg-type]
    page = browser.new_page()
    page.goto(f"{desk.url}/tickets")
    form = {"subject": "Петля", "type": "consultation", "priority": "normal", "description": "Вопрос."}
    ticket = house.post(page.request, "/tickets", form)
    browser.service_workers[0].evaluate(BADGE)
    house.sign_in(specialist, "agent")
    house.post(specialist, f"{ticket}/comments", {"body": "Проверьте кабель."}, page=ticket)
    tag = ticket.strip("/").replace("tickets/", "ticket-")
    [shown] = page.evaluate(SHOWN_ONCE, tag)
    assert "Проверьте кабель." in shown["body"]
    assert shown["actions"] == ["Ответить", "Решено"]
    assert browser.service_workers[0].evaluate("() => self.badges.at(-1)") >= 1
    browser.service_workers[0].evaluate(RESOLVE, tag)
    until(lambda: _is_resolved(page, desk.url + ticket), "a resolved ticket")
    page.close()


def _is_resolved(page: Page, address: str) -> bool:
    page.goto(address)
    return page.locator("#ticket[data-status=resolved]").count() == 1


def _says(page: Page, words: str) -> bool:
    page.reload()
    return words in page.locator("#phones").inner_text()
