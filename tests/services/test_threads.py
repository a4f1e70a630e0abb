"""A ticket's page: who sees what of the thread, in which order, and what counts as read."""

from datetime import timedelta
from io import BytesIO

from sqlalchemy import select

from extensions import db
from models import Attachment, Person, Ticket, TicketRead, VoiceNote
from rules.statuses import Status
from services import comments, files, robot, threads, tickets, voice_notes
from services.tickets import Enclosed
from tests.conftest import People
from tests.services.played import ANSWER, DAY, NOW, QUESTION, do, ticket_in

S = Status


def kinds(ticket: Ticket, person: Person) -> list[str]:
    return [item.event or item.kind for item in threads.thread(ticket, person)]


def enclosed(owner: Person) -> tuple[Attachment, VoiceNote]:
    file = files.keep(files.store(BytesIO(b"log")), "photo.png", owner, at=NOW)
    note = voice_notes.keep(voice_notes.store(BytesIO(b"RIFF")), "audio/wav", owner, client_id=None, at=NOW)
    return file, note


def test_the_thread_tells_what_was_said_and_what_followed_in_order(people: People) -> None:
    ticket = ticket_in(S.OPEN, people, at=NOW)
    do("comment", ticket, people.alice, NOW + timedelta(hours=1))
    do("comment", ticket, people.bob, NOW + timedelta(hours=2))
    do("comment", ticket, people.bob, NOW + timedelta(hours=3))
    do("resolve", ticket, people.alice, NOW + timedelta(hours=4))
    shown = ["opened", "comment", "assigned", "comment", "commented", "comment", "commented", "comment", "status"]
    for who in (people.bob, people.alice):
        assert kinds(ticket, who) == shown


def test_a_note_and_what_hangs_on_it_is_for_staff_only(people: People) -> None:
    ticket = ticket_in(S.OPEN, people)
    file, note = enclosed(people.alice)
    comments.note(ticket, "Клиент прав", by=people.alice, at=NOW, enclosed=Enclosed([file], [note]))
    tickets.identify(ticket, by=people.alice, at=NOW)
    for who in (people.bob, people.carol):
        items = threads.thread(ticket, who)
        assert [item.event or item.kind for item in items] == ["opened", "comment", "assigned"]
        assert not any(item.attachments or item.voice_notes for item in items)
    staff = {item.kind: item for item in threads.thread(ticket, people.sergey)}
    assert [shown.name for shown in staff["note"].attachments] == ["photo.png"]
    assert [shown.id for shown in staff["note"].voice_notes] == [note.public_id]
    assert "identified" in kinds(ticket, people.sergey)


def test_a_comment_shows_its_author_its_files_and_whose_it_is(people: People) -> None:
    ticket = ticket_in(S.OPEN, people)
    file, note = enclosed(people.bob)
    comments.reply(ticket, QUESTION, by=people.bob, at=NOW, enclosed=Enclosed([file], [note]))
    item = threads.thread(ticket, people.bob)[-1]
    assert (item.author_name, item.author_initials, item.author_kind, item.is_mine) == (
        "Тестинг Тестовый", "ТТ", "customer", True
    )  # fmt: skip
    assert [(shown.name, shown.kind, shown.size) for shown in item.attachments] == [("photo.png", "image", 3)]
    assert [(shown.state, shown.percent, shown.text) for shown in item.voice_notes] == [("waiting", 0, "")]
    assert not threads.thread(ticket, people.carol)[-1].is_mine
    assert [shown.is_description for shown in threads.thread(ticket, people.bob) if shown.kind == "comment"] == [
        True, False
    ]  # fmt: skip


def test_the_robot_speaks_as_the_robot(people: People) -> None:  # S53
    ticket = ticket_in(S.WAITING, people)
    robot.step(ticket.id, at=NOW + 2 * DAY)
    robot.step(ticket.id, at=NOW + 4 * DAY)
    items = threads.thread(ticket, people.bob)[-3:]
    assert [(item.kind, item.author_kind) for item in items] == [
        ("comment", "robot"),
        ("comment", "robot"),
        ("event", "robot"),
    ]
    assert items[-1].data["verb"] == "resolve"


def read_at(person: Person, ticket: Ticket) -> object:
    query = select(TicketRead.read_at).where(TicketRead.person_id == person.id, TicketRead.ticket_id == ticket.id)
    return db.session.scalar(query)


def test_a_page_is_unread_up_to_the_newest_that_its_reader_may_see(people: People) -> None:
    ticket = ticket_in(S.OPEN, people, at=NOW)
    comments.note(ticket, "Для своих", by=people.alice, at=NOW + DAY)
    bobs, annas = (threads.page_ticket(ticket.number, who) for who in (people.bob, people.anna))
    assert bobs is annas is ticket and ticket.unread_until == NOW + DAY
    seen = threads.page_ticket(ticket.number, people.bob)
    assert seen is not None and seen.unread_until == NOW - DAY


def test_what_was_read_is_not_marked_again(people: People) -> None:
    ticket = ticket_in(S.OPEN, people)
    threads.mark_read(ticket.id, people.bob.id, at=ticket.updated_at)
    page = threads.page_ticket(ticket.number, people.bob)
    assert page is not None and page.unread_until is None
    do("comment", ticket, people.alice, NOW + DAY)
    page = threads.page_ticket(ticket.number, people.bob)
    assert page is not None and page.unread_until == NOW + DAY


def test_a_slow_page_does_not_mark_as_unread_what_was_read_since(people: People) -> None:
    ticket = ticket_in(S.OPEN, people)
    threads.mark_read(ticket.id, people.bob.id, at=NOW + DAY)
    threads.mark_read(ticket.id, people.bob.id, at=NOW)
    assert read_at(people.bob, ticket) == NOW + DAY


def test_each_reads_for_himself(people: People) -> None:
    ticket = ticket_in(S.OPEN, people)
    threads.mark_read(ticket.id, people.bob.id, at=NOW)
    threads.mark_read(ticket.id, people.carol.id, at=NOW + DAY)
    assert (read_at(people.bob, ticket), read_at(people.carol, ticket)) == (NOW, NOW + DAY)


def test_a_page_is_no_more_than_five_statements_however_long_the_thread(people: People, statements: list[str]) -> None:
    ticket = ticket_in(S.OPEN, people)
    for minutes in range(30):
        comments.reply(ticket, ANSWER, by=people.alice, at=NOW + timedelta(minutes=minutes))
    db.session.commit()
    db.session.expunge_all()
    bob = db.session.get_one(Person, people.bob.id)
    assert bob.company is not None
    statements.clear()
    page = threads.page_ticket(ticket.number, bob)
    assert page is not None and page.contact.full_name and page.assignee is not None and page.type.name
    assert len(threads.thread(page, bob)) > 30
    assert len(statements) == 5
