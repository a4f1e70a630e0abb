"""A real SMTP server on a free port of this machine, which refuses, encrypts or asks for a password when told to."""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

OK = "250 OK"


@dataclass
class Taken:
    """A letter as the server got it."""

    sender: str
    readers: list[str]
    letter: EmailMessage
    was_encrypted: bool
    user: str


@dataclass
class Inbox:
    """What the server answers to each command, and what it took."""

    sender_answer: str = OK
    reader_answer: str = OK
    data_answer: str = OK
    hangs_up: bool = False  # after the letter, in place of an answer
    user: str = "desk"
    password: str = "secret"
    taken: list[Taken] = field(default_factory=list)

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.sender_answer == OK:
            envelope.mail_from = address
        return self.sender_answer

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.reader_answer == OK:
            envelope.rcpt_tos.append(address)
        return self.reader_answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.hangs_up and server.transport is not None:
            server.transport.close()
        elif self.data_answer == OK:
            letter = message_from_bytes(envelope.original_content or b"", policy=policy.default)
            assert isinstance(letter, EmailMessage)
            user = session.auth_data.login.decode() if isinstance(session.auth_data, LoginPassword) else ""
            encrypted = session.ssl is not None
            self.taken.append(Taken(envelope.mail_from or "", envelope.rcpt_tos, letter, encrypted, user))
        return self.data_answer

    def check(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        good = isinstance(data, LoginPassword) and data == LoginPassword(self.user.encode(), self.password.encode())
        return AuthResult(success=good, handled=False, auth_data=data)


class FreePort(Controller):
    """Listens on whatever port is free; `port` says which. Leaves no connection open when it stops."""

    def __init__(self, *args: Any, speaks: type[SMTP] = SMTP, **options: Any) -> None:
        super().__init__(*args, **options)
        self._speaks = speaks
        self.served: list[SMTP] = []

    def factory(self) -> SMTP:
        self.served.append(self._speaks(self.handler, **self.SMTP_kwargs))
        return self.served[-1]

    def stop(self, no_assert: bool = False) -> None:
        asyncio.run_coroutine_threadsafe(self._hang_up(), self.loop).result(timeout=10)
        super().stop(no_assert)

    async def _hang_up(self) -> None:
        """A transport that outlives its loop complains about itself in whatever test the collector comes by."""
        for transport in [served.transport for served in self.served]:
            if isinstance(transport, asyncio.Transport):
                transport.abort()
        for _turn in range(3):  # of the loop: the abort, the TLS layer's, the connection's end
            await asyncio.sleep(0)

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@contextmanager
def mail_server(inbox: Inbox, **options: Any) -> Iterator[int]:
    """Serve `inbox` and yield the port. `options` are aiosmtpd's: tls_context, ssl_context, auth_required…; `speaks`: whose
    commands it knows."""
    server = FreePort(inbox, hostname="127.0.0.1", port=0, authenticator=inbox.check, **options)
    server.start()
    try:
        yield server.port
    finally:
        server.stop()


def certificate(folder: Path, name: str = "localhost") -> ssl.SSLContext:
    """Return a server's TLS context with a certificate of its own making."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(who, who, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + made.public_bytes(Encoding.PEM))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(path)
    return context
