"""What Safari on an iPhone lacks, taken away in Chromium: nothing throws, what was written goes out all the same, and the
pages say what an iPhone's owner has to do (S106). Recording as mp4: test_voice.py."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import PATIENCE_MS, PHONE, House, listen
from tests.browser.test_outbox import READY
from tests.support.waiting import until

pytestmark = pytest.mark.browser

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.4 Mobile/15E148 Safari/604.1"
)
# Of both: no Background Sync, no badge from a page, no word of the connection, recordings as mp4, no idle time, cookies
# only as a string, no offer to install.
WEBKIT = """
  delete ServiceWorkerRegistration.prototype.sync;
  delete window.SyncManager;
  delete window.BeforeInstallPromptEvent;
  delete window.requestIdleCallback;
  delete window.cancelIdleCallback;
  delete window.cookieStore;
  delete window.scheduler;
  for (const name of ["setAppBadge", "clearAppBadge", "connection", "userAgentData", "vibrate", "deviceMemory", "getInstalledRelatedApps"])
    delete Navigator.prototype[name];
  const isMp4 = (type) => /^(audio|video)\\/mp4/.test(type);
  MediaRecorder.isTypeSupported = isMp4;
  addEventListener("beforeinstallprompt", (offer) => offer.stopImmediatePropagation(), { capture: true });
"""
TAB = f"{WEBKIT} delete window.PushManager; delete window.Notification; navigator.standalone = false;"
APP = f"{WEBKIT} navigator.standalone = true;"  # on the home screen there is push
LACKS = """() => !("sync" in ServiceWorkerRegistration.prototype) && !("setAppBadge" in navigator)
  && !("connection" in navigator) && MediaRecorder.isTypeSupported("audio/mp4") && !MediaRecorder.isTypeSupported("audio/webm")"""
SENT = "() => localStorage.setItem('ask.sent', String(Date.now()))"
PAGES = (
    "/tickets",
    "/tickets/new",
    "{ticket}",
    "/profile",
    "/profile/notifications",
    "/outbox",
    "/company",
    "/kb/articles/1",
    "/help",
)

PhoneOf = Callable[[str, str], Page]


@pytest.fixture
def phone_of(house: House) -> Iterator[PhoneOf]:
    """Open a page of a person on an iPhone, in Safari or from the home screen. What a script trips over fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def make(who: str, kind: str) -> Page:
        context = house.browser.new_context(
            viewport={"width": PHONE[0], "height": PHONE[1]},
            user_agent=IPHONE,
            has_touch=True,
            is_mobile=True,
            locale="ru-RU",
            storage_state=house.session(who) if who else None,
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(kind)
        page = context.new_page()
        listen(page, complaints)
        return page

    yield make
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.mark.parametrize("kind", [TAB, APP], ids=["in Safari", "from the home screen"])
def test_no_page_trips_over_what_is_not_there(house: House, phone_of: PhoneOf, kind: str) -> None:
    page = phone_of("client", kind)
    ticket = house.new_ticket("Заявка с iPhone")
    for path in PAGES:
        page.goto(house.url + path.format(ticket=ticket), wait_until="load")
        page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    assert page.evaluate(LACKS)


def test_the_way_to_install_is_the_iphones(house: House, phone_of: PhoneOf) -> None:  # S106
    page = phone_of("", TAB)
    page.goto(f"{house.url}/install")
    first = page.locator("main section.card").first
    expect(first).to_have_attribute("id", "ios")
    expect(first).to_contain_text("ваше устройство", ignore_case=True)
    expect(first).to_contain_text("На экран “Домой”")
    expect(page.locator("[data-install]")).to_be_hidden()


def test_notifications_lead_to_installing_first(house: House, phone_of: PhoneOf) -> None:  # S67
    page = phone_of("client", TAB)
    page.goto(f"{house.url}/profile/notifications")
    switch = page.locator("[data-push]")
    expect(switch).to_have_attribute("data-push-now", "install")
    expect(switch.locator("[data-push-state]")).to_contain_text("iPhone")
    expect(switch.locator("[data-push-enable]")).to_be_hidden()
    expect(switch.get_by_role("link", name="Как установить")).to_be_visible()


def test_from_the_home_screen_they_can_be_switched_on(house: House, phone_of: PhoneOf) -> None:  # S67
    page = phone_of("client", APP)
    page.goto(f"{house.url}/profile/notifications")
    switch = page.locator("[data-push]")
    expect(switch).to_have_attribute("data-push-now", re.compile("off|denied"))  # a headless browser says no by itself
    expect(switch.get_by_role("link", name="Как установить")).to_be_hidden()


def test_the_app_is_offered_after_a_ticket_with_the_iphones_way(house: House, phone_of: PhoneOf) -> None:
    page = phone_of("client", TAB)
    ticket = house.new_ticket("Предложи поставить")
    page.goto(f"{house.url}/tickets")
    page.evaluate(SENT)
    page.goto(house.url + ticket)
    card = page.locator("[data-ask=install-ios]")
    expect(card.get_by_role("link", name="Как установить")).to_have_attribute("href", "/install#ios")
    page.reload()
    page.evaluate(SENT)
    page.goto(house.url + ticket)  # asked once
    page.locator("form[data-composer=on]").wait_for()
    expect(page.locator("[data-ask]")).to_have_count(0)


def test_what_was_written_goes_with_the_apps_next_start(house: House, phone_of: PhoneOf) -> None:
    page = phone_of("client", APP)
    subject = "Пишу с iPhone без сети"
    page.goto(f"{house.url}/tickets/new")
    page.locator("form[data-composer=on]").wait_for()
    page.evaluate(READY)
    page.context.set_offline(True)
    page.locator("[name=subject]").fill(subject)
    page.locator("[name=type]").select_option(index=1)
    page.locator("#description").fill("Молчит.")
    page.locator("#new-ticket [type=submit]").last.click()
    expect(page.locator("li.parcel")).to_contain_text("Ждёт сети")
    page.close()  # nothing sends with the app closed
    page.context.set_offline(False)
    assert house.count_tickets(subject) == 0
    again = page.context.new_page()
    again.goto(f"{house.url}/tickets")
    until(lambda: house.count_tickets(subject) == 1, "the ticket")
    again.goto(f"{house.url}/outbox")
    expect(again.locator("[data-outbox-empty]")).to_be_visible()
    assert house.count_tickets(subject) == 1
