"""Every page as its reader gets it, on a phone and on a desktop, light and dark: axe finds nothing, nothing sticks out,
no script and no policy complains, every field has a name, and an English page has Russian only in its data."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pytest
from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, House, listen

pytestmark = pytest.mark.browser

GUEST = (
    "/login /register?sent=a@b.example /login/code /password/forgot /kb /kb/sections/1 /kb/articles/1 /kb/search?q=SNR "
    "/kb/search?q=зебра /help /help/regulations /help/consent /install /offline /demo/mail /nothing "
    "/contacts/confirm_registration?activation_token=old"
).split()
CLIENT = "/tickets /tickets?q=зебра /tickets/new /profile /company {rich} {deferred} {closed}".split()
AGENT = "/desk {rich}".split()
ADMIN = "/desk?view=all /desk?q=зебра /admin/calendar {resolved}".split()
PAGES = [
    *(("", path) for path in GUEST),
    *(("client", path) for path in CLIENT),
    *(("agent", path) for path in AGENT),
    *(("admin", path) for path in ADMIN),
]
MISSING = {"/nothing": 404, "/contacts/confirm_registration?activation_token=old": 410}

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AUDIT = """(rules) => axe.run({ exclude: [[".row-card:nth-child(n + 6)"]] },      // rows are alike, and looking takes long
  { runOnly: rules, resultTypes: ["violations"], preload: false, iframes: false }).then(
  ({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ target, any, all, none }) =>
    `${id}: ${target} ${[...any, ...all, ...none].map(({ message }) => message)}`)))"""
LOOK = """() => ({
  lang: document.documentElement.lang,
  overflow: document.documentElement.scrollWidth - innerWidth,
  nameless: [...document.querySelectorAll("input:not([type=hidden]), select, textarea")]
    .filter((field) => !field.labels?.length && !field.ariaLabel && !field.ariaLabelledByElements?.length)
    .map((field) => field.outerHTML),
})"""
SMALL = """() => [...document.querySelectorAll(
    "button, summary, select, .input, .button, .menu a, .topbar a, .tabs a, .filter-chip, .switch a, .segments label, .check")]
  .map((one) => [one, one.getBoundingClientRect()])
  .filter(([one, { width, height }]) => width && height && !one.closest(".sr-only, .decoy, [data-rich]"))
  .filter(([one, { width, height }]) => Math.min(width, height) < 43.5)
  .map(([one, { width, height }]) => `${one.className || one.outerHTML} ${width} x ${height}`)"""
CROWDED = """() => [...document.querySelectorAll(".rows :is(td, th)")]
  .filter((cell) => cell.clientWidth > 1 && cell.scrollWidth > cell.clientWidth).map((cell) => cell.innerText)"""
SUBJECT = re.compile(r'<span class="row-card__title">.*?</a>', re.DOTALL)  # in lists: other tests' tickets too
WRITTEN = {"зебра", "столбец", "порядок", "цитата", "вопрос", "между", "нами"}  # here

# What a Russian word on an English page may come from: the demo desk's data, the settings, the texts that are sent.
ROOT = Path(__file__).parents[2]
DATA = ("services/demo.py", "services/demo_texts.py", "services/defaults.py", "config.py", "rules/robot.py")
WORD = re.compile(r"[а-яё]{3,}", re.IGNORECASE)  # shorter ones are initials, and where an excerpt was cut


@pytest.fixture(scope="module")
def paths(house: House) -> dict[str, str]:
    """Tickets to look at: the demo desk's own in some states, and one with all that a thread may hold."""
    found = {"rich": rich_ticket(house)}
    with house.context("client") as context:
        for status in ("deferred", "resolved", "closed"):
            rows = context.request.get(f"{house.url}/tickets?scope=company&status={status}").text()
            found[status] = re.findall(r'href="(/tickets/\d+)"', rows)[-1]
    return found


