"""Attachments: whose they are before and after they are sent, their names and types (S29, S34)."""

from io import BytesIO

import pytest

from extensions import db
from models import Attachment, Person
from rules.errors import DeskError
from rules.statuses import Status
from services import comments, files
from services.messages import Enclosed
from tests.conftest import People
from tests.services.played import ANSWER, NOW, ticket_in

SEERS = ("bob", "carol", "mallory", "alice", "sergey", "anna")


def file_of(owner: Person, name: str = "log.txt", data: bytes = b"log") -> Attachment:
    return files.keep(files.store(BytesIO(data)), name, owner, at=NOW)


def seers(file: Attachment, people: People) -> set[str]:
    return {name for name in SEERS if files.visible(file.public_id, getattr(people, name)) is not None}


def test_an_unsent_file_is_its_owners_alone(people: People) -> None:
    assert seers(file_of(people.bob), people) == {"bob"}
    assert seers(file_of(people.alice), people) == {"alice"}  # not even other staff's


def test_a_sent_file_is_seen_by_who_may_see_the_ticket(people: People) -> None:  # S71
    file, ticket = file_of(people.bob), ticket_in(Status.WAITING, people)
    comments.reply(ticket, "", by=people.bob, at=NOW, enclosed=Enclosed([file]))
    assert seers(file, people) == set(SEERS) - {"mallory"}
    people.company.contacts_see_all = False
    db.session.flush()
    assert seers(file, people) == set(SEERS) - {"mallory", "carol"}


def test_a_file_of_an_internal_note_is_for_staff(people: People) -> None:
    file, ticket = file_of(people.alice), ticket_in(Status.WAITING, people)
    comments.note(ticket, "", by=people.alice, at=NOW, enclosed=Enclosed([file]))
    assert seers(file, people) == {"alice", "sergey", "anna"}


def test_who_may_no_longer_see_the_ticket_loses_even_the_file_that_was_his(people: People) -> None:
    file, ticket = file_of(people.carol), ticket_in(Status.WAITING, people)
    comments.reply(ticket, "", by=people.carol, at=NOW, enclosed=Enclosed([file]))
    people.company.contacts_see_all = False
    db.session.flush()
    assert files.visible(file.public_id, people.carol) is None


def test_a_file_that_nobody_knows_is_nobodys(people: People) -> None:
    assert files.visible("0" * 32, people.anna) is None


def test_only_his_own_unsent_files_are_given_back_in_the_order_asked_each_once(people: People) -> None:
    mine = [file_of(people.bob, f"{number}.txt") for number in range(3)]
    sent, stranger = file_of(people.bob), file_of(people.mallory)
    ticket = ticket_in(Status.WAITING, people)
    comments.reply(ticket, "", by=people.bob, at=NOW, enclosed=Enclosed([sent]))
    asked = [file.public_id for file in (mine[2], sent, mine[0], stranger, mine[2])] + ["no-such"]
    assert files.unsent(people.bob, asked) == [mine[2], mine[0]]
    assert files.unsent(people.bob, []) == []


def test_another_persons_file_is_not_sent_by_guessing_its_id(people: People) -> None:
    stolen = files.unsent(people.mallory, [file_of(people.bob).public_id])
    assert stolen == []


def test_the_names_of_files_cannot_be_guessed_from_each_other(people: People) -> None:
    names = {file_of(people.bob).public_id for _ in range(20)}
    assert len(names) == 20 and {len(name) for name in names} == {32}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\Users\\Боб\\лог.txt", "лог.txt"),
        ("../../etc/passwd", "passwd"),
        ("/etc/passwd", "passwd"),
        ("a\r\nSet-Cookie: x=1.txt", "aSet-Cookie: x=1.txt"),
        ("\u202egnp.exe", "gnp.exe"),
        ("...", "file"),
        ("", "file"),
        ("dir/", "file"),
        (".htaccess", "htaccess"),
        ("файл с пробелом.pdf", "файл с пробелом.pdf"),
        ("x" * 300 + ".pdf", "x" * 251 + ".pdf"),
        ("x" * 300, "x" * 255),
        ("x" * 10 + "." + "y" * 300, ("x" * 10 + "." + "y" * 300)[:255]),
    ],
)
def test_a_file_gets_the_last_part_of_its_name_without_traps(given: str, kept: str) -> None:
    assert files.safe_name(given) == kept


TYPES = [
    ("a.png", "image/png", "image"),
    ("a.jpg", "image/jpeg", "image"),
    ("a.svg", "image/svg+xml", "file"),  # may carry scripts: never shown in the page
    ("a.html", "text/html", "file"),
    ("a.mp4", "video/mp4", "video"),
    ("a.mp3", "audio/mpeg", "audio"),
    ("a.log", None, "file"),
    ("a", "application/octet-stream", "file"),
    ("a.png.exe", None, "file"),
]


def test_the_type_is_read_off_the_name(people: People) -> None:
    for name, content_type, kind in TYPES:
        file = file_of(people.bob, name, b"<html><script>alert(1)</script>")
        assert content_type in (None, file.content_type)
        assert files.kind(file.content_type) == kind, name


def test_a_file_larger_than_the_guide_allows_is_refused_before_a_row_is_made(people: People) -> None:  # S34
    class Endless(BytesIO):
        taken = 0

        def read(self, size: int | None = -1, /) -> bytes:
            self.taken += size or 0
            return b"x" * (size or 0)

    stream = Endless()
    with pytest.raises(DeskError, match="file_too_big") as caught:
        files.store(stream)
    assert caught.value.values == {"limit": 75}
    assert stream.taken < 76 * 1024 * 1024


def test_a_file_given_to_two_comments_stays_with_the_first(people: People) -> None:
    """Two tabs send the same upload: the second one finds that it is no longer there to be sent."""
    file, ticket = file_of(people.bob), ticket_in(Status.WAITING, people)
    first = comments.reply(ticket, "", by=people.bob, at=NOW, enclosed=Enclosed([file]))
    again = files.unsent(people.bob, [file.public_id])
    comments.reply(ticket, ANSWER, by=people.bob, at=NOW, enclosed=Enclosed(again))
    assert file.comment_id == first.id


def test_deleting_the_comment_deletes_its_files_rows(people: People) -> None:
    file, ticket = file_of(people.bob), ticket_in(Status.WAITING, people)
    comment = comments.reply(ticket, "", by=people.bob, at=NOW, enclosed=Enclosed([file]))
    db.session.flush()
    db.session.delete(comment)
    db.session.flush()
    db.session.expunge(file)
    assert db.session.get(Attachment, file.id) is None


def test_ids_that_a_form_makes_up_are_looked_for_by_the_hundred_at_most(people: People, statements: list[str]) -> None:
    mine = file_of(people.bob)
    assert files.unsent(people.bob, ["0" * 31 + "\x00", "no-such", "A" * 32, mine.public_id + "\n"]) == []
    asked = [mine.public_id, *(f"{number:032x}" for number in range(100_000))]
    assert files.unsent(people.bob, asked) == [mine]
    assert files.unsent(people.bob, list(reversed(asked))) == []
