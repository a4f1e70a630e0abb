"""When the words of a text were said: what was heard laid against what was sent, which its author may have edited (S105)."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

LONGEST_FIX = 3  # words in a row that may be other ones and still be what was said there
MOST_PAIRS = 100_000  # of equal words: a text that repeats itself more than speech does would take seconds to compare


@dataclass(frozen=True, slots=True)
class Match:
    """The word of a recording, by its place in it, that a word of a text is; not `is_same` when it was corrected."""

    place: int
    is_same: bool = True


def bare(word: str) -> str:
    """Return what words are compared by: no case, no signs around, ё is е. A sign alone is ''."""
    letters = [place for place, sign in enumerate(word) if sign.isalnum()]
    return word[letters[0] : letters[-1] + 1].casefold().replace("ё", "е") if letters else ""


def matched(words: Sequence[str], heard: Sequence[str]) -> list[Match | None]:
    """Return for each word of a text which of the words heard it is, None for what was typed.

    What stayed is what was heard. So is a word that was corrected (as many other ones in its place, three at most) and a
    number that had been spelled out in words.
    """
    found: list[Match | None] = [None] * len(words)
    ours = [(place, text) for place, word in enumerate(words) if (text := bare(word))]
    theirs = [(place, text) for place, word in enumerate(heard) if (text := bare(word))]
    for left, right in _pairs([text for _, text in ours], [text for _, text in theirs]):
        (place, text), (origin, said) = ours[left], theirs[right]
        found[place] = Match(origin, text == said)
    return found


def _pairs(ours: Sequence[str], theirs: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield (place of ours, place of theirs) of the words that belong together. Most texts are edited in the middle or
    not at all, so what both begin and end with is not compared further."""
    head = _same(ours, theirs)
    tail = _same(ours[head:][::-1], theirs[head:][::-1])
    yield from ((place, place) for place in range(head))
    ours_end, theirs_end = len(ours) - tail, len(theirs) - tail
    for left, right in _compared(ours[head:ours_end], theirs[head:theirs_end]):
        yield head + left, head + right
    yield from ((ours_end + place, theirs_end + place) for place in range(tail))


def _same(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many words both begin with."""
    differing = (place for place, (ours, theirs) in enumerate(zip(one, other, strict=False)) if ours != theirs)
    return next(differing, min(len(one), len(other)))


def _compared(ours: Sequence[str], theirs: Sequence[str]) -> Iterator[tuple[int, int]]:
    counts = Counter(theirs)
    if sum(counts[text] for text in ours) > MOST_PAIRS:
        return
    for kind, right, right_end, left, left_end in SequenceMatcher(None, theirs, ours).get_opcodes():
        is_fix = kind == "replace" and right_end - right == left_end - left <= LONGEST_FIX
        if kind == "equal" or is_fix:
            yield from zip(range(left, left_end), range(right, right_end), strict=True)
        elif kind == "replace" and left_end - left == 1 and any(sign.isdigit() for sign in ours[left]):
            yield left, right
