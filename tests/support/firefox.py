"""Debian's Firefox, driven over WebDriver BiDi: Playwright knows only its own builds of Firefox, and the last letters of
web push, of Background Sync and of recording differ from Chromium's.

    with Firefox(folder, prefs) as firefox:
        firefox.goto(url)
        firefox.type("[name=login]", "…"); firefox.press("button[type=submit]")
        firefox.until("() => location.pathname === '/tickets'")

Everything that waits asks again until a deadline. A page that throws is heard: `firefox.complaints`.
"""

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Mapping
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from websockets.sync.client import ClientConnection, connect

from tests.support.untested import missing
from tests.support.waiting import until

PATIENCE = 60.0
AIM = """(selector) => {
  const one = [...document.querySelectorAll(selector)].find((one) => one.checkVisibility());
  document.querySelector("[data-found-by-test]")?.removeAttribute("data-found-by-test");
  one?.setAttribute("data-found-by-test", "");
  one?.scrollIntoView({ block: "center", behavior: "instant" });
  window.pressedByTest = null;
  addEventListener("click", ({ target }) => { window.pressedByTest = target; }, { capture: true, once: true });
  return Boolean(one);
}"""
HIT = """async () => {
  for (const end = performance.now() + 2000; window.pressedByTest === null && performance.now() < end;) {
    await new Promise((done) => setTimeout(done, 20));
  }
  return window.pressedByTest === undefined || Boolean(window.pressedByTest?.closest("[data-found-by-test]"));
}"""
LOST = re.compile("^Failed to load|error loading dynamically imported module")
# Nothing asks Mozilla's hosts for anything, and no question stands in a test's way.
QUIET: dict[str, bool | int | str] = {
    "app.update.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "intl.accept_languages": "ru-RU, ru",
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "http://127.0.0.1:1/",
    "toolkit.telemetry.enabled": False,
    "dom.push.connection.enabled": True,
    "dom.push.testing.allowInsecureServerURL": True,
    "dom.push.testing.ignorePermission": True,
    "permissions.default.desktop-notification": 1,
    "alerts.useSystemBackend": False,
    "media.navigator.streams.fake": True,  # a tone in the microphone's place
    "media.navigator.permission.disabled": True,
    "ui.prefersReducedMotion": 1,
}


def firefox_path() -> str:
    """Return the program. Skips the test where it is missing, fails it where CI is true."""
    found = shutil.which("firefox-esr")
    if found is None:
        missing("Firefox")
    return found


class Refused(AssertionError):
    """What the browser answered to a command, or what a page's script threw."""


