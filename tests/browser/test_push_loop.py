"""The whole way of a push in a real Chromium: switch, subscription, encryption, service worker, notification, click.

The pages are the test's own, as small as can be; static/sw.js and static/js/push.js are the desk's, under its policy.
"""

import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import pytest
from flask import Flask, Response, request
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright
from py_vapid import Vapid
from pywebpush import webpush
from werkzeug.serving import make_server

from channels.errors import SendError
from channels.vapid import public_key_text, vapid_key
from channels.web_push import allowed_endpoint, send_push
from tests.support.fake_fcm import FakeFcm

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium")
TOKEN = "the-sessions-token"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
PAGE = """<!doctype html><html lang="en"><head><title>{title}</title><meta name="csrf-token" content="{token}">
<link rel="icon" href="data:,"><script src="/static/r-7/js/push.js" type="module"></script></head><body {who}>
<section data-push data-text-on="It rings." data-text-off="It is silent." data-text-denied="Not permitted."
 data-text-unsupported="No push here." data-text-error="That failed." data-text-sent="On its way.">
<p data-push-state role="status"></p><button data-push-enable hidden>Enable</button>
<button data-push-disable hidden>Disable</button><button data-push-test hidden>Test</button></section></body></html>"""
OFFLINE = """<!doctype html><html lang="en"><title>No network</title><link rel="icon" href="data:,"><h1>No network {name}</h1>
<img src="/static/icons/icon-192.png?v=1" alt=""></html>"""
SHOWN = """async () => (await (await navigator.serviceWorker.ready).getNotifications()).map(
  ({ title, body, tag, icon, badge, renotify, silent, data, actions }) =>
  ({ title, body, tag, icon, badge, renotify, silent, data, actions: actions.map(({ action, title }) => ({ action, title })) }))"""
TAGS_ONCE = """async (wanted) => {
  const worker = await navigator.serviceWorker.ready;
  for (const end = performance.now() + 15000; ; await new Promise(requestAnimationFrame)) {
    const tags = (await worker.getNotifications()).map(({ tag }) => tag).sort();
    if (tags.join() === wanted.join() || performance.now() > end) return tags;
  }
}"""
FORGET = """async () => {
  localStorage.clear();
  sessionStorage.clear();
  const worker = await navigator.serviceWorker.ready;
  await (await worker.pushManager.getSubscription())?.unsubscribe();
  for (const one of await worker.getNotifications()) one.close();
}"""
CLICK = """([tag, action]) => self.registration.getNotifications({ tag }).then(([notification]) => {
  self.dispatchEvent(new NotificationEvent("notificationclick", { notification, action }));
})"""
NEWS = {
    "id": "event-7-push-3",
    "title": "№ 152875 · Обновление прошивки",
    "body": "Новый ответ",
    "tag": "ticket-152875",
    "url": "/tickets/152875",
    "receipt": "/push/receipts/8?signed=abc",
    "actions": [{"action": "reply", "title": "Ответить"}, {"action": "resolve", "title": "Решено"}],
    "done": "Отмечена решённой.",
    "unread": 3,
}


