"""Leaving letters by one press in a mail program, and coming back (S75, RFC 8058)."""

from email.message import EmailMessage

import pytest
from flask import Flask
from flask.testing import FlaskClient

from extensions import db
from jobs import committed, deliver
from models import CompanyObserver, Person, Ticket
from services import comments, outbox, unsubscriptions
from services.unsubscriptions import Leave, Of
from tests import factories
from tests.blueprints.conftest import ClientOf, refused_after
from tests.blueprints.html import Page
from tests.conftest import People
from tests.services.played import DAY, NOW
from tests.support.mail_server import Inbox

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def ticket(people: People) -> Ticket:
    """Bob's, observed by Sergey."""
    with committed():
        db.session.add(CompanyObserver(company_id=people.company.id, person_id=people.sergey.id))
        return factories.ticket(people.bob)


class Talk:
    def __init__(self, people: People, inbox: Inbox) -> None:
        self._people, self._inbox, self._days = people, inbox, 0

    def letters_of_an_answer(self, ticket: Ticket) -> dict[str, EmailMessage]:
        """Answer the ticket on another day, and return the letters that come of it, by their reader."""
        self._days += 1
        before = len(self._inbox.taken)
        with committed():
            fresh = db.session.get_one(Ticket, ticket.id)
            comments.reply(fresh, "Ответ", by=self._people.alice, at=NOW + self._days * DAY)
        deliver.drain()
        return {taken.readers[0]: taken.letter for taken in self._inbox.taken[before:]}


@pytest.fixture
def talk(people: People, inbox: Inbox) -> Talk:
    return Talk(people, inbox)


def path_of(letter: EmailMessage) -> str:
    address = str(letter["List-Unsubscribe"]).removeprefix("<").removesuffix(">")
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    return address.removeprefix("http://desk.test")


def test_a_reader_leaves_the_letters_of_a_ticket_by_one_press(
    people: People, ticket: Ticket, talk: Talk, guest: FlaskClient, tokens: None
) -> None:
    letter = talk.letters_of_an_answer(ticket)[people.bob.email]
    answer = guest.post(path_of(letter), data=ONE_CLICK)
    assert answer.status_code == 200 and answer.location is None, "no sign-in, no token of a form, no redirect"
    assert set(talk.letters_of_an_answer(ticket)) == {people.sergey.email}
    with committed():
        other = factories.ticket(people.bob)
    assert people.bob.email in talk.letters_of_an_answer(other), "other tickets are told as before"


def test_an_observer_leaves_all_letters_of_the_company(
    people: People, ticket: Ticket, talk: Talk, guest: FlaskClient
) -> None:  # S75
    guest.post(path_of(talk.letters_of_an_answer(ticket)[people.sergey.email]), data=ONE_CLICK)
    with committed():
        other = factories.ticket(people.bob)
    assert set(talk.letters_of_an_answer(ticket)) == set(talk.letters_of_an_answer(other)) == {people.bob.email}
    with committed():
        db.session.get_one(Ticket, other.id).contact_id = people.sergey.id
    assert people.sergey.email in talk.letters_of_an_answer(other), "his own tickets are another matter"


def test_a_look_changes_nothing_and_a_press_on_the_page_does(
    people: People, ticket: Ticket, talk: Talk, guest: FlaskClient, tokens: None
) -> None:
    path = path_of(talk.letters_of_an_answer(ticket)[people.bob.email])
    page = Page(guest.get(path))
    assert f"заявке № {ticket.number}" in page.text and ticket.subject not in page.text
    assert people.bob.email in talk.letters_of_an_answer(ticket)
    answer = guest.post(path)
    assert (answer.status_code, answer.location) == (303, path)
    assert Page(guest.get(path)).one(id="unsubscribed")
    assert people.bob.email not in talk.letters_of_an_answer(ticket)
    guest.post(path, data={"back": "1"})
    assert people.bob.email in talk.letters_of_an_answer(ticket)


def test_all_letters_about_tickets_may_be_left_from_there(
    people: People, ticket: Ticket, talk: Talk, guest: FlaskClient, client_of: ClientOf
) -> None:
    path = path_of(talk.letters_of_an_answer(ticket)[people.bob.email])
    everything = unsubscriptions.token(Leave(Of.ALL, 0, people.bob.id))
    assert f"/unsubscribe/{everything}" in guest.get(path).text
    guest.post(f"/unsubscribe/{everything}", data=ONE_CLICK)
    guest.post(path, data=ONE_CLICK)
    guest.post(path, data=ONE_CLICK)
    assert people.bob.email not in talk.letters_of_an_answer(ticket)
    listed = Page(client_of(people.bob).get("/profile/notifications")).one(id="left-letters")
    assert "Все заявки" in listed.text and f"№ {ticket.number}" in listed.text


@pytest.mark.parametrize("bend", ["", "x", "t-1-1-" + "0" * 32, "a-0-1-" + "0" * 32, "t-9999999999999-1-" + "f" * 32])
def test_an_address_that_nobody_has_signed_is_not_found(guest: FlaskClient, bend: str) -> None:
    assert guest.get(f"/unsubscribe/{bend}").status_code == guest.post(f"/unsubscribe/{bend}").status_code == 404


def test_of_a_ticket_or_a_reader_that_is_gone_nothing_is_kept(people: People, guest: FlaskClient) -> None:
    for leave in (Leave(Of.TICKET, 999, people.bob.id), Leave(Of.COMPANY, 999, people.bob.id), Leave(Of.ALL, 0, 999)):
        assert guest.post(f"/unsubscribe/{unsubscriptions.token(leave)}").status_code == 404


def test_it_is_not_asked_too_often(people: People, guest: FlaskClient, limits: None) -> None:
    path = f"/unsubscribe/{unsubscriptions.token(Leave(Of.ALL, 0, people.bob.id))}"
    assert refused_after(60, lambda: guest.get(path)).status_code == 429


def test_its_address_is_never_folded_however_long(
    people: People, ticket: Ticket, talk: Talk, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = f"https://{'long-' * 20}name.example"
    monkeypatch.setitem(app.config, "PUBLIC_URL", site)
    letter = talk.letters_of_an_answer(ticket)[people.bob.email]
    assert dict(letter.raw_items())["List-Unsubscribe"].strip().startswith(f"<{site}/unsubscribe/t-{ticket.id}-")


def test_letters_about_the_account_offer_no_leaving(people: People, inbox: Inbox) -> None:
    with committed():
        outbox.letter("one", people.bob, "taken", at=NOW)
    deliver.drain()
    assert inbox.taken[0].letter["List-Unsubscribe"] is None


def test_a_reader_is_a_person_and_not_his_address(people: People) -> None:
    bob: Person = people.bob
    token = unsubscriptions.token(Leave(Of.ALL, 0, bob.id))
    assert bob.email not in token and unsubscriptions.read(token) == Leave(Of.ALL, 0, bob.id)
    assert unsubscriptions.read(token.replace(f"-{bob.id}-", f"-{people.mallory.id}-")) is None
