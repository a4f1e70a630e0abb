"""Lines to the mail server that are kept from one letter to the next, and what becomes of them when one goes wrong."""

import smtplib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from channels import smtp
from tests.support.mail_server import OK, Inbox, mail_server

Send = Callable[[int], None]


@dataclass
class Busy(Inbox):
    """Knows by which line each letter came. After `most` letters on a line it answers the next MAIL by `answer`, or hangs
    up where that is empty; it breaks off in place of an answer to letter number `breaks_at`."""

    most: int = 1000
    answer: str = ""
    breaks_at: int = 0
    lines: Counter[object] = field(default_factory=Counter)
    given: int = 0

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.lines[session.peer] < self.most:
            return await super().handle_MAIL(server, session, envelope, address, options)
        if not self.answer and server.transport is not None:
            server.transport.close()
        return self.answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.given += 1
        if self.given == self.breaks_at and server.transport is not None:
            server.transport.close()
            return OK
        self.lines[session.peer] += 1
        return await super().handle_DATA(server, session, envelope)


@pytest.fixture
def inbox() -> Busy:
    return Busy()


@pytest.fixture
def send(inbox: Busy) -> Iterator[Send]:
    with mail_server(inbox) as port:

        def one(number: int) -> None:
            letter = f"Subject: {number}\r\n\r\nHello\r\n".encode()
            smtp.send(f"smtp://127.0.0.1:{port}", "desk.example", "desk@desk.example", "bob@bob.example", letter)

        yield one


def subjects(inbox: Busy) -> list[str]:
    return [str(taken.letter["Subject"]) for taken in inbox.taken]


def test_a_batch_goes_by_one_line(send: Send, inbox: Busy) -> None:
    with smtp.kept_open():
        for number in range(5):
            send(number)
    assert list(inbox.lines.values()) == [5]
    assert subjects(inbox) == ["0", "1", "2", "3", "4"]


def test_without_a_batch_each_letter_has_a_line_of_its_own(send: Send, inbox: Busy) -> None:
    with smtp.kept_open():
        send(0)
    send(1)
    send(2)
    assert list(inbox.lines.values()) == [1, 1, 1]


@pytest.mark.parametrize("answer", ["", "421 4.7.0 too many messages on this line", "452 4.5.3 that is enough"])
def test_a_line_that_is_worn_out_costs_no_letter(send: Send, inbox: Busy, answer: str) -> None:
    inbox.most, inbox.answer = 2, answer
    with smtp.kept_open():
        for number in range(5):
            send(number)
    assert list(inbox.lines.values()) == [2, 2, 1]
    assert subjects(inbox) == ["0", "1", "2", "3", "4"]


def test_a_letter_that_may_have_been_taken_is_not_repeated_here(send: Send, inbox: Busy) -> None:
    inbox.breaks_at = 2
    with smtp.kept_open():
        send(0)
        with pytest.raises(smtplib.SMTPServerDisconnected):
            send(1)
        send(2)
    assert inbox.given == 3 and subjects(inbox) == ["0", "2"]
    assert list(inbox.lines.values()) == [1, 1], "the broken line is not used again"


def test_a_refused_letter_takes_its_line_along(send: Send, inbox: Busy) -> None:
    with smtp.kept_open():
        send(0)
        inbox.reader_answer = "550 no such user"
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            send(1)
        inbox.reader_answer = OK
        send(2)
    assert list(inbox.lines.values()) == [1, 1]
