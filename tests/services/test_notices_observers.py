"""«Наблюдатели заявок по умолчанию» (S75): told of everything public, a new ticket too, without being asked."""

import pytest
from sqlalchemy import select

from channels import letters, rings
from extensions import db
from models import CompanyObserver, Delivery, Person
from services import comments, devices, phones
from tests import factories
from tests.conftest import People
from tests.services.played import NOW


@pytest.fixture
def watched(people: People) -> None:
    """Carol and Sergey observe the tickets of Carol's company."""
    for person in (people.carol, people.sergey):
        db.session.add(CompanyObserver(company_id=people.company.id, person_id=person.id))
    db.session.flush()


def told(template: str) -> set[str]:
    query = select(Delivery).where(Delivery.template == template, Delivery.channel == "email")
    return {one.target for one in db.session.scalars(query)}


def test_observers_hear_of_a_new_ticket_and_its_author_does_not(people: People, watched: None) -> None:
    factories.ticket(people.bob)
    assert told("opened") == {people.carol.email, people.sergey.email}


def test_observers_hear_of_comments_but_not_of_notes_or_their_own(people: People, watched: None) -> None:
    ticket = factories.ticket(people.bob)
    comments.note(ticket, "Между нами", by=people.alice, at=NOW)
    assert told("comment") == set()
    comments.reply(ticket, "Ответ", by=people.alice, at=NOW)
    assert told("comment") == {people.bob.email, people.carol.email, people.sergey.email}
    db.session.query(Delivery).delete()
    comments.reply(ticket, "И я", by=people.carol, at=NOW)
    assert told("comment") == {people.bob.email, people.sergey.email}


def test_who_left_the_company_or_is_blocked_hears_nothing(people: People, watched: None) -> None:
    people.carol.company_id, people.sergey.blocked_at = people.mallory.company_id, NOW
    db.session.flush()
    comments.reply(factories.ticket(people.bob), "Ответ", by=people.alice, at=NOW)
    assert told("comment") == {people.bob.email} and told("opened") == set()


def test_a_blocked_contact_is_told_nothing(people: People) -> None:
    people.bob.blocked_at = NOW
    db.session.flush()
    comments.reply(factories.ticket(people.bob), "Ответ", by=people.alice, at=NOW)
    assert told("comment") == set()


def test_another_companys_tickets_are_not_told(people: People, watched: None) -> None:
    factories.ticket(people.mallory)
    assert told("opened") == set()


def test_the_letter_and_the_push_carry_the_new_ticket(people: People, watched: None) -> None:
    keys = {"p256dh": "BPoint", "auth": "secret"}
    subscription = {"endpoint": "https://fcm.googleapis.com/fcm/send/1", "keys": keys}
    phones.subscribe(people.carol, subscription, at=NOW)
    ticket = factories.ticket(people.bob, subject="Не включается", description="Совсем не включается.")
    query = select(Delivery).where(Delivery.template == "opened", Delivery.person_id == people.carol.id)
    by_channel = {one.channel: one for one in db.session.scalars(query)}
    letter = letters.render(by_channel["email"])
    assert letter["Subject"] == f"[TicketID: {ticket.number}] Новая заявка"
    body = letter.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert "Не включается" in text and "Совсем не включается." in text and "наблюдатель" in text
    assert letter.get_body(("html",)) is not None
    assert rings.payload(by_channel["web_push"])["body"] == "Совсем не включается."


def test_an_observer_comes_with_the_session_in_one_statement(people: People, watched: None) -> None:
    people.company.contacts_see_all = False
    key = devices.sign_in(people.carol, by="password", name="x", remember=False, at=NOW)
    db.session.commit()
    db.session.expunge_all()
    known = devices.owner(key, at=NOW)
    assert known is not None
    person: Person = known[0]
    db.session.expunge(person)
    assert person.sees_company_tickets  # nothing is loaded afterwards
