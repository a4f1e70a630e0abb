"""The beginning of a text file as text: logs and configurations come in several encodings and never say in which."""

import codecs
from dataclasses import dataclass

from services import storage

MOST = 200 * 1024  # bytes
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True)
class Beginning:
    """`is_whole` when nothing of the file was left out."""

    text: str
    is_whole: bool


def of(sha256: str, size: int) -> Beginning | None:
    """Return the file's first 200 KiB as text; None when it is no text."""
    data = b"".join(storage.blocks(sha256, length=MOST))
    text = _decoded(data, is_whole=size <= MOST)
    return None if text is None else Beginning(text.replace("\r\n", "\n").replace("\r", "\n"), size <= MOST)


def _decoded(data: bytes, *, is_whole: bool) -> str | None:
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return codecs.getincrementaldecoder(encoding)("replace").decode(data)
    if b"\0" in data:
        return None
    try:  # the last letter may be cut in two
        return codecs.getincrementaldecoder("utf-8")().decode(data, final=is_whole)
    except UnicodeDecodeError:
        return data.decode("cp1251", "replace")
