"""The desk as an installed app: Chromium finds no fault with it, other apps share into it, it asks at good moments (S106)."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser.conftest import EMAILS, PASSWORDS, PHONE, House, stands
from tests.support.chromium import CHROMIUM_ARGS, chromium_path

pytestmark = pytest.mark.browser

OFFER = """() => {
  const offer = new Event("beforeinstallprompt", { cancelable: true });
  offer.prompt = () => { window.prompted = (window.prompted ?? 0) + 1; return Promise.resolve(); };
  dispatchEvent(offer);
}"""
SHARE_FORM = """async ([action, files]) => {
  const form = document.createElement("form");
  Object.assign(form, { method: "post", enctype: "multipart/form-data", action });
  for (const [name, value] of [["title", "Коммутатор молчит"], ["text", "Смотрите журнал"], ["url", "https://nag.wiki/1"]]) {
    const field = document.createElement("textarea");
    Object.assign(field, { name, value });
    form.append(field);
  }
  const input = Object.assign(document.createElement("input"), { type: "file", name: "files", multiple: true });
  const transfer = new DataTransfer();
  for (const [name, text] of files) transfer.items.add(new File([text], name, { type: "text/plain" }));
  input.files = transfer.files;
  form.append(input);
  document.body.append(form);
  form.submit();
}"""
LAUNCH_IS_KEPT = """async () => {
  const { src } = document.querySelector('script[src*="/js/app.js"]');
  return Boolean(await caches.match(src.replace("app.js", "launch.js")));
}"""
VALIDATOR = Path(__file__).parents[1] / "samples" / "manifest-validation"
FAULTS = """async () => {
  const { validateManifest } = await import("/validator/index.js");
  const manifest = await (await fetch("/manifest.json")).json();
  return (await validateManifest(manifest)).filter(({ valid }) => !valid).map(({ member, errorString }) => `${member}: ${errorString}`);
}"""
NO_AJV = "export default { default: class { compile() { return () => { throw new Error('asked for') } } } }"
FILES = [["switch.log", "link down"], ["конфиг.txt", "vlan 7"]]


@pytest.fixture(scope="module")
def profile(house: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    """A browser with a profile of its own: a private window can't install anything. In the house's Playwright."""
    context = house.browser.browser_type.launch_persistent_context(
        tmp_path_factory.mktemp("profile"), executable_path=chromium_path(), args=CHROMIUM_ARGS, locale="ru-RU"
    )
    yield context
    context.close()


def test_chromium_finds_no_fault_with_installing_it(profile: BrowserContext, house: House) -> None:
    page = profile.new_page()
    page.goto(f"{house.url}/install")
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    devtools = profile.new_cdp_session(page)
    assert devtools.send("Page.getInstallabilityErrors")["installabilityErrors"] == []
    manifest = devtools.send("Page.getAppManifest")
    assert manifest["errors"] == []
    assert manifest["url"] == f"{house.url}/manifest.json"
    assert devtools.send("Page.getAppId")["appId"] == f"{house.url}/tickets"
    page.close()


def validator(route: Route) -> None:
    """Serve PWABuilder's validator. It checks widgets and file handlers, of which there are none, with a library of its own."""
    path = route.request.url.partition("/validator/")[2]
    file = VALIDATOR / path
    if path == "ajv":
        return route.fulfill(body=NO_AJV, content_type="text/javascript")
    if not file.is_file():
        return route.fulfill(status=404)
    return route.fulfill(
        body=file.read_text().replace('from "ajv"', 'from "/validator/ajv"'), content_type="text/javascript"
    )


def test_a_validator_finds_no_fault_with_the_manifest(page_of: Callable[..., Page], house: House) -> None:
    page = page_of("client")
    page.add_init_script(
        "delete Navigator.prototype.serviceWorker"
    )  # which would ask the desk for the validator itself
    page.route("**/validator/**", validator)
    page.goto(f"{house.url}/install")
    faults = page.evaluate(FAULTS)
    # Drawing in the title bar is a matter of taste: our pages have a bar of their own, and a phone has none.
    assert [one for one in faults if "window-controls-overlay" not in one] == []


def test_the_install_page_begins_with_the_readers_own_device(house: House) -> None:  # S106
    agents = {
        "android": "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36",
        "ios": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Safari/604.1",
        "desktop": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36",
    }
    for own, agent in agents.items():
        context = house.browser.new_context(user_agent=agent)
        page = context.new_page()
        page.goto(f"{house.url}/install")
        order = page.locator("#android, #ios, #desktop").evaluate_all("(parts) => parts.map(({ id }) => id)")
        assert order[0] == own and sorted(order) == ["android", "desktop", "ios"]
        expect(page.locator(f"#{own} h2")).to_contain_text("Ваше устройство")
        context.close()


def test_the_browsers_own_prompt_is_used_on_the_install_page(page_of: Callable[..., Page], house: House) -> None:
    page = page_of(size=PHONE)
    page.goto(f"{house.url}/install")
    button = page.get_by_role("button", name="Установить на это устройство")
    expect(button).to_be_hidden()
    page.evaluate("() => import(document.querySelector('script[type=module]').src.replace('app.js', 'install.js'))")
    page.evaluate(OFFER)
    button.click()
    assert page.evaluate("() => window.prompted") == 1
    expect(button).to_be_hidden()


