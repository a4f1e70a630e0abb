"""Lines to the mail server: opened, encrypted, signed in, and kept from one letter of a batch to the next.

A line is used again only after a letter that was taken; whatever goes wrong on one closes it. Where a kept line proves
dead or worn out before a letter was handed over, the letter goes by a fresh one. Once it was handed over it is not
asked again here: the server may have it, and only the next attempt, with the same Message-ID, is none too many.
"""

import os
import smtplib
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ipaddress import ip_address
from time import monotonic
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from channels.errors import SendError

TIMEOUT_SECONDS = 20  # of one step
WHOLE_SECONDS = 45  # of a letter: under services.deliveries.STALE, or a second worker would send it meanwhile
GOODBYE_SECONDS = 2
PORTS = {"smtp": 25, "smtps": 465}


class Dialogue(smtplib.SMTP):
    """An SMTP client whose whole dialogue about a letter has an end, not only each step of it."""

    def __init__(self, *args: Any, ends_at: float, **options: Any) -> None:
        self._ends_at = ends_at
        self.has_handed_over = False
        super().__init__(*args, **options)

    def begin(self, ends_at: float) -> None:
        """Go on with something else, which has to end then."""
        self._ends_at, self.has_handed_over = ends_at, False

    def data(self, msg: Any) -> tuple[int, bytes]:
        self.has_handed_over = True  # from here on the server may have the letter, whatever is heard of it
        return super().data(msg)

    def getreply(self) -> tuple[int, bytes]:
        left = self._ends_at - monotonic()
        if left <= 0 or self.sock is None:
            self.close()
            raise TimeoutError("the mail server took too long over the letter")
        self.sock.settimeout(min(left, TIMEOUT_SECONDS))
        return super().getreply()


class DialogueOverTls(Dialogue, smtplib.SMTP_SSL):
    """The same, encrypted from its first byte."""


class _Kept:
    """Lines that nobody uses now, by the address and the name that they were opened with."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.keepers = 0
        self.idle: dict[tuple[int, str, str], list[Dialogue]] = {}


_kept = _Kept()


@contextmanager
def kept_open() -> Iterator[None]:
    """Keep lines open until the end of the block; without one each letter has a line of its own."""
    with _kept.lock:
        _kept.keepers += 1
    try:
        yield
    finally:
        with _kept.lock:
            _kept.keepers -= 1
            over = [] if _kept.keepers else [line for lines in _kept.idle.values() for line in lines]
            if not _kept.keepers:
                _kept.idle.clear()
        for line in over:
            _hang_up(line)


def send(address: str, name: str, sender: str, reader: str, letter: bytes) -> None:
    """Hand a letter to the server at `address` (MAIL_URL), which is greeted by `name`.

    Raises what smtplib and the socket raise, and SendError of an address that will not do.
    """
    whose = os.getpid(), address, name  # a forked process must not speak on its parent's line
    ends_at = monotonic() + WHOLE_SECONDS
    line = _idle(whose)
    if line is not None:
        line.begin(ends_at)
        try:
            _say(line, whose, sender, reader, letter)
            return
        except (smtplib.SMTPSenderRefused, OSError):  # closed meanwhile, or so many letters on a line and no more
            if line.has_handed_over:
                raise
    _say(_open(urlsplit(address), name, ends_at), whose, sender, reader, letter)


def _idle(whose: tuple[int, str, str]) -> Dialogue | None:
    with _kept.lock:
        lines = _kept.idle.get(whose)
        return lines.pop() if lines else None


def _say(line: Dialogue, whose: tuple[int, str, str], sender: str, reader: str, letter: bytes) -> None:
    try:
        line.sendmail(sender, [reader], letter)
    except BaseException:
        line.close()
        raise
    with _kept.lock:
        if _kept.keepers:
            _kept.idle.setdefault(whose, []).append(line)
            return
    _hang_up(line)


def _hang_up(line: Dialogue) -> None:
    """Say goodbye. Once the letter is taken nothing may fail: a repeat would be a second one."""
    line.begin(monotonic() + GOODBYE_SECONDS)
    with suppress(smtplib.SMTPException, OSError):
        line.quit()
    line.close()


def _open(url: SplitResult, name: str, ends_at: float) -> Dialogue:
    """Connect, encrypt and sign in."""
    line = _connect(url, name, ends_at)
    try:
        line.ehlo()
        if url.scheme == "smtp":
            _encrypt(line, url)
        if url.username:
            line.login(unquote(url.username), unquote(url.password or ""))
    except BaseException:
        line.close()
        raise
    return line


def _connect(url: SplitResult, name: str, ends_at: float) -> Dialogue:
    """`name` is for EHLO; smtplib would ask the name service for ours."""
    try:
        host, port = url.hostname or "", url.port or PORTS[url.scheme]
    except (KeyError, ValueError) as error:
        raise SendError(permanent=False, reason=f"MAIL_URL can't be used: {error}") from error
    if url.scheme == "smtps":
        return DialogueOverTls(host, port, name, ends_at=ends_at, timeout=TIMEOUT_SECONDS, context=tls(url))
    return Dialogue(host, port, name, ends_at=ends_at, timeout=TIMEOUT_SECONDS)


def _encrypt(line: Dialogue, url: SplitResult) -> None:
    """STARTTLS when offered; a password never crosses a network in the clear."""
    if line.has_extn("starttls"):
        line.starttls(context=tls(url))
        line.ehlo()
    elif url.username and not _is_here(url):
        raise SendError(permanent=False, reason="MAIL_URL has a password, but the server offers no encryption")


def tls(url: SplitResult) -> ssl.SSLContext:
    """Return how to encrypt. A certificate is checked where somebody in between would gain a password or where
    smtps:// promises it; else, as between mail servers, any encryption is better than none."""
    context = ssl.create_default_context()
    if _is_here(url) or (url.scheme == "smtp" and not url.username):
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _is_here(url: SplitResult) -> bool:
    """Tell whether the server is on this machine."""
    host = url.hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
