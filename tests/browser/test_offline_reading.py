"""What a customer reads without a network, and that nobody else reads it after him (docs/adr/0005-offline.md)."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import PHONE, House
from tests.support.waiting import until

pytestmark = pytest.mark.browser

KEPT = """async () => {
  const found = [];
  for (const name of await caches.keys()) {
    if (name.startsWith("desk-")) continue;
    for (const { url } of await (await caches.open(name)).keys()) found.push(new URL(url).pathname);
  }
  return found;
}"""
KEPT_ONCE = (
    f"async ([path, isThere]) => {{ const kept = {KEPT};"
    """
  for (const end = performance.now() + 60000; performance.now() < end; await new Promise(requestAnimationFrame)) {
    if ((await kept()).includes(path) === isThere) return true;
  }
  return kept();
}"""
)
MANY = """async (reader) => {
  for (let number = 1; number <= 35; number++) {
    const answer = new Response(`<html lang="ru"><title>${number}</title>`, { headers: { "Content-Type": "text/html" } });
    await keepPage(reader, new URL(`/tickets/${number}`, location.origin), answer);
  }
  const again = new Response("<html>", { headers: { "Content-Type": "text/html" } });
  await keepPage(reader, new URL("/tickets/6", location.origin), again);
  const kept = await (await caches.open(cacheName("pages", reader))).keys();
  return kept.map(({ url }) => new URL(url).pathname).filter((path) => TICKET.test(path));
}"""
TITLE = "Кто читает без сети"


def wait_for(page: Page, path: str, *, kept: bool = True) -> None:
    assert page.evaluate(KEPT_ONCE, [path, kept]) is True


def read(page: Page, url: str, path: str) -> None:
    """Open a page of the desk and wait until it is kept."""
    page.goto(url + path)
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    worker(page.context).evaluate("() => keepShell()")
    wait_for(page, path)


@pytest.fixture
def reader(house: House, page_of: Callable[..., Page]) -> Page:
    """A customer's phone under a sign-in of its own, since it is going to be ended."""
    page = page_of(size=PHONE)
    house.sign_in(page.context.request, "client")
    return page


@pytest.fixture(scope="module")
def ticket(house: House) -> str:
    return house.new_ticket(TITLE)


def offline(page: Page, url: str, path: str) -> None:
    page.context.set_offline(True)
    page.goto(url + path)


def expect_nothing(page: Page, url: str, paths: list[str]) -> None:
    """Without a network nothing of the earlier reader can be read, neither as a page nor in any store."""
    page.context.set_offline(True)
    for path in paths:
        page.goto(url + path)
        expect(page.locator("#offline")).to_be_visible()
        expect(page.locator("#kept-list")).to_be_hidden()
        assert TITLE not in page.content()
    assert page.evaluate(KEPT) == []
    page.context.set_offline(False)


def test_what_was_read_is_read_without_a_network_and_says_its_age(reader: Page, house: House, ticket: str) -> None:
    read(reader, house.url, "/tickets")
    read(reader, house.url, ticket)
    offline(reader, house.url, ticket)
    expect(reader.locator("#ticket")).to_contain_text("Вопрос.")
    bar = reader.locator("[data-age]")
    expect(bar).to_contain_text(re.compile(r"Сохранено сегодня в \d\d:\d\d, нет сети"))
    assert reader.evaluate("() => getComputedStyle(document.querySelector('.kept-bar')).display") == "flex"  # styled
    reader.goto(f"{house.url}/tickets")
    expect(reader.locator("main")).to_contain_text(TITLE)
    expect(bar).to_be_visible()
    reader.goto(f"{house.url}/company")
    expect(reader.locator("#offline")).to_be_visible()
    expect(reader.locator("#kept-list")).to_contain_text(TITLE)  # what can be read instead
    reader.locator("#kept-list a", has_text=TITLE).click()
    expect(reader.locator("#ticket")).to_be_visible()
    reader.context.set_offline(False)
    expect(reader.locator("[data-age]")).to_be_hidden()  # it comes anew by itself


def test_thumbnails_are_kept_and_the_files_themselves_are_not(reader: Page, house: House, ticket: str) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (900, 600), "teal").save(picture, "PNG")
    reader.goto(house.url + ticket)
    token = reader.locator("meta[name=csrf-token]").get_attribute("content") or ""
    file = {"name": "стойка.png", "mimeType": "image/png", "buffer": picture.getvalue()}
    form: dict[str, Any] = {"csrf_token": token, "body": "Фото", "files": file}
    assert reader.request.post(f"{house.url}{ticket}/comments", multipart=form, max_redirects=0).status == 303
    thumbnail = until(lambda: _thumbnail(reader, house.url + ticket), "a thumbnail")
    wait_for(reader, thumbnail)
    offline(reader, house.url, ticket)
    image = reader.locator("img.thumbs__image").first
    image.scroll_into_view_if_needed()
    reader.wait_for_function("() => document.querySelector('img.thumbs__image').naturalWidth > 0")
    assert [path for path in reader.evaluate(KEPT) if path.startswith("/attachments/")] == [thumbnail]


def _thumbnail(page: Page, address: str) -> str:
    page.goto(address)
    image = page.locator("img.thumbs__image")
    return (image.first.get_attribute("src") or "") if image.count() else ""


