"""Bytes under their SHA-256, in the folder of STORAGE_URL. Nothing is ever held in memory whole."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from flask import current_app

from rules.errors import DeskError

BLOCK = 256 * 1024
SCHEME = "file://"


@dataclass(frozen=True)
class Stored:
    """What was kept: hex digest and size in bytes."""

    sha256: str
    size: int


def _root() -> Path:
    """The folder as it is called: `config` writes it unquoted, and a name may hold #, ? or %."""
    url: str = current_app.config["STORAGE_URL"]
    if not url.startswith(SCHEME):
        raise ValueError("STORAGE_URL: only file:// is supported yet")
    return Path(url.removeprefix(SCHEME))


def folder(name: str) -> Path:
    """Return a folder for what is not whole yet, made if need be."""
    path = _root() / name
    path.mkdir(parents=True, exist_ok=True)
    return path


def path_of(sha256: str) -> Path:
    return _root() / sha256[:2] / sha256[2:4] / sha256


def keep(stream: IO[bytes], *, max_bytes: int) -> Stored:
    """Copy the stream into the storage. Raises DeskError file_empty, or file_too_big as soon as it is."""
    digest, size = hashlib.sha256(), 0
    handle, name = tempfile.mkstemp(dir=folder("incoming"))
    try:
        with os.fdopen(handle, "wb") as file:
            while block := stream.read(BLOCK):
                size += len(block)
                if size > max_bytes:
                    raise DeskError("file_too_big", limit=max_bytes // (1024 * 1024))
                digest.update(block)
                file.write(block)
        if size == 0:
            raise DeskError("file_empty")
        os.replace(name, _place_for(digest.hexdigest()))
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return Stored(digest.hexdigest(), size)


def adopt(path: Path) -> Stored:
    """Take a whole file that lies in one of our folders under its digest as well, without copying a byte."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        size = file.tell()
    target = _place_for(sha256)
    os.utime(path)  # the sweep leaves alone what is new
    try:
        os.link(path, target)
    except FileExistsError:
        os.utime(target)
    return Stored(sha256, size)


def _place_for(sha256: str) -> Path:
    target = path_of(sha256)
    target.parent.mkdir(parents=True, exist_ok=True)
    return target


def blocks(sha256: str, *, start: int = 0, length: int | None = None) -> Iterator[bytes]:
    """Yield the bytes from `start`, at most `length` of them."""
    left = length
    with path_of(sha256).open("rb") as file:
        file.seek(start)
        while left is None or left > 0:
            block = file.read(BLOCK if left is None else min(BLOCK, left))
            if not block:
                return
            if left is not None:
                left -= len(block)
            yield block


def sweep(*, older_than_seconds: float, now: float) -> int:
    """Remove what a broken upload left behind; return how many files."""
    count = 0
    for path in (_root() / "incoming").glob("*"):
        if now - path.stat().st_mtime > older_than_seconds:
            path.unlink(missing_ok=True)
            count += 1
    return count


def remove(sha256: str, *, older_than_seconds: float, now: float) -> None:
    """Remove bytes that nobody needs, unless they were written lately: somebody may be sending the same ones now."""
    path = path_of(sha256)
    try:
        if now - path.stat().st_mtime > older_than_seconds:
            path.unlink()
    except FileNotFoundError:
        pass
