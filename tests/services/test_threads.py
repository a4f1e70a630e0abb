"""A ticket's page: who sees what of the thread, in which order, and what counts as read."""

from datetime import timedelta
from io import BytesIO

from sqlalchemy import select

from extensions import db
from models import Attachment, Person, Ticket, TicketRead, VoiceNote
from rules.statuses import Status
from services import cards, comments, files, robot, threads, tickets, voice_notes
from services.messages import Enclosed
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
    bobs, annas = (cards.card(ticket.number, who) for who in (people.bob, people.anna))
    assert bobs is not None and annas is not None
    assert bobs.newest(for_staff=False) == NOW - DAY and annas.newest(for_staff=True) == NOW + DAY
    assert bobs.read_at is annas.read_at is None
    threads.mark_read(ticket.id, people.bob.id, at=NOW)
    bobs = cards.card(ticket.number, people.bob)
    assert bobs is not None and bobs.read_at == NOW


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


def test_a_page_is_three_statements_and_one_more_for_what_a_ticket_has(people: People, statements: list[str]) -> None:
    ticket = ticket_in(S.OPEN, people)
    for minutes in range(30):
        comments.reply(ticket, ANSWER, by=people.alice, at=NOW + timedelta(minutes=minutes))
    db.session.commit()
    db.session.expunge_all()
    bob = db.session.get_one(Person, people.bob.id)
    assert bob.company is not None and not bob.observes_company

    def asked() -> int:
        statements.clear()
        card = cards.card(ticket.number, bob)
        assert card is not None and card.contact_name and card.assignee_name and card.type_name
        part = threads.window(card.id, bob, has_files=card.has_files, has_notes=card.has_notes)
        assert len(part.items) > 30
        return len(statements)

    assert asked() == 3  # the card, what was said, what happened
    file, note = enclosed(people.bob)
    comments.reply(ticket, QUESTION, by=people.bob, at=NOW, enclosed=Enclosed([file], [note]))
    db.session.commit()
    assert asked() == 5
    statements.clear()
    assert cards.pulse(ticket.number, bob) is not None and len(statements) == 1  # what an open page asks all day


def long_thread(people: People, count: int) -> Ticket:
    ticket = ticket_in(S.OPEN, people, at=NOW)
    for minutes in range(count):
        comments.reply(ticket, f"Реплика {minutes}", by=people.bob, at=NOW + timedelta(minutes=minutes))
    db.session.flush()
    return ticket


def texts(part: threads.Window) -> list[str]:
    return [item.body_html for item in part.items if item.kind == "comment"]


def test_a_long_thread_comes_in_windows_that_overlap_nowhere_and_leave_nothing_out(people: People) -> None:
    ticket = long_thread(people, 2 * threads.SHOWN + 5)
    comments.note(ticket, "Для своих", by=people.alice, at=NOW + DAY)
    for who in (people.bob, people.alice):
        seen: list[str] = []
        happened: list[str] = []
        before, turns = None, 0
        while True:
            part = threads.window(ticket.id, who, before=before)
            seen = texts(part) + seen
            happened = [item.event for item in part.items if item.kind == "event"] + happened
            before, turns = part.earlier, turns + 1
            if before is None:
                break
        assert turns == 3 and seen[1:] == [f"<p>Реплика {number}</p>" for number in range(2 * threads.SHOWN + 5)]
        assert happened == ["opened", "assigned"], "the oldest part alone tells how it began"


def test_news_are_what_came_after_what_is_shown(people: People) -> None:
    ticket = ticket_in(S.OPEN, people, at=NOW)
    shown = threads.window(ticket.id, people.bob)
    comments.note(ticket, "Для своих", by=people.alice, at=NOW + DAY)
    comments.reply(ticket, ANSWER, by=people.alice, at=NOW + DAY)
    for who, kinds_seen in ((people.bob, ["comment", "event"]), (people.alice, ["note", "comment", "event"])):
        part = threads.news(ticket.id, who, after_comment=shown.last_comment, after_event=shown.last_event)
        assert [item.kind for item in part.items] == kinds_seen
        again = threads.news(ticket.id, who, after_comment=part.last_comment, after_event=part.last_event)
        assert again.items == [] and (again.last_comment, again.last_event) == (part.last_comment, part.last_event)


def test_an_answer_shows_what_it_answers_with_the_names_of_its_files(people: People) -> None:
    ticket = ticket_in(S.OPEN, people)
    file, _ = enclosed(people.bob)
    long = "Лог во вложении. " * 20
    first = comments.reply(ticket, long, by=people.bob, at=NOW, enclosed=Enclosed([file]))
    comments.reply(ticket, "Смотрю", by=people.alice, at=NOW, reply_to=first.id)
    quote = threads.thread(ticket, people.bob)[-2].quote
    assert quote is not None and (quote.id, quote.author_name) == (first.id, "Тестинг Тестовый")
    assert quote.text.startswith("Лог во вложении. Лог") and len(quote.text) <= threads.EXCERPT
    assert quote.text.endswith("…") and quote.files == ("photo.png",)


def test_a_comment_answers_only_what_its_readers_may_read(people: People) -> None:
    ticket, other = ticket_in(S.OPEN, people), ticket_in(S.OPEN, people)
    note = comments.note(ticket, "Для своих", by=people.alice, at=NOW)
    elsewhere = comments.reply(other, QUESTION, by=people.bob, at=NOW)
    for answered in (note.id, elsewhere.id, 10**8):
        assert comments.reply(ticket, ANSWER, by=people.alice, at=NOW, reply_to=answered).reply_to_id is None
    assert comments.note(ticket, "Да", by=people.alice, at=NOW, reply_to=note.id).reply_to_id == note.id
    assert threads.quotable(ticket.id, note.id, people.bob) is None
    assert threads.quotable(ticket.id, elsewhere.id, people.bob) is None
    assert threads.quotable(ticket.id, note.id, people.sergey) is not None
