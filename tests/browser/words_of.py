"""The words that a reader of a page sees or hears, without what is code, data or an address."""

import re
from html.parser import HTMLParser

SAID = re.compile(
    r"aria-label|title|placeholder|alt|label|data-(?:text|on|off|said|some|none|failed|today|earlier|fresh|required)\b.*"
)
UNSAID = {"script", "style", "pre", "code", "kbd", "textarea", "svg"}
ADDRESS = re.compile(r"\S*[@/]\S*|\S+\.(?:ru|com|wiki|example|log|png|txt|org)\b")
PLACE = re.compile(r"\{\w+\}")  # what a script puts in
WORD = re.compile(r"[A-Za-z]{3,}")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in UNSAID:
            self._depth += 1
        if not self._depth:
            self.said += [value or "" for name, value in attrs if SAID.fullmatch(name)]

    def handle_endtag(self, tag: str) -> None:
        if tag in UNSAID and self._depth:
            self._depth -= 1

    def handle_data(self, data: str) -> None:
        if not self._depth:
            self.said.append(data)


def latin_words(html: str) -> set[str]:
    """Return the words in Latin letters, three letters and more, in small letters."""
    reader = _Reader()
    reader.feed(html)
    return set(WORD.findall(ADDRESS.sub(" ", PLACE.sub(" ", " \n ".join(reader.said))).lower()))
