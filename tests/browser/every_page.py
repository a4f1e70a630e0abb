"""Every page there is, by who sees it, and what a page is looked at for."""

from playwright.sync_api import Page

# Words in braces stand for what a fixture makes: tickets by their state, a file, links out of letters.
GUEST = (
    "/login /register /register?email=a@b.example /register?sent=a@b.example /login/code {hand_off} "
    "/login/hand-off?token=old /password/forgot /password/forgot?sent=a@b.example {reset} /password/reset?token=old {leave} "
    "/contacts/confirm_registration?activation_token=old /kb /kb/sections/1 /kb/articles/1 /kb/search?q=SNR "
    "/kb/search?q=зебра /help /help?q=зебра /help/regulations /help/consent /install /offline /demo/mail /styleguide /nothing"
).split()
CLIENT = (
    "/tickets /tickets?scope=company /tickets?q=зебра /tickets/new /tickets/new?continues={closed_number} {rich} {deferred} "
    "{resolved} {closed} {rich}/glance {rich}/ledger {file}/view /company /profile /profile/devices /profile/notifications "
    "/profile/hand-off /outbox /kb /kb/articles/1 /help /install /nothing"
).split()
AGENT = "/desk {rich} {closed} {rich}/glance {rich}/ledger {file}/view /tickets/new /profile /profile/devices /profile/notifications".split()
ADMIN = (
    "/desk?view=all /desk?q=зебра {resolved} /profile /kb /kb/articles/1 /admin /admin/calendar "
    "/admin/companies /admin/companies?q=зебра /admin/companies/new /admin/companies/1 /admin/companies/1/edit "
    "/admin/companies/1/equipment/new /admin/companies/1/equipment/1 "
    "/admin/companies/1/contracts/new /admin/companies/1/contracts/1 "
    "/admin/people /admin/people?q=зебра /admin/people/waiting /admin/people/2 /admin/people/5 "
    "/admin/kb /admin/kb/sections/1 /admin/kb/articles/new /admin/kb/articles/1 /admin/robot /admin/settings /admin/consent /admin/types "
    "/admin/deliveries /admin/letters /admin/letters/comment"
).split()
PAGES = [
    (who, path)
    for who, paths in (("", GUEST), ("client", CLIENT), ("agent", AGENT), ("admin", ADMIN))
    for path in paths
]
MISSING = {
    "/nothing": 404,
    "/contacts/confirm_registration?activation_token=old": 410,
    "/password/reset?token=old": 410,
    "/login/hand-off?token=old": 410,
}

# Addresses that are read by GET and are no page of their own: what they are instead.
NO_PAGE = {
    "session.index": "leads on to the list or to the sign-in",
    "registration.altcha": "JSON: what the proof of work is about",
    "pages.alive": "a word for a load balancer",
    "pages.ready": "JSON for a load balancer",
    "pages.metrics": "figures for Prometheus",
    "pwa.manifest": "JSON for the browser",
    "pwa.service_worker": "a script",
    "pwa.asset": "scripts, styles, pictures",
    "pwa.favicon": "a picture",
    "static": "scripts, styles, pictures",
    "attachments.show": "a file's bytes",
    "attachments.preview": "a picture",
    "attachments.thumbnail": "a picture",
    "kb.file": "a file's bytes",
    "voice_notes.show": "JSON, or a part of the thread",
    "voice_notes.audio": "sound",
    "voice_notes.copy": "sound",
    "live_words.show": "JSON: words while they are spoken",
    "transcripts.show": "a part of a form with a recording",
    "transcripts.text": "a part of the thread; test_transcript.py looks at it",
    "push.public_key": "JSON",
    "push.unread_count": "JSON",
    "outbox.token": "JSON",
    "push.ask": "a card that a script puts into the list",
    "suggestions.articles": "a part of the form of a new ticket",
    "suggestions.serials": "a part of the form of a new ticket",
    "tickets.timeline": "a part of the ticket's page",
    "demo.letter": "a letter as a mail program shows it",
    "admin_deliveries.letter_html": "a letter as a mail program shows it",
}

