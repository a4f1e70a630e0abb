"""The world outside, having its moods: a mail server and a push service that fail in every way they know."""

import asyncio
import random
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.support.mail_server import OK, Inbox, mail_server
from tests.support.push_service import NO_ANSWER, PushService

TAKE, MIXED = "take", "mixed"
# To the reader's address, to the letter; the line cut in the middle of the letter, after it, after it was taken; silence.
MAIL_FAULTS = ("rcpt 450 Later", "rcpt 550 Unknown", "451 Later", "554 No", "cut", "drop", "take and drop", "hang")
MIXTURE = (TAKE,) * 30 + MAIL_FAULTS
MAIL_MOODS = (TAKE,) * 6 + (MIXED,) * 6 + MAIL_FAULTS
PUSH_ANSWERS = (201,) * 14 + (413, 413, 429, 429, 500, 500, NO_ANSWER)
GONE = (404, 410)
GONE_EVERY = 60  # messages or so


@dataclass
class MoodyInbox(Inbox):
    """A mail server in a `mood`, which lasts until it is changed; in a mixed one each letter meets one of its own."""

    mood: str = TAKE
    source: random.Random = field(default_factory=random.Random)
    shown: Counter[str] = field(default_factory=Counter)

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        mood = self.source.choice(MIXTURE) if self.mood == MIXED else self.mood
        self.shown[mood] += 1
        envelope.mood = mood  # type: ignore[attr-defined]
        return await super().handle_MAIL(server, session, envelope, address, options)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        mood = mood_of(envelope)
        if mood.startswith("rcpt"):
            return mood.removeprefix("rcpt ")
        return await super().handle_RCPT(server, session, envelope, address, options)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        mood = mood_of(envelope)
        if mood == "hang":
            await asyncio.sleep(3600)
        if "take" in mood:
            await super().handle_DATA(server, session, envelope)
        if "drop" in mood and server.transport is not None:
            server.transport.close()
        return OK if mood == TAKE else mood


def mood_of(envelope: Envelope | None) -> str:
    return str(getattr(envelope, "mood", TAKE))


class Cutting(SMTP):
    """Hangs up in the middle of a letter."""

    async def smtp_DATA(self, arg: str) -> None:
        if mood_of(self.envelope) != "cut" or self.transport is None:
            await super().smtp_DATA(arg)
            return
        await self.push("354 Go on")
        await self._reader.readuntil(b"\r\n")
        self.transport.close()


class MoodyPushService(PushService):
    """Answers as its `source` has it; a browser that it calls gone, in one of the two ways, is gone for ever."""

    def __init__(self) -> None:
        super().__init__()
        self.source: random.Random | None = None
        self.gone: set[str] = set()
        self.shown: Counter[int] = Counter()
        self._lock = threading.Lock()

    def take(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str]]:
        with self._lock:
            status = self._answer_to(path.removeprefix("/push/"))
            is_kept = status == 201 or (status == NO_ANSWER and self.shown[status] % 2 == 0)
            self.shown[status] += 1
        if not is_kept:  # where the line breaks, every second time after the message was taken
            return status, {"Retry-After": "1800"} if status == 429 else {}
        answered = super().take(path, headers, body)
        return (status, {}) if status == NO_ANSWER else answered

    def _answer_to(self, name: str) -> int:
        if name in self.gone:
            return 410
        if self.source is None:
            return 201
        if self.source.randrange(GONE_EVERY) == 0:
            self.gone.add(name)
            return self.source.choice(GONE)
        return self.source.choice(PUSH_ANSWERS)


@dataclass
class World:
    """Both of them, with what a desk has to be told of where they are."""

    inbox: MoodyInbox
    push: MoodyPushService
    settings: dict[str, str]

    def turn(self, source: random.Random | None) -> str:
        """Let their moods change; without a source they are at their best. Returns the mail server's."""
        self.inbox.mood = source.choice(MAIL_MOODS) if source else TAKE
        self.push.source = source and random.Random(source.random())
        return self.inbox.mood

    def figures(self) -> dict[str, Any]:
        """Return what they answered, and how much of it was taken."""
        taken = {"letters taken": len(self.inbox.taken), "pushes taken": len(self.push.received)}
        return taken | {"mail": dict(self.inbox.shown), "push": {str(code): n for code, n in self.push.shown.items()}}


@contextmanager
def world(seed: int) -> Iterator[World]:
    inbox = MoodyInbox(source=random.Random(seed))
    with mail_server(inbox, speaks=Cutting) as port, MoodyPushService() as push:
        yield World(inbox, push, {"MAIL_URL": f"smtp://127.0.0.1:{port}", "PUSH_HOSTS": push.host})
