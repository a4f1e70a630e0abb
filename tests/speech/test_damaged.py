"""Recordings that are damaged, by chance or on purpose: none of them breaks or holds up a process that opens it."""

import io
import multiprocessing
import os
import random
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from speech import BadAudio
from speech.confine import confine
from speech.decoder import decode
from tests.samples.made import KINDS, make

FILES = 2_000
AT_ONCE = 100
SLOWEST_SECONDS = 20.0  # of processor time; a whole one takes 0.02
FINDS = {"empty", "not-audio", "no-audio-stream", "heard"}


def damaged(whole: bytes, other: bytes, chance: random.Random) -> bytes:
    """Return the file with what happens to files: bits fall over, a part is lost, doubled, zeroed, another's."""
    data = bytearray(whole)
    for _ in range(chance.choice((1, 1, 2, 5, 20))):
        place = chance.randrange(max(1, len(data)))
        place = min(place, chance.randrange(1, 400)) if chance.random() < 0.5 else place  # headers are what hurts
        size = chance.choice((1, 2, 4, 16, 200))
        what = chance.randrange(7)
        if what == 0:
            data[place : place + 1] = bytes([chance.randrange(256)])
        elif what == 1:
            data[place : place + size] = chance.randbytes(size)
        elif what == 2:
            del data[place : place + size]
        elif what == 3:
            data[place:place] = data[place : place + size]
        elif what == 4:
            data[place : place + size] = b"\xff" * size
        elif what == 5:
            data[place:] = other[place:]
        else:
            del data[place:]
    return bytes(data)


def opened(samples: dict[str, bytes], seeds: range, folder: str) -> list[tuple[int, str, float]]:
    """Open a damaged file for each seed; return what came of it, and how long that took."""
    found, path, copy = [], Path(folder, f"damaged-{os.getpid()}"), Path(folder, f"copy-{os.getpid()}")
    names = sorted(samples)
    for seed in seeds:
        chance = random.Random(seed)
        path.write_bytes(damaged(samples[chance.choice(names)], samples[chance.choice(names)], chance))
        began = time.process_time()
        try:
            decode(path, 0, 60, 60, str(copy), io.BytesIO())
            said = "heard"
        except BadAudio as error:
            said = error.code
        except MemoryError:
            said = "too-heavy"
        found.append((seed, said, time.process_time() - began))
    return found


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Half a second of every kind."""
    folder = tmp_path_factory.mktemp("short")
    return {name: make(folder / name, kind, seconds=0.5).read_bytes() for name, kind in KINDS.items()}


def test_two_thousand_damaged_files_neither_crash_nor_hang_what_opens_them(
    samples: dict[str, bytes], tmp_path: Path
) -> None:
    context = multiprocessing.get_context("spawn")
    found: list[tuple[int, str, float]] = []
    with ProcessPoolExecutor(2, mp_context=context, initializer=confine) as pool:
        parts = [range(start, start + AT_ONCE) for start in range(0, FILES, AT_ONCE)]
        for part in [pool.submit(opened, samples, seeds, str(tmp_path)) for seeds in parts]:
            found += part.result(timeout=300)  # a process that was killed breaks the pool
    assert len(found) == FILES
    assert {said for _, said, _ in found} <= FINDS | {"too-heavy"}
    assert sum(said == "heard" for _, said, _ in found) > FILES / 4, "hardly any of them got as far as a decoder"
    slowest = max(found, key=lambda one: one[2])
    assert slowest[2] < SLOWEST_SECONDS, slowest
