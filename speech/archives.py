"""Unpacks a speech model from a zip, a tar or a folder, and writes nowhere else.

Everything is judged before the first byte is written; a mistake found later leaves files only in the
folder that the caller gave and throws away.
"""

import gzip
import lzma
import os
import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

from speech.models import ModelError

Progress = Callable[[int, int], None]
PIECE = 1 << 18

# What the readers raise for a damaged file, an unknown compression or a password.
_DAMAGED = (
    zipfile.BadZipFile,
    tarfile.TarError,
    gzip.BadGzipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    RuntimeError,
    NotImplementedError,
    ValueError,
)


@dataclass(frozen=True)
class _Entry:
    """One file of an archive: its path inside, its size in bytes once unpacked, and how to read it."""

    name: str
    size: int
    open: Callable[[], IO[bytes]]


def unpack(source: Path, target: Path, on_progress: Progress | None = None) -> None:
    """Copy what the zip, tar (plain, gz, bz2, xz) or folder `source` holds into the new folder `target`.

    `on_progress` gets bytes written and bytes in all. Raises ModelError bad-archive, unsafe-archive
    (a path out of `target`, a link, a device, one file twice) or no-space; OSError as it comes.
    """
    with _entries(source) as entries:
        total = sum(entry.size for entry in entries)
        if total > shutil.disk_usage(target.parent).free:
            raise ModelError("no-space", f"{total} bytes in {target.parent}")
        places = [_place(entry.name, target) for entry in entries]
        if len(set(places)) < len(places):
            raise ModelError("unsafe-archive", f"{source}: one file twice")
        target.mkdir()
        done = 0
        for entry, place in zip(entries, places, strict=True):
            done = _write(entry, place, done, total, on_progress)


def _place(name: str, target: Path) -> Path:
    """Return where the file belongs; raises ModelError when that isn't inside `target`."""
    path = PurePosixPath(name)
    if not path.parts or path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name:
        raise ModelError("unsafe-archive", name)
    return target / path


def _write(entry: _Entry, place: Path, done: int, total: int, on_progress: Progress | None) -> int:
    """Write one file, safe from a power cut, and return the bytes written so far in all."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        file = place.open("xb")
    except (FileExistsError, NotADirectoryError) as error:  # "a" is a file and "a/b" too
        raise ModelError("unsafe-archive", entry.name) from error
    with file, entry.open() as stream:
        while piece := stream.read(PIECE):
            file.write(piece)
            done += len(piece)
            if on_progress:
                on_progress(done, total)
        file.flush()
        os.fsync(file.fileno())
    return done


@contextmanager
def _entries(source: Path) -> Iterator[list[_Entry]]:
    """Open `source` and yield its files; whatever shows it to be damaged while it is read becomes bad-archive."""
    try:
        if source.is_dir():
            yield list(_of_folder(source))
        elif zipfile.is_zipfile(source):
            with zipfile.ZipFile(source) as archive:
                yield list(_of_zip(archive))
        else:
            with tarfile.open(source) as tar:
                yield list(_of_tar(tar))
    except _DAMAGED as error:
        raise ModelError("bad-archive", f"{source}: {error}") from error


def _of_folder(source: Path) -> Iterator[_Entry]:
    # Links are followed: an operator names this folder, and the copy must stand without what they lead to.
    for folder, _, names in os.walk(source, followlinks=True):
        for name in names:
            path = Path(folder, name)
            yield _Entry(path.relative_to(source).as_posix(), path.stat().st_size, partial(_read, path))


def _read(path: Path) -> IO[bytes]:
    return path.open("rb")


def _of_zip(archive: zipfile.ZipFile) -> Iterator[_Entry]:
    for info in archive.infolist():
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise ModelError("unsafe-archive", info.filename)
        if not info.is_dir():
            yield _Entry(info.filename, info.file_size, partial(archive.open, info))


def _of_tar(archive: tarfile.TarFile) -> Iterator[_Entry]:
    for member in archive.getmembers():
        if not member.isreg() and not member.isdir():
            raise ModelError("unsafe-archive", member.name)
        if member.isreg():
            yield _Entry(member.name, member.size, partial(_stream, archive, member))


def _stream(archive: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    stream = archive.extractfile(member)
    assert stream is not None, "only a regular file is asked for"
    return stream
