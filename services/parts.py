"""The bytes of an upload that is not finished: a file that grows, in the folder of STORAGE_URL.

Its length is the upload's offset, so whatever the process lived to write counts, and a killed one loses nothing else.
"""

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

from rules.errors import DeskError
from services import storage
from services.storage import Stored

BLOCK = 64 * 1024  # what a dying link loses at most of what has come
CHECKSUMS = ("sha1", "sha256", "md5")


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def _path(public_id: str) -> Path:
    return storage.folder("uploads") / public_id


def create(public_id: str) -> None:
    _path(public_id).touch(exist_ok=False)


def received(public_id: str) -> int | None:
    """Return how many bytes are here; None when the file is gone."""
    try:
        return _path(public_id).stat().st_size
    except FileNotFoundError:
        return None


def last_byte_at(public_id: str) -> float:
    """Return when something came last, in seconds since 1970; 0 when the file is gone."""
    try:
        return _path(public_id).stat().st_mtime
    except FileNotFoundError:
        return 0


def remove(public_id: str) -> None:
    _path(public_id).unlink(missing_ok=True)


def strays(*, before: float) -> list[str]:
    """Return the names of files that nobody has written to since `before`."""
    found = storage.folder("uploads").iterdir()
    return [path.name for path in found if last_byte_at(path.name) < before]


class Part:
    """The file while it is ours alone: `locked` makes it."""

    def __init__(self, file: IO[bytes], path: Path) -> None:
        self._file, self._path = file, path

    @property
    def size(self) -> int:
        return os.fstat(self._file.fileno()).st_size

    def receive(self, stream: Readable, most: int) -> None:
        """Add what comes, block by block: what was added stays when the stream breaks. Raises DeskError upload_too_long
        when there is more than `most`."""
        for block in _blocks(stream, most):
            self._file.write(block)

    def receive_checked(self, stream: Readable, most: int, algorithm: str, digest: bytes) -> None:
        """Add what comes if it has this checksum, else nothing of it. Raises DeskError upload_checksum."""
        known = hashlib.new(algorithm, usedforsecurity=False)
        with tempfile.TemporaryFile(dir=storage.folder("incoming")) as aside:
            for block in _blocks(stream, most):
                known.update(block)
                aside.write(block)
            if known.digest() != digest:
                raise DeskError("upload_checksum")
            aside.seek(0)
            while block := aside.read(BLOCK):
                self._file.write(block)

    def adopt(self) -> Stored:
        """Give the storage the whole file; it stays here as well until `remove`, in case we are killed in between."""
        return storage.adopt(self._path)


@contextmanager
def locked(public_id: str) -> Iterator[Part]:
    """Have the file alone; the kernel frees it when we die. Raises DeskError upload_busy, or upload_gone."""
    path = _path(public_id)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_APPEND)
    except FileNotFoundError as error:
        raise DeskError("upload_gone") from error
    with os.fdopen(handle, "ab", buffering=0) as file:  # unbuffered: what was written is there, whatever becomes of us
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DeskError("upload_busy") from error
        if received(public_id) is None:  # somebody finished or removed it while we came
            raise DeskError("upload_gone")
        yield Part(file, path)


def _blocks(stream: Readable, most: int) -> Iterator[bytes]:
    while block := stream.read(min(BLOCK, most + 1)):
        if len(block) > most:
            raise DeskError("upload_too_long")
        most -= len(block)
        yield block
