"""The date of «Отложена до …» as both sides hear of it: page, letter and push, in Russian and in English (S39, S99–S100)."""

from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from extensions import db
from jobs import committed, deliver, robot
from jobs.clock import utc_now
from models import Person
from services import phones, tickets
from tests import factories
from tests.blueprints.conftest import ClientOf
from tests.blueprints.html import Page
from tests.conftest import People
from tests.support.mail_server import Inbox
from tests.support.push_service import PushService

WORDS = {
    "ru": {
        "reminder": "Наступила назначенная дата",
        "ask": "Уточните у клиента результаты. Если их ещё нет, согласуйте следующую дату.",
        "changed": "Изменён статус заявки",
        "back": "Наступила дата следующего взаимодействия: специалист вернулся к Вашей заявке.",
        "push": "Наступила дата следующего взаимодействия.",
        "open": "Открыта",
    },
    "en": {
        "reminder": "The date of the next contact has come",
        "ask": "Ask the customer for the results. If there are none yet, agree on the next date.",
        "changed": "The status of the ticket has changed",
        "back": "The date of the next contact has come: the specialist is back at your ticket.",
        "push": "The date of the next contact has come.",
        "open": "Open",
    },
}


def put_off(alice: FlaskClient, number: int) -> datetime:
    """Put the ticket off to a date, as a specialist does on its page; return the date."""
    until = (utc_now() + timedelta(days=20)).replace(microsecond=0)
    sent = {"until": until.isoformat(), "body": "Проверьте, пожалуйста, до этого дня"}
    assert alice.post(f"/tickets/{number}/defer", data=sent).status_code == 303
    return until


def text_of(letter: EmailMessage, kind: str) -> str:
    body = letter.get_body((kind,))
    assert body is not None
    return str(body.get_content())


@pytest.mark.parametrize("language", ["ru", "en"])
def test_on_the_date_the_specialist_is_reminded_and_the_customer_told(
    people: People, client_of: ClientOf, inbox: Inbox, push: PushService, language: str
) -> None:  # S39, S67–S68, S99–S100
    words = WORDS[language]
    with committed():
        both = Person.id.in_((people.bob.id, people.alice.id))
        db.session.execute(update(Person).where(both).values(locale=language))
        ticket = factories.ticket(people.bob)
        tickets.assign(ticket, people.alice, by=people.alice, at=utc_now())
        for person in (people.bob, people.alice):
            phones.subscribe(person, push.subscribe(), at=utc_now())
    number = ticket.number
    until = put_off(client_of(people.alice), number)
    deliver.drain()
    told_before, rung_before = len(inbox.taken), len(push.received)
    assert robot.run(until - timedelta(seconds=1))["woken"] == []
    assert robot.run(until)["woken"] == [number] and robot.run(until)["woken"] == []
    deliver.deliver_all(at=until)
    letters = {taken.readers[0]: taken.letter for taken in inbox.taken[told_before:]}
    assert letters.keys() == {people.bob.email, people.alice.email}
    reminder, told = letters[people.alice.email], letters[people.bob.email]
    assert reminder["Subject"] == f"[TicketID: {number}] {words['reminder']}"
    assert told["Subject"] == f"[TicketID: {number}] {words['changed']}"
    for kind in ("plain", "html"):
        assert words["ask"] in text_of(reminder, kind) and f"/tickets/{number}" in text_of(reminder, kind)
        assert words["back"] in text_of(told, kind) and words["open"] in text_of(told, kind)
    rung = [one.payload for one in push.received[rung_before:]]
    assert len(rung) == 2
    assert all(one["body"].startswith(words["push"]) and words["open"] in one["body"] for one in rung)
    page = Page(client_of(people.bob).get(f"/tickets/{number}"))
    assert page.one(id="ticket")["data-status"] == "open"


def test_a_locked_screen_says_only_that_the_date_has_come(
    people: People, client_of: ClientOf, inbox: Inbox, push: PushService
) -> None:  # S100
    with committed():
        db.session.execute(update(Person).where(Person.id == people.bob.id).values(push_is_brief=True))
        number = factories.ticket(people.bob).number
        phones.subscribe(people.bob, push.subscribe(), at=utc_now())
    until = put_off(client_of(people.alice), number)
    deliver.drain()
    robot.run(until)
    deliver.deliver_all(at=until)
    assert push.received[-1].payload["title"] == f"Заявка № {number}"
    assert push.received[-1].payload["body"] == WORDS["ru"]["push"]