# Who, the page and the form on it that is sent with nothing in it: each answer is the same page with its faults.
REFUSED = [
    ("", "/login", "/login"),
    ("", "/login/code", "/login/code"),
    ("", "/register", "/register"),
    ("", "/password/forgot", "/password/forgot"),
    ("", "{reset}", "/password/reset"),
    ("client", "/tickets/new", "/tickets"),
    ("client", "{rich}", "/comments"),
    ("admin", "/admin/calendar", "/admin/calendar"),
    ("admin", "/admin/companies/new", "/admin/companies"),
    ("admin", "/admin/companies/1/equipment/new", "/equipment"),
    ("admin", "/admin/companies/1/contracts/new", "/contracts"),
    ("admin", "/admin/people/2", "/admin/people/2"),
    ("admin", "/admin/kb", "/admin/kb/sections"),
    ("admin", "/admin/kb/articles/new", "/admin/kb/articles"),
    ("admin", "/admin/settings", "/admin/settings"),
    ("admin", "/admin/consent", "/admin/consent"),
    ("admin", "/admin/types", "/admin/types"),
    ("admin", "/admin/types", "/admin/types/new"),
]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AUDIT = """(rules) => axe.run({ exclude: [[".row-card:nth-child(n + 6)"]] },      // rows are alike, and looking takes long
  { runOnly: rules, resultTypes: ["violations"], preload: false, iframes: false }).then(
  ({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ target, any, all, none }) =>
    `${id}: ${target} ${[...any, ...all, ...none].map(({ message }) => message)}`)))"""
_LOOK = """() => ({
  lang: document.documentElement.lang,
  overflow: document.documentElement.scrollWidth - innerWidth,
  nameless: [...document.querySelectorAll("input:not([type=hidden]), select, textarea")]
    .filter((field) => !field.hidden && field.ariaHidden !== "true" && !field.labels?.length && !field.ariaLabel && !field.ariaLabelledByElements?.length)
    .map((field) => field.outerHTML),
})"""
_SMALL = """() => [...document.querySelectorAll(
    "button, summary, select, .input, .button, .menu a, .topbar a, .tabs a, .filter-chip, .switch a, .segments label, .check")]
  .map((one) => [one, one.getBoundingClientRect()])
  .filter(([one, { width, height }]) => width && height && !one.closest(".sr-only, .decoy, [data-rich]"))
  .filter(([one, { width, height }]) => Math.min(width, height) < 43.5)
  .map(([one, { width, height }]) => `${one.className || one.outerHTML} ${width} x ${height}`)"""
CROWDED = """() => [...document.querySelectorAll(".rows :is(td, th)")]
  .filter((cell) => cell.clientWidth > 1 && cell.scrollWidth > cell.clientWidth).map((cell) => cell.innerText)"""
_SEND_EMPTY = """(action) => {
  const form = [...document.forms].find((one) => one.getAttribute("action")?.split("?")[0].endsWith(action)
    && one.method === "post");
  for (const field of form.elements) {
    if (field.type === "checkbox") field.checked = false;
    else if (!["hidden", "radio", "color"].includes(field.type) && "value" in field && field.localName !== "button") field.value = "";
  }
  HTMLFormElement.prototype.submit.call(form);      // past the browser's own checks and past our scripts
}"""
_WRONG = """() => [...document.querySelectorAll("[aria-invalid=true]")].filter((field) =>
  !field.ariaDescribedByElements?.some((one) => one.textContent.trim() && one.id.endsWith("-error")))
  .map((field) => field.outerHTML)"""


def audit(page: Page, rules: list[str]) -> list[str]:
    """What axe finds on the page as it stands."""
    found: list[str] = page.evaluate(AUDIT, rules)
    return found


def look(page: Page) -> dict[str, object]:
    """The page's language, by how much it is too wide, and its fields without a name."""
    seen: dict[str, object] = page.evaluate(_LOOK)
    return seen


def small_targets(page: Page) -> list[str]:
    """What a thumb would miss."""
    small: list[str] = page.evaluate(_SMALL)
    return small


def crowded_cells(page: Page) -> list[str]:
    """Cells of a list whose words stick out."""
    crowded: list[str] = page.evaluate(CROWDED)
    return crowded


def width_beyond(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))


def send_empty(page: Page, action: str) -> int:
    """Send the form with nothing in it, as a browser without our checks would; return the answer's status."""
    with page.expect_navigation() as waiting:
        page.evaluate(_SEND_EMPTY, action)
    assert waiting.value is not None
    return waiting.value.status


def unexplained(page: Page) -> list[str]:
    """Fields marked as wrong that don't say why."""
    fields: list[str] = page.evaluate(_WRONG)
    return fields
