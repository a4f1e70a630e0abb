"""Gets the samples of a recording from the confined decoder, whatever that comes to."""

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from speech.decode import BYTES_PER_SECOND, BadAudio, Sound

ROOT = str(Path(__file__).resolve().parents[1])
PROGRAM = "import sys; sys.path.insert(0, sys.argv.pop(1)); from speech.decoder import main; main()"
WAIT_SECONDS = 240.0  # of a clock on the wall, however busy the machine is
TICK_SECONDS = 1.0
MOST_WORDS = 65_536  # bytes that it may say on standard error
SPENT = {signal.SIGXCPU, signal.SIGKILL, signal.SIGXFSZ}


def listen(
    path: str | Path,
    *,
    start: float = 0.0,
    seconds: float,
    limit: float,
    copy_to: Path | None = None,
    on_wait: Callable[[], object] | None = None,
) -> tuple[Sound, bytes]:
    """Return what the file is, and `seconds` of its samples from `start` on (none behind `limit`).

    With `copy_to` the whole is looked at: its length, its picture, whether it is cut, and a copy is written if one is
    needed. `on_wait` is called once a second meanwhile. Raises BadAudio, and OSError when the file can't be read.
    """
    with open(path, "rb") as file:  # a file that is missing is nobody's bad recording
        if not file.read(1):
            raise BadAudio("empty")
    numbers = [repr(float(number)) for number in (start, seconds, limit)]
    command = [sys.executable, "-I", "-c", PROGRAM, ROOT, os.path.abspath(path), *numbers, str(copy_to or "")]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={"LC_ALL": "C.UTF-8"}
    ) as process:
        try:
            pcm, said = _read(process, int(seconds * BYTES_PER_SECOND) + BYTES_PER_SECOND, on_wait)
        finally:
            process.kill()
    return _sound(said, process.returncode), pcm


def _read(process: subprocess.Popen[bytes], most: int, on_wait: Callable[[], object] | None) -> tuple[bytes, bytes]:
    """Return what the decoder wrote to both its outputs; raises BadAudio when it takes too long or says too much."""
    assert process.stdout and process.stderr
    out, err = process.stdout.fileno(), process.stderr.fileno()
    read, limits = {out: bytearray(), err: bytearray()}, {out: most, err: MOST_WORDS}
    deadline = time.monotonic() + WAIT_SECONDS
    with selectors.DefaultSelector() as selector:
        for stream in read:
            selector.register(stream, selectors.EVENT_READ)
        told = time.monotonic()
        while selector.get_map():
            for key, _ in selector.select(TICK_SECONDS):
                block = os.read(key.fd, 1 << 16)
                if not block:
                    selector.unregister(key.fd)
                read[key.fd] += block
            if any(len(read[stream]) > limits[stream] for stream in read) or time.monotonic() > deadline:
                raise BadAudio("too-heavy")
            if on_wait and time.monotonic() - told >= TICK_SECONDS:
                told = time.monotonic()
                on_wait()
    process.wait()
    return bytes(read[out]), bytes(read[err])


def _sound(said: bytes, code: int) -> Sound:
    """Return what the decoder said of the file; raises BadAudio for what it refused, and when it did not come to an end."""
    try:
        found: dict[str, Any] = json.loads(said.splitlines()[-1])
    except (IndexError, ValueError):
        found = {}
    if "error" in found:
        raise BadAudio(str(found["error"]))
    if code != 0 or "seconds" not in found:
        raise BadAudio("too-heavy" if -code in SPENT else "damaged")
    return Sound(**found | {"peaks": tuple(found["peaks"])})
