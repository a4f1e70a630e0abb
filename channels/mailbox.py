"""A folder of letters, one .eml each: what `MAIL_URL=file://…` writes, `/demo/mail` and `flask mail last` read."""

import os
import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser, BytesParser
from pathlib import Path

from channels.wire import WIRE

SCHEME = "file://"
NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*")  # of a letter: it comes back in addresses


@dataclass(frozen=True)
class Letter:
    """A letter as it lies in the folder. `id` is its file's name without .eml; `to` the plain address."""

    id: str
    to: str
    subject: str
    at: datetime
    text: str
    html: str
    headers: dict[str, str]
    path: str


def folder_of(mail_url: str) -> Path | None:
    """Return the folder that a `file://` MAIL_URL names, None for any other."""
    return Path(mail_url.removeprefix(SCHEME)) if mail_url.startswith(SCHEME) else None


def write(folder: Path, name: str, letter: EmailMessage) -> Path:
    """Put the letter into the folder, whole or not at all, over an earlier one of the same name. May raise OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.eml"
    unfinished = folder / f".{name}.{secrets.token_hex(4)}.tmp"
    try:
        unfinished.write_bytes(letter.as_bytes(policy=WIRE))
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path


def letters(folder: Path, to: str | None = None, limit: int = 50) -> list[Letter]:
    """Return the letters to one address, or all, the last written first."""
    found: list[Letter] = []
    for path in _newest_first(folder):
        if len(found) >= limit:
            break
        with suppress(FileNotFoundError):  # somebody empties the folder meanwhile
            if to is None or _is_to(path, to):
                found.append(_read(path))
    return found


def last(folder: Path, to: str | None = None) -> Letter | None:
    """Return the letter written last, to one address or to anybody."""
    return next(iter(letters(folder, to, limit=1)), None)


def letter(folder: Path, letter_id: str) -> Letter | None:
    """Return one letter by its id, None when there is none (or the id is no plain name)."""
    if not NAME.fullmatch(letter_id):
        return None
    with suppress(FileNotFoundError):
        return _read(folder / f"{letter_id}.eml")
    return None


def _newest_first(folder: Path) -> Iterator[Path]:
    """By the time of writing, not by name: the robot may be run as of another day."""
    try:
        with os.scandir(folder) as entries:
            times = [(_written(entry), entry.name) for entry in entries if NAME.fullmatch(entry.name)]
    except FileNotFoundError:
        return
    for _, name in sorted(times, reverse=True):
        if name.endswith(".eml"):
            yield folder / name


def _written(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def _is_to(path: Path, address: str) -> bool:
    with path.open("rb") as file:
        head = BytesHeaderParser(policy=policy.default).parse(file)
    return _reader(head) == address.strip().lower()


def _reader(head: EmailMessage) -> str:
    addresses = head["To"].addresses if head["To"] else ()
    return addresses[0].addr_spec.lower() if addresses else ""


def _read(path: Path) -> Letter:
    with path.open("rb") as file:
        found = BytesParser(policy=policy.default).parse(file)
    return Letter(
        id=path.stem,
        to=_reader(found),
        subject=str(found["Subject"] or ""),
        at=found["Date"].datetime if found["Date"] else datetime.fromtimestamp(path.stat().st_mtime, UTC),
        text=_part(found, "plain"),
        html=_part(found, "html"),
        headers={name: str(value) for name, value in found.items()},
        path=str(path),
    )


def _part(found: EmailMessage, kind: str) -> str:
    part = found.get_body((kind,))
    return part.get_content().replace("\r\n", "\n") if part is not None else ""
