"""Turns a recording into text: decode in a process of its own, hear piece by piece, join."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from speech.decode import BLOCK_BYTES, BYTES_PER_SECOND, MAX_SECONDS, RATE, Sound
from speech.levels import quiet_place, spoken
from speech.listening import listen
from speech.models import language, loaded

if TYPE_CHECKING:  # as in speech.models: only a process that listens pays for it
    import vosk  # type: ignore[import-untyped, unused-ignore]

# A word that some models hear in noise and in words that they don't know.
_UNKNOWN = "[unk]"

# A long recording is heard in pieces of so many seconds, each up to the quietest moment of the next so many.
PIECE_SECONDS, TAIL_SECONDS = 300, 30


@dataclass(frozen=True)
class Word:
    """One word, when it was said (seconds from the beginning) and how sure the model is (0 to 1)."""

    word: str
    start: float
    end: float
    conf: float


@dataclass(frozen=True)
class Transcript:
    """What was heard; `text` is empty when nothing was. `dataclasses.asdict` gives the JSON of the command line.

    `took_seconds` is decoding and hearing; loading the model, which only a process's first call does, is not in it.
    """

    text: str
    language: str
    words: tuple[Word, ...]
    audio_seconds: float
    took_seconds: float


def preload(model: Path) -> None:
    """Read the model now, so that forked children begin at once; raises ModelError."""
    loaded(model)


@dataclass(frozen=True)
class Piece:
    """Some minutes of a recording: what the file is, the words in it, and at which second it ends."""

    sound: Sound
    words: tuple[Word, ...]
    end: float
    is_last: bool


def transcribe(
    path: str | Path,
    model: Path,
    hints: Sequence[str] = (),
    on_progress: Callable[[float], None] | None = None,
    max_seconds: float = MAX_SECONDS,
) -> Transcript:
    """Return what is said in the file at `path`, of which at most `max_seconds` are listened to.

    With `hints` the recognizer knows only these words (or phrases); those that the model lacks are left
    out, and when it has none of them it hears freely. `on_progress` gets the seconds heard so far, once
    per second of sound and at the end. Raises BadAudio for the file, ModelError for the model.
    """
    loaded(model)
    began = time.perf_counter()
    words: list[Word] = []
    end, is_last = 0.0, False
    while not is_last:
        piece = hear(path, model, hints, start=end, limit=max_seconds, on_progress=on_progress)
        words += piece.words
        end, is_last = piece.end, piece.is_last
    text = " ".join(word.word for word in words)
    took = round(time.perf_counter() - began, 3)
    return Transcript(text, language(model), tuple(words), round(end, 3), took)


def hear(
    path: str | Path,
    model: Path,
    hints: Sequence[str] = (),
    *,
    start: float = 0.0,
    limit: float = MAX_SECONDS,
    copy_to: Path | None = None,
    on_look: Callable[[Sound], object] | None = None,
    on_wait: Callable[[], object] | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> Piece:
    """Return what is said in the next minutes of a file, from the second `start`; what is behind `limit` is not heard.

    A piece ends in a quiet moment. `copy_to` as for `listen`, whose finding `on_look` gets before anything is heard.
    """
    window = PIECE_SECONDS + TAIL_SECONDS
    sound, pcm = listen(path, start=start, seconds=window, limit=limit, copy_to=copy_to, on_wait=on_wait)
    if on_look:
        on_look(sound)
    is_last = len(pcm) < int(window * RATE) * 2 or start + window >= limit
    if not is_last:
        pcm = pcm[: quiet_place(pcm, PIECE_SECONDS * BYTES_PER_SECOND, len(pcm)) // BLOCK_BYTES * BLOCK_BYTES]
    words = tuple(_heard(pcm, model, hints, start, on_progress))
    return Piece(sound, words, start + len(pcm) / BYTES_PER_SECOND, is_last)


def _heard(
    pcm: bytes, model: Path, hints: Sequence[str], start: float, on_progress: Callable[[float], None] | None
) -> Iterator[Word]:
    """Yield the words of a piece that begins at the second `start`. Where nobody speaks the recognizer isn't troubled."""
    recognizer, fed, told = recognizer_of(loaded(model), hints), 0, 0
    for stretch in spoken(pcm):
        # The recognizer counts what it was fed; words are wanted by the clock of the recording.
        behind = start + (stretch.start - fed) / BYTES_PER_SECOND
        for place in range(stretch.start, stretch.end, BLOCK_BYTES):
            block = pcm[place : min(place + BLOCK_BYTES, stretch.end)]
            fed += len(block)
            if recognizer.AcceptWaveform(block):  # an utterance has ended
                yield from words_in(recognizer.Result(), behind)
            if on_progress and place + len(block) - told >= BYTES_PER_SECOND:
                told = place + len(block)
                on_progress(start + told / BYTES_PER_SECOND)
        yield from words_in(recognizer.FinalResult(), behind)
    if on_progress and told < len(pcm):
        on_progress(start + len(pcm) / BYTES_PER_SECOND)


def recognizer_of(model: "vosk.Model", hints: Sequence[str]) -> "vosk.KaldiRecognizer":
    """Return a recognizer that knows only the hints, if it has any of them; recognizers of a model share it."""
    import vosk

    known = [hint for hint in hints if hint.strip() and all(_knows(model, word) for word in hint.split())]
    if known and _knows(model, _UNKNOWN):
        known.append(_UNKNOWN)  # otherwise everything else that is said is heard as one of the hints
    grammar = [json.dumps(known, ensure_ascii=False)] if known else []
    recognizer = vosk.KaldiRecognizer(model, RATE, *grammar)
    recognizer.SetWords(True)
    return recognizer


def _knows(model: "vosk.Model", word: str) -> bool:
    return bool(model.vosk_model_find_word(word) >= 0)


def words_in(result: str, behind: float) -> Iterator[Word]:
    """Yield the words of one of Vosk's JSON results, `behind` seconds later; a silent utterance has no list of them."""
    found: list[dict[str, Any]] = json.loads(result).get("result", [])
    for one in found:
        if one["word"] != _UNKNOWN:
            start, end = round(one["start"] + behind, 2), round(one["end"] + behind, 2)
            yield Word(one["word"], start, end, round(one["conf"], 3))


def partial_in(result: str) -> str:
    """Return what one of Vosk's partial results says so far."""
    text: str = json.loads(result).get("partial", "")
    return " ".join(word for word in text.split() if word != _UNKNOWN)
