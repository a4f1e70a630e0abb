"""Numbers and codes that were spoken: «серийный номер о е сорок четыре двадцать три» is OE4423.

Only what is a number of something becomes digits; «две недели» stays as it was said.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rules.number_words import LANGUAGES, Language
from rules.spoken import Token, merged, plain

__all__ = ["LANGUAGES", "Code", "codes", "with_codes"]

SERIAL, ARTICLE, ORDER, INVOICE, NUMBER = "serial", "article", "order", "invoice", "number"
LEAST_DIGITS = 3  # of what is called the number of something
LEAST_GROUPS = 4  # of numbers said one after the other, of which nothing says what they are
STRANGERS = 2  # words between «серийный номер» and the number: «серийный номер коммутатора такой»
_READY = re.compile(r"[a-z]*\d[a-z\d]*|[a-z]{2,4}", re.IGNORECASE)
DIGITS, LETTER, MAYBE_LETTER, SIGN = "digits", "letter", "maybe", "sign"


@dataclass(frozen=True)
class Code:
    """A number as it is written; `kind`: what it was called (serial, article, order, invoice, number) or "".

    It stands in the place of the words from `first` to `end`.
    """

    text: str
    kind: str
    first: int
    end: int


@dataclass(frozen=True)
class _Item:
    """A part of a code: its signs, and how many words it took."""

    what: str
    text: str
    size: int


def with_codes(tokens: Sequence[Token], language: str) -> list[Token]:
    """Return the tokens with each spoken code as one token."""
    made, place = list[Token](), 0
    for code in codes(tokens, language):
        made += tokens[place : code.first]
        made.append(merged(code.text, tokens[code.first : code.end]))
        place = code.end
    return made + list(tokens[place:])


def codes(tokens: Sequence[Token], language: str, *, is_eager: bool = False) -> Iterator[Code]:
    """Yield the codes in order. Eagerly: also numbers that may be one, to be compared with those that exist."""
    words, tables = [plain(token.text) for token in tokens], LANGUAGES[language]
    kind, strangers, place = "", 0, 0
    while place < len(words):
        if named := _named(words, place, kind, tables):
            kind, strangers, place = named, 0, place + 1
            continue
        found = _run(words, place, kind, tables, is_eager)
        if found:
            yield found
            kind, place = "", found.end
            continue
        strangers += words[place] not in tables.fillers
        if strangers > (STRANGERS if kind == SERIAL else 0) or words[place] in tables.stops:
            kind = ""
        place += 1


def _named(words: Sequence[str], place: int, kind: str, tables: Language) -> str:
    """Return what the word says that a number behind it is, "" when it says nothing."""
    for name, pattern in tables.triggers:
        if pattern.fullmatch(words[place]):
            is_vague = name == NUMBER and kind  # «серийный номер», «заказ номер»: what it is was said before
            return kind if is_vague else name
    return ""


def _run(words: Sequence[str], place: int, kind: str, tables: Language, is_eager: bool) -> Code | None:
    """Return the code that begins with this word, if one does."""
    items, end = list[_Item](), place
    takes_any = kind in (SERIAL, ARTICLE)
    while end < len(words) and (item := _item(words, end, tables)):
        if item.what == SIGN and not (items and end + 1 < len(words) and _item(words, end + 1, tables)):
            break
        items.append(item)
        end += item.size
    if items and items[-1].what == DIGITS and end < len(words) and tables.ordinal.fullmatch(words[end]):
        items.pop()  # «две тысячи двадцать шестого года»
    while items and items[-1].what in (SIGN, MAYBE_LETTER):
        items.pop()
    if not items or (items[0].what == MAYBE_LETTER and not takes_any):
        return None
    if not _is_code(items, kind, is_eager):
        return None
    end = place + sum(item.size for item in items)
    return Code("".join(item.text for item in items).upper(), kind, place, end)


def _is_code(items: Sequence[_Item], kind: str, is_eager: bool) -> bool:
    digits = sum(len(item.text) for item in items if item.what == DIGITS)
    groups = sum(item.what == DIGITS for item in items)
    letters = sum(len(item.text) for item in items if item.what == LETTER)
    if digits == 0:
        return False
    if kind:
        return digits >= LEAST_DIGITS or (kind in (SERIAL, ARTICLE) and letters > 0 and digits > 1)
    if any(item.what == MAYBE_LETTER for item in items) and letters < 2:
        return False
    if letters >= 2 and digits >= 2:
        return True
    return digits >= LEAST_DIGITS if is_eager else groups >= LEAST_GROUPS and digits >= LEAST_GROUPS


def _item(words: Sequence[str], place: int, tables: Language) -> _Item | None:
    word = words[place]
    if number := _number(words, place, tables):
        return number
    for size in (2, 1):  # «дабл ю» before «ю»
        phrase = " ".join(words[place : place + size])
        if phrase in tables.letters:
            return _Item(LETTER, tables.letters[phrase], size)
    if word in tables.maybe_letters:
        return _Item(MAYBE_LETTER, tables.maybe_letters[word], 1)
    if word in tables.signs:
        return _Item(SIGN, tables.signs[word], 1)
    if any(sign.isdigit() for sign in word) and _READY.fullmatch(word):  # a model that writes digits itself
        return _Item(DIGITS, word, 1)
    return None


def _number(words: Sequence[str], place: int, tables: Language) -> _Item | None:
    """Return one number as large as its words allow: «сорок четыре» is 44, «четыре четыре» begins with 4."""
    first = words[place]
    after = words[place + 1] if place + 1 < len(words) else ""
    if first in tables.times and after in tables.repeated:  # «три нуля», "double seven"
        return _Item(DIGITS, tables.repeated[after] * tables.times[first], 2)
    value, size, room, has_thousand = 0, 0, 1000, False
    while place + size < len(words):
        word = words[place + size]
        if word in tables.thousand and not has_thousand and (value < 1000):
            value, room, has_thousand = max(value, 1) * 1000, 1000, True
        elif word in tables.hundred and 0 < value % 1000 < 10 and room == 1:
            value, room = value + value % 1000 * 99, 100
        elif word in tables.values and _fits(tables.values[word], room, size):
            value += tables.values[word]
            room = _room(tables.values[word])
        else:
            break
        size += 1
        if room == 0:
            break
    return _Item(DIGITS, str(value), size) if size else None


def _fits(value: int, room: int, size: int) -> bool:
    """Tell whether a number goes on with this: hundreds, then tens, then ones; nothing goes on with a nought."""
    return value < room and (value > 0 or size == 0)


def _room(value: int) -> int:
    """Return what the next word of the same number must be less than."""
    if value == 0:
        return 0
    if value >= 100:
        return 100
    return 10 if value >= 20 else 1
