"""Every page as its reader gets it, on a phone and on a desktop, light and dark: axe finds nothing, nothing sticks out,
no script and no policy complains, every field has a name, and an English page has Russian only in its data."""

import io
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

import pytest
import zxingcpp
from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped]
from PIL import Image
from playwright.sync_api import Page, expect

from app import create_app
from bin.translations import kept
from channels import mailbox
from tests.browser.conftest import DESKTOP, EMAILS, PHONE, TOKEN, House, listen
from tests.browser.every_page import (
    MISSING,
    NO_PAGE,
    PAGES,
    REFUSED,
    RULES,
    audit,
    crowded_cells,
    look,
    send_empty,
    small_targets,
    unexplained,
    width_beyond,
)
from tests.browser.words_of import latin_words
from tests.support.waiting import until

pytestmark = pytest.mark.browser
LIGHT = True

LARGE_LETTERS = (PHONE[0] // 2, PHONE[1] // 2)  # a phone with letters of twice the size: every length of ours is in rem
KEYS_REACH = """() => [...document.querySelectorAll(".prose :is(pre, table)")]       // js/scroller.js has come
  .every((one) => one.scrollWidth <= one.clientWidth || one.tabIndex === 0 || getComputedStyle(one).overflowX === "visible")"""
SUBJECT = re.compile(r'<span class="row-card__title">.*?</a>', re.DOTALL)  # in lists: other tests' tickets too
OWN_NAME = re.compile(r'<option[^>]* lang="ru"[^>]*>.*?</option>')  # a language is called what its speakers call it
WRITTEN = {"зебра", "столбец", "порядок", "цитата", "вопрос", "между", "нами", "журнал"}  # here

# What a Russian word on an English page may come from: the demo desk's data, the settings, the texts that are sent.
ROOT = Path(__file__).parents[2]
DATA = (
    "services/demo.py",
    "services/demo_texts.py",
    "services/defaults.py",
    "config.py",
    "rules/robot.py",
    "rules/passwords.py",
    "blueprints/styleguide.py",
    "templates/styleguide/_surfaces.html",
    "templates/styleguide/_states.html",
)
ENGLISH = re.compile(r"%\(\w+\)[sd]|\b([a-z]{3,})\b")  # the name of a value is no word
CONFIG_WORDS = set("interface description switchport mode trunk long fast active copy running".split())  # in data
WORD = re.compile(r"[а-яё]{3,}", re.IGNORECASE)  # shorter ones are initials, and where an excerpt was cut


@pytest.fixture(scope="module")
def paths(house: House) -> dict[str, str]:
    """What the words in braces stand for: tickets of the demo desk in some states, one with all that a thread may hold,
    its file, and what letters and a phone's camera lead to."""
    found = {"rich": rich_ticket(house), "reset": reset_link(house), "leave": leave_link(house)}
    with house.context("client") as context:
        for status in ("deferred", "resolved", "closed"):
            rows = context.request.get(f"{house.url}/tickets?scope=company&status={status}").text()
            found[status] = re.findall(r'href="(/tickets/\d+)"', rows)[-1]
        found["closed_number"] = found["closed"].rpartition("/")[2]
        page = context.request.get(house.url + found["rich"]).text()
        found["file"] = re.findall(r'"(/attachments/[^"/?]+)', page)[0]
    return found


def rich_ticket(house: House) -> str:
    config = "interface Ethernet1/0/1\n description " + "uplink-to-core-" * 12 + "\n  switchport mode trunk"
    path = house.new_ticket("SNR-S2962-24T_" * 12)
    house.act("client", f"{path}/comments", {"body": f"{config}\n\nhttps://data.nag.wiki/{'x' * 200}"})
    table = f"<table><tr>{'<th>столбец</th>' * 14}</tr></table>"
    html = f"<h2>Порядок</h2><pre>{config}</pre>{table}<blockquote>цитата</blockquote><p><code>reload</code></p>"
    house.act("agent", f"{path}/comments", {"body": html, "body_format": "html", "visibility": "public"})
    house.act("service", f"{path}/comments", {"body": "Между нами.", "visibility": "internal"})
    attach(house, path)
    return path


def attach(house: House, path: str) -> None:
    file = {"name": "журнал.log", "mimeType": "text/plain", "buffer": b"CRC 18233\n" * 40}
    with house.context("client") as context:
        token = TOKEN.search(context.request.get(house.url + path).text())
        assert token is not None
        form = {"csrf_token": token[1], "body": "Вопрос.", "files": file}
        sent = context.request.post(f"{house.url}{path}/comments", multipart=form, max_redirects=0)  # type: ignore[arg-type]
        assert sent.status == 303, sent.text()


def reset_link(house: House) -> str:
    email = EMAILS["service"]
    with house.context() as context:
        house.post(context.request, "/password/forgot", {"email": email}, page="/password/forgot")
    letter = until(lambda: mailbox.last(house.desk.folder / "mail", email), "the letter with the link")
    link = re.search(r"http\S+/password/reset\?\S+", letter.text)
    assert link is not None
    return f"/password/reset?{urlsplit(link[0]).query}"


def leave_link(house: House) -> str:
    """Return where the «отписаться» of a letter leads."""
    folder = house.desk.folder / "mail"
    found = until(
        lambda: [
            one.headers["List-Unsubscribe"] for one in mailbox.letters(folder) if "List-Unsubscribe" in one.headers
        ],
        "a letter about a ticket",
    )
    return urlsplit(found[0].strip(" <>\r\n")).path


@pytest.fixture(scope="module")
def readers(house: House) -> Iterator[dict[str, Page]]:
    """A page for each reader, opened when first asked for."""
    pages: dict[str, Page] = {}
    yield pages
    for page in pages.values():
        page.context.close()


def reader(readers: dict[str, Page], house: House, who: str) -> Page:
    if who not in readers:
        context = house.context(who, size=PHONE)
        context.add_init_script(AXE_SCRIPT)
        readers[who] = context.new_page()
    return readers[who]


def address(house: House, path: str, paths: dict[str, str], readers: dict[str, Page]) -> str:
    """Where the path leads. The code for a phone works for two minutes, so it is made when it is wanted."""
    if path not in ("{hand_off}", "/profile/hand-off"):
        return house.url + path.format(**paths)
    page = reader(readers, house, "client")
    house.post(page.request, "/profile/hand-off", {})
    if path == "/profile/hand-off":
        return house.url + path
    page.goto(f"{house.url}/profile/hand-off")
    seen = zxingcpp.read_barcodes(Image.open(io.BytesIO(page.locator(".qr-frame").screenshot())))
    return seen[0].text


def stand(page: Page, size: tuple[int, int], scheme: Literal["light", "dark"]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.emulate_media(color_scheme=scheme)


@pytest.mark.parametrize(("who", "path"), PAGES)
def test_a_page_has_no_faults(
    who: str, path: str, house: House, paths: dict[str, str], readers: dict[str, Page]
) -> None:
    page, complaints = reader(readers, house, who), list[str]()
    where = address(house, path, paths, readers)
    listen(page, complaints)
    stand(page, PHONE, "light")
    answer = page.goto(where)
    assert answer is not None and answer.status == MISSING.get(path, 200)
    page.wait_for_function(KEYS_REACH)
    assert small_targets(page) == []
    assert look(page) == {"lang": "ru", "overflow": 0, "nameless": []}
    assert audit(page, RULES) == []
    stand(page, LARGE_LETTERS, "light")
    assert width_beyond(page) == 0
    stand(page, DESKTOP, "dark")
    assert look(page) == {"lang": "ru", "overflow": 0, "nameless": []}
    assert audit(page, ["color-contrast", "target-size", "scrollable-region-focusable"]) == []
    assert complaints == []


@pytest.mark.parametrize(("who", "path", "action"), REFUSED)
def test_a_refused_form_has_no_faults(
    who: str, path: str, action: str, house: House, paths: dict[str, str], readers: dict[str, Page]
) -> None:
    page, complaints = reader(readers, house, who), list[str]()
    listen(page, complaints)
    stand(page, PHONE, "light")
    page.goto(house.url + path.format(**paths))
    assert send_empty(page, action.format(**paths)) == 422
    assert unexplained(page) == []
    expect(page.locator("[aria-invalid=true]:focus, [role=alert]").first).to_be_visible()
    assert look(page) == {"lang": "ru", "overflow": 0, "nameless": []}
    assert audit(page, RULES) == []
    page.emulate_media(color_scheme="dark")
    assert audit(page, ["color-contrast"]) == []
    assert complaints == []


def test_no_page_is_left_out(tmp_path: Path) -> None:
    """Whoever adds a page walks it here, or says why it is none."""
    app = create_app({"DATA_DIR": str(tmp_path), "DEMO": True, "PUBLIC_URL": "http://desk.test"})
    known = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or set())}
    placed = {"rich": "/tickets/1", "closed": "/tickets/1", "file": "/attachments/x", "closed_number": "1"}
    placed |= {
        "deferred": "/tickets/1",
        "resolved": "/tickets/1",
        "reset": "/password/reset",
        "leave": "/unsubscribe/x",
        "hand_off": "/login/hand-off",
    }
    addresses = app.url_map.bind("desk.test")
    walked = {addresses.match(path.format(**placed).partition("?")[0])[0] for _, path in PAGES if path != "/nothing"}
    assert known - walked - set(NO_PAGE) == set()
    assert set(NO_PAGE) <= known and not walked & set(NO_PAGE)


