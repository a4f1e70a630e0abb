"""What people write, made safe: HTML through one allow-list on its way in and again on its way out, plain text into
paragraphs and code blocks (S28, S63)."""

import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from html import escape
from html.parser import HTMLParser

import nh3

# What a letter may hold too. A page knows more, see `clean`.
TAGS = {"p", "br", "div", "b", "strong", "i", "em", "u", "s", "del", "small", "ul", "ol", "li", "a", "pre", "code"}
TAGS |= {"blockquote", "h1", "h2", "h3", "table", "thead", "tbody", "tr", "th", "td"}
ATTRIBUTES = {"a": {"href"}}
SCHEMES = {"http", "https", "mailto", "tel"}

PAGE_TAGS = TAGS | {"img", "span"}
PAGE_ATTRIBUTES = ATTRIBUTES | {"img": {"src", "alt"}, "span": {"class"}}
LARGE = "large"  # the one class that the editor gives: «Крупный» of its sizes
IMAGE = re.compile(r"/attachments/([0-9a-f]{32})")
NOT_IMAGES = re.compile(r"<img(?: alt=\"[^\"]*\")?>")  # what is left of one that shows no file of ours

URL = re.compile(r"\bhttps?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]}»]")
FENCE, FENCE_END = re.compile(r"```[^`]*"), re.compile(r"```[ \t]*")
MAX_CHARS = 100_000
# No editor writes more; reading HTML that nests deeper and deeper takes minutes for what is sent in a second.
MAX_TAGS = 20_000
MAX_DEPTH = 100
TAG = re.compile(r"<(/?)([a-zA-Z][^\s>/]*)")
ALONE = {"br", "img", "hr"}
LONGEST_KEPT = 8_000  # letters of a message that is kept cleaned in memory
# What no page shows and PostgreSQL refuses: control characters but tabs and breaks, halves of surrogate pairs.
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def clean(html: str, images: Collection[str] | None = None) -> str:
    """Return the HTML with only what the allow-list knows; links open apart and give nothing away.

    An image may only show an attachment, by its id: one of `images`, or any when that is None. Whether its reader may
    see it is asked when the file is (`files.visible`).
    """

    def kept(tag: str, attribute: str, value: str) -> str | None:
        if tag == "img" and attribute == "src":
            found = IMAGE.fullmatch(value)
            return value if found and (images is None or found[1] in images) else None
        if tag == "span":
            return value if value == LARGE else None
        return value

    safe = nh3.clean(html, tags=PAGE_TAGS, attributes=PAGE_ATTRIBUTES, attribute_filter=kept, url_schemes=SCHEMES)
    return NOT_IMAGES.sub("", safe)


def shown(html: str) -> str:
    """Return stored HTML as a page may print it: whatever wrote the row, it passes the allow-list once more."""
    return _kept_shown(html) if len(html) <= LONGEST_KEPT else clean(html)


@lru_cache(maxsize=2048)
def _kept_shown(html: str) -> str:
    return clean(html)


def images_of(html: str) -> set[str]:
    """Return the ids of the attachments that the HTML shows as images."""
    return set(re.findall(rf'src="{IMAGE.pattern}"', html))


def from_plain(text: str) -> str:
    """Return plain text as paragraphs, addresses in it as links (S63: links stay live), what stands between lines
    of ``` as a code block."""
    done = []
    for part, is_code in _fenced(text.replace("\r\n", "\n").replace("\r", "\n").split("\n")):
        if not is_code:
            done.append(_paragraphs(part))
        elif part.strip():
            done.append(f"<pre><code>{escape(part)}</code></pre>")
    return clean("".join(done))


def _fenced(lines: list[str]) -> Iterator[tuple[str, bool]]:
    """Yield (text, whether it stands between fences), line by line: one expression for it all would look for the end
    anew from each fence that has none."""
    last = max((place for place, line in enumerate(lines) if FENCE_END.fullmatch(line)), default=-1)
    part, is_code = list[str](), False
    for place, line in enumerate(lines):
        if FENCE_END.fullmatch(line) if is_code else place < last and FENCE.fullmatch(line):
            yield "\n".join(part), is_code
            part, is_code = [], not is_code
        else:
            part.append(line)
    yield "\n".join(part), is_code


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{_linked(part)}</p>" for part in re.split(r"\n\s*\n", text.strip()) if part.strip())


