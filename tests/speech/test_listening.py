"""The decoder in its own process: every kind of recording, long ones, and what happens when it breaks down."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import av
import pytest

from speech import BadAudio, listen, listening
from speech.decode import BYTES_PER_SECOND
from tests.samples.made import KINDS, make
from tests.samples.spoken import FOLDER, MICROPHONE_WAV

ROOT = Path(__file__).parents[2]
SECONDS = 7.2135
PLAYABLE = {"mp4-aac", "fragmented-mp4-aac", "mp3", "wav"}
HOUR = """
import json, resource, sys
from speech import listen
sound, pcm = listen(sys.argv[1], start=3300, seconds=60, limit=7200, copy_to=sys.argv[2])
print(json.dumps([sound.seconds, len(pcm), len(sound.peaks), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss]))
"""


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_recording_decodes_to_the_same_length(tmp_path: Path, name: str) -> None:  # S105
    kind = KINDS[name]
    path, copy = make(tmp_path / f"made.{kind.suffix}", kind), tmp_path / "copy.m4a"
    sound, pcm = listen(path, seconds=60, limit=60, copy_to=copy)
    assert len(pcm) / BYTES_PER_SECOND == pytest.approx(SECONDS, abs=0.05) == sound.seconds
    assert len(sound.peaks) == 160 and not sound.is_cut
    assert sound.has_copy == copy.exists() == (name not in PLAYABLE)
    if sound.has_copy:
        with av.open(str(copy)) as copied:
            assert copied.streams.audio[0].codec_context.name == "aac"
            assert copied.duration is not None and copied.duration / 1e6 == pytest.approx(SECONDS, abs=0.1)


def test_an_hour_takes_less_than_a_hundred_mebibytes(tmp_path: Path) -> None:
    short = make(tmp_path / "short.mp3", replace(KINDS["mp3"], rate=16_000)).read_bytes()
    path = tmp_path / "hour.mp3"
    path.write_bytes(short * 500)  # frames of MP3 stand for themselves
    command = [sys.executable, "-c", HOUR, str(path), str(tmp_path / "copy")]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=300)
    seconds, size, bars, kib = json.loads(said.stdout)
    assert seconds > 3600 and size == 60 * BYTES_PER_SECOND and bars == 160
    assert kib < 100 * 1024, f"{kib / 1024:.0f} MiB"


def test_a_part_is_what_stands_there_in_the_whole() -> None:
    _, whole = listen(MICROPHONE_WAV, seconds=60, limit=60)
    _, part = listen(MICROPHONE_WAV, start=2.5, seconds=1.5, limit=60)
    assert part == whole[int(2.5 * BYTES_PER_SECOND) : 4 * BYTES_PER_SECOND]
    assert listen(MICROPHONE_WAV, start=60, seconds=5, limit=90)[1] == b""


def test_what_is_longer_than_the_limit_is_cut_there_and_says_so(tmp_path: Path) -> None:
    sound, pcm = listen(FOLDER / "sentence.webm", seconds=60, limit=3, copy_to=tmp_path / "copy.m4a")
    assert (sound.seconds, len(pcm), sound.is_cut) == (3.0, 3 * BYTES_PER_SECOND, True)
    with av.open(str(tmp_path / "copy.m4a")) as copied:
        assert copied.duration is not None and copied.duration / 1e6 == pytest.approx(3, abs=0.1)


@pytest.mark.parametrize(("content", "code"), [(b"", "empty"), (b"text\n" * 99, "not-audio")])
def test_what_is_no_recording_is_refused_with_its_reason(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "voice.webm"
    path.write_bytes(content)
    with pytest.raises(BadAudio) as caught:
        listen(path, seconds=9, limit=9, copy_to=tmp_path / "copy")
    assert caught.value.code == code


def test_a_file_that_is_not_there_is_no_bad_recording(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        listen(tmp_path / "none", seconds=9, limit=9)


@pytest.mark.parametrize(
    ("fate", "code"),
    [
        ("os.kill(os.getpid(), signal.SIGSEGV)", "damaged"),
        ("os.kill(os.getpid(), signal.SIGXCPU)", "too-heavy"),
        ("from speech.confine import confine; confine(); bytes(2_000_000_000)", "damaged"),
        (
            "from speech.confine import confine; confine(); open(sys.argv[-1], 'wb').write(bytes(200_000_000))",
            "damaged",
        ),
        ("os.write(1, bytes(20_000_000))", "too-heavy"),
        ("os.write(2, b'x' * 20_000_000)", "too-heavy"),
    ],
    ids=["crash", "time", "memory", "disk", "flood", "talk"],
)
def test_a_decoder_that_breaks_down_costs_only_the_recording(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fate: str, code: str
) -> None:
    program = f"import os, signal, sys; sys.path.insert(0, sys.argv.pop(1)); {fate}"
    monkeypatch.setattr(listening, "PROGRAM", program)
    with pytest.raises(BadAudio) as caught:
        listen(MICROPHONE_WAV, seconds=9, limit=9, copy_to=tmp_path / "copy")
    assert caught.value.code == code


def test_a_decoder_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pids, ticks = tmp_path / "pid", list[int]()
    monkeypatch.setattr(
        listening, "PROGRAM", f"import os, signal; open({str(pids)!r}, 'w').write(str(os.getpid())); signal.pause()"
    )
    monkeypatch.setattr(listening, "WAIT_SECONDS", 3.0)
    with pytest.raises(BadAudio, match="too-heavy"):
        listen(MICROPHONE_WAV, seconds=9, limit=9, on_wait=lambda: ticks.append(1))
    assert ticks
    with pytest.raises(ProcessLookupError):
        os.kill(int(pids.read_text()), 0)


def test_the_decoder_has_none_of_the_desks_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "the desk's own")
    seen = tmp_path / "environment"
    monkeypatch.setattr(listening, "PROGRAM", f"import os; open({str(seen)!r}, 'w').write(' '.join(os.environ))")
    with pytest.raises(BadAudio):
        listen(MICROPHONE_WAV, seconds=9, limit=9)
    assert set(seen.read_text().split()) <= {"LC_ALL", "LC_CTYPE"}
