"""How well a model hears: word error rate over recordings whose text is known."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from speech.decode import BadAudio
from speech.models import loaded
from speech.recognize import transcribe

RECORDINGS = {".wav", ".ogg", ".opus", ".webm", ".mp3", ".m4a", ".mp4", ".flac", ".amr"}
_SIGNS = re.compile(r"[^\w\s]+|_")


@dataclass(frozen=True)
class Evaluation:
    """Counts over all files together; `wer`: wrong, missing and added words for each word that was said."""

    files: int
    words: int
    wer: float
    substitutions: int
    deletions: int
    insertions: int
    audio_seconds: float
    real_time_factor: float
    unreadable: int


def evaluate(
    folder: Path, model: Path, hints: Sequence[str] = (), *, on_file: Callable[[str], object] | None = None
) -> Evaluation:
    """Hear every recording in `folder` that has its text in a .txt beside it. Raises ModelError."""
    import jiwer

    loaded(model)
    said, heard = list[str](), list[str]()
    audio = took = 0.0
    unreadable = 0
    for path, text in _pairs(folder):
        try:
            found = transcribe(path, model, hints)
        except BadAudio:
            unreadable += 1
            continue
        said.append(text)
        heard.append(plain(found.text))
        audio, took = audio + found.audio_seconds, took + found.took_seconds
        if on_file:
            on_file(f"{path.name}: {jiwer.wer(text, heard[-1]):.3f}  {heard[-1]}")
    if not said:
        return Evaluation(0, 0, 0.0, 0, 0, 0, 0.0, 0.0, unreadable)
    counted = jiwer.process_words(said, heard)
    words = sum(len(text.split()) for text in said)
    errors = (counted.substitutions, counted.deletions, counted.insertions)
    return Evaluation(len(said), words, counted.wer, *errors, audio, took / max(audio, 0.001), unreadable)


def plain(text: str) -> str:
    """Return a text as words are compared: no case, no signs, ё is е."""
    return " ".join(_SIGNS.sub(" ", text.lower().replace("ё", "е")).split())


def _pairs(folder: Path) -> Iterator[tuple[Path, str]]:
    for path in sorted(folder.rglob("*")):
        words = path.with_suffix(".txt")
        if path.suffix.lower() in RECORDINGS and words.is_file() and (text := plain(words.read_text("utf-8"))):
            yield path, text
