"""One running desk for the tests that look at its pages, and the people who sign in to it."""

import re
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import APIRequestContext, Browser, BrowserContext, Page, StorageState, expect, sync_playwright
from redis import Redis

from services.demo import PEOPLE
from tests.support.chromium import CHROMIUM_ARGS, chromium_path, light_chromium_path
from tests.support.desk import RunningDesk

PHONE, DESKTOP = (390, 844), (1280, 800)
PATIENCE_MS = 60_000  # as long as anything is waited for: the machine may be busy with something else
EMAILS = {email.split("@")[0]: email for email, *_ in PEOPLE}  # client colleague stranger agent service admin
PASSWORDS = {row[0]: row[1] for row in PEOPLE}
TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')
expect.set_options(timeout=PATIENCE_MS)


class House:
    """The desk, a browser, and who has signed in so far: each person once, since signing in is rationed."""

    def __init__(self, desk: RunningDesk, browser: Browser, sessions: dict[str, StorageState]) -> None:
        self.desk, self.browser, self.url = desk, browser, desk.url
        self._sessions = sessions
        self.installs = True

    def context(
        self,
        who: str = "",
        *,
        size: tuple[int, int] = DESKTOP,
        script: bool = True,
        lang: str = "ru",
        touch: bool = False,
        installs: bool = False,
    ) -> BrowserContext:
        """Return a browser of the demo desk's person (`client`, `agent`…), a guest's for ''. `touch`: it is held in a hand.
        `installs`: it takes the service worker, though the module's others don't."""
        context = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            locale="ru-RU",
            timezone_id="Asia/Yekaterinburg",
            java_script_enabled=script,
            is_mobile=touch,
            has_touch=touch,
            reduced_motion="reduce",  # a colour on its way to another is neither
            storage_state=self.session(who) if who else None,
        )
        if not (self.installs or installs):
            context.add_init_script("delete Navigator.prototype.serviceWorker")
        context.add_cookies([{"name": "lang", "value": lang, "url": self.url}])
        context.set_default_timeout(PATIENCE_MS)
        return context

    def session(self, who: str) -> StorageState:
        if who not in self._sessions:
            context = self.browser.new_context()
            self.sign_in(context.request, who)
            self._sessions[who] = context.storage_state()
            context.close()
        return self._sessions[who]

    def forget(self, who: str) -> None:
        """Sign in anew next time: what a test did has ended his sessions."""
        self._sessions.pop(who, None)

    def sign_in(self, request: APIRequestContext, who: str) -> None:
        email = EMAILS[who]
        self.post(request, "/login", {"login": email, "password": PASSWORDS[email]}, page="/login")

    def post(self, request: APIRequestContext, path: str, form: dict[str, str], *, page: str = "/profile") -> str:
        """Send a form as the pages do, with the token of `page`; return the path it leads to."""
        token = TOKEN.search(request.get(self.url + page).text())
        assert token is not None
        answer = request.post(self.url + path, form={"csrf_token": token[1], **form}, max_redirects=0)
        assert answer.status == 303, (answer.status, answer.text())
        return urlsplit(answer.headers["location"]).path

    def new_ticket(self, subject: str, *, who: str = "client") -> str:
        """Open a ticket as this person, past the page; return its path."""
        form = {"subject": subject, "type": "consultation", "priority": "normal", "description": "Вопрос."}
        with self.browser.new_context(storage_state=self.session(who)) as context:
            return self.post(context.request, "/tickets", form)

    def act(self, who: str, path: str, form: dict[str, str] | None = None) -> None:
        """Do something to a ticket as this person, from elsewhere: `path` is what its forms post to."""
        with self.browser.new_context(storage_state=self.session(who)) as context:
            self.post(context.request, path, form or {})

    def count_tickets(self, subject: str, *, who: str = "client") -> int:
        """Tell how many tickets of this person have exactly this subject."""
        with self.browser.new_context(storage_state=self.session(who)) as context:
            text = context.request.get(f"{self.url}/tickets", params={"q": subject}).text()
        text = re.sub("</?mark>", "", text)  # the words that were looked for
        return len(re.findall(rf">{re.escape(subject)}</span></a>", text))


@pytest.fixture(scope="package")
def running_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    chromium_path()  # says what is missing before anything starts
    with RunningDesk(tmp_path_factory.mktemp("desk")) as desk:
        yield desk


@pytest.fixture(scope="package")
def sessions() -> dict[str, StorageState]:
    return {}


@pytest.fixture(scope="module")
def house(
    request: pytest.FixtureRequest, running_desk: RunningDesk, sessions: dict[str, StorageState]
) -> Iterator[House]:
    """A module's own browser: only one Playwright may live at a time, and other modules start theirs.

    A module says `INSTALLS = False` when the service worker is nothing to it, of which each new context would install one
    and fetch for days without a network, and `LIGHT = True` when what the light Chromium lacks is nothing to it either: both
    take longer than most tests.
    """
    with Redis.from_url(f"unix://{running_desk.folder}/redis/redis.sock?db=0") as redis:
        for key in redis.scan_iter("wrong-codes:*"):
            redis.delete(key)  # or what other modules have mistyped would cost this one a proof of work
    is_light = getattr(request.module, "LIGHT", False)
    with sync_playwright() as playwright:
        path = light_chromium_path() if is_light else chromium_path()
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGS)
        made = House(running_desk, browser, sessions)
        made.installs = getattr(request.module, "INSTALLS", not is_light)
        yield made
        browser.close()


@pytest.fixture
def page_of(house: House) -> Iterator[Callable[..., Page]]:
    """Open pages of people that close with the test. What a script or the policy trips over fails it."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def make(who: str = "", **how: object) -> Page:
        context = house.context(who, **how)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        listen(page, complaints)
        return page

    yield make
    for context in contexts:
        context.close()
    assert complaints == []


def stands(page: Page) -> None:
    """Wait until every script of an opened page has come and done what it does to the page (static/js/app.js)."""
    page.locator("html:not([data-starting])").wait_for(state="attached")


def listen(page: Page, complaints: list[str]) -> None:
    """Collect what the browser complains about; a refused request is the test's own doing and no fault."""

    def heard(kind: str, text: str) -> None:
        if kind in {"error", "warning"} and not text.startswith("Failed to load resource"):
            complaints.append(f"{page.url}: {text}")

    page.on("console", lambda message: heard(message.type, message.text))
    page.on("pageerror", lambda error: heard("error", str(error)))