def new_ticket(page: Page, house: House, subject: str) -> None:
    page.goto(f"{house.url}/tickets/new")
    page.locator('form[data-composer="on"]').wait_for()
    stands(page)  # nobody fills the form in faster than its scripts come
    page.locator("[name=subject]").fill(subject)
    page.locator("[name=type]").first.select_option(index=1)
    page.locator("[name=description]").fill("Не включается.")
    page.locator("#new-ticket [type=submit]").last.click()
    page.wait_for_url(re.compile(r"/tickets/\d+"))


def test_after_the_first_ticket_it_asks_whether_to_ring_then_whether_to_install_and_never_again(
    page_of: Callable[..., Page], house: House
) -> None:
    page = page_of("client", size=PHONE)
    page.add_init_script("Object.defineProperty(Notification, 'permission', { get: () => 'default' })")
    page.goto(f"{house.url}/tickets")
    expect(page.locator("[data-ask]")).to_have_count(0)
    new_ticket(page, house, "Первая")
    card = page.locator("[data-ask]")
    expect(card).to_contain_text("когда специалист ответит")
    card.get_by_role("button", name="Не сейчас").click()
    expect(card).to_have_count(0)
    new_ticket(page, house, "Вторая")
    page.wait_for_function("() => localStorage.getItem('ask.sent') === null")  # it has had its moment, without an offer
    page.evaluate(OFFER)
    page.reload()
    expect(card).to_have_count(0)  # the page is not the one after a sending any more
    page.add_init_script(f"addEventListener('DOMContentLoaded', {OFFER})")
    new_ticket(page, house, "Третья")
    expect(card).to_contain_text("Добавить приложение на главный экран?")
    card.get_by_role("button", name="Установить").click()
    assert page.evaluate("() => window.prompted") == 1
    new_ticket(page, house, "Четвёртая")
    page.locator("#ticket").wait_for()
    page.evaluate("() => new Promise((done) => requestIdleCallback(done))")
    expect(card).to_have_count(0)


def test_what_another_app_shares_stands_in_the_draft(page_of: Callable[..., Page], house: House) -> None:
    page = page_of("client", size=PHONE)
    page.goto(f"{house.url}/help")
    page.wait_for_function("() => navigator.serviceWorker.controller")
    page.evaluate(SHARE_FORM, ["/share", FILES])
    expect_draft(page)


def expect_draft(page: Page) -> None:
    page.wait_for_url(re.compile(r"/tickets/new$"))  # the shared things are taken
    for name, _text in FILES:
        expect(page.locator("[data-files-list]")).to_contain_text(name)
    expect(page.locator("[name=subject]")).to_have_value("Коммутатор молчит")
    expect(page.locator("[name=description]")).to_have_value("Смотрите журнал\nhttps://nag.wiki/1")
    page.wait_for_function("async () => (await (await caches.open('shared-1')).keys()).length === 0")


def test_what_was_shared_survives_the_sign_in(page_of: Callable[..., Page], house: House) -> None:
    page = page_of(size=PHONE)
    page.goto(f"{house.url}/help")
    page.wait_for_function("() => navigator.serviceWorker.controller")
    page.evaluate(SHARE_FORM, ["/share", FILES])
    page.wait_for_url(re.compile("/login"))
    email = EMAILS["client"]
    page.locator("[name=login]").first.fill(email)
    page.locator("[name=password]").first.fill(PASSWORDS[email])
    page.locator("[name=password]").first.press("Enter")
    expect_draft(page)


def test_what_was_shared_without_a_network_stands_in_the_draft(page_of: Callable[..., Page], house: House) -> None:
    page = page_of("client", size=PHONE)
    page.goto(f"{house.url}/tickets/new")
    page.wait_for_function("() => navigator.serviceWorker.controller")
    page.reload()
    page.locator('form[data-composer="on"]').wait_for()
    page.wait_for_function(LAUNCH_IS_KEPT)
    page.context.set_offline(True)
    page.evaluate(SHARE_FORM, ["/share", FILES])
    expect_draft(page)
    page.context.set_offline(False)


def test_without_a_service_worker_the_server_takes_what_is_shared(house: House) -> None:
    context = house.browser.new_context(storage_state=house.session("client"), service_workers="block")
    page = context.new_page()
    page.goto(f"{house.url}/help")
    page.evaluate(SHARE_FORM, ["/share", FILES])
    page.wait_for_url(re.compile(r"/tickets/new\?"))
    for name, _text in FILES:
        expect(page.locator("[data-files-list]")).to_contain_text(name)
    expect(page.locator("[name=subject]")).to_have_value("Коммутатор молчит")
    context.close()


def test_the_shortcut_by_voice_leads_to_the_recorder(page_of: Callable[..., Page], house: House) -> None:  # S105
    page = page_of("client", size=PHONE)
    page.goto(f"{house.url}/tickets/new?voice=1")
    button = page.locator("[data-recorder-record]")
    expect(button).to_be_focused()
    expect(button).to_be_in_viewport()
