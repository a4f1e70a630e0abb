"""The e-mail channel: a delivery becomes a letter and goes where MAIL_URL says (smtp, smtps, or a folder)."""

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from email.message import EmailMessage

from flask import current_app

from channels import letters, mailbox, smtp
from channels.errors import SendError
from channels.wire import WIRE
from models import Delivery

AUTH_NEEDED = {530, 534, 535, 538}  # RFC 4954: our fault, not the reader's, whichever command it answers
TOO_BIG = 552


def send(delivery: Delivery) -> None:
    """Send one letter; sent again, it is the same letter (same Message-ID, same file).

    Reads through the session and writes nothing there. Raises SendError: permanent when the letter or its reader
    will not do, to be tried again when the way there is closed.
    """
    letter = letters.render(delivery)
    url = current_app.config["MAIL_URL"]
    folder = mailbox.folder_of(url)
    if folder is None:
        _send_by_smtp(url, letter)
        return
    try:
        mailbox.write(folder, _file_name(delivery), letter)
    except OSError as error:
        raise SendError(permanent=False, way_closed=True, reason=f"{folder}: {error}") from error


def _file_name(delivery: Delivery) -> str:
    """Return a name that sorts by time and is the delivery's own, so that a repeat overwrites."""
    moment = delivery.created_at.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%f")
    return f"{moment}-{letters.id_of(delivery.key)}"


def _send_by_smtp(address: str, letter: EmailMessage) -> None:
    with _errors_told():
        reader, sender = letter["To"].addresses[0].addr_spec, letters.sender()
        smtp.send(address, sender.domain, sender.addr_spec, reader, letter.as_bytes(policy=WIRE))


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
