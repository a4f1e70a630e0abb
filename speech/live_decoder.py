"""The program that opens what one speaker sends while he speaks: bounded as `speech.decoder` is, and a process for each.

Reads his recording from standard input as it comes, and writes samples to standard output. Ends with 1 when it is none.
"""

import os
import sys

from speech.confine import confine
from speech.decode import BadAudio, opened_source, pcm

READS, WRITES = 0, 1
AT_ONCE = {"formatprobesize": "32768"}  # bytes that tell what it is, or that it is nothing; FFmpeg waits for a million


class Coming:
    """A file that nobody can go back in: what it has not yet got is waited for."""

    def read(self, size: int) -> bytes:
        return os.read(READS, size)


def main() -> None:
    confine()
    try:
        with opened_source(Coming(), AT_ONCE) as (container, stream):
            for block in pcm(container, stream):
                _write(block)
    except (BadAudio, MemoryError, BrokenPipeError):
        sys.exit(1)


def _write(block: bytes) -> None:
    rest = memoryview(block)
    while rest:
        rest = rest[os.write(WRITES, rest) :]
