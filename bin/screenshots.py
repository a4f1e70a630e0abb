"""Makes docs/screenshots/ anew: every page of the demo desk, on a phone and on a desktop, the main ones in the dark, too, and
the states that a page may be in (bin/states.py).

`make screenshots`. The desk runs in a folder of its own; its clock is the real one, so the dates in the pictures differ.
"""

import base64
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from bin import states
from bin.camera import FOLDER, PEOPLE, SIZES, keep, opened, sign_in
from tests.support.chromium import CHROMIUM_ARGS, chromium_path
from tests.support.desk import RunningDesk

# who, name of the picture, address; an address «?subject» leads to the ticket of that subject, «?subject/glance» below it
PAGES = (
    ("guest", "login", "/login"),
    ("guest", "register", "/register"),
    ("guest", "login-code", "/login/code"),
    ("guest", "password-forgot", "/password/forgot"),
    ("guest", "link-expired", "/contacts/confirm_registration?activation_token=gone"),
    ("guest", "kb", "/kb"),
    ("guest", "kb-section", "/kb/sections/1"),
    ("guest", "kb-search", "/kb/search?q=прошивка"),
    ("guest", "kb-article", "/kb/articles/1"),
    ("guest", "help", "/help"),
    ("guest", "regulations", "/help/regulations"),
    ("guest", "consent", "/help/consent"),
    ("guest", "install", "/install"),
    ("guest", "offline", "/offline"),
    ("guest", "not-found", "/nowhere"),
    ("client", "tickets", "/tickets"),
    ("client", "tickets-company", "/tickets?scope=company"),
    ("client", "tickets-search", "/tickets?scope=company&q=прошивки"),
    ("client", "tickets-empty", "/tickets?q=nothing"),
    ("client", "ticket-glance", "?Потери пакетов/glance"),
    ("client", "ticket-new", "/tickets/new"),
    ("client", "ticket-new-about-device", "/tickets/new?serial_numbers=OE4423DS23&subject=SNR-S2962-24T: прошивка"),
    ("client", "ticket-open", "?Потери пакетов"),
    ("client", "ticket-waiting", "?обновление прошивки"),
    ("client", "ticket-deferred", "?SNMP"),
    ("client", "ticket-resolved", "?DHCP"),
    ("client", "ticket-closed", "?LACP"),
    ("client", "profile", "/profile"),
    ("client", "profile-devices", "/profile/devices"),
    ("client", "profile-notifications", "/profile/notifications"),
    ("client", "outbox", "/outbox"),
    ("client", "notifications", "/profile/notifications"),
    ("client", "company", "/company"),
    ("agent", "desk", "/desk"),
    ("agent", "desk-ticket", "?Потери пакетов"),
    ("agent", "desk-ticket-service-center", "?после грозы"),
    ("admin", "admin", "/admin"),
    ("admin", "admin-companies", "/admin/companies"),
    ("admin", "admin-company", "/admin/companies/1"),
    ("admin", "admin-company-edit", "/admin/companies/1/edit"),
    ("admin", "admin-device", "/admin/companies/1/equipment/1"),
    ("admin", "admin-contract", "/admin/companies/1/contracts/1"),
    ("admin", "admin-people", "/admin/people"),
    ("admin", "admin-person", "/admin/people/2"),
    ("admin", "admin-people-waiting", "/admin/people/waiting"),
    ("admin", "admin-kb", "/admin/kb"),
    ("admin", "admin-kb-section", "/admin/kb/sections/1"),
    ("admin", "admin-kb-article", "/admin/kb/articles/1"),
    ("admin", "admin-settings", "/admin/settings"),
    ("admin", "admin-types", "/admin/types"),
    ("admin", "admin-consent", "/admin/consent"),
    ("admin", "admin-calendar", "/admin/calendar"),
    ("guest", "demo-mail", "/demo/mail"),
    ("guest", "styleguide", "/styleguide"),
)
IN_THE_DARK = {
    *("login", "kb", "kb-article", "regulations", "not-found"),
    *("tickets", "tickets-search", "ticket-new", "ticket-waiting", "ticket-resolved", "ticket-closed"),
    *("profile", "profile-notifications", "company"),
    *("desk", "desk-ticket", "admin-company", "admin-kb-article", "admin-settings"),
}


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("*.png"):
        old.unlink()
    with (
        tempfile.TemporaryDirectory(prefix="shots") as folder,
        RunningDesk(Path(folder)) as desk,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_ARGS)
        for scheme in ("light", "dark"):
            for size in SIZES:
                for person in PEOPLE:
                    _shoot(browser, desk, person, size, scheme)
                states.shoot(browser, desk, size, scheme)
        _readme(browser)
        browser.close()
    print(f"{len(list(FOLDER.glob('*.png')))} pictures in {FOLDER}")


def _shoot(browser: Browser, desk: RunningDesk, person: str, size: str, scheme: str) -> None:
    pages = [(name, address) for who, name, address in PAGES if who == person and _is_wanted(name, scheme)]
    if not pages:
        return
    context = opened(browser, size, scheme)
    page = context.new_page()
    sign_in(page, desk, person)
    for name, address in pages:
        page.goto(desk.url + (_found(page, desk, address[1:], person) if address.startswith("?") else address))
        page.wait_for_load_state("networkidle")
        ending = "-dark" if scheme == "dark" else ""
        keep(page, f"{name}-{size}{ending}.png")
    context.close()


def _is_wanted(name: str, scheme: str) -> bool:
    return scheme == "light" or name in IN_THE_DARK


def _found(page: Page, desk: RunningDesk, subject: str, person: str) -> str:
    """Return the address of the ticket with these words in its subject, and of what is named below it."""
    subject, slash, below = subject.partition("/")
    where = "/tickets?scope=company&q=" if person == "client" else "/desk?view=all&q="
    page.goto(f"{desk.url}{where}{subject}")
    links = page.locator("a[href*='/tickets/1']").all()
    return next(_addresses(link.get_attribute("href") or "" for link in links)) + slash + below


def _addresses(links: Iterator[str]) -> Iterator[str]:
    for link in links:
        if match := re.search(r"/tickets/\d+", link):
            yield match[0]


def _readme(browser: Browser) -> None:
    """Lay the phone over the desktop, for the README."""
    pictures = [
        base64.b64encode((FOLDER / name).read_bytes()).decode()
        for name in ("desk-desktop.png", "ticket-waiting-phone.png")
    ]
    page = browser.new_page(viewport={"width": 1400, "height": 860})
    page.set_content(
        """<style>body{margin:0;background:#f1edfb;position:relative;height:860px;overflow:hidden}
        img{position:absolute;border-radius:14px;box-shadow:0 12px 40px #2a17551f,0 2px 8px #2a175522}
        .desk{left:40px;top:50px;width:1060px}.phone{right:40px;top:90px;width:345px;border:6px solid #1c1826;border-radius:34px}
        </style>"""
        f'<img class="desk" src="data:image/png;base64,{pictures[0]}"><img class="phone" src="data:image/png;base64,{pictures[1]}">'
    )
    keep(page, "readme.png")


if __name__ == "__main__":
    main()
