"""What the rules of spoken text work on."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Token:
    """A word of a recording, or what several words of it became; seconds, and how sure the least sure of them was."""

    text: str
    start: float
    end: float
    conf: float


def merged(text: str, tokens: Sequence[Token]) -> Token:
    """Return one token in the place of several."""
    return Token(text, tokens[0].start, tokens[-1].end, min(token.conf for token in tokens))


def plain(word: str) -> str:
    """Return a word as the tables have it."""
    return word.lower().replace("ё", "е")
