"""Hears somebody while he still speaks: his recording goes in piece by piece, words come out as they are recognized."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from speech import recognize
from speech.decode import BLOCK_BYTES, BYTES_PER_SECOND
from speech.listening import ROOT
from speech.models import loaded
from speech.recognize import Word

PROGRAM = "import sys; sys.path.insert(0, sys.argv.pop(1)); from speech.live_decoder import main; main()"
SAMPLE_BYTES = 2


@dataclass(frozen=True)
class Heard:
    """What was said so far: `words` of what is over stay as they are, `partial` may still become something else."""

    words: tuple[Word, ...]
    partial: str = ""


class Listener:
    """One speaker: a decoder of his own (a program that his recording can't do more with than end) and a recognizer.

    One thread puts sound in (`take`, `close`), another gets the words (`heard`); `stop` ends both from anywhere.
    """

    def __init__(self, model: Path, hints: Sequence[str], *, most_seconds: float) -> None:
        self._recognizer = recognize.recognizer_of(loaded(model), hints)
        self._left = int(most_seconds) * BYTES_PER_SECOND
        self._is_closed = False
        self.is_stopped = False
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-c", PROGRAM, ROOT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env={"LC_ALL": "C.UTF-8"},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._process.__exit__(kind, error, trace)

    @property
    def is_whole(self) -> bool:
        """Tell, once `heard` has ended, whether it heard all that there was to be heard."""
        return self._is_closed and not self.is_stopped and self._left > 0 and self._process.wait() == 0

    def take(self, sound: bytes) -> bool:
        """Put in the next piece; False when no more is wanted: it is no recording, or too long."""
        assert self._process.stdin
        rest = memoryview(sound)
        try:
            while rest:
                rest = rest[self._process.stdin.write(rest) :]
        except (OSError, ValueError):  # the decoder has ended; the pipe was closed here
            return False
        return True

    def close(self) -> None:
        """Say that no more will come."""
        assert self._process.stdin
        self._is_closed = True
        self._process.stdin.close()

    def stop(self) -> None:
        """End it at once, whatever is still to be heard."""
        self.is_stopped = True
        self._process.kill()

    def heard(self) -> Iterator[Heard]:
        """Yield what was said so far, each time more of it was recognized, and last all of it."""
        words = list[Word]()
        for block in self._sound():
            if self._recognizer.AcceptWaveform(block):  # an utterance has ended
                words += recognize.words_in(self._recognizer.Result(), 0.0)
                yield Heard(tuple(words))
            else:
                yield Heard(tuple(words), recognize.partial_in(self._recognizer.PartialResult()))
        words += recognize.words_in(self._recognizer.FinalResult(), 0.0)
        yield Heard(tuple(words))

    def _sound(self) -> Iterator[bytes]:
        """Yield samples as they come: whole ones, and no more of them than a recording may have."""
        assert self._process.stdout
        rest = b""
        while self._left > 0 and (block := os.read(self._process.stdout.fileno(), min(BLOCK_BYTES, self._left))):
            self._left -= len(block)
            block = rest + block
            whole = len(block) // SAMPLE_BYTES * SAMPLE_BYTES
            rest = block[whole:]
            if whole:
                yield block[:whole]