class Desk:
    """What push needs of a server, and a memory of what was asked of it."""

    def __init__(self) -> None:
        self.vapid = Vapid()
        self.asked: list[tuple[str, str, Any]] = []
        self.is_signed_out = False
        self._changed = threading.Condition()
        self._server = make_server("127.0.0.1", 0, self._app(), threaded=True)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def wait(self, method: str, path: str, count: int = 1) -> Any:
        """Return the body of the `count`th such request, waiting for it."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.bodies(method, path)) >= count, timeout=60), self.asked
            return self.bodies(method, path)[count - 1]

    def bodies(self, method: str, path: str) -> list[Any]:
        return [body for one, other, body in self.asked if (one, other) == (method, path)]

    def _app(self) -> Flask:
        app = Flask("desk", static_folder=str(ROOT / "static"))

        def page(person: str = "1") -> str:
            person, device = request.args.get("person", person), request.args.get("device", "1")
            who = f'class="signed-in" data-person="{person}" data-device="{device}"' if person else ""
            return PAGE.format(title=request.path, token=TOKEN, who=who)

        def worker() -> Response:
            script = (
                (ROOT / "static/sw.js").read_text().replace("__VERSION__", "7").replace("__SHELL__", '["js/push.js"]')
            )
            return Response(script, mimetype="text/javascript")

        app.add_url_rule("/tickets/<number>", "ticket", lambda number: page())
        app.add_url_rule("/profile", "profile", page)
        app.add_url_rule("/login", "login", lambda: page(""))
        app.add_url_rule("/sw.js", "worker", worker)
        app.add_url_rule("/static/r-7/<path:filename>", "asset", app.send_static_file)
        app.add_url_rule("/offline", "offline", lambda: OFFLINE.format(name=request.cookies.get("session", "")))
        app.add_url_rule("/push/public-key", "key", lambda: {"key": public_key_text(self.vapid), "csrf_token": TOKEN})
        app.add_url_rule("/push/subscriptions", "subscriptions", self._push, methods=["POST", "DELETE"])
        app.add_url_rule("/push/test", "test", self._push, methods=["POST"])
        app.add_url_rule("/push/receipts/<name>", "receipts", self._receipt, methods=["POST"])
        app.add_url_rule("/tickets/<number>/resolve", "resolve", self._resolve, methods=["POST"])
        app.after_request(_headers)
        return app

    def _remember(self, body: Any) -> Response:
        with self._changed:
            self.asked.append((request.method, request.path, body))
            self._changed.notify_all()
        return Response(status=204)

    def _receipt(self, name: str) -> Response:
        return self._remember(request.get_json() | {"signed": request.args["signed"]})

    def _resolve(self, number: str) -> Response:
        if self.is_signed_out or request.headers.get("X-CSRF-Token") != TOKEN:
            return Response(status=401)
        self._remember(number)
        return Response(status=303, headers={"Location": f"/tickets/{number}"})

    def _push(self) -> Response:
        if self.is_signed_out:
            return Response(status=303, headers={"Location": "/login"})
        if request.headers.get("X-CSRF-Token") != TOKEN:
            return Response(status=400)
        return self._remember(request.get_json())


def _headers(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    response.set_cookie("session", "for Anna")
    lasting = request.path.startswith("/static/r-7/") or (request.path.startswith("/static/") and "v" in request.args)
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if lasting else "no-cache"
    return response


@pytest.fixture(scope="module")
def fcm() -> Iterator[FakeFcm]:
    with FakeFcm() as fcm:
        yield fcm


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    with Desk() as desk:
        yield desk


@pytest.fixture(scope="module")
def context(fcm: FakeFcm, desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    if CHROMIUM is None:
        if os.environ.get("CI") == "true":
            pytest.fail("chromium is missing")
        pytest.skip("chromium is missing")
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            tmp_path_factory.mktemp("profile"),
            executable_path=CHROMIUM,
            args=fcm.chromium_args,
            ignore_default_args=fcm.ignored_default_args,
        )
        context.grant_permissions(["notifications"], origin=desk.origin)
        yield context
        context.close()


@pytest.fixture
def page(
    context: BrowserContext, desk: Desk, fcm: FakeFcm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Page]:
    """A ticket's page in a browser that has never subscribed, in front of a desk with a new key."""
    for name, value in fcm.environment.items():
        monkeypatch.setenv(name, value)  # the desk then sends to the real address of the endpoint
    page = context.new_page()
    complaints: list[str] = []
    page.on(
        "console", lambda message: complaints.append(message.text) if "Failed to load" not in message.text else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.add_init_script(
        "window.heard = []; document.addEventListener('push:news', ({ detail }) => heard.push(detail))"
    )
    page.goto(f"{desk.origin}/login")  # signed out, so that it takes out no subscription meanwhile
    page.evaluate(FORGET)
    desk.asked.clear()
    desk.vapid = vapid_key("", str(tmp_path))
    page.goto(f"{desk.origin}/tickets/152875")
    yield page
    page.close()
    assert complaints == []


def switch_on(page: Page, desk: Desk) -> dict[str, Any]:
    """Do what a reader does; return the subscription that the desk got."""
    page.get_by_role("button", name="Enable").click()
    expect(page.get_by_role("status")).to_have_text("It rings.")
    subscription: dict[str, Any] = desk.wait("POST", "/push/subscriptions")
    return subscription


def send(desk: Desk, subscription: dict[str, Any], payload: dict[str, Any]) -> None:
    send_push(subscription, payload, vapid=desk.vapid, subject="mailto:support@desk.example")


def ring(page: Page, desk: Desk, subscription: dict[str, Any], payload: dict[str, Any]) -> list[Any]:
    """Send, wait until the worker has told the page, and return the notifications that are shown."""
    count = page.evaluate("() => heard.length")
    send(desk, subscription, payload)
    return notifications(page, count + 1)


def notifications(page: Page, heard_count: int) -> list[Any]:
    """Return the shown ones once the page has heard so much. Asking for them while one is on its way would sometimes
    make Chromium forget that one."""
    page.wait_for_function("(count) => heard.length >= count", arg=heard_count)
    shown: list[Any] = page.evaluate(SHOWN)
    return shown


def wait_for_tags(page: Page, tags: list[str]) -> None:
    """Wait until exactly these are shown. (wait_for_function takes an async function's promise for a yes.)"""
    assert page.evaluate(TAGS_ONCE, sorted(tags)) == sorted(tags)


def test_a_reader_switches_push_on_and_is_rung(page: Page, desk: Desk, fcm: FakeFcm) -> None:  # S67, S68
    expect(page.get_by_role("status")).to_have_text("It is silent.")
    expect(page.get_by_role("button", name="Test")).to_be_hidden()
    subscription = switch_on(page, desk)
    assert allowed_endpoint(subscription["endpoint"]) and fcm.is_subscribed(subscription["endpoint"])
    [shown] = ring(page, desk, subscription, NEWS)
    assert (shown["title"], shown["body"], shown["tag"]) == (NEWS["title"], NEWS["body"], NEWS["tag"])
    assert (shown["data"]["id"], shown["data"]["url"]) == (NEWS["id"], f"{desk.origin}/tickets/152875")
    assert shown["icon"].endswith("/icons/icon-192.png") and shown["badge"].endswith("/icons/badge-96.png")
    desk.wait("POST", "/push/receipts/8")
    assert desk.bodies("POST", "/push/receipts/8") == [{"what": "shown", "signed": "abc"}]
    assert page.evaluate("() => heard") == [
        {"type": "push", "url": f"{desk.origin}/tickets/152875", "tag": "ticket-152875"}
    ]


def test_the_same_push_again_does_not_ring_twice_but_a_new_one_does(page: Page, desk: Desk) -> None:
    subscription = switch_on(page, desk)
    [first] = ring(page, desk, subscription, NEWS)
    assert first["renotify"] is True and not first["silent"]
    [again] = ring(page, desk, subscription, NEWS)
    assert again["renotify"] is False and again["silent"] is True
    [newer] = ring(page, desk, subscription, NEWS | {"id": "event-8-push-3", "body": "Ещё ответ"})
    assert newer["renotify"] is True and not newer["silent"] and newer["body"] == "Ещё ответ"


def test_a_push_that_can_not_be_read_is_shown_all_the_same(page: Page, desk: Desk) -> None:
    subscription = switch_on(page, desk)
    claims: dict[str, str | int] = {"sub": "mailto:support@desk.example"}
    webpush(subscription, "no JSON", vapid_private_key=desk.vapid, vapid_claims=claims, ttl=60, timeout=10)
    [shown] = notifications(page, 1)
    assert (shown["title"], shown["data"]["url"]) == ("127.0.0.1", f"{desk.origin}/")


@pytest.mark.parametrize("url", ["https://evil.example/phish", "//evil.example", "javascript:alert(1)", "http://["])
def test_a_push_leads_to_no_other_site(page: Page, desk: Desk, url: str) -> None:
    [shown] = ring(page, desk, switch_on(page, desk), NEWS | {"url": url})
    assert shown["data"]["url"] == f"{desk.origin}/"


def test_a_click_tells_the_window_that_shows_the_ticket(page: Page, context: BrowserContext, desk: Desk) -> None:
    ring(page, desk, switch_on(page, desk), NEWS)
    context.service_workers[0].evaluate(CLICK, [NEWS["tag"], ""])
    page.wait_for_function("() => heard.length === 2")
    assert page.evaluate("() => heard[1]") == {"type": "open", "url": f"{desk.origin}/tickets/152875"}
    wait_for_tags(page, [])
    assert page.url == f"{desk.origin}/tickets/152875"


def test_a_click_leads_to_the_ticket_from_another_page(page: Page, context: BrowserContext, desk: Desk) -> None:
    subscription = switch_on(page, desk)
    page.goto(f"{desk.origin}/profile")
    expect(page.get_by_role("status")).to_have_text("It rings.")
    ring(page, desk, subscription, NEWS)
    context.service_workers[0].evaluate(CLICK, [NEWS["tag"], ""])
    page.wait_for_url(f"{desk.origin}/tickets/152875")


def test_the_answer_button_of_a_notification_leads_to_the_composer(
    page: Page, context: BrowserContext, desk: Desk
) -> None:
    [shown] = ring(page, desk, switch_on(page, desk), NEWS)
    assert [one["action"] for one in shown["actions"]] == ["reply", "resolve"]
    context.service_workers[0].evaluate(CLICK, [NEWS["tag"], "reply"])
    page.wait_for_function("() => heard.length === 2")
    assert page.evaluate("() => heard[1]") == {"type": "open", "url": f"{desk.origin}/tickets/152875#reply"}
    assert desk.wait("POST", "/push/receipts/8", 2)["what"] == "opened"


def test_the_resolved_button_resolves_under_the_readers_session_and_says_so(
    page: Page, context: BrowserContext, desk: Desk
) -> None:
    ring(page, desk, switch_on(page, desk), NEWS)
    context.service_workers[0].evaluate(CLICK, [NEWS["tag"], "resolve"])
    assert desk.wait("POST", "/tickets/152875/resolve") == "152875"
    [shown] = notifications(page, 2)
    assert (shown["body"], shown["tag"], shown["silent"]) == ("Отмечена решённой.", NEWS["tag"], True)


def test_the_resolved_button_opens_the_ticket_where_the_session_has_ended(
    page: Page, context: BrowserContext, desk: Desk
) -> None:
    ring(page, desk, switch_on(page, desk), NEWS)
    desk.is_signed_out = True
    try:
        context.service_workers[0].evaluate(CLICK, [NEWS["tag"], "resolve"])
        page.wait_for_function("() => heard.length === 2")
    finally:
        desk.is_signed_out = False
    assert page.evaluate("() => heard[1].type") == "open"
    assert desk.bodies("POST", "/tickets/152875/resolve") == []


def test_opening_the_ticket_takes_its_notification_away(page: Page, desk: Desk) -> None:
    subscription = switch_on(page, desk)
    ring(page, desk, subscription, NEWS)
    ring(page, desk, subscription, NEWS | {"tag": "ticket-7", "url": "/tickets/7"})
    page.reload()
    wait_for_tags(page, ["ticket-7"])


def test_a_reader_switches_push_off(page: Page, desk: Desk, fcm: FakeFcm) -> None:
    subscription = switch_on(page, desk)
    page.get_by_role("button", name="Disable").click()
    expect(page.get_by_role("status")).to_have_text("It is silent.")
    assert desk.wait("DELETE", "/push/subscriptions") == {"endpoint": subscription["endpoint"]}
    page.reload()
    expect(page.get_by_role("status")).to_have_text("It is silent.")
    with pytest.raises(SendError) as caught:
        send(desk, subscription, NEWS)
    assert caught.value.gone and not fcm.is_subscribed(subscription["endpoint"])


def test_a_reader_asks_for_a_test(page: Page, desk: Desk) -> None:
    switch_on(page, desk)
    page.get_by_role("button", name="Test").click()
    expect(page.get_by_role("status")).to_have_text("On its way.")
    desk.wait("POST", "/push/test")


def test_a_refusal_of_the_server_is_said_and_the_switch_stays_off(page: Page, desk: Desk) -> None:
    page.evaluate("() => document.querySelector('meta[name=csrf-token]').remove()")
    page.get_by_role("button", name="Enable").click()
    expect(page.get_by_role("status")).to_have_text("That failed.")
    expect(page.get_by_role("button", name="Enable")).to_be_enabled()


def test_a_session_that_ended_meanwhile_is_not_taken_for_a_yes(page: Page, desk: Desk) -> None:
    desk.is_signed_out = True
    try:
        page.get_by_role("button", name="Enable").click()
        expect(page.get_by_role("status")).to_have_text("That failed.")
    finally:
        desk.is_signed_out = False
    assert desk.asked == [] and page.evaluate("() => localStorage.length + sessionStorage.length") == 0


def test_the_server_is_told_at_each_start_and_after_each_sign_in(
    page: Page, context: BrowserContext, desk: Desk
) -> None:
    subscription = switch_on(page, desk)
    for _ in range(2):
        page.reload()
        expect(page.get_by_role("status")).to_have_text("It rings.")
    assert len(desk.asked) == 1
    for device, times in (("2", 2), ("", 3), ("", 4)):  # a page that doesn't know its sign-in tells each time
        page.goto(f"{desk.origin}/profile?device={device}")
        expect(page.get_by_role("status")).to_have_text("It rings.")
        assert desk.wait("POST", "/push/subscriptions", times)["endpoint"] == subscription["endpoint"]
        assert len(desk.asked) == times
    other = context.new_page()  # a start of its own: the installed app is one
    other.goto(f"{desk.origin}/profile?device=2")
    desk.wait("POST", "/push/subscriptions", 5)
    other.close()


def test_a_subscription_that_the_browser_lost_is_taken_out_again(page: Page, desk: Desk) -> None:
    first = switch_on(page, desk)
    page.evaluate(
        "async () => (await (await navigator.serviceWorker.ready).pushManager.getSubscription()).unsubscribe()"
    )
    page.reload()
    second = desk.wait("POST", "/push/subscriptions", 2)
    assert second["endpoint"] != first["endpoint"]
    assert len(ring(page, desk, second, NEWS)) == 1


def test_a_new_key_of_the_desk_makes_a_new_subscription(page: Page, desk: Desk, tmp_path: Path) -> None:
    first = switch_on(page, desk)
    (tmp_path / "new").mkdir()
    desk.vapid = vapid_key("", str(tmp_path / "new"))
    with pytest.raises(SendError, match="403"):
        send(desk, first, NEWS)
    page.goto(f"{desk.origin}/tickets/152875?device=2")
    assert len(ring(page, desk, desk.wait("POST", "/push/subscriptions", 2), NEWS)) == 1


def test_the_next_person_at_the_same_browser_is_not_rung_unasked(page: Page, desk: Desk) -> None:
    switch_on(page, desk)
    page.goto(f"{desk.origin}/profile?person=2&device=2")
    expect(page.get_by_role("status")).to_have_text("It is silent.")
    assert len(desk.asked) == 1


def test_the_worker_tells_the_server_of_a_changed_endpoint(page: Page, context: BrowserContext, desk: Desk) -> None:
    subscription = switch_on(page, desk)
    context.service_workers[0].evaluate("() => { self.dispatchEvent(new ExtendableEvent('pushsubscriptionchange')) }")
    assert desk.wait("POST", "/push/subscriptions", 2)["endpoint"] == subscription["endpoint"]


def test_without_permission_the_page_says_so(page: Page, context: BrowserContext, desk: Desk) -> None:
    context.clear_permissions()
    try:
        page.reload()
        page.evaluate("() => Notification.requestPermission()")  # headless: nobody is there to say yes
        page.reload()
        expect(page.get_by_role("status")).to_have_text("Not permitted.")
        expect(page.get_by_role("button", name="Enable")).to_be_hidden()
    finally:
        context.grant_permissions(["notifications"], origin=desk.origin)


def test_without_a_network_there_is_a_page_and_nothing_of_the_session_was_kept(
    page: Page, context: BrowserContext, desk: Desk
) -> None:
    page.evaluate("() => navigator.serviceWorker.ready")
    page.goto(f"{desk.origin}/profile")
    page.evaluate("() => fetch('/static/icons/app.svg').then((answer) => answer.text())")  # may change under its name
    context.set_offline(True)
    try:
        page.goto(f"{desk.origin}/tickets/152875")
        expect(page.get_by_role("heading")).to_have_text("No network")
        page.wait_for_function("() => document.querySelector('img').naturalWidth > 0")
    finally:
        context.set_offline(False)
    kept = page.evaluate(
        "async () => (await (await caches.open('desk-7')).keys()).map(({ url }) => new URL(url).pathname)"
    )
    assert "/offline" in kept and "/static/r-7/js/push.js" in kept and "/static/icons/app.svg" not in kept
    assert all(path == "/offline" or path.startswith("/static/") for path in kept)
