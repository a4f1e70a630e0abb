"""Russian as it is counted: «1 заявка, 2 заявки, 5 заявок, 11 заявок, 21 заявка». Each counted phrase has its three forms, each
right by itself and different where the noun asks for it; and nothing counts past the catalogue."""

import gettext
import re
from collections.abc import Iterator
from pathlib import Path

import pymorphy3
import pytest
from babel.messages.catalog import Message

from bin.translations import FOLDER, ROOT, kept

COUNTS = (1, 2, 5, 11, 21, 22, 25, 111)
FORMS = {1: 0, 2: 1, 5: 2, 11: 2, 21: 0, 22: 1, 25: 2, 111: 2}
COUNTED = [message for message in kept() if message.pluralizable]
PLACE = re.compile(r"%\(\w+\)[sd]|%[sd]")
WORD = re.compile(r"[а-яё]+", re.IGNORECASE)
ANALYZER = pymorphy3.MorphAnalyzer()

# What builds a text of a number and a noun by hand: {{ n }} заявок, f"{n} tickets", _("%(n)s tickets") with a plural noun.
SOURCES = sorted((ROOT / "templates").rglob("*.html")) + sorted((ROOT / "templates").rglob("*.txt"))
SCRIPTS = sorted(file for folder in ("js", "sw") for file in (ROOT / "static" / folder).glob("*.js"))
CODE = sorted(
    file for folder in ("blueprints", "channels", "services", "jobs") for file in (ROOT / folder).glob("*.py")
)
NOUNS = (
    "tickets|comments|files|articles|sections|days|hours|minutes|seconds|devices|people|colleagues|letters|messages|"
    "recordings|companies|contracts|times|attempts|events|notifications|words"
)
SINGLE = re.compile(rf"""(?<!n)\b(?:_|_l|phrase|gettext|lazy_gettext)\(\s*["'][^"']*%\(\w+\)[sd] (?:{NOUNS})\b""")
BARE = re.compile(rf"\}}\}} (?:{NOUNS})\b|\}}\}} [а-яё]+", re.IGNORECASE)


def texts(message: Message) -> tuple[str, ...]:
    assert isinstance(message.string, (tuple, list))
    return tuple(message.string)


def name(message: Message) -> str:
    return str(message.id[0])


def test_there_are_three_ways_to_count_and_the_compiled_catalogue_takes_the_right_one() -> None:
    with (FOLDER / "messages.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for message in COUNTED:
        one, many = message.id
        forms = texts(message)
        assert len(forms) == 3 and all(forms), name(message)
        for count in COUNTS:
            context = message.context
            said = compiled.npgettext(context, one, many, count) if context else compiled.ngettext(one, many, count)
            assert said == forms[FORMS[count]], (name(message), count)


@pytest.mark.parametrize("message", COUNTED, ids=name)
def test_a_counted_noun_stands_in_its_form(message: Message) -> None:
    """The word behind the number: «1 заявка» is singular, «2 заявки» the genitive singular, «5 заявок» the genitive plural;
    behind «в течение» «1 дня, 2 дней, 5 дней»."""
    one, few, many = texts(message)
    nouns = [_noun(form) for form in (one, few, many)]
    if None in nouns:
        return  # the number stands at the end, or alone
    singular, twos, fives = (word for word in nouns if word)
    assert _is(singular, "sing"), singular
    assert _is(twos, "gent") or _is(twos, "plur", "loct"), twos  # «на 1 устройстве, 2 устройствах»
    assert _is(fives, "plur", "gent") or _is(fives, "plur", "loct"), fives
    assert _lemma(singular) & _lemma(twos) & _lemma(fives), nouns


def _noun(text: str) -> str | None:
    """Return the first noun behind the number; of «2 рабочих дня» the second word."""
    behind = PLACE.split(text)[-1]
    for word in WORD.findall(behind):
        kinds = {parse.tag.POS for parse in ANALYZER.parse(word)}
        if kinds & {"ADJF", "PRTF"}:
            continue
        return str(word) if "NOUN" in kinds else None
    return None


def _is(word: str, *grammemes: str) -> bool:
    return any("NOUN" in parse.tag and all(one in parse.tag for one in grammemes) for parse in ANALYZER.parse(word))


def _lemma(word: str) -> set[str]:
    return {parse.normal_form for parse in ANALYZER.parse(word) if "NOUN" in parse.tag}


def _found(pattern: re.Pattern[str], files: list[Path]) -> Iterator[str]:
    for file in files:
        for number, line in enumerate(file.read_text().splitlines(), 1):
            if match := pattern.search(line):
                yield f"{file.relative_to(ROOT)}:{number}: {match[0]}"


def test_no_page_counts_past_the_catalogue() -> None:
    assert list(_found(SINGLE, [*SOURCES, *CODE])) == []
    assert list(_found(BARE, SOURCES)) == []
    assert list(_found(re.compile(r"\$\{[^}]+\} [а-яё]{3,}", re.IGNORECASE), SCRIPTS)) == []


def test_no_script_and_no_template_says_russian_words_of_its_own() -> None:
    """What is said comes from the catalogue; comments in templates and scripts may quote, and a keyboard has its rows."""
    quiet = re.compile(r"\{#.*?#\}|<!--.*?-->|/\*.*?\*/|(?<!:)//[^\n]*", re.DOTALL)
    strange = [
        f"{file.relative_to(ROOT)}: {word}"
        for file in [*SOURCES, *SCRIPTS]
        for word in WORD.findall(quiet.sub("", file.read_text()))
        if 2 < len(word) < 30 and file.parent.name != "styleguide"  # there stands what a customer would write
    ]
    assert strange == []
