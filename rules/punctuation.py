"""Sentences of what was heard: a recognizer gives words alone, and the pauses between them tell the rest.

Few rules, and only such as are hardly ever wrong: a comma too few is read over, one too many is stumbled at.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rules.spoken import Token, plain

SENTENCE_PAUSE = 0.75  # seconds of silence that end a sentence
LEAST_WORDS = 2  # of a sentence that a pause ends: who looks for a word has not come to an end
LONG_PAUSE = 1.5  # and this one ends it however short it is
CAUTIOUS_PAUSE = 0.2  # before a word that may begin a clause


@dataclass(frozen=True)
class Signs:
    """Greetings and thanks are sentences of their own; a comma stands before `joints`, before `cautious` after a pause,
    and around `asides`; a sentence with one of the `asking` words first, or a `particle` in it, is a question."""

    openings: frozenset[str]
    joints: frozenset[str]
    cautious: frozenset[str]
    asides: frozenset[str]
    asking: frozenset[str]
    not_asking: frozenset[str]
    particle: str
    keeps_open: frozenset[str]  # no sentence ends with one of these


def _set(*lines: str) -> frozenset[str]:
    return frozenset(word.replace("+", " ") for line in lines for word in line.split())


RULES = {
    "ru": Signs(
        openings=_set("здравствуйте привет добрый+день добрый+вечер доброе+утро доброго+дня спасибо спасибо+большое"),
        joints=_set(
            "но чтобы хотя поэтому потому+что так+как зато который которая которое которые которого которой",
            "которую которых причем",
        ),
        cautious=_set("а если когда что где как то пока тогда однако"),
        asides=_set("пожалуйста например"),
        asking=_set("почему зачем сколько куда где кто как какой какая какое какие чем можно+ли нельзя+ли что+делать"),
        not_asking=_set("как+только как+правило как+раз как+будто как+бы как+обычно как+и где+то чем+больше кто+то"),
        particle="ли",
        keeps_open=_set("и а но или в на с к у о из за по от до для при без под над через что чтобы если не ни со во"),
    ),
    "en": Signs(
        openings=_set("hello hi good+morning good+afternoon good+evening thanks thank+you"),
        joints=_set("but although however because"),
        cautious=_set("so which when while if"),
        asides=_set("please"),
        asking=_set("how why where who what when+do when+will is are can could do does did will would should"),
        not_asking=_set("how+ever"),
        particle="",
        keeps_open=_set("and or but the a an of that if is are my our your"),
    ),
}
_PHRASE = 2  # words in the longest of the phrases above


def with_sentences(tokens: Sequence[Token], language: str) -> list[Token]:
    """Return the tokens with capitals and signs."""
    signs = RULES[language]
    made: list[Token] = []
    for sentence in _sentences(tokens, signs):
        made += _written(sentence, signs)
    return made


def _sentences(tokens: Sequence[Token], signs: Signs) -> list[list[Token]]:
    found: list[list[Token]] = [[]]
    place = 0
    while place < len(tokens):
        sentence = found[-1]
        if not sentence and (size := _phrase(tokens, place, signs.openings)):
            found[-1:] = [list(tokens[place : place + size]), []]
            place += size
            continue
        sentence.append(tokens[place])
        if place + 1 < len(tokens) and _ends(sentence, tokens[place + 1], signs):
            found.append([])
        place += 1
    return [sentence for sentence in found if sentence]


def _ends(sentence: Sequence[Token], following: Token, signs: Signs) -> bool:
    last = sentence[-1]
    if plain(last.text) in signs.keeps_open:
        return False
    pause = following.start - last.end
    return pause >= LONG_PAUSE or (pause >= SENTENCE_PAUSE and len(sentence) >= LEAST_WORDS)


def _written(sentence: Sequence[Token], signs: Signs) -> list[Token]:
    end = "?" if _asks(sentence, signs) else "!" if _greets(sentence, signs) else "."
    last = len(sentence) - 1
    made = []
    for place, token in enumerate(sentence):
        text = _capital(token.text) if place == 0 else token.text
        if place == last:
            text += end
        elif _has_comma(sentence, place, signs):
            text += ","
        made.append(replace(token, text=text))
    return made


def _has_comma(sentence: Sequence[Token], place: int, signs: Signs) -> bool:
    """Tell whether a comma stands behind this word, which is not the last."""
    before, behind = sentence[place], sentence[place + 1]
    if plain(before.text) in signs.keeps_open and plain(before.text) not in signs.joints:
        return False
    if plain(behind.text) in signs.asides or (plain(before.text) in signs.asides and place > 0):
        return True
    if _phrase(sentence, place + 1, signs.joints):
        return True
    return plain(behind.text) in signs.cautious and behind.start - before.end >= CAUTIOUS_PAUSE


def _asks(sentence: Sequence[Token], signs: Signs) -> bool:
    if _phrase(sentence, 0, signs.not_asking):
        return False
    if _phrase(sentence, 0, signs.asking):
        return len(sentence) > 1
    return bool(signs.particle) and any(plain(token.text) == signs.particle for token in sentence[1:])


def _greets(sentence: Sequence[Token], signs: Signs) -> bool:
    """Tell whether the sentence is a greeting; thanks are said more quietly."""
    said = " ".join(plain(token.text) for token in sentence)
    return said in signs.openings and not said.startswith(("спасибо", "thank"))


def _phrase(tokens: Sequence[Token], place: int, phrases: frozenset[str]) -> int:
    """Return how many words one of the phrases takes at this place; the longest counts."""
    for size in range(min(_PHRASE, len(tokens) - place), 0, -1):
        if " ".join(plain(token.text) for token in tokens[place : place + size]) in phrases:
            return size
    return 0


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