def rich_ticket(house: House) -> str:
    config = "interface Ethernet1/0/1\n description " + "uplink-to-core-" * 12 + "\n  switchport mode trunk"
    path = house.new_ticket("SNR-S2962-24T_" * 12)
    house.act("client", f"{path}/comments", {"body": f"{config}\n\nhttps://data.nag.wiki/{'x' * 200}"})
    table = f"<table><tr>{'<th>столбец</th>' * 14}</tr></table>"
    html = f"<h2>Порядок</h2><pre>{config}</pre>{table}<blockquote>цитата</blockquote><p><code>reload</code></p>"
    house.act("agent", f"{path}/comments", {"body": html, "body_format": "html", "visibility": "public"})
    house.act("service", f"{path}/comments", {"body": "Между нами.", "visibility": "internal"})
    return path


@pytest.fixture(scope="module")
def readers(house: House) -> Iterator[dict[tuple[str, str], Page]]:
    """A page for each reader and language, opened when first asked for."""
    pages: dict[tuple[str, str], Page] = {}
    yield pages
    for page in pages.values():
        page.context.close()


def reader(readers: dict[tuple[str, str], Page], house: House, who: str, lang: str = "ru") -> Page:
    if (who, lang) not in readers:
        context = house.context(who, size=PHONE, lang=lang)
        context.add_init_script(AXE_SCRIPT)
        readers[who, lang] = context.new_page()
    return readers[who, lang]


@pytest.mark.parametrize(("who", "path"), PAGES)
def test_a_page_has_no_faults(
    who: str, path: str, house: House, paths: dict[str, str], readers: dict[tuple[str, str], Page]
) -> None:
    page, complaints = reader(readers, house, who), list[str]()
    listen(page, complaints)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    answer = page.goto(house.url + path.format(**paths))
    assert answer is not None and answer.status == MISSING.get(path, 200)
    assert page.evaluate(SMALL) == []
    for width, height in (PHONE, DESKTOP):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate(LOOK) == {"lang": "ru", "overflow": 0, "nameless": []}
        page.emulate_media(color_scheme="light")
        assert page.evaluate(AUDIT, RULES) == []
        page.emulate_media(color_scheme="dark")
        assert page.evaluate(AUDIT, ["color-contrast"]) == []
    assert complaints == []


@pytest.mark.parametrize(("who", "path"), [("client", "/tickets"), ("agent", "/desk"), ("agent", "{rich}")])
def test_nothing_sticks_out_at_any_width(
    who: str, path: str, house: House, paths: dict[str, str], readers: dict[tuple[str, str], Page]
) -> None:
    page = reader(readers, house, who)
    page.goto(house.url + path.format(**paths))
    for width in (320, 640, 768, 900, 1024, 1200, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(LOOK)["overflow"] == 0, width
        assert page.evaluate(CROWDED) == [], width


def test_a_search_says_how_much_it_has_found(house: House, readers: dict[tuple[str, str], Page]) -> None:
    page = reader(readers, house, "client")
    page.goto(f"{house.url}/tickets")
    page.get_by_role("searchbox", name="Поиск по заявкам").fill("зебра")
    expect(page.locator("#rows-said")).to_have_text("Ничего не найдено")
    expect(page.get_by_role("link", name="Показать все заявки")).to_be_visible()


@pytest.mark.parametrize("who", ["", "client", "admin"])
def test_an_english_page_has_russian_only_in_its_data(who: str, house: House, paths: dict[str, str]) -> None:
    known = set(WORD.findall("".join((ROOT / name).read_text() for name in DATA).lower())) | WRITTEN
    strange: dict[str, set[str]] = {}
    with house.context(who, lang="en") as context:
        for path in (path for reader_, path in PAGES if reader_ == who and path != "/demo/mail"):
            html = context.request.get(house.url + path.format(**paths)).text()
            assert '<html lang="en"' in html
            strange[path] = set(WORD.findall(unquote(unescape(SUBJECT.sub("", html))).lower())) - known
    assert {path: words for path, words in strange.items() if words} == {}
