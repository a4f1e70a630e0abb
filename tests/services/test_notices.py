"""Who hears of what, by which channels, and that a key makes a message one for ever (S59, S67–S68)."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from extensions import db
from models import Delivery, Event, Person, PushSubscription, Ticket
from rules import notices as choices
from rules.statuses import Status
from services import comments, devices, outbox, phones, robot, tickets
from services import people as registered
from tests import factories
from tests.conftest import People
from tests.services.played import ANSWER, NOW, QUESTION, do, events, ticket_in, told

S = Status


def phone_of(person: Person, name: str = "1") -> PushSubscription:
    keys = {"p256dh": "BPoint", "auth": "secret"}
    endpoint = f"https://fcm.googleapis.com/fcm/send/{person.id}-{name}"
    return phones.subscribe(person, {"endpoint": endpoint, "keys": keys}, at=NOW)


def deliveries() -> list[Delivery]:
    return list(db.session.scalars(select(Delivery).order_by(Delivery.id)))


def last(ticket: Ticket) -> Event:
    return events(ticket)[-1]


def test_an_answer_goes_by_mail_and_to_each_of_the_readers_phones(people: People) -> None:  # S67
    phone, tablet = phone_of(people.bob, "1"), phone_of(people.bob, "2")
    phone_of(people.carol), phone_of(people.alice)
    ticket = ticket_in(S.OPEN, people)
    do("comment", ticket, people.alice, NOW)
    assert {(one.channel, one.person_id, one.target, one.template) for one in deliveries()} == {
        ("email", people.bob.id, "bob@romashka.example", "comment"),
        ("web_push", people.bob.id, str(phone.id), "comment"),
        ("web_push", people.bob.id, str(tablet.id), "comment"),
    }
    assert {one.event_id for one in deliveries()} == {last(ticket).id}
    assert {(one.state, one.attempts_count, one.next_attempt_at) for one in deliveries()} == {("waiting", 0, NOW)}


def test_every_delivery_has_a_key_of_its_own(people: People) -> None:
    phone_of(people.bob), phone_of(people.alice)
    ticket = ticket_in(S.OPEN, people)
    for who in (people.bob, people.alice, people.carol):
        do("comment", ticket, who, NOW)
    keys = [one.key for one in deliveries()]
    assert len(set(keys)) == len(keys) == 8


def test_the_same_key_is_never_stored_twice(people: People) -> None:
    for _ in range(2):
        outbox.letter("same", people.bob, "access_granted", at=NOW)
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()
    assert deliveries() == []


def test_a_colleagues_comment_is_told_to_the_contact_and_the_specialist(people: People) -> None:
    ticket = ticket_in(S.WAITING, people)
    do("comment", ticket, people.carol, NOW)
    assert told(last(ticket)) == {(people.bob.id, "email"): "comment", (people.alice.id, "email"): "comment"}


def test_a_customers_comment_on_an_unassigned_ticket_is_told_to_nobody(people: People) -> None:
    ticket = ticket_in(S.OPEN, people, assignee=False)
    do("comment", ticket, people.bob, NOW)
    assert told(last(ticket)) == {}


def test_staff_do_not_write_letters_to_each_other(people: People) -> None:
    ticket = ticket_in(S.OPEN, people)
    do("comment", ticket, people.sergey, NOW)
    do("resolve", ticket, people.anna, NOW)
    assert [list(told(event)) for event in events(ticket)[-2:]] == [[(people.bob.id, "email")]] * 2


def test_the_robots_words_go_to_the_contact_and_to_the_specialist(people: People) -> None:  # S53
    ticket = ticket_in(S.WAITING, people)
    robot.step(ticket.id, at=NOW + timedelta(days=2))
    assert told(last(ticket)) == {(people.bob.id, "email"): "comment", (people.alice.id, "email"): "comment"}


def test_waking_reminds_the_specialist_and_tells_the_customer(people: People) -> None:  # S100
    ticket = ticket_in(S.DEFERRED, people)
    do("wake", ticket, registered.robot(), NOW + timedelta(days=9))
    assert told(last(ticket)) == {(people.bob.id, "email"): "status", (people.alice.id, "email"): "reminder"}


def test_of_a_ticket_that_nobody_has_who_put_it_off_is_reminded(people: People) -> None:  # S100
    ticket = ticket_in(S.DEFERRED, people, assignee=False)
    do("wake", ticket, registered.robot(), NOW + timedelta(days=9))
    assert told(last(ticket)) == {(people.bob.id, "email"): "status", (people.alice.id, "email"): "reminder"}


def test_a_member_of_staff_who_asks_himself_is_told_once(people: People) -> None:
    ticket = factories.ticket(people.alice)
    tickets.assign(ticket, people.alice, by=people.anna, at=NOW)
    do("comment", ticket, people.anna, NOW)
    assert told(last(ticket)) == {(people.alice.id, "email"): "comment"}
    comments.note(ticket, "Для своих", by=people.anna, at=NOW)
    assert told(last(ticket)) == {}


def test_a_phone_whose_device_was_signed_out_is_rung_no_more(people: People) -> None:
    devices.sign_in(people.bob, by="password", name="Chrome, Android", remember=True, at=NOW)
    phone_of(people.bob)
    assert people.bob.device_id is not None
    devices.end(people.bob, people.bob.device_id)
    ticket = ticket_in(S.OPEN, people)
    do("comment", ticket, people.alice, NOW)
    assert told(last(ticket)) == {(people.bob.id, "email"): "comment"}


def test_a_letter_goes_to_the_address_of_the_moment_it_was_caused(people: People) -> None:
    ticket = ticket_in(S.OPEN, people)
    do("comment", ticket, people.alice, NOW)
    people.bob.email = "new@romashka.example"
    comments.reply(ticket, ANSWER, by=people.alice, at=NOW)
    assert [one.target for one in deliveries()] == ["bob@romashka.example", "new@romashka.example"]


def test_nothing_secret_stands_in_the_outbox_about_a_ticket(people: People) -> None:
    ticket = ticket_in(S.OPEN, people)
    do("comment", ticket, people.alice, NOW)
    comments.reply(ticket, QUESTION, by=people.bob, at=NOW)
    assert all(one.data == {} for one in deliveries())


ALL = {f"{topic}:{channel}" for topic in choices.TOPICS for channel in choices.CHANNELS}


@pytest.mark.parametrize(
    ("topic", "who"), [("comment", "alice"), ("colleague", "carol"), ("robot", "robot"), ("status", "resolver")]
)
@pytest.mark.parametrize("channel", choices.CHANNELS)
def test_who_switched_it_off_hears_it_only_by_the_other_channel(
    people: People, topic: str, who: str, channel: str
) -> None:  # S67
    phone_of(people.bob)
    ticket = ticket_in(S.WAITING, people)
    people.bob.notices_off = choices.off_but(ALL - {f"{topic}:{channel}"})
    match who:
        case "robot":
            robot.step(ticket.id, at=NOW + timedelta(days=2))
        case "resolver":
            do("resolve", ticket, people.alice, NOW)
        case _:
            comments.reply(ticket, ANSWER, by=getattr(people, who), at=NOW)
    [event] = [event for event in events(ticket)[-2:] if told(event)][-1:]
    bobs = {way for person_id, way in told(event) if person_id == people.bob.id}
    assert bobs == set(choices.CHANNELS) - {channel}


def test_a_specialist_who_wants_no_comments_of_customers_gets_none(people: People) -> None:
    people.alice.notices_off = choices.off_but({"status:email"})
    ticket = ticket_in(S.WAITING, people)
    do("comment", ticket, people.carol, NOW)
    assert told(last(ticket)) == {(people.bob.id, "email"): "comment"}
