"""`python -m bench.speech`: how fast recordings are decoded and heard, and what that takes of memory.

Real-time factor: seconds for a second of sound, of a core's time and by the clock; the least of the rounds, as what
nothing disturbed, and their median. Without a model's name the Korean one of the tests. How long somebody waits for his
text, and what a whole desk takes meanwhile: bench.said.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from speech import hear, listen, preload
from tests.samples.made import KINDS, make
from tests.samples.spoken import HINTS, MICROPHONE_WAV, model_folder

ROUNDS = 3
TIMES = 8  # the sentence of seven seconds: nearly a minute
HOUR_TIMES = 500
NOTES = (1, 10)


def main() -> None:
    options = _options()
    os.sched_setaffinity(0, {0})  # one core, whatever the machine has
    model = options.model or model_folder()
    with tempfile.TemporaryDirectory(prefix="desk-bench-") as name:
        folder = Path(name)
        webm = make(folder / "minute.webm", KINDS["webm-opus"], times=TIMES)
        begun = _memory_mib()
        began = time.perf_counter()
        preload(model)
        print(f"model {model.name}: loaded in {time.perf_counter() - began:.2f} s, {_memory_mib() - begun:.0f} MiB")
        _streams(
            {
                "decode alone": lambda: _decode(webm),
                "decode, picture, AAC copy": lambda: _decode(webm, folder / f"copy-{os.getpid()}.m4a"),
                "whole, few words known": lambda: _hear(webm, model, HINTS),
                "whole, free": lambda: _hear(webm, model, ()),
            }
        )
        _hour(folder)
        for count in NOTES:
            _waiting(count, webm, model)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.speech", description=__doc__)
    parser.add_argument("--model", type=Path, help="folder of a Vosk model")
    return parser.parse_args()


def _decode(path: Path, copy_to: Path | None = None) -> float:
    return listen(path, seconds=600, limit=600, copy_to=copy_to)[0].seconds


def _hear(path: Path, model: Path, hints: Sequence[str]) -> float:
    return hear(path, model, hints).end


def _streams(works: Mapping[str, Callable[[], object]]) -> None:
    """Forks hear at once, as worker processes do: one, two on a core, two on a core each."""
    seconds = TIMES * _length()
    print(f"{'real-time factor, WebM/Opus':30}{'core: least, median':>22}{'clock: least, median':>24}")
    for name, work in works.items():
        for count, cores in ((1, 1), (2, 1), (2, 2)):
            found = [_at_once(work, count, cores) for _ in range(ROUNDS)]
            parts = [[one[part] / seconds for one in found] for part in (0, 1)]
            figures = "".join(f"{min(part):>15.4f}{statistics.median(part):>8.4f}" for part in parts)
            print(f"{name:26}{count}/{cores:<2}{figures}", flush=True)
    os.sched_setaffinity(0, {0})
    print("1/1: one stream, one core; 2/1: two streams share a core; 2/2: each has its own. Core time is one stream's")


def _at_once(work: Callable[[], object], count: int, cores: int) -> tuple[float, float]:
    """Return the seconds of a core that each of the forks took, with the decoders that it waited for, and of the clock."""
    os.sched_setaffinity(0, set(range(min(cores, os.cpu_count() or 1))))
    began, pids = time.perf_counter(), [_forked(work) for _ in range(count)]
    used = [os.wait4(pid, 0)[2] for pid in pids]
    return sum(one.ru_utime + one.ru_stime for one in used) / count, time.perf_counter() - began


def _length() -> float:
    return listen(MICROPHONE_WAV, seconds=60, limit=60)[0].seconds


def _forked(work: Callable[[], object]) -> int:
    pid = os.fork()
    if pid == 0:
        try:
            work()
        finally:
            os._exit(0)
    return pid


def _hour(folder: Path) -> None:
    """An hour of AMR, the format that costs most: every second of it must be copied as AAC too."""
    short = make(folder / "short.amr", KINDS["amr-nb"]).read_bytes()
    path = folder / "hour.amr"
    path.write_bytes(short[:6] + short[6:] * HOUR_TIMES)
    code = (
        "import json, resource, sys, time; from pathlib import Path; from speech import listen; began = time.time(); "
        "sound, _ = listen(sys.argv[1], seconds=300, limit=3600, copy_to=Path(sys.argv[2])); "
        "used = resource.getrusage(resource.RUSAGE_CHILDREN); "
        "print(json.dumps([sound.seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))"
    )
    command = [sys.executable, "-c", code, str(path), str(folder / "hour.m4a")]
    seconds, cpu, mib = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    print(f"an hour of AMR-NB: {seconds:.0f} s decoded, drawn and copied in {cpu:.1f} s of processor, {mib:.0f} MiB")


def _waiting(count: int, path: Path, model: Path) -> None:
    """What a worker's fork takes for itself beside the model that it shares, after so many notes in a row."""
    reads, writes = os.pipe()
    pid = os.fork()
    if pid == 0:
        for _ in range(count):
            _hear(path, model, HINTS)
        os.write(writes, f"{_private_mib():.0f}".encode())
        os._exit(0)
    os.waitpid(pid, 0)
    print(
        f"{count} waiting note(s): {os.read(reads, 99).decode()} MiB of the fork's own, {_memory_mib():.0f} the worker"
    )
    os.close(reads)
    os.close(writes)


def _memory_mib() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1024**2


def _private_mib() -> float:
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024


if __name__ == "__main__":
    main()
