import io
import stat
import tarfile
import zipfile
from pathlib import Path

import pytest

from speech import ModelError
from speech.archives import unpack
from tests.speech.conftest import make_model, zipped


def tarred(folder: Path, target: Path) -> Path:
    with tarfile.open(target, "w:gz") as archive:
        archive.add(folder, folder.name)
    return target


def refusal(source: Path, target: Path) -> str:
    with pytest.raises(ModelError) as caught:
        unpack(source, target)
    return caught.value.code


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("kind", ["folder", "zip", "tar.gz"])
def test_everything_inside_arrives_and_progress_ends_with_the_whole(tmp_path: Path, kind: str) -> None:
    model = make_model(tmp_path / "from" / "model-a")
    source = {
        "folder": lambda: model.parent,
        "zip": lambda: zipped(model, tmp_path / "a.zip"),
        "tar.gz": lambda: tarred(model, tmp_path / "a.tar.gz"),
    }[kind]()
    told: list[tuple[int, int]] = []
    unpack(source, tmp_path / "to", lambda done, total: told.append((done, total)))
    assert files(tmp_path / "to") == files(model.parent)
    assert told[-1][0] == told[-1][1] == sum(map(len, files(model).values()))


@pytest.mark.parametrize("name", ["../out", "/tmp/out", "a/../../out", "a\\..\\out"])
@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_a_path_out_of_the_folder_is_refused_before_anything_is_written(tmp_path: Path, name: str, kind: str) -> None:
    source = tmp_path / "bad.archive"
    if kind == "zip":
        with zipfile.ZipFile(source, "w") as archive:
            archive.writestr("conf/model.conf", "x")
            archive.writestr(name, "x")
    else:
        with tarfile.open(source, "w") as tar:
            tar.addfile(tarfile.TarInfo(name), io.BytesIO())
    assert refusal(source, tmp_path / "to") == "unsafe-archive"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.archive"]


def test_a_link_in_a_zip_is_refused(tmp_path: Path) -> None:
    info = zipfile.ZipInfo("link")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(info, "/etc")
        archive.writestr("conf/model.conf", "x")
    assert refusal(tmp_path / "a.zip", tmp_path / "to") == "unsafe-archive"


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_a_link_or_device_in_a_tar_is_refused(tmp_path: Path, kind: bytes) -> None:
    member = tarfile.TarInfo("conf")
    member.type, member.linkname = kind, "/etc/passwd"
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        archive.addfile(member)
    assert refusal(tmp_path / "a.tar", tmp_path / "to") == "unsafe-archive"


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("names", [["a", "a"], ["a", "./a"], ["a", "a/b"]])
def test_one_place_written_twice_is_refused(tmp_path: Path, names: list[str]) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    assert refusal(tmp_path / "a.zip", tmp_path / "to") == "unsafe-archive"


def test_a_zip_that_claims_more_than_the_disk_holds_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "a.zip"
    with zipfile.ZipFile(source, "w") as archive:
        archive.writestr(zipfile.ZipInfo("a"), b"")
        archive.infolist()[0].file_size = 1 << 60  # goes into the directory at the end, which readers believe
    assert refusal(source, tmp_path / "to") == "no-space"


@pytest.mark.parametrize("kind", ["text", "cut-zip", "cut-tar", "spoilt-zip", "spoilt-tar"])
def test_a_damaged_archive_is_refused(tmp_path: Path, kind: str) -> None:
    model = make_model(tmp_path / "model-a")
    whole = (tarred if "tar" in kind else zipped)(model, tmp_path / "whole").read_bytes()
    spoilt = whole.replace(whole[60:70], bytes(10), 1)
    source = tmp_path / "a"
    source.write_bytes({"text": b"404 not found", "cut": whole[: len(whole) // 2]}.get(kind.split("-")[0], spoilt))
    assert refusal(source, tmp_path / "to") == "bad-archive"