class Firefox:
    """One window of a profile of its own, which lasts over several starts in the same folder."""

    def __init__(self, folder: Path, prefs: Mapping[str, bool | int | str] | None = None) -> None:
        self.folder = folder
        self.complaints: list[str] = []
        self._prefs = QUIET | dict(prefs or {})
        self._numbers = count(1)
        self._ends = ExitStack()

    def __enter__(self) -> Self:
        self._start()
        return self

    def _start(self) -> None:
        program = firefox_path()
        self.folder.mkdir(parents=True, exist_ok=True)
        lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in self._prefs.items())
        (self.folder / "user.js").write_text("\n".join(lines))
        told = self.folder / "WebDriverBiDiServer.json"
        told.unlink(missing_ok=True)
        self._log = self._ends.enter_context((self.folder / "firefox.log").open("ab"))
        self._process = subprocess.Popen(
            [
                program,
                "--headless",
                "--no-remote",
                "--profile",
                str(self.folder),
                "--remote-debugging-port",
                "0",
                "about:blank",
            ],
            stdout=self._log,
            stderr=subprocess.STDOUT,
            env=os.environ | {"HOME": str(self.folder), "MOZ_DISABLE_AUTO_SAFE_MODE": "1"},
        )
        try:
            self._begin(until(lambda: _read(told), "Firefox", seconds=60)["ws_port"])
        except BaseException:
            self._kill()
            raise

    def _begin(self, port: int) -> None:
        address = f"ws://127.0.0.1:{port}/session"
        self._socket: ClientConnection = self._ends.enter_context(connect(address, max_size=None))
        self.command("session.new", capabilities={})
        self.command("session.subscribe", events=["log.entryAdded"])
        self._window = self.command("browsingContext.getTree")["contexts"][0]["context"]

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        try:
            self._process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._ends.close()

    def die_and_start_again(self) -> None:
        """End it as a phone does, without a word; then start it on the same profile."""
        self._kill()
        self._start()

    def _kill(self) -> None:
        self._process.kill()
        self._process.wait()
        self._ends.close()

    def command(self, method: str, **params: Any) -> Any:
        """Send a command of WebDriver BiDi and return its result."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        deadline = time.monotonic() + 2 * PATIENCE
        while True:
            said = json.loads(self._socket.recv(timeout=max(deadline - time.monotonic(), 0.1)))
            if said.get("method") == "log.entryAdded":
                self._hear(said["params"])
            if said.get("id") == number:
                if said["type"] == "error":
                    raise Refused(f"{method}: {said['error']}: {said['message']}")
                return said["result"]

    def _hear(self, entry: Mapping[str, Any]) -> None:
        """A request that got no answer, or whose page was left meanwhile, is the test's own doing and no fault."""
        text = str(entry["text"])
        if entry["type"] == "javascript" and entry["level"] == "error" and not LOST.search(text):
            self.complaints.append(text)

    def goto(self, url: str) -> None:
        until(lambda: self._goes(url), url, seconds=PATIENCE)

    def _goes(self, url: str) -> bool:
        try:
            self.command("browsingContext.navigate", context=self._window, url=url, wait="complete")
        except Refused as refusal:
            if "NS_BINDING_ABORTED" not in str(refusal):
                raise
            return False  # the page was coming anew by itself just then
        return True

    def js(self, function: str, *values: Any) -> Any:
        """Call a function in the page with JSON values and return its JSON; one that promises is waited for."""
        call = f"async () => JSON.stringify(await ({function})(...{json.dumps(values)}))"
        answer = self.command(
            "script.callFunction",
            functionDeclaration=call,
            target={"context": self._window},
            awaitPromise=True,
            userActivation=True,
        )
        if answer["type"] != "success":
            raise Refused(answer["exceptionDetails"]["text"])
        text = answer["result"].get("value")
        return None if text is None else json.loads(text)

    def until(self, function: str, *values: Any, what: str = "") -> Any:
        """Return the function's first true answer; a page that is just being left gives none."""

        def look() -> Any:
            try:
                return self.js(function, *values)
            except Refused:
                return None

        return until(look, what or function, seconds=PATIENCE)

    def element(self, selector: str) -> dict[str, str]:
        """Return the first one that can be seen, in the middle of the window."""
        self.until(AIM, selector)
        locator = {"type": "css", "value": "[data-found-by-test]"}
        nodes = self.command("browsingContext.locateNodes", context=self._window, locator=locator)["nodes"]
        return {"sharedId": nodes[0]["sharedId"]}

    def press(self, selector: str) -> None:
        """Press it with a pointer, as a person does: once more if the page has moved under the press."""
        until(lambda: self._hits(selector), f"a press on {selector}", seconds=PATIENCE)

    def _hits(self, selector: str) -> bool:
        origin = {"type": "element", "element": self.element(selector)}
        acts = [
            {"type": "pointerMove", "x": 0, "y": 0, "origin": origin},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        try:
            self._perform({"type": "pointer", "id": "pointer", "actions": acts})
        except Refused:  # the page has just come anew
            return False
        try:
            return bool(self.js(HIT))
        except Refused:  # the press has led elsewhere
            return True

    def type(self, selector: str, text: str) -> None:
        """Press the field and type into it, key by key."""
        self.press(selector)
        keys = [{"type": kind, "value": key} for key in text for kind in ("keyDown", "keyUp")]
        self._perform({"type": "key", "id": "keys", "actions": keys})

    def _perform(self, source: dict[str, Any]) -> None:
        self.command("input.performActions", context=self._window, actions=[source])

    def choose_file(self, selector: str, file: Path) -> None:
        locator = {"type": "css", "value": selector}
        nodes = self.command("browsingContext.locateNodes", context=self._window, locator=locator)["nodes"]
        element = {"sharedId": nodes[0]["sharedId"]}
        self.command("input.setFiles", context=self._window, element=element, files=[str(file)])

    def set_offline(self, is_offline: bool) -> None:
        """Take the network away from all pages and workers, or give it back."""
        conditions = {"type": "offline"} if is_offline else None
        self.command("emulation.setNetworkConditions", networkConditions=conditions)


def _read(file: Path) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads(file.read_text())
    except (OSError, ValueError):  # not there yet, or half of it
        return None
    return found
