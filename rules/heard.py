"""What a form can be filled with by what was said: a subject, a type, numbers that exist (offered, never put in)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz

from rules import spoken_numbers
from rules.spoken import Token
from rules.words import compact

MOST = 4  # candidates of one kind: more are no help
SUBJECT_LENGTH = 90
ALIKE = 82.0  # of 100: how much of a number must have been heard right
LEAST_PART, LEAST_TAIL = 4, 3  # signs of a number's part, and of its end, that are enough to offer it
SURE, LIKELY = 100, 75

_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")
_WRITTEN = re.compile(r"[^\W_]*\d[^\W_]*(?:[-/.][^\W_]+)*")
_GREETING = re.compile(
    r"(здравствуйте|привет|добрый (день|вечер)|доброе утро|доброго дня|спасибо|hello|hi|thank)\b", re.IGNORECASE
)
_BEGINNING = re.compile(
    r"^((ну|вот|так|значит|в общем|короче|слушайте|такой вопрос|такая проблема|у меня (такой )?(вопрос|проблема)|э+|well|so)\b[\s,]*)+",
    re.IGNORECASE,
)

# What is said of each type of ticket; the more telling types come first and win when as much speaks for two.
KEY_WORDS = {
    "service-center": r"ремонт|гаранти|обмен\w* (на|по)|возврат|бракован|сгорел|warrant|repair|refund",
    "firmware": r"прошив|обновлен\w* (по|софт|верси)|обновить (по|прошив|верси)|верси\w+ (по|прошив)|firmware|software version",
    "account": r"добав\w+ (\w+ )?(коллег|сотрудник|пользовател)|(смени|измени|поменя)\w+ (\w+ )?(почт|адрес|телефон|парол)"
    r"|add (a |my )?colleague|change (my )?(e-?mail|phone)",
    "malfunction": r"не (работа|включа|загружа|поднима|горит|видит|отвеча|определя)|слома|неисправ|перезагружа|завис|пропада"
    r"|потер[ия]|отвал|греется|поврежд|does ?n.t work|not working|broken|reboots|fails",
    "setup-help": r"настро|сконфигур|конфигурац|подключить|команд[аыу]|vlan|lacp|configur|set ?up|how (do|to)",
    "consultation": r"посовет|подойд[её]т|совместим|выбрать|подобрать|какой (лучше|модуль|коммутатор)|какие (модул|моде)"
    r"|отличается|which|compatible|recommend",
}
_KEYS = {code: re.compile(rf"\b(?:{pattern})", re.IGNORECASE) for code, pattern in KEY_WORDS.items()}


@dataclass(frozen=True)
class Said:
    """A number that was said: as it is written, what it was called ("" if nothing), when (seconds)."""

    text: str
    kind: str
    start: float | None = None
    end: float | None = None


@dataclass(frozen=True)
class Candidate:
    """`value` as the form takes it, `label`: what it is, `heard`: what was said, `score`: 0..100."""

    value: str
    label: str
    heard: str
    score: int
    start: float | None = None
    end: float | None = None


def subject(text: str) -> str:
    """Return the first sentence that says something, short enough for a subject; "" when nothing was said."""
    for sentence in _SENTENCE.findall(text):
        line = _BEGINNING.sub("", " ".join(sentence.split())).strip(" ,")
        if _GREETING.fullmatch(line.rstrip(".!?")) or len(line.split()) < 2:
            continue
        line = _GREETING.sub("", line).strip(" ,") if _GREETING.match(line) else line
        return _capital(_short(line).rstrip(".!"))
    return ""


def kind(text: str) -> str:
    """Return the code of the type that most words speak for, "" when none does."""
    counts = {code: len(pattern.findall(text)) for code, pattern in _KEYS.items()}
    best = max(counts, key=lambda code: counts[code])
    return best if counts[best] else ""


def numbers(words: Sequence[Mapping[str, Any]], text: str, language: str) -> list[Said]:
    """Return every number that was heard, or stands in the text as its author corrected it."""
    found: dict[str, Said] = {}
    if language in spoken_numbers.LANGUAGES and all("start" in word for word in words):
        tokens = [Token(word["word"], word["start"], word["end"], word["conf"]) for word in words]
        for code in spoken_numbers.codes(tokens, language, is_eager=True):
            first, last = tokens[code.first], tokens[code.end - 1]
            found[compact(code.text)] = Said(code.text, code.kind, first.start, last.end)
    for written in _WRITTEN.findall(text):
        found.setdefault(compact(written), Said(written.upper(), ""))
    return list(found.values())


def matching(said: Iterable[Said], known: Mapping[str, str]) -> list[Candidate]:
    """Return those of the `known` values (to their labels) that one of the numbers may be, the likeliest first."""
    best: dict[str, Candidate] = {}
    spelled = {value: compact(value) for value in known}
    for one in said:
        heard = compact(one.text)
        for value, folded in spelled.items():
            score = _score(heard, folded)
            if score >= ALIKE * LIKELY // 100 and (value not in best or best[value].score < score):
                best[value] = Candidate(value, known[value], one.text, score, one.start, one.end)
    return sorted(best.values(), key=lambda found: (-found.score, found.value))[:MOST]


def _score(heard: str, value: str) -> int:
    """Return how sure it is that `value` was meant: the whole of it, its end («заканчивается на 4423»), a part."""
    if heard == value:
        return SURE
    if len(heard) >= LEAST_TAIL and value.endswith(heard) and len(value) > len(heard):
        return min(95, LIKELY + 3 * len(heard))
    if len(heard) >= LEAST_PART and heard in value:
        return min(90, LIKELY + 2 * len(heard))
    if min(len(heard), len(value)) < LEAST_PART + 1:
        return 0
    alike = fuzz.ratio(heard, value, score_cutoff=ALIKE)
    return int(alike) if alike else 0


def orders(said: Iterable[Said], known: Iterable[str]) -> list[Candidate]:
    """Return what may be the number of an order: those that exist, and what was called one, as it was heard."""
    ours = list(said)
    exist = matching([one for one in ours if one.kind in ("", "order", "number")], dict.fromkeys(known, ""))
    taken = {compact(found.heard) for found in exist if found.score == SURE}
    named = [one for one in ours if one.kind == "order" and compact(one.text) not in taken]
    heard = [Candidate(one.text, "", one.text, LIKELY, one.start, one.end) for one in named]
    return sorted([*exist, *heard], key=lambda found: -found.score)[:MOST]


def _short(line: str) -> str:
    if len(line) <= SUBJECT_LENGTH:
        return line
    return line[:SUBJECT_LENGTH].rsplit(" ", 1)[0].rstrip(" ,") + "…"


def _capital(line: str) -> str:
    return line[:1].upper() + line[1:]
