"""What people have really said: Debian's Russian prompts of Asterisk, 8 kHz (bin/test-setup installs them)."""

import wave
from pathlib import Path

import pytest

from speech import probe, transcribe
from tests.samples.made import KINDS, make
from tests.samples.spoken import HINTS
from tests.support.untested import LACKS

PROMPTS = Path("/usr/share/asterisk/sounds/ru_RU_f_IvrvoiceRU")
JOINED_SECONDS = 15.0


@pytest.fixture(scope="module")
def prompts() -> list[Path]:
    found = sorted(PROMPTS.rglob("*.wav"))
    if not found:
        pytest.skip(LACKS + "asterisk-core-sounds-ru-wav")  # in CI, too: the samples beside stand for the most of it
    return found


def length(path: Path) -> float:
    with wave.open(str(path)) as file:
        return float(file.getnframes() / file.getframerate())


def test_every_prompt_decodes_to_its_length(prompts: list[Path]) -> None:  # S105
    lengths = {path: length(path) for path in prompts}
    sounding = {path: seconds for path, seconds in lengths.items() if seconds}
    assert len(sounding) > 500
    wrong = {path.name: (probe(path).seconds, told) for path, told in sounding.items()}
    assert {name: pair for name, pair in wrong.items() if abs(pair[0] - pair[1]) > 0.05} == {}


def test_a_human_voice_streams_through_the_recognizer(prompts: list[Path], model_path: Path, tmp_path: Path) -> None:
    joined, told = tmp_path / "joined.wav", list[float]()
    with wave.open(str(joined), "wb") as out:
        for path in prompts:
            with wave.open(str(path)) as file:
                if out.tell() == 0:
                    out.setparams(file.getparams())
                if out.tell() / file.getframerate() < JOINED_SECONDS:
                    out.writeframes(file.readframes(file.getnframes()))
    recorded = make(tmp_path / "joined.webm", KINDS["webm-opus"], source=joined)
    heard = transcribe(recorded, model_path, HINTS, told.append)
    assert heard.audio_seconds == pytest.approx(length(joined), abs=0.05) == told[-1]
    assert told == sorted(told) and len(told) > JOINED_SECONDS / 2
    times = [word.start for word in heard.words]
    assert times == sorted(times) and all(time < heard.audio_seconds for time in times)
