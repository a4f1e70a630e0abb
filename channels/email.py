"""The e-mail channel: a delivery becomes a letter and goes where MAIL_URL says (smtp, smtps, or a folder)."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC
from email.message import EmailMessage
from ipaddress import ip_address
from time import monotonic
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from flask import current_app

from channels import letters, mailbox
from channels.errors import SendError
from channels.wire import WIRE
from models import Delivery

TIMEOUT_SECONDS = 20  # of one step
WHOLE_SECONDS = 45  # of the dialogue: under services.deliveries.STALE, or a second worker would send it meanwhile
AUTH_NEEDED = {530, 534, 535, 538}  # RFC 4954: our fault, not the reader's, whichever command it answers
TOO_BIG = 552
PORTS = {"smtp": 25, "smtps": 465}


class Dialogue(smtplib.SMTP):
    """An SMTP client whose whole dialogue has an end, not only each step of it."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self._ends_at = monotonic() + WHOLE_SECONDS
        super().__init__(*args, **options)

    def getreply(self) -> tuple[int, bytes]:
        left = self._ends_at - monotonic()
        if left <= 0 or self.sock is None:
            self.close()
            raise TimeoutError("the mail server took too long over the letter")
        self.sock.settimeout(min(left, TIMEOUT_SECONDS))
        return super().getreply()


class DialogueOverTls(Dialogue, smtplib.SMTP_SSL):
    """The same, encrypted from its first byte."""


def send(delivery: Delivery) -> None:
    """Send one letter; sent again, it is the same letter (same Message-ID, same file).

    Reads through the session and writes nothing there. Raises SendError: permanent when the letter or its reader
    will not do, to be tried again when the way there is closed.
    """
    letter = letters.render(delivery)
    url = current_app.config["MAIL_URL"]
    folder = mailbox.folder_of(url)
    if folder is None:
        _send_by_smtp(urlsplit(url), letter)
        return
    try:
        mailbox.write(folder, _file_name(delivery), letter)
    except OSError as error:
        raise SendError(permanent=False, way_closed=True, reason=f"{folder}: {error}") from error


def _file_name(delivery: Delivery) -> str:
    """Return a name that sorts by time and is the delivery's own, so that a repeat overwrites."""
    moment = delivery.created_at.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%f")
    return f"{moment}-{letters.id_of(delivery.key)}"


def _send_by_smtp(url: SplitResult, letter: EmailMessage) -> None:
    with _errors_told(), _connection(url) as server:
        reader = letter["To"].addresses[0].addr_spec
        server.sendmail(letters.sender().addr_spec, [reader], letter.as_bytes(policy=WIRE))


@contextmanager
def _connection(url: SplitResult) -> Iterator[smtplib.SMTP]:
    """Connect, encrypt and sign in. Once the letter is taken nothing may fail: a repeat would be a second one."""
    server = _connect(url)
    try:
        server.ehlo()
        if url.scheme == "smtp":
            _encrypt(server, url)
        if url.username:
            server.login(unquote(url.username), unquote(url.password or ""))
        yield server
        with suppress(smtplib.SMTPException, OSError):
            server.quit()
    finally:
        server.close()


def _connect(url: SplitResult) -> smtplib.SMTP:
    name = letters.sender().domain  # for EHLO; smtplib would ask the name service for ours
    try:
        host, port = url.hostname or "", url.port or PORTS[url.scheme]
    except (KeyError, ValueError) as error:
        raise SendError(permanent=False, reason=f"MAIL_URL can't be used: {error}") from error
    if url.scheme == "smtps":
        return DialogueOverTls(host, port, name, timeout=TIMEOUT_SECONDS, context=tls(url))
    return Dialogue(host, port, name, timeout=TIMEOUT_SECONDS)


def _encrypt(server: smtplib.SMTP, url: SplitResult) -> None:
    """STARTTLS when offered; a password never crosses a network in the clear."""
    if server.has_extn("starttls"):
        server.starttls(context=tls(url))
        server.ehlo()
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


@contextmanager
def _errors_told() -> Iterator[None]:
    """Turn what went wrong into SendError: permanent when the server will never take this letter for this reader."""
    try:
        yield
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))
        raise _refused(code, words, permanent=code >= 500) from error
    except smtplib.SMTPSenderRefused as error:  # MAIL_FROM is the operator's to mend
        raise _refused(error.smtp_code, error.smtp_error, permanent=error.smtp_code == TOO_BIG) from error
    except smtplib.SMTPDataError as error:
        raise _refused(error.smtp_code, error.smtp_error, permanent=error.smtp_code >= 500) from error
    except smtplib.SMTPResponseException as error:
        raise _refused(error.smtp_code, error.smtp_error, permanent=False) from error
    except OSError as error:  # SMTPException, timeouts, TLS and name errors among them
        raise SendError(permanent=False, way_closed=True, reason=f"{type(error).__name__}: {error}") from error


def _refused(code: int, words: bytes | str, *, permanent: bool) -> SendError:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return SendError(permanent=permanent and code not in AUTH_NEEDED, reason=f"{code} {text}")
