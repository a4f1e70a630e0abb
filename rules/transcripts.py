"""A text and the times of its words: made of what was heard, kept while somebody corrects it (S105)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rules import punctuation, spoken_names, spoken_numbers
from rules.spoken import Token
from rules.word_times import matched

UNSURE = 0.6  # a word that was heard with less is underlined
MAX_TEXT = 100_000
_WORD = re.compile(r"(\S+)(\s*)")


@dataclass(frozen=True)
class Span:
    """One word of a text with the white space behind it; seconds of the recording, None for what somebody typed."""

    text: str
    space: str
    start: float | None = None
    end: float | None = None
    conf: float | None = None


def restored(words: Sequence[Mapping[str, Any]], language: str) -> list[Span]:
    """Return a readable text of the words as heard: sentences, capitals, digits where they are a number of something.

    Languages without rules (all but Russian and English) are left as they were heard.
    """
    tokens = [Token(word["word"], word["start"], word["end"], word["conf"]) for word in words]
    if language in spoken_numbers.LANGUAGES:
        tokens = spoken_numbers.with_codes(tokens, language)
        tokens = spoken_names.with_names(tokens, language)
        tokens = punctuation.with_sentences(tokens, language)
    last = len(tokens) - 1
    return [
        Span(token.text, "" if place == last else " ", token.start, token.end, token.conf)
        for place, token in enumerate(tokens)
    ]


def edited(old: Iterable[Span], text: str) -> list[Span]:
    """Return `text` word by word: what stayed keeps its times, what was put in its place takes them and is sure."""
    before, made = list(old), list[Span]()
    words = _WORD.findall(text.strip())
    found = matched([word for word, _ in words], [span.text for span in before])
    for (word, space), match in zip(words, found, strict=True):
        if match is None:
            made.append(Span(word, space))
        else:
            heard = before[match.place]
            made.append(Span(word, space, heard.start, heard.end, heard.conf if match.is_same else None))
    return made


def is_unsure(span: Span | Mapping[str, Any]) -> bool:
    conf = span.conf if isinstance(span, Span) else span["conf"]
    return conf is not None and conf < UNSURE


def joined(spans: Iterable[Span]) -> str:
    """Return the text that the spans are of."""
    return "".join(span.text + span.space for span in spans)


def rows(spans: Iterable[Span]) -> list[dict[str, Any]]:
    """Return the spans as they are stored."""
    return [asdict(span) for span in spans]


def spans(stored: Iterable[Mapping[str, Any]]) -> list[Span]:
    """Return stored spans as such."""
    return [Span(**row) for row in stored]