def test_a_form_from_the_store_has_a_number_of_its_own_each_time(reader: Page, house: House) -> None:
    read(reader, house.url, "/tickets/new")
    numbers = [reader.locator("#new-ticket [name=client_id]").input_value()]
    for _ in range(2):
        offline(reader, house.url, "/tickets/new")
        numbers.append(reader.locator("#new-ticket [name=client_id]").input_value())
    assert len(set(numbers)) == 3


def test_a_search_is_not_answered_with_the_whole_list(reader: Page, house: House) -> None:
    read(reader, house.url, "/tickets")
    offline(reader, house.url, "/tickets?q=коммутатор")
    expect(reader.locator("#offline")).to_be_visible()


def test_the_last_thirty_tickets_are_kept(reader: Page, house: House) -> None:
    read(reader, house.url, "/tickets")
    name = reader.evaluate("async () => (await caches.keys()).find((name) => name.startsWith('reader-1-pages-'))")
    kept = worker(reader.context).evaluate(MANY, name.removeprefix("reader-1-pages-"))
    assert kept == [f"/tickets/{number}" for number in (*range(7, 36), 6)]  # the one read last is the last to go


def worker(context: BrowserContext) -> Any:
    return context.service_workers[0] if context.service_workers else context.wait_for_event("serviceworker")


def test_signing_out_in_another_tab_leaves_nothing(reader: Page, house: House, ticket: str) -> None:
    read(reader, house.url, "/tickets")
    read(reader, house.url, ticket)
    other = reader.context.new_page()
    other.goto(f"{house.url}/profile")
    other.locator("#profile-more form[action='/logout'] button").click()
    other.wait_for_url(f"{house.url}/login")
    expect_nothing(reader, house.url, [ticket, "/tickets", "/tickets/new"])


def test_signing_out_without_a_network_leaves_nothing(reader: Page, house: House, ticket: str) -> None:
    read(reader, house.url, ticket)
    reader.goto(f"{house.url}/profile")
    reader.context.set_offline(True)
    reader.locator("#profile-more form[action='/logout'] button").evaluate("(button) => button.form.requestSubmit()")
    wait_gone = reader.context.new_page()
    wait_gone.goto(f"{house.url}/login")
    wait_for(wait_gone, ticket, kept=False)
    expect_nothing(wait_gone, house.url, [ticket])


def test_a_session_that_the_server_has_ended_leaves_nothing(reader: Page, house: House, ticket: str) -> None:
    read(reader, house.url, ticket)
    elsewhere = house.browser.new_context()
    house.sign_in(elsewhere.request, "client")
    device = reader.evaluate("() => document.body.dataset.device")
    house.post(elsewhere.request, f"/profile/devices/{device}/end", {})
    elsewhere.close()
    reader.goto(f"{house.url}/tickets")  # the first answer that says so
    expect(reader).to_have_url(re.compile("/login"))
    expect_nothing(reader, house.url, [ticket, "/tickets"])


def test_the_next_person_reads_nothing_of_the_first(reader: Page, house: House, ticket: str) -> None:
    read(reader, house.url, ticket)
    reader.goto("about:blank")  # or the page, refused, would ask for a sign-in of its own just now
    reader.context.clear_cookies()
    house.sign_in(reader.context.request, "stranger")
    read(reader, house.url, "/tickets")  # now his own
    assert ticket not in reader.evaluate(KEPT)
    offline(reader, house.url, ticket)
    expect(reader.locator("#offline")).to_be_visible()
    expect(reader.locator("#kept-list")).not_to_contain_text(TITLE)


def test_a_closed_browser_that_was_not_to_remember_leaves_nothing(reader: Page, house: House, ticket: str) -> None:
    read(reader, house.url, ticket)
    reader.context.clear_cookies()  # as cookies of a session go with the browser; the server was not asked since
    expect_nothing(reader, house.url, [ticket, "/tickets"])


def test_of_staff_nothing_is_kept(house: House, page_of: Callable[..., Page]) -> None:
    page = page_of("agent")
    page.goto(f"{house.url}/desk")
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    worker(page.context).evaluate("() => keepShell()")
    page.goto(f"{house.url}/tickets/new")
    expect_nothing(page, house.url, ["/desk", "/tickets/new"])


def test_an_article_is_kept_when_its_reader_wants_it(reader: Page, house: House) -> None:
    reader.goto(f"{house.url}/kb/search?q=прошивка")
    path = reader.locator("a[href^='/kb/articles/']").first.get_attribute("href") or ""
    path = path.split("?")[0]
    reader.goto(house.url + path)
    title = reader.locator("h1").inner_text()
    reader.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    worker(reader.context).evaluate("() => keepShell()")
    button = reader.get_by_role("button", name="Сохранить на телефоне")
    button.click()
    expect(reader.get_by_role("button", name="Сохранено на телефоне")).to_have_attribute("aria-pressed", "true")
    offline(reader, house.url, path)
    expect(reader.locator("h1")).to_have_text(title)
    expect(reader.locator("[data-age]")).to_be_visible()
    reader.context.set_offline(False)
    expect(reader.locator("[data-age]")).to_be_hidden()
    reader.get_by_role("button", name="Сохранено на телефоне").click()
    expect(reader.get_by_role("button", name="Сохранить на телефоне")).to_have_attribute("aria-pressed", "false")
    offline(reader, house.url, path)
    expect(reader.locator("#offline")).to_be_visible()
