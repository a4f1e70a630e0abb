from pathlib import Path

import pytest

from speech import evaluate
from speech.evaluation import plain
from tests.samples.spoken import FOLDER, HINTS, SENTENCE, WORDS


def test_wrong_words_are_counted_over_all_recordings(model_path: Path, tmp_path: Path) -> None:
    for name, text in (("right.ogg", f"{SENTENCE}!"), ("sub/wrong.mp3", " ".join(["컴퓨터", *WORDS[1:], "전화"]))):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes((FOLDER / f"sentence{path.suffix}").read_bytes())
        path.with_suffix(".txt").write_text(text, encoding="utf-8")
    (tmp_path / "damaged.wav").write_bytes(b"RIFF")
    (tmp_path / "damaged.txt").write_text("слово")
    (tmp_path / "without-text.wav").write_bytes(b"RIFF")
    said: list[str] = []
    found = evaluate(tmp_path, model_path, HINTS, on_file=said.append)
    assert (found.files, found.words, found.unreadable) == (2, 11, 1)
    assert (found.substitutions, found.deletions, found.insertions) == (1, 1, 0)
    assert found.wer == pytest.approx(2 / 11)
    assert 14 < found.audio_seconds < 15 and 0 < found.real_time_factor < 5
    assert [line.split(":")[0] for line in said] == ["right.ogg", "wrong.mp3"]


def test_case_and_signs_are_no_errors() -> None:
    assert plain("  Ёлка — «SNR-2985», да!\n") == "елка snr 2985 да"


def test_a_folder_without_recordings_is_no_evaluation(model_path: Path, tmp_path: Path) -> None:
    assert evaluate(tmp_path, model_path).files == 0
