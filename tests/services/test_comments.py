"""Answers, thanks and notes: what follows from each (S45, S51)."""

from datetime import timedelta
from io import BytesIO

import pytest
from sqlalchemy import func, select

from extensions import db
from models import Attachment, Comment, Delivery, Person
from rules.statuses import Status
from services import comments, files, tickets
from services.messages import Enclosed
from tests import factories
from tests.conftest import People
from tests.services.played import ANSWER, NOW, QUESTION, THANKS, do, events, said, ticket_in, told

S = Status
CLIENT_ID = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"


def count(table: type[db.Model]) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def file_of(owner: Person) -> Attachment:
    return files.keep(files.store(BytesIO(b"log")), "log.txt", owner, at=NOW)


def test_a_bare_thanks_leaves_a_resolved_ticket_resolved_and_is_read(people: People) -> None:  # table of moves
    ticket = ticket_in(S.RESOLVED, people)
    comments.reply(ticket, "Большое спасибо за помощь!", by=people.bob, at=NOW)
    assert ticket.status == S.RESOLVED
    assert events(ticket)[-1].data == {}
    assert told(events(ticket)[-1]) == {(people.alice.id, "email"): "comment"}


@pytest.mark.parametrize("text", ["Спасибо, но не помогло", "Спасибо?", "Спасибо! А как обновить второй?"])
def test_thanks_with_anything_more_reopens(people: People, text: str) -> None:
    ticket = ticket_in(S.RESOLVED, people)
    comments.reply(ticket, text, by=people.bob, at=NOW)
    assert (ticket.status, events(ticket)[-1].data) == (S.REOPENED, {"from": S.RESOLVED, "to": S.REOPENED})


def test_thanks_with_a_file_reopens(people: People) -> None:
    ticket = ticket_in(S.RESOLVED, people)
    comments.reply(ticket, THANKS, by=people.bob, at=NOW, enclosed=Enclosed([file_of(people.bob)]))
    assert ticket.status == S.REOPENED


def test_thanks_out_of_the_rich_editor_are_thanks(people: People) -> None:
    ticket = ticket_in(S.RESOLVED, people)
    comments.reply(ticket, "<p><b>Спасибо!</b><br></p>", by=people.bob, at=NOW, is_html=True)
    assert ticket.status == S.RESOLVED


def test_the_same_comment_sent_twice_is_one_comment_and_one_letter(people: People) -> None:
    ticket = ticket_in(S.WAITING, people)
    before = count(Delivery)
    made = [
        comments.reply(ticket, QUESTION, by=people.bob, at=NOW + timedelta(minutes=step), client_id=CLIENT_ID)
        for step in range(2)
    ]
    assert made[0] is made[1]
    assert count(Delivery) == before + 1
    assert ticket.updated_at == NOW


def test_a_comment_repeated_after_the_ticket_was_closed_is_still_the_first_one(people: People) -> None:
    ticket = ticket_in(S.RESOLVED, people)
    first = comments.reply(ticket, THANKS, by=people.bob, at=NOW, client_id=CLIENT_ID)
    tickets.move(ticket, "close", by=people.anna, at=NOW)
    assert comments.reply(ticket, THANKS, by=people.bob, at=NOW, client_id=CLIENT_ID) is first
    assert ticket.status == S.CLOSED


def test_the_same_client_id_of_two_authors_is_two_comments(people: People) -> None:
    ticket = ticket_in(S.WAITING, people)
    for who in (people.bob, people.alice):
        comments.reply(ticket, QUESTION, by=who, at=NOW, client_id=CLIENT_ID)
    assert len(said(ticket)) == 4


def test_a_note_sent_twice_is_one_note(people: People) -> None:
    ticket = ticket_in(S.OPEN, people)
    made = [comments.note(ticket, "Для своих", by=people.alice, at=NOW, client_id=CLIENT_ID) for _ in range(2)]
    assert made[0] is made[1]


