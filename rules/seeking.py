"""What somebody looks for: the tokens that a text must have, and the words of it to mark."""

import html
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice

from markupsafe import Markup

from rules import words

MOST_TERMS = 10
MOST_KNOWN = 10_000  # words of texts that one question remembers
EXCERPT, BEFORE = 180, 24  # letters in all, and before the hit: in a narrow column the hit must not be cut off
SHORT = 1000  # letters
MOST_HITS = 100  # in a text: the place to show is one of the first


@dataclass(frozen=True)
class Term:
    """One of the `exact` tokens, or one that begins with `prefix`, if there is one."""

    exact: frozenset[str]
    prefix: str = ""

    def fits(self, tokens: frozenset[str]) -> bool:
        if not self.exact.isdisjoint(tokens):
            return True
        return bool(self.prefix) and any(token.startswith(self.prefix) for token in tokens)


@dataclass(frozen=True)
class Sought:
    """All `terms` must be found. Without any, nothing is: signs alone are no words."""

    terms: tuple[Term, ...]
    _known: dict[str, frozenset[int]] = field(default_factory=dict, compare=False, repr=False)

    def hits(self, word: str) -> frozenset[int]:
        """Return which of the terms (by place) a word of a text fits."""
        known = self._known.get(word)
        if known is None:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            tokens = words.code_tokens(word) if words.is_code(word) else words.tokens(word)
            known = frozenset(place for place, term in enumerate(self.terms) if term.fits(tokens))
            if len(word) <= words.LONGEST_KEPT:
                self._known[word] = known
        return known

    def _hits_of(self, piece: str) -> frozenset[int]:
        """Return the same of what stands between two spaces."""
        found = frozenset[int]().union(*map(self.hits, words.WORD.findall(piece)))
        if len(piece) <= words.LONGEST_KEPT:
            self._known[piece] = found
        return found

    def found_in(self, text: str) -> frozenset[int]:
        """Return which of the terms the text has. Stops when it has all."""
        found, known = frozenset[int](), self._known
        for piece in text.split():  # no word has a space in it; looking for words takes longer than all the rest
            hits = known[piece] if piece in known else self._hits_of(piece)
            if hits and not hits <= found:
                found |= hits
                if len(found) == len(self.terms):
                    break
        return found


@lru_cache(maxsize=256)
def sought(text: str) -> Sought:
    """Read what was typed. The last word may not be whole yet; «на» and «не» count only when there is nothing else."""
    found = dict[Term, None]()
    asked = [part for match in words.WORD.finditer(text) for part in _parts(match[0])]
    heavy = [part for part in asked if words.is_code(part) or not words.is_function_word(part)]
    typed = asked[-1] if asked else ""
    for part in heavy or asked[-1:]:
        found[_term(part, is_last=part is typed)] = None
    return Sought(tuple(found)[:MOST_TERMS])


def _parts(word: str) -> list[str]:
    """Codes stay whole; «печать-сервер» is two words."""
    if words.is_code(word):
        return [words.compact(word)]
    return words.PARTS.findall(words.plain(word))


def _term(part: str, *, is_last: bool) -> Term:
    part = part[: words.LONGEST_TOKEN]
    prefix = part if len(part) > 1 and (is_last or words.is_code(part)) else ""
    return Term(frozenset({part}) if words.is_code(part) else words.asked(part), prefix)


def marked(text: str, what: Sought) -> Markup:
    """Return the text as HTML with the words that were looked for in <mark>."""
    return _marked(text, [(start, end) for start, end, _ in _hits(text, what)] if what.found_in(text) else ())


def _hits(text: str, what: Sought) -> Iterator[tuple[int, int, frozenset[int]]]:
    known = what._known
    for match in words.WORD.finditer(text):
        word = match[0]
        if found := known[word] if word in known else what.hits(word):
            yield match.start(), match.end(), found


def _marked(text: str, places: Iterable[tuple[int, int]]) -> Markup:
    done, past = [], 0
    for start, end in places:
        done.append(f"{html.escape(text[past:start])}<mark>{html.escape(text[start:end])}</mark>")
        past = end
    done.append(html.escape(text[past:]))
    return Markup("".join(done))


def excerpt(text: str, what: Sought, length: int = EXCERPT) -> Markup:
    """Return that piece of the text which has the most of what was looked for, marked; "" when it has nothing of it.

    Those of short texts are kept: the same rows are looked at again with the next letter, the next page, on the way back.
    """
    return (_kept_excerpt if len(text) <= SHORT else _excerpt)(text, what, length)


def _excerpt(text: str, what: Sought, length: int) -> Markup:
    text = " ".join(text.split())
    hits = list(islice(_hits(text, what), MOST_HITS))
    if not hits:
        return Markup("")
    if len(text) <= length:
        return _marked(text, [(start, end) for start, end, _ in hits])
    begun = _best(hits, len(what.terms), length)
    start = _word_start(text, max(0, begun - BEFORE))
    end = len(text) if len(text) - start <= length else max(text.rfind(" ", start, start + length), begun + 1)
    shown = [(first - start, last - start) for first, last, _ in hits if first >= start and last <= end]
    piece = _marked(text[start:end], shown)
    return ("… " if start else "") + piece + (" …" if end < len(text) else "")


_kept_excerpt = lru_cache(maxsize=4096)(_excerpt)


def _best(hits: list[tuple[int, int, frozenset[int]]], wanted: int, length: int) -> int:
    """Return where that hit begins which has the most different terms near it."""
    best, most = hits[0][0], 0
    for place, (start, _, _) in enumerate(hits):
        near = set[int]()
        for _, end, found in islice(hits, place, None):
            if end - start > length * 3 // 4:
                break
            near |= found
        if len(near) > most:
            best, most = start, len(near)
        if most == wanted:
            break
    return best


def place_of(text: str, what: Sought) -> int | None:
    """Return where that piece of the text begins which `excerpt` would show; None when it has nothing of it."""
    hits = list(islice(_hits(text, what), MOST_HITS))
    return _best(hits, len(what.terms), EXCERPT) if hits else None


def _word_start(text: str, place: int) -> int:
    return 0 if place == 0 else text.find(" ", place - 1) + 1 or place
