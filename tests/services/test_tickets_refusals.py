"""A refusal leaves no trace: no row, no clock, no letter, no file that changed hands."""

from datetime import timedelta
from io import BytesIO

import pytest

from extensions import db
from models import Attachment, Person
from rules.errors import Invalid, InvalidMove, NotAllowed, Stale
from rules.statuses import Status
from services import comments, files, richtext, tickets
from services.messages import Enclosed
from tests import factories
from tests.conftest import People
from tests.services.played import ANSWER, DAY, NOW, QUESTION, do, refused, said, ticket_in

S = Status


def file_of(owner: Person) -> Attachment:
    return files.keep(files.store(BytesIO(b"log")), "log.txt", owner, at=NOW)


def test_a_comment_on_a_closed_ticket_is_refused_and_its_file_kept(people: People) -> None:  # S58, table of moves
    ticket, file = ticket_in(S.CLOSED, people), file_of(people.bob)
    enclosed = Enclosed(files=[file])
    for who in (people.bob, people.alice, people.anna):
        error = refused(
            InvalidMove, lambda who=who: comments.reply(ticket, QUESTION, by=who, at=NOW, enclosed=enclosed)
        )
        assert error.code == "closed_no_comment"
    assert files.unsent(people.bob, [file.public_id]) == [file]


def test_a_note_on_a_closed_ticket_is_refused(people: People) -> None:
    ticket = ticket_in(S.CLOSED, people)
    refused(InvalidMove, lambda: comments.note(ticket, "Для своих", by=people.alice, at=NOW))


def test_a_customer_writes_no_internal_notes(people: People) -> None:
    ticket = ticket_in(S.OPEN, people)
    assert refused(NotAllowed, lambda: comments.note(ticket, "Для своих", by=people.bob, at=NOW)).code == "staff_only"


@pytest.mark.parametrize("text", ["", "  \n\t ", "\u00a0"])
def test_an_empty_comment_is_refused(people: People, text: str) -> None:
    ticket = ticket_in(S.WAITING, people)
    error = refused(Invalid, lambda: comments.reply(ticket, text, by=people.bob, at=NOW))
    assert (error.field, error.code) == ("body", "required")


@pytest.mark.parametrize(
    "html", ["<p><br></p>", "<img src=x onerror=alert(1)>", "<script>alert(1)</script>", "<p>&nbsp;</p>"]
)
def test_a_comment_that_is_empty_once_it_is_safe_is_refused(people: People, html: str) -> None:
    ticket = ticket_in(S.WAITING, people)
    error = refused(Invalid, lambda: comments.reply(ticket, html, by=people.bob, at=NOW, is_html=True))
    assert (error.field, error.code) == ("body", "required")


def test_a_comment_that_is_too_long_is_refused(people: People) -> None:
    ticket = ticket_in(S.WAITING, people)
    error = refused(Invalid, lambda: comments.reply(ticket, "я" * (richtext.MAX_CHARS + 1), by=people.bob, at=NOW))
    assert (error.field, error.code, error.values) == ("body", "too_long", {"limit": richtext.MAX_CHARS})


def test_an_overtaken_answer_is_refused_whole(people: People) -> None:
    ticket = ticket_in(S.OPEN, people)
    seen = said(ticket)[-1].id
    do("comment", ticket, people.bob, NOW)
    file = file_of(people.alice)
    enclosed = Enclosed(files=[file])
    error = refused(
        Stale, lambda: comments.reply(ticket, ANSWER, by=people.alice, at=NOW, seen=seen, enclosed=enclosed)
    )
    assert error.code == "overtaken"


def test_deferring_without_a_date_or_into_the_past_or_silently_is_refused(people: People) -> None:  # S39
    ticket = ticket_in(S.OPEN, people)
    for until, text, field, code in (
        (None, ANSWER, "until", "required"),
        (NOW, ANSWER, "until", "not_in_future"),
        (NOW - DAY, ANSWER, "until", "not_in_future"),
        (NOW + DAY, "  \n", "body", "required"),
        (NOW + DAY, "\u00a0", "body", "required"),
    ):
        error = refused(
            Invalid,
            lambda until=until, text=text: tickets.defer(ticket, until=until, text=text, by=people.alice, at=NOW),
        )
        assert (error.field, error.code) == (field, code)


def test_a_deferral_whose_text_is_too_long_leaves_the_date_alone(people: People) -> None:
    ticket = ticket_in(S.OPEN, people)
    text = "я" * (richtext.MAX_CHARS + 1)
    refused(Invalid, lambda: tickets.defer(ticket, until=NOW + DAY, text=text, by=people.alice, at=NOW))
    assert ticket.deferred_until is None


def test_sending_in_needs_the_confirmation_and_the_details(people: People) -> None:  # S102–S103
    ticket = ticket_in(S.OPEN, people)
    for confirmed, shipping, field in ((False, "СДЭК", "confirmed"), (True, " ", "shipping")):
        error = refused(
            Invalid,
            lambda confirmed=confirmed, shipping=shipping: tickets.send_in(
                ticket, confirmed=confirmed, shipping=shipping, by=people.alice, at=NOW
            ),
        )
        assert (error.field, error.code) == (field, "required")


def test_a_move_that_is_not_his_is_refused_before_his_words_are_looked_at(people: People) -> None:
    ticket = ticket_in(S.OPEN, people)
    for who in (people.bob, people.carol):
        refused(InvalidMove, lambda who=who: tickets.defer(ticket, until=None, text="", by=who, at=NOW))
        refused(InvalidMove, lambda who=who: tickets.send_in(ticket, confirmed=False, shipping="", by=who, at=NOW))
        refused(InvalidMove, lambda who=who: do("take-back", ticket, who, NOW))


def test_a_colleague_comments_and_no_more(people: People) -> None:  # S70, S71
    for status, action in ((S.OPEN, "resolve"), (S.RESOLVED, "reopen"), (S.WAITING, "later")):
        ticket = ticket_in(status, people)
        refused(InvalidMove, lambda ticket=ticket, action=action: do(action, ticket, people.carol, NOW))


def test_a_refused_move_says_from_where_and_which(people: People) -> None:
    ticket = ticket_in(S.CLOSED, people)
    error = refused(InvalidMove, lambda: do("resolve", ticket, people.bob, NOW))
    assert (error.code, error.values) == ("move_not_allowed", {"status": S.CLOSED, "verb": "resolve"})


def test_a_ticket_of_an_unknown_type_or_priority_takes_no_number(people: People) -> None:
    for wrong in ({"type": "no-such"}, {"priority": "no-such"}):
        db.session.commit()
        with pytest.raises(Exception, match="No row was found"):
            factories.ticket(people.bob, **wrong)
        db.session.rollback()
    first, second = factories.ticket(people.bob), factories.ticket(people.bob)
    assert second.number == first.number + 1


def test_a_ticket_is_given_to_staff_only(people: People) -> None:
    ticket = ticket_in(S.OPEN, people)
    error = refused(Invalid, lambda: tickets.assign(ticket, people.carol, by=people.alice, at=NOW))
    assert (error.field, error.code) == ("assignee", "unknown")
    assert ticket.assignee_id == people.alice.id


def test_later_used_up_is_refused(people: People) -> None:  # table of moves: at most 3 times a ticket
    ticket = ticket_in(S.WAITING, people)
    for hours in range(3):
        tickets.later(ticket, by=people.bob, at=NOW + timedelta(hours=hours))
    error = refused(InvalidMove, lambda: tickets.later(ticket, by=people.bob, at=NOW + timedelta(hours=4)))
    assert error.code == "later_used_up" and ticket.later_count == 3
