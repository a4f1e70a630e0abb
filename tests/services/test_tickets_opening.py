"""Opening a ticket (S20–S31), and the one that goes on with an earlier one (D5, S124)."""

from io import BytesIO

import pytest
from sqlalchemy import func, select

from extensions import db
from models import Comment, Counter, EventKind, Ticket
from rules.statuses import Status
from services import cards, files, opening, tickets, voice_notes
from services.messages import Enclosed
from services.opening import FIRST_NUMBER
from tests import factories
from tests.conftest import People
from tests.services.played import DAY, NOW, do, events, said, ticket_in, told

CLIENT_ID = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"


def test_the_form_of_the_guide_becomes_a_ticket(people: People) -> None:  # S21–S31
    ticket = factories.ticket(people.bob, serial_numbers=("OE4423DS23", "123"))
    db.session.flush()
    db.session.expire(ticket)
    page = cards.card(ticket.number, people.bob)
    assert page is not None and page.id == ticket.id
    assert ticket.subject == "SNR-S2962-24T обновление прошивки"
    assert (page.type_name, page.priority_name) == ("Помощь в настройке", "Обычный")
    assert (ticket.order_number, ticket.order_year) == ("0000012345", 2023)  # S26: zeros lead
    assert page.serial_numbers == ("OE4423DS23", "123")  # S25
    assert (ticket.contact_id, ticket.author_id, ticket.company_id) == (people.bob.id, people.bob.id, people.company.id)
    assert (ticket.status, ticket.team, ticket.assignee_id, ticket.robot_due_at) == (Status.OPEN, "support", None, None)
    moments = {ticket.created_at, ticket.updated_at, ticket.staff_updated_at, ticket.status_since}
    assert moments == {NOW} and ticket.created_at.utcoffset() == DAY * 0


def test_the_first_number_follows_the_guides_last_sample_and_they_rise_by_one(people: People) -> None:  # S31
    assert [factories.ticket(people.bob).number for _ in range(3)] == [FIRST_NUMBER + step for step in (1, 2, 3)]


def test_the_description_opens_the_thread_and_nobody_is_told(people: People) -> None:  # S28
    ticket = factories.ticket(people.bob, description="Строка <1>\n\nhttps://nag.wiki")
    [comment], [event] = said(ticket), events(ticket)
    assert (comment.kind, comment.body_text) == ("description", "Строка <1>\n\nhttps://nag.wiki")
    assert comment.body_html.startswith("<p>Строка &lt;1&gt;</p>")
    assert (event.kind, event.comment_id, event.data, told(event)) == (EventKind.OPENED, comment.id, {}, {})


def test_only_three_fields_are_needed(people: People) -> None:  # S30
    empty = {"invoice_number": "", "serial_numbers": (), "order_number": "", "order_year": None, "description": ""}
    ticket = factories.ticket(people.bob, **empty)
    page = cards.card(ticket.number, people.bob)
    assert page is not None and page.serial_numbers == () and said(ticket)[0].body_text == ""


def test_files_and_recordings_go_with_the_description(people: People) -> None:  # S29, S105
    file = files.keep(files.store(BytesIO(b"log")), "log.txt", people.bob, at=NOW)
    sound = voice_notes.store(BytesIO(b"RIFF"))
    note = voice_notes.keep(sound, "audio/wav", people.bob, client_id=None, at=NOW)
    ticket = factories.ticket(people.bob, enclosed=Enclosed([file], [note]))
    assert file.comment_id == note.comment_id == said(ticket)[0].id
    assert files.unsent(people.bob, [file.public_id]) == []


def test_the_same_form_sent_twice_is_one_ticket(people: People) -> None:
    made = [
        opening.open_ticket(people.bob, factories.new_ticket(), at=NOW + step * DAY, client_id=CLIENT_ID)
        for step in range(2)
    ]
    assert made[0] is made[1]
    assert db.session.scalar(select(func.count()).select_from(Comment)) == 1
    assert db.session.get_one(Counter, "ticket").value == FIRST_NUMBER + 1


def test_another_person_with_the_same_client_id_gets_his_own_ticket(people: People) -> None:
    made = [
        opening.open_ticket(who, factories.new_ticket(), at=NOW, client_id=CLIENT_ID)
        for who in (people.bob, people.mallory)
    ]
    assert made[0].id != made[1].id and made[1].contact_id == people.mallory.id


def test_without_a_client_id_each_form_is_a_ticket(people: People) -> None:
    made = [opening.open_ticket(people.bob, factories.new_ticket(), at=NOW, client_id="") for _ in range(2)]
    assert made[0].id != made[1].id


def test_a_missing_counter_is_told_apart_from_a_missing_ticket(people: People) -> None:
    db.session.delete(db.session.get_one(Counter, "ticket"))
    with pytest.raises(LookupError, match="counter of tickets"):
        factories.ticket(people.bob)