def _linked(text: str) -> str:
    done, at = [], 0
    for found in URL.finditer(text):
        done.append(escape(text[at : found.start()]))
        done.append(f'<a href="{escape(found[0])}">{escape(found[0])}</a>')
        at = found.end()
    done.append(escape(text[at:]))
    return "".join(done).replace("\n", "<br>")


def to_text(html: str) -> str:
    """Return what a reader sees of the HTML, for letters, push and search: lists with their signs, code line by line."""
    reader = _Reader()
    reader.feed(clean(html))
    reader.close()
    text = "".join(reader.out)
    return text.strip("\n").rstrip() if text.strip() else ""  # the first line may be code, with its indent


def body(text: str, *, is_html: bool, images: Collection[str] = ()) -> tuple[str, str]:
    """Return (plain text, safe HTML) of what was typed. `is_html` when the rich editor made it; `images`: the ids of
    the files that came with it, the only ones it may show.

    What has too many tags or is too long to be read as HTML is shown as it was sent, tags and all.
    """
    text = UNPRINTABLE.sub("", text)
    if is_html and len(text) <= 2 * MAX_CHARS and _is_readable(text):
        html = clean(text, images)
        plain = to_text(html)
        return (plain, html) if plain else ("", "")
    plain = text.replace("\r\n", "\n").strip()
    return plain, from_plain(plain)


def _is_readable(html: str) -> bool:
    """Tell whether the HTML is flat enough to be read in no time: tags left open pile up, whatever closes others."""
    if html.count("<") > MAX_TAGS:
        return False
    unclosed: dict[str, int] = {}
    depth = 0
    for closing, name in TAG.findall(html.lower()):
        count = unclosed.get(name, 0)
        step = (-1 if count else 0) if closing else int(name not in ALONE)
        unclosed[name] = count + step
        depth += step
        if depth > MAX_DEPTH:
            return False
    return True


BLOCKS = {"p", "div", "ul", "ol", "li", "pre", "blockquote", "h1", "h2", "h3", "table", "tr"}


class _Reader(HTMLParser):
    """Writes clean HTML down as lines."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self._lists: list[int | None] = []  # the next number of each open list, None where it has none
        self._is_code = False
        self._links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in BLOCKS:
            self._line()
        if tag in {"ul", "ol"}:
            self._lists.append(1 if tag == "ol" else None)
        elif tag == "li":
            self._item()
        elif tag == "br":
            self.out.append("\n")
        elif tag in {"td", "th"} and not self._is_new_line():
            self.out.append(" ")
        elif tag == "pre":
            self._is_code = True
        elif tag == "a":
            self._links.append((given.get("href") or "", len(self.out)))
        elif tag == "img":
            self.out.append(f"[{given.get('alt') or 'image'}]")

    def handle_endtag(self, tag: str) -> None:
        if tag in BLOCKS:
            self._line()
        if tag in {"ul", "ol"} and self._lists:
            self._lists.pop()
        elif tag == "pre":
            self._is_code = False
        elif tag == "a" and self._links:
            self._address(*self._links.pop())

    def handle_data(self, data: str) -> None:
        if not self._is_code:
            data = re.sub(r"[ \t\r\n]+", " ", data)
            data = data.lstrip(" ") if self._is_new_line() else data
        if data:
            self.out.append(data)

    def _is_new_line(self) -> bool:
        return not self.out or self.out[-1].endswith("\n")

    def _line(self) -> None:
        if not self._is_new_line():
            self.out.append("\n")

    def _item(self) -> None:
        """Begin «• …» or «2. …»; an inner list stands further in."""
        number = self._lists[-1] if self._lists else None
        if number is not None:
            self._lists[-1] = number + 1
        self.out.append("  " * (len(self._lists) - 1) + (f"{number}. " if number is not None else "• "))

    def _address(self, href: str, since: int) -> None:
        """Write where a link with words of its own leads."""
        words = "".join(self.out[since:]).strip()
        if href.startswith(("http://", "https://")) and words and words.rstrip("/") != href.rstrip("/"):
            self.out.append(f" ({href})")
