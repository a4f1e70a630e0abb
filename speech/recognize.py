"""Turns a recording into text: decode, hear, join."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from speech.decode import BYTES_PER_SECOND, MAX_SECONDS, RATE, blocks
from speech.models import language, loaded

if TYPE_CHECKING:  # as in speech.models: only a process that listens pays for it
    import vosk  # type: ignore[import-untyped, unused-ignore]

# A word that some models hear in noise and in words that they don't know.
_UNKNOWN = "[unk]"


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
    """Read the model and the decoder now, so that forked children begin at once; raises ModelError."""
    import av  # noqa: F401

    loaded(model)


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
    recognizer = _recognizer(loaded(model), hints)
    began = time.perf_counter()
    words: list[Word] = []
    size = reported = 0
    for block in blocks(path, max_seconds=max_seconds):
        size += len(block)
        if recognizer.AcceptWaveform(block):  # an utterance has ended
            words += _words(recognizer.Result())
        if on_progress and size - reported >= BYTES_PER_SECOND:
            reported = size
            on_progress(size / BYTES_PER_SECOND)
    words += _words(recognizer.FinalResult())
    if on_progress and reported < size:
        on_progress(size / BYTES_PER_SECOND)
    text = " ".join(word.word for word in words)
    took = round(time.perf_counter() - began, 3)
    return Transcript(text, language(model), tuple(words), round(size / BYTES_PER_SECOND, 3), took)


def _recognizer(model: "vosk.Model", hints: Sequence[str]) -> "vosk.KaldiRecognizer":
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


def _words(result: str) -> Iterator[Word]:
    """Yield the words of one of Vosk's JSON results; a silent utterance has no list of them."""
    found: list[dict[str, Any]] = json.loads(result).get("result", [])
    for one in found:
        if one["word"] != _UNKNOWN:
            yield Word(one["word"], one["start"], one["end"], one["conf"])
