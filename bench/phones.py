"""What a mid phone over slow 4G sees of the signed-in list. Lighthouse's mobile preset, applied by the DevTools protocol: every
request waits for a round trip of 150 ms, 1.6 Mbps come in, the processor is four times slower than this machine's."""

import shutil
import statistics
from dataclasses import dataclass

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from bench import lighthouse
from bench.visitors import PHONE_BROWSER, Visitor
from tests.support.chromium import CHROMIUM_ARGS

NETWORK = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 0.75e6 / 8}
CPU_SLOWDOWN = 4
ASK = """() => {
  window.shift = 0;
  new PerformanceObserver((list) => { for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) window.shift += value; })
    .observe({ type: "layout-shift", buffered: true });
  new PerformanceObserver((list) => { window.largest = list.getEntries().at(-1).startTime; }).observe({ type: "largest-contentful-paint", buffered: true });
}"""
TELL = """() => ({
  first: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? null,
  largest: window.largest ?? null,
  shift: window.shift,
  bytes: [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
    .filter(({ name, entryType }) => entryType === "navigation" || /\\.(css|js)$/.test(new URL(name).pathname))
    .map(({ encodedBodySize }) => encodedBodySize).reduce((sum, size) => sum + size, 0),
})"""


LEAST = (95, 100, 100)  # of Lighthouse's scores
MOST_MS, MOST_AGAIN_MS, MOST_KIB = 1500, 500, 70


@dataclass(frozen=True)
class View:
    """One opening of a page. Milliseconds from the press to the first paint with content and to the largest; CLS; bytes
    of page, styles and scripts as they were pressed."""

    first: float
    largest: float
    shift: float
    size: int


def report(url: str, reader: Visitor, times: int) -> list[str]:
    """Return the lines of the table: how the list opens, and what Lighthouse says of the pages that a phone opens most."""
    lines = [
        "",
        "a mid phone over slow 4G: 1.6 Mbps, 150 ms a request, a quarter of this processor; the signed-in list",
    ]
    seen = views(url, reader, "/tickets", times)
    lines += _opening(*seen) if seen else ["SKIPPED: Chromium is missing"]
    lines += ["", f"Lighthouse {lighthouse.VERSION}, mobile: performance, accessibility, best practices"]
    if why := lighthouse.missing():
        return [*lines, f"SKIPPED: {why}"]
    pages = {
        "list": "/tickets",
        "ticket": f"/tickets/{reader.tickets[0]}",
        "new ticket": "/tickets/new",
        "login": "/login",
    }
    for name, path in pages.items():
        lines.append(_scored(lighthouse.scores(name, url + path, None if name == "login" else reader, times)))
    return lines


def _opening(cold: View, warm: View) -> list[str]:
    facts = [
        (
            "first content",
            f"{_within(cold.first, MOST_MS)} ms never seen before, {_within(warm.first, MOST_AGAIN_MS)} ms again",
        ),
        ("largest content", f"{cold.largest:.0f} ms, {warm.largest:.0f} ms"),
        ("layout shift", f"{max(cold.shift, warm.shift):.3f} of 0.02"),
        ("page, styles, scripts", f"{_within(cold.size / 1024, MOST_KIB)} KiB"),
    ]
    return [f"{name:26}{value}" for name, value in facts]


def _within(value: float, most: float) -> str:
    return f"{value:.0f} {'of' if value <= most else 'ABOVE'} {most}"


def _scored(one: lighthouse.Scores) -> str:
    values = ", ".join(f"{value}{' BELOW' * (value < least)}" for value, least in zip(one.values, LEAST, strict=True))
    faults = f": {', '.join(one.faults)}" if one.faults else ""
    return f"{one.name:26}{values} (content {one.first_paint_ms:.0f} ms, held up {one.blocked_ms:.0f} ms){faults}"


def views(url: str, visitor: Visitor, path: str, times: int) -> tuple[View, View] | None:
    """Return how the page opens for who was never here, and for who comes again: medians. None without Chromium."""
    program = shutil.which("chromium")
    if program is None:
        return None
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=CHROMIUM_ARGS)
        pairs = [_pair(browser, url, visitor, path) for _ in range(times)]
        browser.close()
    return _median([cold for cold, _ in pairs]), _median([warm for _, warm in pairs])


def _pair(browser: Browser, url: str, visitor: Visitor, path: str) -> tuple[View, View]:
    context = browser.new_context(
        viewport={"width": 412, "height": 823},
        device_scale_factor=1.75,
        is_mobile=True,
        has_touch=True,
        user_agent=PHONE_BROWSER,
        locale="ru-RU",
    )
    context.add_cookies([{"name": "desk", "value": visitor.cookie, "url": url}])
    page = _slow_page(context)
    cold = _opened(page, url + path)
    page.evaluate("async () => { await navigator.serviceWorker.ready }")
    page.wait_for_function("async () => (await caches.keys()).some((name) => name.startsWith('reader-'))")
    page.wait_for_load_state("networkidle")
    page.goto("about:blank")
    warm = _opened(page, url + path)
    context.close()
    return cold, warm


def _slow_page(context: BrowserContext) -> Page:
    page = context.new_page()
    tools = context.new_cdp_session(page)
    tools.send("Network.enable")
    tools.send("Network.emulateNetworkConditions", NETWORK)
    tools.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWDOWN})
    return page


def _opened(page: Page, address: str) -> View:
    page.goto(address, wait_until="load")
    page.evaluate(ASK)
    page.wait_for_load_state("networkidle")
    page.wait_for_function("() => window.largest")
    told = page.evaluate(TELL)
    return View(told["first"], told["largest"], told["shift"], told["bytes"])


def _median(seen: list[View]) -> View:
    return View(
        statistics.median(view.first for view in seen),
        statistics.median(view.largest for view in seen),
        max(view.shift for view in seen),
        max(view.size for view in seen),
    )
