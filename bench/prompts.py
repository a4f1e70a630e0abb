"""`python -m bench.prompts [FOLDER]`: human voices, decoded and streamed through the recognizer.

Without a folder, Debian's Russian prompts of Asterisk (asterisk-core-sounds-ru-wav). A model of another language hears no
sense in them; what counts is that everything comes through, how long a block of sound takes, and that words keep coming.
"""

import argparse
import statistics
import time
import wave
from pathlib import Path
from typing import Any

from speech import blocks, preload
from speech.decode import BLOCK_BYTES, BYTES_PER_SECOND, RATE
from speech.models import loaded
from tests.samples.spoken import model_folder

PROMPTS = Path("/usr/share/asterisk/sounds/ru_RU_f_IvrvoiceRU")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.prompts", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=PROMPTS)
    parser.add_argument("--model", type=Path, help="folder of a Vosk model")
    options = parser.parse_args()
    model = options.model or model_folder()
    lengths = {path: _length(path) for path in sorted(options.folder.rglob("*.wav"))}
    sounding = [path for path, seconds in lengths.items() if seconds]
    began = time.process_time()
    pcm = {path: b"".join(blocks(path)) for path in sounding}
    took, seconds = time.process_time() - began, sum(lengths.values())
    worst = max(abs(len(pcm[path]) / BYTES_PER_SECOND - lengths[path]) for path in sounding)
    print(
        f"{len(sounding)} files, {seconds:.0f} s: decoded in {took:.2f} s of a core, at most {worst * 1000:.0f} ms off"
    )
    preload(model)
    _stream(b"".join(pcm.values()), loaded(model))


def _length(path: Path) -> float:
    with wave.open(str(path)) as file:
        return float(file.getnframes() / file.getframerate())


def _stream(pcm: bytes, model: Any) -> None:
    """Feed it block by block, as somebody speaks, and ask for what is understood so far after each."""
    import vosk  # type: ignore[import-untyped, unused-ignore]

    recognizer, took, said = vosk.KaldiRecognizer(model, RATE), list[float](), 0
    for place in range(0, len(pcm), BLOCK_BYTES):
        began = time.process_time()
        if recognizer.AcceptWaveform(pcm[place : place + BLOCK_BYTES]):
            said += 1
            recognizer.Result()  # or it begins no new utterance
        else:
            recognizer.PartialResult()
        took.append(time.process_time() - began)
    block = BLOCK_BYTES / BYTES_PER_SECOND
    slow = statistics.quantiles(took, n=100)[98]
    print(
        f"streamed in {len(took)} blocks of {block:.2f} s: {said} utterances, real-time factor "
        f"{sum(took) / (len(pcm) / BYTES_PER_SECOND):.3f}; a block takes {statistics.median(took) * 1000:.0f} ms of a core, "
        f"1 of 100 more than {slow * 1000:.0f} ms"
    )


if __name__ == "__main__":
    main()
