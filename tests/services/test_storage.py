"""Bytes under their digest: whole or not at all, once, never in memory whole (S34)."""

import hashlib
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask

import config
from rules.errors import DeskError
from services import storage

MIB = 1024 * 1024


@pytest.fixture
def app() -> Iterator[Flask]:
    """No desk: the storage asks only where it is."""
    made = Flask(__name__)
    with made.app_context():
        yield made


@pytest.fixture
def root(app: Flask, tmp_path: Path) -> Path:
    app.config["STORAGE_URL"] = f"file://{tmp_path}/files"
    return tmp_path / "files"


def left(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def keep(data: bytes, max_bytes: int = MIB) -> storage.Stored:
    return storage.keep(BytesIO(data), max_bytes=max_bytes)


class Watched(BytesIO):
    """A stream that remembers how much was asked for at once and breaks after `breaks_after` reads."""

    def __init__(self, data: bytes, breaks_after: int = 10**9) -> None:
        super().__init__(data)
        self.asked: list[int] = []
        self.breaks_after = breaks_after

    def read(self, size: int | None = -1, /) -> bytes:
        self.asked.append(size or -1)
        if len(self.asked) > self.breaks_after:
            raise ConnectionError("the browser is gone")
        return super().read(size)


def test_bytes_lie_under_their_sha256(root: Path) -> None:
    stored = keep(b"log")
    digest = hashlib.sha256(b"log").hexdigest()
    assert (stored.sha256, stored.size) == (digest, 3)
    assert left(root) == [root / digest[:2] / digest[2:4] / digest] == [storage.path_of(digest)]
    assert b"".join(storage.blocks(digest)) == b"log"


def test_the_same_bytes_are_kept_once(root: Path) -> None:
    assert keep(b"log") == keep(b"log")
    assert len(left(root)) == 1


def test_an_empty_file_is_refused_and_leaves_nothing(root: Path) -> None:
    with pytest.raises(DeskError, match="file_empty"):
        keep(b"")
    assert left(root) == []


@pytest.mark.parametrize(("size", "fits"), [(MIB, True), (MIB + 1, False), (3 * MIB, False)])
def test_a_file_may_be_as_large_as_the_limit_and_no_larger(root: Path, size: int, fits: bool) -> None:  # S34
    stream = Watched(b"x" * size)
    if fits:
        assert storage.keep(stream, max_bytes=MIB).size == size
    else:
        with pytest.raises(DeskError, match="file_too_big") as caught:
            storage.keep(stream, max_bytes=MIB)
        assert caught.value.values == {"limit": 1} and left(root) == []
        assert stream.tell() <= MIB + storage.BLOCK, "read on after it was too big"
    assert max(stream.asked) == storage.BLOCK, "held in memory whole"


def test_a_broken_upload_leaves_nothing(root: Path) -> None:
    with pytest.raises(ConnectionError):
        storage.keep(Watched(b"x" * MIB, breaks_after=2), max_bytes=MIB)
    assert left(root) == []


def test_uploads_of_the_same_bytes_at_once_agree(app: Flask, root: Path) -> None:
    data = os.urandom(MIB)

    def one(_: int) -> storage.Stored:
        with app.app_context():
            return keep(data)

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(one, range(8)))) == 1
    [path] = left(root)
    assert path.read_bytes() == data


@pytest.mark.parametrize(
    ("start", "length"), [(0, 5), (3, None), (storage.BLOCK - 1, 2), (0, 0), (10, 10**9), (10**9, None)]
)
def test_a_part_is_read_from_where_to_where_it_was_asked(root: Path, start: int, length: int | None) -> None:
    data = os.urandom(storage.BLOCK * 2 + 7)
    stored = keep(data)
    wanted = data[start:] if length is None else data[start : start + length]
    assert b"".join(storage.blocks(stored.sha256, start=start, length=length)) == wanted


def test_what_is_not_there_is_missed_at_the_first_block(root: Path) -> None:
    with pytest.raises(FileNotFoundError):
        next(storage.blocks("0" * 64))


def test_the_sweep_removes_only_old_halves(root: Path) -> None:
    stored = keep(b"log")
    assert storage.sweep(older_than_seconds=60, now=time.time() + 10**6) == 0
    for name, age in (("old", 3600), ("young", 5)):
        path = root / "incoming" / name
        path.write_bytes(b"half")
        os.utime(path, (time.time() - age,) * 2)
    assert storage.sweep(older_than_seconds=60, now=time.time()) == 1
    assert {path.name for path in left(root)} == {"young", stored.sha256}


def test_a_desk_that_kept_nothing_yet_has_nothing_to_sweep(root: Path) -> None:
    assert storage.sweep(older_than_seconds=0, now=time.time()) == 0


@pytest.mark.parametrize("name", ["с пробелом", "a%20b", "a#b", "a?b", "a+b"])
def test_files_lie_in_the_data_folder_whatever_it_is_called(app: Flask, tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    app.config.update(config.load({}, DATA_DIR=str(folder)))
    keep(b"log")
    assert [path.is_relative_to(folder) for path in left(tmp_path) if path.name != "secret_key"] == [True]


def test_another_kind_of_storage_is_refused_not_guessed(app: Flask) -> None:
    app.config["STORAGE_URL"] = "s3://bucket"
    with pytest.raises(ValueError, match="STORAGE_URL"):
        keep(b"log")
