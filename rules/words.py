"""Words as search knows them: «коммутаторы» is «коммутатор», «SNR-S2962» is «snr s2962», ё is е.

A word is kept under its spelling and under the stem of its dictionary form; a code (whatever has a digit in it) under
itself without its dashes, from each of its parts on, so that its beginning is found as it is typed: S2962 finds
SNR-S2962-24T. Both databases are given these tokens and compare them letter by letter.
"""

import logging
import re
import unicodedata
from functools import lru_cache

from pymorphy3 import MorphAnalyzer
from Stemmer import Stemmer

VERSION = 1  # of all that is below: what was kept under another one is kept anew (services/search_index.py)
LONGEST_TOKEN, MOST_PARTS, LEAST_PART = 40, 12, 3
LONGEST_KEPT = 100  # letters of a word that is remembered, or taken apart to its forms: no longer one is looked for
MOST_GUESSED = 500  # words of one thing that no dictionary has: to guess at the forms of one takes a millisecond
LIKELY = 0.1  # how probable a reading of a word must be for it to be found by that reading
LETTERS = r"[\w\u0300-\u036f\u00ad]+"
WORD = re.compile(rf"{LETTERS}(?:[-‐‑–./\\:]{LETTERS})*")
PARTS = re.compile(r"\d+|[^\W\d_]+")
DROPPED = dict.fromkeys(map(ord, "\u0301\u00ad"))  # the stress mark, the soft hyphen
LOOKALIKES = str.maketrans("авекмнорстух", "abekmhopctyx")  # ОЕ4423 is typed on either keyboard
FUNCTION_WORDS = {"PREP", "CONJ", "PRCL", "INTJ"}


def tokens(word: str) -> frozenset[str]:
    """Return what a word of a text (a match of WORD) is found by. Words such as «на» and «не» are found by nothing."""
    return _tokens(word) if len(word) <= LONGEST_KEPT else spelled(word)


def spelled(word: str) -> frozenset[str]:
    """Return what a word is found by when nobody looks into a dictionary: its parts as they are spelled, and their stems."""
    word = plain(word)
    parts = {part for part in PARTS.findall(word) if not part[0].isdigit()}
    forms = frozenset(form for part in parts for form in (part[:LONGEST_TOKEN], _stem(part)))
    return forms | _codes(word) if is_code(word) else forms


@lru_cache(maxsize=65536)
def _tokens(word: str) -> frozenset[str]:
    word = plain(word)
    parts = PARTS.findall(word)
    if is_code(word):
        return _codes(word).union(*(_forms(part) for part in parts if len(part) > 1 and not part[0].isdigit()))
    return frozenset[str]().union(*map(_forms, parts))


def _codes(word: str) -> frozenset[str]:
    folded = PARTS.findall(word.translate(LOOKALIKES))[:MOST_PARTS]
    return frozenset("".join(folded[place:])[:LONGEST_TOKEN] for place in range(len(folded)))


def code_tokens(text: str) -> frozenset[str]:
    """Return what a number of ours or a serial number is found by: any part of it of LEAST_PART signs, too."""
    found = set[str]()
    for match in WORD.finditer(text):
        whole = compact(match[0])[:LONGEST_TOKEN]
        found |= tokens(match[0]) | {whole[place:] for place in range(max(1, len(whole) - LEAST_PART + 1))}
    return frozenset(found)


class Budget:
    """How many words that no dictionary has may still be guessed at in one ticket or article."""

    def __init__(self, guesses: int = MOST_GUESSED) -> None:
        self.left = guesses

    def allows(self, word: str) -> bool:
        """Tell whether this word may be looked at closely; of too many strange ones only the spelling counts."""
        if not _is_strange(word):
            return True
        self.left -= 1
        return self.left >= 0


def text_tokens(text: str, budget: Budget | None = None) -> set[str]:
    """Return what a text is found by. `budget`: of all texts that it is one of."""
    budget = budget or Budget()
    found = set[str]()
    for word in dict.fromkeys(WORD.findall(text)):
        found |= tokens(word) if budget.allows(word) else spelled(word)
    return found


@lru_cache(maxsize=65536)
def _is_known(part: str) -> bool:
    return bool(_analyzer().word_is_known(part))


def _is_strange(word: str) -> bool:
    return len(word) <= LONGEST_KEPT and not word.isascii() and _has_strange_part(word)


@lru_cache(maxsize=65536)
def _has_strange_part(word: str) -> bool:
    return any(_is_russian(part) and not _is_known(part) for part in PARTS.findall(plain(word)))


@lru_cache(maxsize=4096)
def asked(part: str) -> frozenset[str]:
    """Return the tokens one of which a word (no code) that is looked for must have: its spelling, its likeliest stem."""
    return frozenset({part[:LONGEST_TOKEN], _likeliest(part)})


def is_code(word: str) -> bool:
    return any(letter.isdigit() for letter in word)


def compact(code: str) -> str:
    """Return a code without its dashes and dots: OE44-23 is oe4423, in Latin letters where they look alike."""
    return "".join(PARTS.findall(plain(code).translate(LOOKALIKES)))


@lru_cache(maxsize=4096)
def is_function_word(part: str) -> bool:
    return _is_russian(part) and str(_analyzer().parse(part)[0].tag.POS) in FUNCTION_WORDS


def plain(word: str) -> str:
    if word.isascii():
        return word.lower()
    return unicodedata.normalize("NFKC", word.translate(DROPPED)).lower().replace("ё", "е")


def _forms(part: str) -> frozenset[str]:
    if not _is_russian(part):
        return frozenset({part[:LONGEST_TOKEN], _stem(part)})
    readings = _analyzer().parse(part)
    if str(readings[0].tag.POS) in FUNCTION_WORDS:
        return frozenset()
    likely = {reading.normal_form for reading in readings if reading.score >= LIKELY} or {readings[0].normal_form}
    return frozenset({part[:LONGEST_TOKEN], *map(_stem, likely)})


def _likeliest(part: str) -> str:
    """Of equally likely readings a noun: «данные» is rather that than «дать»."""
    if not _is_russian(part):
        return _stem(part)
    best = max(_analyzer().parse(part), key=lambda reading: (round(reading.score, 2), reading.tag.POS == "NOUN"))
    return _stem(best.normal_form)


def _is_russian(part: str) -> bool:
    return "а" <= part[0] <= "я" and len(part) <= LONGEST_TOKEN


def _stem(form: str) -> str:
    form = form.replace("ё", "е")[:LONGEST_TOKEN]
    stem: str = _stemmer("russian" if "а" <= form[0] <= "я" else "english").stemWord(form)
    return stem


def load() -> None:
    """Read the dictionary now: it takes a tenth of a second, which somebody's first search would wait for."""
    _analyzer()


@lru_cache
def _analyzer() -> MorphAnalyzer:
    logging.getLogger("pymorphy3").setLevel(logging.WARNING)  # it would tell each process's log what it has loaded
    return MorphAnalyzer()


@lru_cache
def _stemmer(language: str) -> Stemmer:
    return Stemmer(language)
