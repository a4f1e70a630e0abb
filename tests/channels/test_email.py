"""Sending: into a folder, by SMTP, and what is made of each refusal."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask

from channels import email, mailbox, smtp
from channels.errors import SendError
from models import Delivery
from services import deliveries
from tests.support.letter_rows import Talk
from tests.support.mail_server import Inbox, certificate, mail_server

SendBy = Callable[[str], None]


@pytest.fixture
def send_by(app: Flask, monkeypatch: pytest.MonkeyPatch) -> SendBy:
    """Return what sets MAIL_URL for one test."""
    return lambda url: monkeypatch.setitem(app.config, "MAIL_URL", url)


@pytest.fixture
def delivery(app: Flask) -> Delivery:
    talk = Talk()
    return talk.news(talk.say("Здравствуйте"))


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def by_smtp(send_by: SendBy, inbox: Inbox) -> Iterator[int]:
    with mail_server(inbox) as port:
        send_by(f"smtp://127.0.0.1:{port}")
        yield port


def refused(delivery: Delivery) -> SendError:
    with pytest.raises(SendError) as error:
        email.send(delivery)
    return error.value


def test_letter_goes_into_the_folder(send_by: SendBy, delivery: Delivery, tmp_path: Path) -> None:
    send_by(f"file://{tmp_path}/mail")
    email.send(delivery)
    letter = mailbox.last(tmp_path / "mail", to="test@mail.ru")
    assert letter is not None
    assert letter.id == f"20230614T084300.000000-{delivery.key}"
    assert letter.subject == "[TicketID: 152875] Новый комментарий к заявке"
    assert letter.text.startswith("Ответ-комментарий размещайте выше этой строки\n")
    assert letter.headers["Message-ID"] == f"<{delivery.key}@desk.example>"


def test_delivery_sent_again_overwrites_its_file(send_by: SendBy, delivery: Delivery, tmp_path: Path) -> None:
    send_by(f"file://{tmp_path}/mail")
    email.send(delivery)
    email.send(delivery)
    assert len(mailbox.letters(tmp_path / "mail")) == 1


def test_folder_that_can_not_be_written_is_tried_again(send_by: SendBy, delivery: Delivery, tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("a file in its place")
    send_by(f"file://{tmp_path}/mail")
    assert not refused(delivery).permanent


@pytest.mark.usefixtures("by_smtp")
def test_letter_goes_by_smtp(delivery: Delivery, inbox: Inbox) -> None:  # S59
    email.send(delivery)
    (taken,) = inbox.taken
    assert (taken.sender, taken.readers) == ("support@desk.example", ["test@mail.ru"])
    assert taken.letter["Subject"] == "[TicketID: 152875] Новый комментарий к заявке"
    assert not taken.letter.defects
    text = taken.letter.get_body(("plain",))
    assert text is not None
    assert "Здравствуйте" in text.get_content().splitlines()


@pytest.mark.usefixtures("by_smtp")
def test_repeat_is_the_same_letter_for_the_reader(delivery: Delivery, inbox: Inbox) -> None:
    email.send(delivery)
    email.send(delivery)
    assert len({taken.letter["Message-ID"] for taken in inbox.taken}) == 1


@pytest.mark.usefixtures("by_smtp")
@pytest.mark.parametrize(
    ("command", "answer", "permanent"),
    [
        ("reader_answer", "550 5.1.1 no such user", True),
        ("reader_answer", "553 5.1.3 bad address", True),
        ("reader_answer", "450 4.2.0 greylisted", False),
        ("reader_answer", "452 4.2.2 mailbox full", False),
        ("reader_answer", "530 5.7.0 authentication required", False),
        ("sender_answer", "553 5.7.1 sender not allowed", False),
        ("sender_answer", "552 5.3.4 too big", True),
        ("sender_answer", "451 4.3.0 later", False),
        ("data_answer", "554 5.7.1 looks like spam", True),
        ("data_answer", "451 4.3.0 later", False),
        ("data_answer", "421 4.3.2 shutting down", False),
    ],
)
def test_refusal_is_told_apart(delivery: Delivery, inbox: Inbox, command: str, answer: str, permanent: bool) -> None:
    setattr(inbox, command, answer)
    error = refused(delivery)
    assert error.permanent is permanent
    assert str(error) == answer
    assert inbox.taken == []


@pytest.mark.usefixtures("by_smtp")
def test_line_cut_in_the_middle_is_tried_again(delivery: Delivery, inbox: Inbox) -> None:
    inbox.hangs_up = True
    assert not refused(delivery).permanent


def test_server_that_is_down_is_tried_again(send_by: SendBy, delivery: Delivery) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        send_by(f"smtp://127.0.0.1:{closed.getsockname()[1]}")
        assert not refused(delivery).permanent


def test_silent_server_is_given_up_after_a_while(
    send_by: SendBy, delivery: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert smtp.TIMEOUT_SECONDS == 20
    monkeypatch.setattr(smtp, "TIMEOUT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        send_by(f"smtp://127.0.0.1:{silent.getsockname()[1]}")
        error = refused(delivery)
    assert not error.permanent
    assert "timed out" in str(error)


@pytest.mark.usefixtures("by_smtp")
def test_dialogue_ends_before_another_worker_takes_the_delivery(
    delivery: Delivery, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert deliveries.STALE.total_seconds() > smtp.WHOLE_SECONDS
    monkeypatch.setattr(smtp, "WHOLE_SECONDS", 0)
    error = refused(delivery)
    assert not error.permanent
    assert "took too long" in str(error)
    assert inbox.taken == []


@pytest.mark.parametrize("url", ["ftp://127.0.0.1", "smtp://127.0.0.1:port", "smtp://127.0.0.1:99999", "nonsense"])
def test_address_of_no_mail_server_is_the_operators_to_mend(send_by: SendBy, delivery: Delivery, url: str) -> None:
    send_by(url)
    assert not refused(delivery).permanent


def test_encryption_is_taken_when_offered(send_by: SendBy, delivery: Delivery, inbox: Inbox, tmp_path: Path) -> None:
    with mail_server(inbox, tls_context=certificate(tmp_path)) as port:
        send_by(f"smtp://127.0.0.1:{port}")
        email.send(delivery)
    assert [taken.was_encrypted for taken in inbox.taken] == [True]


def test_smtps_is_encrypted_from_the_start(send_by: SendBy, delivery: Delivery, inbox: Inbox, tmp_path: Path) -> None:
    with mail_server(inbox, ssl_context=certificate(tmp_path)) as port:
        send_by(f"smtps://127.0.0.1:{port}")
        email.send(delivery)
    assert [taken.readers for taken in inbox.taken] == [["test@mail.ru"]]


def test_user_and_password_of_the_address_sign_in(
    send_by: SendBy, delivery: Delivery, inbox: Inbox, tmp_path: Path
) -> None:
    inbox.user, inbox.password = "support@desk.example", "p@ss/word:1"
    with mail_server(inbox, tls_context=certificate(tmp_path), auth_required=True) as port:
        send_by(f"smtp://support%40desk.example:p%40ss%2Fword%3A1@127.0.0.1:{port}")
        email.send(delivery)
    assert [(taken.user, taken.was_encrypted) for taken in inbox.taken] == [("support@desk.example", True)]


def test_wrong_password_is_the_operators_to_mend_and_stays_secret(
    send_by: SendBy, delivery: Delivery, inbox: Inbox, tmp_path: Path
) -> None:
    with mail_server(inbox, tls_context=certificate(tmp_path)) as port:
        send_by(f"smtp://desk:mistyped@127.0.0.1:{port}")
        error = refused(delivery)
    assert not error.permanent
    assert str(error).startswith("535")
    assert "mistyped" not in str(error)


def test_password_never_crosses_a_network_in_the_clear(
    by_smtp: int, send_by: SendBy, delivery: Delivery, inbox: Inbox
) -> None:
    send_by(f"smtp://desk:secret@127.1:{by_smtp}")  # leads here too, but does not look like it
    error = refused(delivery)
    assert not error.permanent
    assert "no encryption" in str(error)
    assert inbox.taken == []


def test_certificate_of_nobody_is_no_way_for_a_password(
    send_by: SendBy, delivery: Delivery, inbox: Inbox, tmp_path: Path
) -> None:
    with mail_server(inbox, tls_context=certificate(tmp_path)) as port:
        send_by(f"smtp://desk:secret@127.1:{port}")
        error = refused(delivery)
    assert not error.permanent
    assert "CERTIFICATE_VERIFY_FAILED" in str(error)
    assert inbox.taken == []


def test_certificate_is_checked_where_a_password_or_smtps_depends_on_it() -> None:
    checked = {
        url: smtp.tls(urlsplit(url)).check_hostname
        for url in ("smtp://u:p@mail.example", "smtps://mail.example", "smtp://mail.example", "smtps://127.0.0.1")
    }
    assert checked == {
        "smtp://u:p@mail.example": True,
        "smtps://mail.example": True,
        "smtp://mail.example": False,
        "smtps://127.0.0.1": False,
    }
