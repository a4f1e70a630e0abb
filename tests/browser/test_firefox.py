"""The core of the desk in Firefox: no Background Sync there, no badge, another push service, another engine. A customer signs
in, opens a ticket with a file, writes without a network, is killed by his system, and is rung (S67, S104–S106)."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from tests.browser.conftest import EMAILS, PASSWORDS, TOKEN
from tests.support.autopush import Autopush
from tests.support.desk import RunningDesk
from tests.support.firefox import Firefox, firefox_path
from tests.support.gate import Gate
from tests.support.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.long]

CONTROLLED = "() => navigator.serviceWorker.ready.then(() => Boolean(navigator.serviceWorker.controller))"
COMPOSER = """async () => {
  await import(document.querySelector('script[src*="/js/app.js"]').src.replace("app.js", "outbox-pack.js"));
  return Boolean(document.querySelector("form[data-composer=on]"));
}"""
KEPT = """async (path) => {
  const [, files] = (await (await fetch("/sw.js")).text()).match(/SHELL_FILES = (\\[.*?\\])/);
  const kept = (await Promise.all((await caches.keys()).map(async (name) => (await caches.open(name)).keys()))).flat();
  const paths = kept.map(({ url }) => new URL(url).pathname);
  return JSON.parse(files).every((file) => paths.some((one) => one.endsWith(`/${file}`))) && paths.includes(path);
}"""
FRESH = "() => document.readyState === 'complete' && !document.documentElement.dataset.keptAt"
SAID = """(text) => [...document.querySelectorAll("#timeline-list .message__body")]
  .filter((one) => one.textContent.trim() === text).length"""
PARCELS = "() => [...document.querySelectorAll('li.parcel')].map((one) => one.innerText)"
PARCEL = f"(words) => ({PARCELS})().find((one) => one.includes(words))"
NO_PARCELS = "async () => (await self.outbox.all()).length === 0"
RINGS = """async () => (await (await navigator.serviceWorker.ready).getNotifications())
  .map(({ title, body, tag, data }) => ({ title, body, tag, url: data.url }))"""


class Person:
    """Somebody else, elsewhere: what his forms would post."""

    def __init__(self, url: str, who: str) -> None:
        self._url, self._http = url, requests.Session()
        self.post("/login", {"login": EMAILS[who], "password": PASSWORDS[EMAILS[who]]}, page="/login")

    def post(self, path: str, form: dict[str, str], *, page: str = "/profile") -> str:
        token = TOKEN.search(self._http.get(self._url + page, timeout=30).text)
        assert token is not None
        sent = {"csrf_token": token[1], **form}
        answer = self._http.post(self._url + path, data=sent, allow_redirects=False, timeout=30)
        assert answer.status_code == 303, (answer.status_code, answer.text)
        return urlsplit(answer.headers["Location"]).path

    def sees(self, path: str) -> str:
        return self._http.get(self._url + path, timeout=30).text

    def close(self) -> None:
        self._http.close()


@pytest.fixture(scope="module")
def push() -> Iterator[Autopush]:
    with Autopush() as push:
        yield push


@pytest.fixture(scope="module")
def gate() -> Iterator[Gate]:
    with Gate() as gate:
        yield gate


@pytest.fixture(scope="module")
def desk(push: Autopush, gate: Gate, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    firefox_path()  # says what is missing before anything starts
    with RunningDesk(tmp_path_factory.mktemp("desk"), push.environment) as desk:
        place = urlsplit(desk.url)
        assert place.hostname is not None and place.port is not None
        gate.leads_to(place.hostname, place.port)
        yield desk


@pytest.fixture(scope="module")
def specialist(desk: RunningDesk) -> Iterator[Person]:
    person = Person(desk.url, "agent")
    yield person
    person.close()


@pytest.fixture(scope="module")
def browser(
    desk: RunningDesk, push: Autopush, gate: Gate, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Firefox]:
    with Firefox(tmp_path_factory.mktemp("firefox"), push.prefs) as browser:
        sign_in(browser, gate)
        yield browser


@pytest.fixture
def firefox(browser: Firefox, gate: Gate) -> Iterator[Firefox]:
    """The customer's browser, with a network before the test and after it."""
    browser.complaints.clear()
    yield browser
    gate.open()
    browser.set_offline(False)
    browser.goto("about:blank")  # asks nothing between the tests
    assert browser.complaints == []


def sign_in(firefox: Firefox, gate: Gate) -> None:
    firefox.goto(f"{gate.url}/login")
    firefox.until("() => navigator.serviceWorker.ready.then(({ active }) => active.state === 'activated')")
    firefox.type("#sign-in [name=login]", EMAILS["client"])
    firefox.type("#sign-in [name=password]", PASSWORDS[EMAILS["client"]])
    firefox.press("#sign-in button[type=submit]")
    firefox.until("() => location.pathname === '/tickets' && Boolean(document.querySelector('.row-card'))")


def break_off(firefox: Firefox, gate: Gate) -> None:
    """Both what the browser believes and what is so: its workers don't hear of the first."""
    firefox.set_offline(True)
    gate.shut()


def join(firefox: Firefox, gate: Gate) -> None:
    gate.open()
    firefox.set_offline(False)