@pytest.mark.parametrize(("who", "path"), [("client", "/tickets"), ("agent", "/desk"), ("agent", "{rich}")])
def test_nothing_sticks_out_at_any_width(
    who: str, path: str, house: House, paths: dict[str, str], readers: dict[str, Page]
) -> None:
    page = reader(readers, house, who)
    page.goto(house.url + path.format(**paths))
    for width in (320, 640, 768, 900, 1024, 1200, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        assert width_beyond(page) == 0, width
        assert crowded_cells(page) == [], width


def test_a_search_says_how_much_it_has_found(house: House, readers: dict[str, Page]) -> None:
    page = reader(readers, house, "client")
    page.goto(f"{house.url}/tickets")
    page.get_by_role("searchbox", name="Поиск по заявкам").fill("зебра")
    expect(page.locator("#rows-said")).to_have_text("Ничего не найдено")
    expect(page.get_by_role("link", name="Очистить поиск")).to_be_visible()


@pytest.mark.parametrize("who", ["", "client", "admin"])
def test_an_english_page_has_russian_only_in_its_data(who: str, house: House, paths: dict[str, str]) -> None:
    known = set(WORD.findall("".join((ROOT / name).read_text() for name in DATA).lower())) | WRITTEN
    strange: dict[str, set[str]] = {}
    left = {
        "/demo/mail",
        "{hand_off}",
        "/profile/hand-off",
        "/admin/letters/comment",
    }  # letters in Russian; a code that has to be made first
    with house.context(who, lang="en") as context:
        for path in (path for reader_, path in PAGES if reader_ == who and path not in left):
            html = context.request.get(house.url + path.format(**paths)).text()
            assert '<html lang="en"' in html
            words = OWN_NAME.sub("", SUBJECT.sub("", html))
            strange[path] = set(WORD.findall(unquote(unescape(words)).lower())) - known
    assert {path: words for path, words in strange.items() if words} == {}


@pytest.mark.parametrize("who", ["", "client", "agent", "admin"])
def test_a_russian_page_has_no_english_words(who: str, house: House, paths: dict[str, str]) -> None:
    """Words of the English texts that no Russian text has, either: «Safari» and «SNR» stand in both."""
    asked, said = set[str](), set[str]()
    for message in kept():
        for text, words in ((message.id, asked), (message.string, said)):
            words.update(ENGLISH.findall(" ".join(text if isinstance(text, (tuple, list)) else [text]).lower()))
    english = asked - said - CONFIG_WORDS - {""}
    strange: dict[str, set[str]] = {}
    with house.context(who) as context:
        for path in (
            path for reader_, path in PAGES if reader_ == who and path not in {"{hand_off}", "/profile/hand-off"}
        ):
            html = context.request.get(house.url + path.format(**paths)).text()
            assert '<html lang="ru"' in html
            strange[path] = latin_words(OWN_NAME.sub("", SUBJECT.sub("", html))) & english
    assert {path: words for path, words in strange.items() if words} == {}
