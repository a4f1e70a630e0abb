"""The folder of letters that a desk without a mail server has."""

import os
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from channels import mailbox

AT = datetime(2023, 6, 14, 8, 43, tzinfo=UTC)


def letter(to: str = "test@mail.ru", subject: str = "Вам предоставлен доступ в систему") -> EmailMessage:
    made = EmailMessage()
    made["From"] = "nag-support <support@desk.example>"
    made["To"] = to
    made["Subject"] = subject
    made["Date"] = AT
    made["Message-ID"] = "<one@desk.example>"
    made.set_content("Логин: test@mail.ru\nвторая строка\n", cte="base64")
    made.add_alternative("<p>Логин: <b>test@mail.ru</b></p>\n", subtype="html", cte="base64")
    return made


def put(folder: Path, name: str, made: EmailMessage, *, second: int) -> None:
    """Write a letter as if at that second."""
    path = mailbox.write(folder, name, made)
    os.utime(path, (1_700_000_000 + second, 1_700_000_000 + second))


def test_written_letter_is_read_back_whole(tmp_path: Path) -> None:
    made = letter()
    path = mailbox.write(tmp_path / "mail", "one", made)
    assert mailbox.last(tmp_path / "mail") == mailbox.Letter(
        id="one",
        to="test@mail.ru",
        subject="Вам предоставлен доступ в систему",
        at=AT,
        text="Логин: test@mail.ru\nвторая строка\n",
        html="<p>Логин: <b>test@mail.ru</b></p>\n",
        headers={
            "From": "nag-support <support@desk.example>",
            "To": "test@mail.ru",
            "Subject": "Вам предоставлен доступ в систему",
            "Date": "Wed, 14 Jun 2023 08:43:00 +0000",
            "Message-ID": "<one@desk.example>",
            "MIME-Version": "1.0",
            "Content-Type": str(made["Content-Type"]),  # the boundary was chosen on writing
        },
        path=str(path),
    )


def test_letter_written_last_comes_first_whatever_its_name(tmp_path: Path) -> None:
    put(tmp_path, "2030-robot-of-another-day", letter(subject="раньше"), second=1)
    put(tmp_path, "2023-today", letter(subject="позже"), second=2)
    assert [found.subject for found in mailbox.letters(tmp_path)] == ["позже", "раньше"]


def test_letters_of_one_reader_are_found_by_address(tmp_path: Path) -> None:
    put(tmp_path, "a", letter("anna@mail.ru"), second=1)
    put(tmp_path, "b", letter("Boris@mail.ru"), second=2)
    put(tmp_path, "c", letter("anna@mail.ru"), second=3)
    assert [found.id for found in mailbox.letters(tmp_path, to="anna@mail.ru")] == ["c", "a"]
    assert [found.id for found in mailbox.letters(tmp_path, to=" BORIS@mail.ru ")] == ["b"]
    found = mailbox.last(tmp_path, to="anna@mail.ru")
    assert found is not None
    assert found.id == "c"
    assert mailbox.last(tmp_path, to="nobody@mail.ru") is None


def test_no_more_letters_than_asked_for(tmp_path: Path) -> None:
    for number in range(5):
        put(tmp_path, f"letter-{number}", letter(), second=number)
    assert [found.id for found in mailbox.letters(tmp_path, limit=2)] == ["letter-4", "letter-3"]


def test_folder_that_is_not_there_holds_no_letters(tmp_path: Path) -> None:
    assert mailbox.letters(tmp_path / "none") == []
    assert mailbox.last(tmp_path / "none") is None


def test_same_name_again_is_the_same_letter(tmp_path: Path) -> None:
    mailbox.write(tmp_path, "one", letter(subject="раз"))
    mailbox.write(tmp_path, "one", letter(subject="два"))
    assert [found.subject for found in mailbox.letters(tmp_path)] == ["два"]


def test_write_that_fails_leaves_the_earlier_letter_and_nothing_else(tmp_path: Path) -> None:
    mailbox.write(tmp_path, "one", letter())
    broken = letter(subject="не дописано")
    broken.set_payload("\udce9", charset=None)
    with pytest.raises(UnicodeEncodeError):
        mailbox.write(tmp_path, "one", broken)
    assert os.listdir(tmp_path) == ["one.eml"]
    assert [found.subject for found in mailbox.letters(tmp_path)] == ["Вам предоставлен доступ в систему"]


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / ".one.1234.tmp").write_text("unfinished")
    (tmp_path / "notes.txt").write_text("not a letter")
    assert mailbox.letters(tmp_path) == []


def test_letter_is_found_by_its_id(tmp_path: Path) -> None:
    mailbox.write(tmp_path, "20230614T084300.000000-taken-1", letter())
    found = mailbox.letter(tmp_path, "20230614T084300.000000-taken-1")
    assert found is not None
    assert found.subject == "Вам предоставлен доступ в систему"
    assert mailbox.letter(tmp_path, "another") is None


@pytest.mark.parametrize("letter_id", ["../secret", "..", "a/b", "", "/etc/passwd", "one\n"])
def test_id_never_leads_out_of_the_folder(tmp_path: Path, letter_id: str) -> None:
    mailbox.write(tmp_path, "secret", letter())
    assert mailbox.letter(tmp_path / "mail", letter_id) is None


def test_letter_without_date_or_reader_is_shown_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "odd.eml").write_bytes(b"Subject: odd\r\n\r\nbody\r\n")
    found = mailbox.last(tmp_path)
    assert found is not None
    assert (found.subject, found.to, found.text, found.html) == ("odd", "", "body\n", "")


@pytest.mark.parametrize(
    ("url", "folder"),
    [
        ("file:///var/desk/mail", Path("/var/desk/mail")),
        ("file:///var/100% desk/mail", Path("/var/100% desk/mail")),
        ("smtp://127.0.0.1:25", None),
        ("smtps://user:pass@mail.example", None),
    ],
)
def test_only_a_file_address_names_a_folder(url: str, folder: Path | None) -> None:
    assert mailbox.folder_of(url) == folder
