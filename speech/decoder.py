"""The program that alone opens strangers' recordings: a process of its own, bounded, without the desk's secrets.

Writes the asked-for samples to standard output, and at the end one line of JSON to standard error: what the file is,
or {"error": code} as of BadAudio. `speech.listening` starts it.
"""

import json
import sys
from array import array
from pathlib import Path
from typing import IO, Any

from speech import levels
from speech.confine import confine
from speech.copying import Copy, is_playable
from speech.decode import BYTES_PER_SECOND, BadAudio, cut, opened, pcm

SLACK_SECONDS = 1.0  # a recording that is so little longer than the limit is not called cut


def main() -> None:
    path, start, seconds, limit, copy_to = sys.argv[1:]
    confine()
    try:
        said = decode(Path(path), float(start), float(seconds), float(limit), copy_to, sys.stdout.buffer)
    except BadAudio as error:
        said = {"error": error.code}
    except MemoryError:
        said = {"error": "too-heavy"}
    sys.stdout.buffer.flush()
    sys.stderr.write(json.dumps(said) + "\n")


def decode(path: Path, start: float, seconds: float, limit: float, copy_to: str, out: IO[bytes]) -> dict[str, Any]:
    """Write the samples of `seconds` from `start` on to `out`; return what is known of the whole file, up to `limit`.

    With `copy_to` its waveform is drawn, and an AAC copy is written there unless every browser plays the file itself.
    """
    first, last = _bytes(start), _bytes(min(start + seconds, limit))
    wanted = _bytes(limit + SLACK_SECONDS) if copy_to else last
    size, frames, copy = 0, array("H"), None
    with opened(path) as (container, stream):
        codec, kind = stream.codec_context.name, container.format.name
        if copy_to and not is_playable(codec, kind):
            copy = Copy(Path(copy_to), limit)
        for block in cut(pcm(container, stream, copy.take if copy else None), wanted):
            if size < last and size + len(block) > first:
                out.write(block[max(0, first - size) : last - size])
            size += len(block)
            if copy_to:
                frames.extend(levels.peaks(block))
    copied = copy is not None and copy.finish()
    heard = min(size, _bytes(limit))
    return {
        "seconds": heard / BYTES_PER_SECOND,
        "codec": codec,
        "container": kind,
        "peaks": levels.bars(frames),
        "is_cut": size >= _bytes(limit + SLACK_SECONDS),
        "has_copy": copied,
    }


def _bytes(seconds: float) -> int:
    return int(seconds * BYTES_PER_SECOND / 2) * 2
