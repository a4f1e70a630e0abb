import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

import pytest

from speech import BadAudio, ModelError, Transcript, preload, recognize, transcribe
from tests.samples.spoken import FOLDER, HINTS, MICROPHONE_WAV, SENTENCE, WORDS

RECORDINGS = sorted(path.name for path in FOLDER.glob("sentence*"))


@pytest.fixture(scope="module")
def heard(model_path: Path) -> Transcript:
    preload(model_path)
    return transcribe(MICROPHONE_WAV, model_path, HINTS)


@pytest.mark.parametrize("name", RECORDINGS)
def test_what_is_said_is_recognized_in_every_kind_of_recording(model_path: Path, name: str) -> None:  # S105
    assert transcribe(FOLDER / name, model_path, HINTS).text == SENTENCE


def test_words_come_with_their_times_in_order(heard: Transcript) -> None:
    assert [word.word for word in heard.words] == WORDS
    times = [time for word in heard.words for time in (word.start, word.end)]
    assert times == sorted(times)
    assert 0 <= times[0] and times[-1] <= heard.audio_seconds
    assert all(0 < word.conf <= 1 for word in heard.words)


def test_a_transcript_says_its_language_and_lengths(heard: Transcript) -> None:
    assert heard.language == "ko"
    assert heard.audio_seconds == pytest.approx(7.21, abs=0.06)
    assert heard.took_seconds > 0


def test_a_transcript_becomes_the_json_of_the_command_line(heard: Transcript) -> None:
    found = json.loads(json.dumps(asdict(heard)))
    assert list(found) == ["text", "language", "words", "audio_seconds", "took_seconds"]
    assert list(found["words"][0]) == ["word", "start", "end", "conf"]


def test_progress_tells_the_seconds_heard_and_ends_with_the_whole(model_path: Path) -> None:
    told: list[float] = []
    heard = transcribe(MICROPHONE_WAV, model_path, HINTS, told.append)
    assert told[:-1] == pytest.approx([1, 2, 3, 4, 5, 6, 7][: len(told) - 1], abs=0.3)
    assert told[-1] == pytest.approx(heard.audio_seconds, abs=0.001)


def test_only_the_first_seconds_are_heard_when_there_is_a_limit(model_path: Path) -> None:
    heard = transcribe(MICROPHONE_WAV, model_path, HINTS, max_seconds=3.2)
    assert heard.audio_seconds == 3.2
    assert WORDS[0] in heard.text and WORDS[-1] not in heard.text


def test_utterances_with_long_silences_between_are_joined(model_path: Path, tmp_path: Path) -> None:
    # Four seconds of silence end an utterance; the WAV header's length is of no matter to the decoder.
    wav = MICROPHONE_WAV.read_bytes()
    path = tmp_path / "twice.wav"
    path.write_bytes(wav[:40] + b"\xff\xff\xff\xff" + wav[44:] + bytes(4 * 96_000) + wav[44:])
    heard = transcribe(path, model_path, HINTS)
    assert heard.text == f"{SENTENCE} {SENTENCE}"
    assert heard.words[5].start > 11


def test_hints_that_the_model_lacks_are_left_out(model_path: Path) -> None:
    assert transcribe(MICROPHONE_WAV, model_path, [*HINTS, "Отклик", "", "전화 Отклик"]).text == SENTENCE


def test_the_recognizer_knows_only_the_hints(model_path: Path) -> None:
    heard = transcribe(MICROPHONE_WAV, model_path, ["오늘", "감사합니다"])
    assert {word.word for word in heard.words} <= {"오늘", "감사합니다"}


def test_without_a_known_hint_the_whole_vocabulary_is_heard(model_path: Path) -> None:
    heard = transcribe(MICROPHONE_WAV, model_path, ["Отклик"], max_seconds=1.5)
    assert heard.text and not set(heard.text.split()) <= set(HINTS)


def test_silence_is_an_empty_transcript(model_path: Path, tmp_path: Path) -> None:
    path = tmp_path / "silence.wav"
    wav = MICROPHONE_WAV.read_bytes()
    path.write_bytes(wav[:44] + bytes(2 * 96_000))
    heard = transcribe(path, model_path, HINTS)
    assert (heard.text, heard.words, heard.audio_seconds) == ("", (), 2.0)


def test_a_recording_that_was_cut_is_heard_as_far_as_it_goes(model_path: Path, tmp_path: Path) -> None:
    path = tmp_path / "cut.webm"
    whole = (FOLDER / "sentence.webm").read_bytes()
    path.write_bytes(whole[: len(whole) * 2 // 3])
    assert transcribe(path, model_path, HINTS).text.startswith(" ".join(WORDS[:2]))


def test_two_threads_hear_with_one_model(model_path: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        heard = pool.map(lambda name: transcribe(FOLDER / name, model_path, HINTS).text, RECORDINGS[:2])
        assert list(heard) == [SENTENCE] * 2


def test_a_file_that_is_no_audio_is_refused(model_path: Path, tmp_path: Path) -> None:
    path = tmp_path / "voice.webm"
    path.write_text("not a recording")
    with pytest.raises(BadAudio, match="not-audio"):
        transcribe(path, model_path, HINTS)


def test_without_a_model_nothing_is_heard(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="not-a-model"):
        transcribe(MICROPHONE_WAV, tmp_path, HINTS)


def test_vosk_says_nothing_on_its_own(model_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    transcribe(MICROPHONE_WAV, model_path, [*HINTS, "Отклик"], max_seconds=1)
    assert capfd.readouterr() == ("", "")


def test_noise_that_the_model_has_no_word_for_is_left_out() -> None:
    # The Korean model has no "[unk]"; the Russian one answers a grammar with it.
    said = {"start": 0.5, "end": 0.9, "conf": 1.0}
    result = {"result": [{"word": "[unk]", **said}, {"word": "принтер", **said}], "text": "[unk] принтер"}
    assert [word.word for word in recognize.words_in(json.dumps(result), 2.0)] == ["принтер"]
    assert list(recognize.words_in('{"text": ""}', 0.0)) == []


def test_only_a_process_that_listens_loads_the_native_libraries() -> None:
    code = "import sys, speech; sys.exit(len({'av', 'vosk'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], cwd=FOLDER.parents[1], check=False).returncode == 0
