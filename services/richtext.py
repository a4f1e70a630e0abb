"""What people write, made safe on its way in: HTML through one allow-list, plain text into paragraphs."""

import re
from html import escape, unescape

import nh3

TAGS = {
    "p",
    "br",
    "div",
    "b",
    "strong",
    "i",
    "em",
    "u",
    "s",
    "del",
    "ul",
    "ol",
    "li",
    "a",
    "pre",
    "code",
    "blockquote",
    "h1",
    "h2",
    "h3",
}
TAGS |= {"table", "thead", "tbody", "tr", "th", "td"}
ATTRIBUTES = {"a": {"href"}}
URL = re.compile(r"\bhttps?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]}»]")
BREAKS = re.compile(r"<\s*(?:br\s*/?|/p|/div|/li|/pre|/h[1-3]|/tr|/blockquote)\s*>", re.IGNORECASE)
CELLS = re.compile(r"</t[dh]>(?=\s*<t[dh]\b)", re.IGNORECASE)  # side by side on a page: apart in the text too
MAX_CHARS = 100_000
# Nobody writes more; reading HTML that nests deeper and deeper takes minutes for what is sent in a second.
MAX_TAGS = 1_000
# What no page shows and PostgreSQL refuses: control characters but tabs and breaks, halves of surrogate pairs.
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def clean(html: str) -> str:
    """Return the HTML with only what the allow-list knows; links open apart and give nothing away."""
    return nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes={"http", "https", "mailto", "tel"})


def from_plain(text: str) -> str:
    """Return plain text as paragraphs, addresses in it as links (S63: links stay live)."""
    paragraphs = re.split(r"\n\s*\n", text.replace("\r\n", "\n").replace("\r", "\n").strip())
    return clean("".join(f"<p>{_linked(part)}</p>" for part in paragraphs if part.strip()))


def _linked(text: str) -> str:
    done, at = [], 0
    for found in URL.finditer(text):
        done.append(escape(text[at : found.start()]))
        done.append(f'<a href="{escape(found[0])}">{escape(found[0])}</a>')
        at = found.end()
    done.append(escape(text[at:]))
    return "".join(done).replace("\n", "<br>")


def to_text(html: str) -> str:
    """Return what a reader sees of the HTML, for letters, push and search."""
    text = nh3.clean(BREAKS.sub("\n", CELLS.sub(" ", html)), tags=set())
    return re.sub(r"\n{3,}", "\n\n", unescape(text)).strip()


def body(text: str, *, is_html: bool) -> tuple[str, str]:
    """Return (plain text, safe HTML) of what was typed. `is_html` when the rich editor made it.

    What has too many tags or is too long to be read as HTML is shown as it was sent, tags and all.
    """
    text = UNPRINTABLE.sub("", text)
    if is_html and text.count("<") <= MAX_TAGS and len(text) <= 2 * MAX_CHARS:
        html = clean(text)
        return to_text(html), html
    plain = text.replace("\r\n", "\n").strip()
    return plain, from_plain(plain)