@pytest.mark.parametrize("who", ["bob", "carol"])
def test_a_continuation_is_linked_to_what_its_author_may_see(people: People, who: str) -> None:  # D5, S42, S124
    earlier = ticket_in(Status.CLOSED, people)
    author = getattr(people, who)
    ticket = factories.ticket(author, continues=earlier.number)
    db.session.flush()
    [after], [before] = cards.related(earlier.id, people.alice), cards.related(ticket.id, author)
    assert ticket.continues_text == str(earlier.number), "as typed, seen or not: he can't tell the difference"
    assert (before.number, before.direction) == (earlier.number, "continues")
    assert (after.number, after.direction) == (ticket.number, "continued_by")


def test_a_continuation_of_what_he_may_not_see_keeps_the_number_and_tells_him_nothing(people: People) -> None:  # D5
    earlier = ticket_in(Status.CLOSED, people)
    known = factories.ticket(people.mallory, continues=earlier.number)
    unknown = factories.ticket(people.mallory, continues=999_999)
    db.session.flush()
    assert [known.continues_text, unknown.continues_text] == [str(earlier.number), "999999"]
    for ticket in (known, unknown):
        assert cards.related(ticket.id, people.mallory) == cards.related(ticket.id, people.alice) == []
    assert cards.related(earlier.id, people.bob) == []


def test_each_side_of_a_relation_shows_only_to_who_may_see_the_other(people: People) -> None:  # S124
    own = factories.ticket(people.bob)
    people.company.contacts_see_all = False
    later = factories.ticket(people.alice, continues=own.number)
    db.session.flush()
    assert cards.related(own.id, people.bob) == []
    assert [other.number for other in cards.related(own.id, people.anna)] == [later.number]


def test_a_number_is_looked_up_through_who_asks(people: People) -> None:
    ticket = factories.ticket(people.bob)
    finders = {"bob": True, "carol": True, "alice": True, "sergey": True, "anna": True, "mallory": False}
    for name, may_see in finders.items():
        who = getattr(people, name)
        for to_write in (False, True):
            assert (tickets.find(ticket.number, who, to_write=to_write) is ticket) == may_see
        assert (cards.card(ticket.number, who) is not None) == may_see
        assert (cards.pulse(ticket.number, who) is not None) == may_see


def test_a_number_that_no_ticket_can_have_is_no_ticket(people: People) -> None:
    for number in [0, -1, 10**10, 2**63 - 1, 2**63, 10**30]:
        assert tickets.find(number, people.alice) is None
        assert tickets.find(number, people.bob, to_write=True) is None
        assert cards.card(number, people.bob) is None


def test_a_first_sign_of_life_is_written_down_once(people: People) -> None:  # S92–S94
    ticket = ticket_in(Status.OPEN, people, assignee=False)
    do("comment", ticket, people.carol, NOW)
    assert ticket.first_reaction_at is None
    tickets.assign(ticket, people.alice, by=people.anna, at=NOW)
    do("comment", ticket, people.alice, NOW + DAY)
    assert ticket.first_reaction_at == NOW
    tickets.identify(ticket, by=people.alice, at=NOW + DAY)
    tickets.identify(ticket, by=people.alice, at=NOW + 2 * DAY)
    assert ticket.identified_at == NOW + DAY
    assert [event.kind for event in events(ticket)].count(EventKind.IDENTIFIED) == 1


@pytest.mark.parametrize("action", ["comment", "defer", "service-center"])
def test_an_answer_a_date_and_a_hand_over_are_first_reactions(people: People, action: str) -> None:  # S93
    ticket = ticket_in(Status.OPEN, people, assignee=False)
    do(action, ticket, people.alice, NOW)
    assert ticket.first_reaction_at == NOW


def test_taking_a_ticket_from_its_specialist_is_no_reaction(people: People) -> None:
    ticket = ticket_in(Status.OPEN, people, assignee=False)
    tickets.assign(ticket, None, by=people.alice, at=NOW)
    assert ticket.first_reaction_at is None and len(events(ticket)) == 1


def test_assigning_is_an_event_for_staff_that_moves_nothing_for_the_customer(people: People) -> None:
    ticket = ticket_in(Status.OPEN, people, assignee=False)
    opened_at = ticket.updated_at
    tickets.assign(ticket, people.alice, by=people.anna, at=NOW)
    tickets.assign(ticket, people.alice, by=people.anna, at=NOW)
    tickets.assign(ticket, None, by=people.anna, at=NOW)
    assert [event.data for event in events(ticket)[1:]] == [{"to": "Алексеев Степан"}, {"to": ""}]
    assert (ticket.updated_at, ticket.staff_updated_at) == (opened_at, NOW)
    assert all(told(event) == {} for event in events(ticket))


def test_a_stale_copy_of_a_ticket_is_never_written_over_a_newer_one(people: People) -> None:
    ticket = ticket_in(Status.OPEN, people)
    db.session.commit()
    db.session.connection().exec_driver_sql("UPDATE ticket SET version = version + 1")
    ticket.subject = "Другая тема"
    with pytest.raises(Exception, match="expected to update 1 row"):
        db.session.flush()
    db.session.rollback()
    assert db.session.scalars(select(Ticket.subject)).one() != "Другая тема"
