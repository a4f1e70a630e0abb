"""A page as a reader without a script has it: its words, its links, and its forms as a browser would send them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

VOID = {"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "use", "wbr"}
UNSEEN = {"script", "style", "template", "title", "noscript"}
Fields = list[tuple[str, str]]


@dataclass
class Element:
    """An element with its attributes; what stands in it are texts and elements."""

    tag: str
    attributes: dict[str, str]
    inside: list["Element | str"] = field(default_factory=list)

    def all(self, tag: str = "", **attributes: str) -> list["Element"]:
        """Return every element below that has the tag and the attributes; `class_` and `for_` lose the underscore."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [
            found
            for found in self._below()
            if (not tag or found.tag == tag) and all(found.attributes.get(name) == wanted[name] for name in wanted)
        ]

    def one(self, tag: str = "", **attributes: str) -> "Element":
        found = self.all(tag, **attributes)
        assert len(found) == 1, f"{len(found)} elements {tag} {attributes}"
        return found[0]

    def _below(self) -> Iterator["Element"]:
        for inner in self.inside:
            if isinstance(inner, Element):
                yield inner
                yield from inner._below()

    @property
    def raw(self) -> str:
        return "".join(inner if isinstance(inner, str) else inner.raw for inner in self.inside)

    @property
    def text(self) -> str:
        """What a reader sees, spaces as single spaces."""
        return " ".join(self._seen().split())

    def _seen(self) -> str:
        if self.tag in UNSEEN:
            return ""
        return " ".join(inner if isinstance(inner, str) else inner._seen() for inner in self.inside)

    def __getitem__(self, name: str) -> str:
        return self.attributes[name]


class Page(Element):
    """An answer of the desk, read."""

    def __init__(self, answer: Any) -> None:
        super().__init__("", {})
        self.status = answer.status_code
        _Reader(self).feed(answer.get_data(as_text=True))

    def error(self, name: str) -> str:
        """Return what stands beside the field as wrong, '' when nothing does."""
        found = self.all(id=f"{name}-error")
        return found[0].text if found else ""

    def errors(self) -> dict[str, str]:
        marked = [found for found in self.all("p") if found.attributes.get("id", "").endswith("-error")]
        return {found["id"].removesuffix("-error"): found.text for found in marked}

    def links(self) -> list[str]:
        return [found["href"] for found in self.all("a") if "href" in found.attributes]

    def form(self, action: str) -> Fields:
        """Return what the browser would send for the form with this address, as it stands."""
        form = next(found for found in self.all("form") if found.attributes.get("action") == action)
        outside = [found for found in self.all() if found.attributes.get("form") == form.attributes.get("id", "-")]
        return [pair for found in [*outside, *form.all()] for pair in _sent(found)]

    def actions(self) -> set[str]:
        return {found.attributes.get("action", "") for found in self.all("form")}


def typed(fields: Fields, **values: Any) -> dict[str, Any]:
    """Return the form's fields with other values typed into those that it has."""
    form: dict[str, Any] = {}
    for name, value in fields:
        form.setdefault(name, []).append(value)
    return form | values


def _sent(found: Element) -> Fields:
    name, given = found.attributes.get("name"), found.attributes
    if not name or "disabled" in given or found.tag not in {"input", "textarea", "select"}:
        return []
    if found.tag == "textarea":
        return [(name, found.raw.removeprefix("\n"))]
    if found.tag == "select":
        options = found.all("option")
        chosen = [option for option in options if "selected" in option.attributes] or options[:1]
        return [(name, option.attributes.get("value", "")) for option in chosen]
    if given.get("type") in {"checkbox", "radio"}:
        return [(name, given.get("value", "on"))] if "checked" in given else []
    return [] if given.get("type") in {"file", "submit"} else [(name, given.get("value", ""))]


class _Reader(HTMLParser):
    def __init__(self, page: Element) -> None:
        super().__init__()
        self._open = [page]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].inside.append(found)
        if tag not in VOID:
            self._open.append(found)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open[-1].inside.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        assert self._open[-1].tag == tag, f"</{tag}> closes <{self._open[-1].tag}>"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self._open[-1].inside.append(data)
