"""What the pictures of the pages are taken with: people, sizes, and how a picture is kept."""

import io
import re
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page

from tests.support.desk import RunningDesk

FOLDER = Path(__file__).parents[1] / "docs" / "screenshots"
SIZES = {"phone": (390, 844), "desktop": (1280, 800)}
PEOPLE = {
    "guest": None,
    "client": ("client@romashka.example", "client-demo-1"),
    "newcomer": ("stranger@vasilek.example", "stranger-demo-1"),
    "agent": ("agent@desk.example", "agent-demo-1"),
    "admin": ("admin@desk.example", "admin-demo-1"),
}
COLOURS = 256  # of a picture: flat surfaces need no more, and it is a third of the size


def keep(page: Page, name: str) -> None:
    """Keep what the window shows, in few colours."""
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    small = picture.quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    small.save(FOLDER / name, optimize=True)


def opened(browser: Browser, size: str, scheme: str) -> BrowserContext:
    """Open a browser of this size and scheme, at a Russian customer's."""
    width, height = SIZES[size]
    return browser.new_context(
        viewport={"width": width, "height": height},
        has_touch=size == "phone",
        is_mobile=size == "phone",
        locale="ru-RU",
        timezone_id="Asia/Yekaterinburg",
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )


def sign_in(page: Page, desk: RunningDesk, person: str) -> None:
    """Sign this person in; a guest stays one."""
    known = PEOPLE[person]
    if known is None:
        return
    page.goto(f"{desk.url}/login")
    page.locator("#sign-in input[name=login]").fill(known[0])
    page.locator("#sign-in input[name=password]").fill(known[1])
    page.locator("#sign-in button[type=submit]").click()
    page.wait_for_url(re.compile("/(tickets|desk)"))
