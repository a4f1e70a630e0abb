"""Asks ClamAV's daemon about a file, over its INSTREAM command: the file is streamed and never lies where it can see it."""

import socket
import struct
from collections.abc import Iterable
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 60.0
CONNECT_SECONDS = 3.0
LONGEST_ANSWER = 4096


class ScannerError(Exception):
    """The scanner can't be reached, or broke off: ask again later."""


class TooLargeError(Exception):
    """The scanner takes no file of this size (its StreamMaxLength)."""


def scan(url: str, blocks: Iterable[bytes]) -> str:
    """Return the name of the virus in the bytes, "" when there is none. Raises ScannerError or TooLargeError."""
    try:
        with _connected(url) as connection:
            return _meaning(_asked(connection, blocks))
    except OSError as error:
        raise ScannerError(str(error)) from error


def _connected(url: str) -> socket.socket:
    parts = urlsplit(url)
    if parts.scheme == "unix":
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(CONNECT_SECONDS)
        try:
            connection.connect(parts.path)
        except OSError:
            connection.close()
            raise
    else:
        connection = socket.create_connection((parts.hostname, parts.port or 3310), CONNECT_SECONDS)
    connection.settimeout(TIMEOUT_SECONDS)
    return connection


def _asked(connection: socket.socket, blocks: Iterable[bytes]) -> bytes:
    """Send each block after its length, an empty one at the end, and return the answer, which ends with a zero."""
    try:
        connection.sendall(b"zINSTREAM\0")
        for block in blocks:
            connection.sendall(struct.pack("!I", len(block)) + block)
        connection.sendall(struct.pack("!I", 0))
    except (BrokenPipeError, ConnectionResetError):
        pass  # it has heard enough, and says below why
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < LONGEST_ANSWER:
        more = connection.recv(LONGEST_ANSWER)
        if not more:
            break
        answer += more
    return answer.rstrip(b"\0")


def _meaning(answer: bytes) -> str:
    text = answer.decode("utf-8", "replace").strip()
    if text == "stream: OK":
        return ""
    if text.endswith(" FOUND"):
        return text.removeprefix("stream: ").removesuffix(" FOUND")[:200] or "?"
    if "size limit exceeded" in text:
        raise TooLargeError(text)
    raise ScannerError(text or "it hung up without an answer")