def test_an_answer_to_the_last_that_was_said_is_taken(people: People) -> None:
    ticket = ticket_in(S.OPEN, people)
    do("comment", ticket, people.bob, NOW)
    comments.reply(ticket, ANSWER, by=people.alice, at=NOW, seen=said(ticket)[-1].id)
    assert ticket.status == S.WAITING


def test_what_he_said_himself_and_notes_overtake_nobody(people: People) -> None:
    ticket = ticket_in(S.OPEN, people)
    seen = said(ticket)[-1].id
    comments.note(ticket, "Смотрю", by=people.anna, at=NOW)
    comments.reply(ticket, ANSWER, by=people.alice, at=NOW, seen=seen)
    comments.reply(ticket, ANSWER, by=people.alice, at=NOW, seen=seen)
    assert len(said(ticket)) == 4


def test_a_colleagues_answer_overtakes_a_specialist_too(people: People) -> None:
    ticket = ticket_in(S.OPEN, people)
    seen = said(ticket)[-1].id
    do("comment", ticket, people.anna, NOW)
    with pytest.raises(Exception, match="overtaken"):
        comments.reply(ticket, ANSWER, by=people.alice, at=NOW, seen=seen)


def test_a_customer_is_never_overtaken(people: People) -> None:
    ticket = ticket_in(S.OPEN, people)
    seen = said(ticket)[-1].id
    do("comment", ticket, people.alice, NOW)
    comments.reply(ticket, QUESTION, by=people.bob, at=NOW, seen=seen)
    assert ticket.status == S.OPEN


def test_a_comment_on_another_ticket_overtakes_nobody(people: People) -> None:
    ticket, other = ticket_in(S.OPEN, people), factories.ticket(people.bob)
    seen = said(ticket)[-1].id
    do("comment", other, people.bob, NOW)
    comments.reply(ticket, ANSWER, by=people.alice, at=NOW, seen=seen)
    assert ticket.status == S.WAITING


def test_an_internal_note_moves_nothing_and_tells_nobody(people: People) -> None:
    ticket = ticket_in(S.WAITING, people)
    clocks = (ticket.status, ticket.status_since, ticket.robot_due_at, ticket.updated_at, ticket.first_reaction_at)
    comment = comments.note(ticket, "Для своих", by=people.sergey, at=NOW + timedelta(hours=1))
    assert comment.kind == "internal"
    assert clocks == (
        ticket.status, ticket.status_since, ticket.robot_due_at, ticket.updated_at, ticket.first_reaction_at
    )  # fmt: skip
    assert ticket.staff_updated_at == NOW + timedelta(hours=1)
    assert told(events(ticket)[-1]) == {}


def test_a_file_alone_is_an_answer(people: People) -> None:
    ticket = ticket_in(S.WAITING, people)
    comments.reply(ticket, "", by=people.bob, at=NOW, enclosed=Enclosed([file_of(people.bob)]))
    assert ticket.status == S.OPEN


def test_control_characters_that_no_database_takes_are_left_out(people: People) -> None:
    ticket = ticket_in(S.WAITING, people)
    plain = comments.reply(ticket, "кон\x00соль\x1b[0m\tok\r\n2\ufffe", by=people.bob, at=NOW)
    rich = comments.reply(ticket, "<p>кон\x00соль\x07</p>", by=people.bob, at=NOW, is_html=True)
    assert (plain.body_text, rich.body_text) == ("консоль[0m\tok\n2\ufffe", "консоль")
    assert "\x00" not in plain.body_html + rich.body_html
    sent = ticket_in(S.OPEN, people)
    tickets.send_in(sent, confirmed=True, shipping="СДЭК\x00", by=people.alice, at=NOW)
    assert sent.shipping == "СДЭК"


def test_half_an_emoji_breaks_nothing(people: People) -> None:
    ticket = ticket_in(S.WAITING, people)
    comment = comments.reply(ticket, "Да \ud83d вот", by=people.bob, at=NOW)
    assert comment.body_text == "Да  вот"
    assert db.session.scalar(select(Comment.body_text).where(Comment.id == comment.id)) == "Да  вот"