def fill_in(firefox: Firefox, subject: str, file: Path | None = None) -> None:
    firefox.until(COMPOSER)
    firefox.type("[name=subject]", subject)
    firefox.js("() => { const type = document.querySelector('[name=type]'); type.selectedIndex = 1; }")
    if file:
        firefox.choose_file("[data-files] input[type=file]", file)
        firefox.until("() => document.querySelectorAll('.file-chip').length === 1")
    firefox.type("#description", "Мигает и молчит.")


def written(firefox: Firefox, text: str) -> None:
    firefox.type("#comment-body", text)
    firefox.press(".composer__send")


def said_after_reload(firefox: Firefox, address: str, text: str) -> int:
    """Tell how often the thread says it; a slow answer leaves the page as it was kept."""
    firefox.goto(address)
    return int(firefox.js(SAID, text))


def test_a_ticket_with_a_file_and_comments_with_and_without_a_network(
    firefox: Firefox, gate: Gate, specialist: Person, tmp_path: Path
) -> None:
    log = tmp_path / "журнал.log"
    log.write_text("CRC 18233\n" * 200)
    firefox.goto(f"{gate.url}/tickets/new")
    fill_in(firefox, "Порт молчит (из Firefox)", log)
    firefox.until("() => document.querySelector('.file-chip').dataset.state === 'done'")
    firefox.press("#new-ticket [type=submit]")
    path = firefox.until("() => /^.tickets.\\d+$/.test(location.pathname) && location.pathname")
    firefox.until("() => document.querySelector('#timeline-list')?.textContent.includes('журнал.log')")
    firefox.until(COMPOSER)
    written(firefox, "Забыл сказать: после грозы")
    firefox.until(SAID, "Забыл сказать: после грозы")

    firefox.goto(gate.url + path)  # the worker sees it pass, and keeps it
    firefox.until(FRESH)
    firefox.until(CONTROLLED)
    firefox.until(COMPOSER)
    firefox.until(KEPT, path)
    break_off(firefox, gate)
    firefox.until("() => !document.querySelector('#offline-bar').hidden")
    written(firefox, "Пишу из подвала")
    assert "Ждёт сети" in firefox.until(PARCEL, "Пишу из подвала")
    firefox.set_offline(False)  # the browser believes in a network that isn't there
    firefox.goto(gate.url + path)  # from the device
    firefox.until("() => document.querySelector('.kept-bar').innerText.includes('нет сети')")
    firefox.until(PARCEL, "Пишу из подвала")
    firefox.set_offline(True)
    join(firefox, gate)
    firefox.until(NO_PARCELS)  # no Background Sync here: the page heard of the network
    until(lambda: "Пишу из подвала" in specialist.sees(path), "the comment")
    until(lambda: said_after_reload(firefox, gate.url + path, "Пишу из подвала") == 1, "the comment, once")


def test_what_was_written_without_a_network_outlives_the_browser(
    firefox: Firefox, gate: Gate, specialist: Person, tmp_path: Path
) -> None:
    subject, log = "Пишу без сети из Firefox", tmp_path / "crash.log"
    log.write_text("panic\n" * 50)
    firefox.goto(f"{gate.url}/tickets/new")
    firefox.until(CONTROLLED)
    firefox.until(COMPOSER)
    firefox.until(KEPT, "/tickets/new")
    with gate.holding(b"GET /tickets/new "):
        firefox.goto(f"{gate.url}/tickets/new")  # a copy, since the answer doesn't come
        firefox.until("() => document.querySelector('.kept-bar').innerText.includes('нет сети')")
    firefox.until(FRESH)  # and the page comes anew with it, once
    firefox.until(COMPOSER)
    break_off(firefox, gate)
    fill_in(firefox, subject, log)
    firefox.press("#new-ticket [type=submit]")
    assert "crash.log" in firefox.until(PARCEL, subject)
    firefox.die_and_start_again()
    gate.open()
    sign_in(firefox, gate)  # his session died with the browser
    until(lambda: subject in specialist.sees(f"/desk?view=all&q={subject}"), "the ticket")
    firefox.goto(f"{gate.url}/outbox")
    firefox.until("() => !document.querySelector('[data-outbox-empty]').hidden")
    found = specialist.sees(f"/desk?view=all&q={subject}")
    assert found.count('class="row-card__title"') == 1


def test_an_answer_rings_through_firefoxs_own_push_service(
    firefox: Firefox, gate: Gate, push: Autopush, desk: RunningDesk, specialist: Person
) -> None:  # S67
    firefox.goto(f"{gate.url}/profile/notifications")
    firefox.press("[data-push-enable]")
    firefox.until("() => document.querySelector('#phones')?.innerText.includes('это устройство')")
    firefox.press("#phones [data-push-test]")
    firefox.until("() => document.querySelector('#phones')?.innerText.includes('Проверка дошла')")
    client = Person(desk.url, "client")
    form = {"subject": "Петля", "type": "consultation", "priority": "normal", "description": "Вопрос."}
    ticket = client.post("/tickets", form)
    client.close()
    specialist.post(f"{ticket}/comments", {"body": "Проверьте кабель."}, page=ticket)
    tag = f"ticket-{ticket.rpartition('/')[2]}"
    ring = firefox.until(f"async (tag) => (await ({RINGS})()).find((one) => one.tag === tag)", tag)
    assert "Проверьте кабель." in ring["body"] and urlsplit(ring["url"]).path == ticket
    assert all(1 <= int(one.headers["ttl"]) for one in push.accepted)
    assert {one.claims["sub"] for one in push.accepted} == {"mailto:support@desk.example"}
