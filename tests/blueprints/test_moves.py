"""Every move of the table by everybody, over HTTP (S33–S58): what the page offers works, the rest is refused."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from extensions import db
from jobs.clock import utc_now
from models import Comment, Person, Ticket
from models.access import actors
from rules.statuses import Status, moves, next_status
from tests import factories
from tests.blueprints.conftest import ClientOf, anew, count
from tests.blueprints.html import Page
from tests.conftest import People
from tests.services.played import ticket_in

HTMX = {"HX-Request": "true"}
VERBS = ("defer", "take-back", "service-center", "accept", "resolve", "reopen", "close", "later")
NEEDED: dict[str, dict[str, str]] = {
    "defer": {"until": "2030-07-05T15:00", "body": "Вернусь с результатом"},
    "service-center": {"confirmed": "1", "shipping": "Екатеринбург, Сибирский тракт, 12"},
}


def everybody(people: People) -> list[Person]:
    return [people.bob, people.carol, people.alice, people.sergey, people.anna]


def offered(page: Page, number: int) -> set[str]:
    prefix = f"/tickets/{number}/"
    return {found.removeprefix(prefix) for found in page.actions() if found.startswith(prefix)} - {
        "comments",
        "assign",
        "identify",
        "link",
        "rating",
    }


def status_of(number: int) -> Status:
    anew()
    return Status(db.session.scalars(select(Ticket.status).where(Ticket.number == number)).one())


@pytest.mark.parametrize("status", list(Status))
def test_the_page_offers_the_moves_of_the_table_and_each_works(
    status: Status, people: People, client_of: ClientOf
) -> None:
    for person in everybody(people):
        client, at = client_of(person), utc_now()
        ticket = ticket_in(status, people, at=at)
        db.session.commit()
        number, verbs = ticket.number, set(moves(status, actors(person, ticket)))
        assert offered(Page(client.get(f"/tickets/{number}")), number) == verbs, person.last_name
        for place, verb in enumerate(sorted(verbs)):
            if place:
                ticket = ticket_in(status, people, at=at)
                db.session.commit()
            wanted = next_status(status, verb, actors(person, ticket))
            answer = client.post(f"/tickets/{ticket.number}/{verb}", data=NEEDED.get(verb, {}))
            assert (answer.status_code, answer.location) == (303, f"/tickets/{ticket.number}"), verb
            assert status_of(ticket.number) == wanted, (person.last_name, verb)


@pytest.mark.parametrize("status", list(Status))
def test_what_the_table_does_not_have_is_refused_and_changes_nothing(
    status: Status, people: People, client_of: ClientOf
) -> None:
    ticket = ticket_in(status, people, at=utc_now())
    db.session.commit()
    number, said = ticket.number, count(Comment)
    asking = everybody(people) if db.engine.dialect.name == "sqlite" else [people.bob]  # the table is one for both
    for person in asking:
        client, allowed = client_of(person), moves(status, actors(person, ticket))
        for verb in set(VERBS) - set(allowed):
            answer = client.post(f"/tickets/{number}/{verb}", data=NEEDED.get(verb, {}))
            assert answer.status_code == 409, (person.last_name, verb)  # of staff's moves too: the table is one for all
            assert Page(answer).one(id="ticket-problem").text
    for verb in VERBS:
        assert client_of(people.mallory).post(f"/tickets/{number}/{verb}").status_code == 404
    assert (status_of(number), count(Comment)) == (status, said)


@pytest.fixture
def opened(people: People) -> int:
    number = factories.ticket(people.bob, at=utc_now()).number
    db.session.commit()
    return number


def test_htmx_gets_the_ticket_anew(people: People, client_of: ClientOf, opened: int) -> None:
    bob = client_of(people.bob)
    page = Page(bob.post(f"/tickets/{opened}/resolve", headers=HTMX))
    assert page.status == 200 and not page.all("html")
    assert (
        page.one("article", id="ticket")["data-status"] == "resolved" and "Решена" in page.one(id="ticket-header").text
    )
    assert "возобновить" in page.text and "Вернуть заявку в работу можно до" in page.text  # S35, S41
    page = Page(bob.post(f"/tickets/{opened}/resolve", headers=HTMX))
    assert page.status == 409 and not page.all("html")
    assert "Заявка сейчас в статусе «Решена», и это действие с ней недоступно." in page.one(id="ticket-problem").text


def test_buttons_go_when_their_time_or_number_is_used_up(people: People, client_of: ClientOf) -> None:
    bob, anna, alice = client_of(people.bob), client_of(people.anna), client_of(people.alice)
    waiting = ticket_in(Status.WAITING, people, at=utc_now()).number
    late = ticket_in(Status.RESOLVED, people, at=utc_now() - timedelta(days=6)).number
    closed = ticket_in(Status.CLOSED, people, at=utc_now() - timedelta(days=4)).number
    db.session.commit()
    for _ in range(3):
        assert "later" in offered(Page(bob.get(f"/tickets/{waiting}")), waiting)
        assert bob.post(f"/tickets/{waiting}/later").status_code == 303
    assert "later" not in offered(Page(bob.get(f"/tickets/{waiting}")), waiting)
    page = Page(bob.post(f"/tickets/{waiting}/later"))
    assert page.status == 409 and "уже использована столько раз" in page.one(id="ticket-problem").text
    for client, number in ((bob, late), (anna, closed)):  # D1: 5 days, 3 days
        assert "reopen" not in offered(Page(client.get(f"/tickets/{number}")), number)
        page = Page(client.post(f"/tickets/{number}/reopen"))
        assert page.status == 409 and "Возобновить заявку можно было до" in page.one(id="ticket-problem").text
    assert alice.post(f"/tickets/{late}/reopen").status_code == 303  # a specialist is not bound to the 5 days


def test_a_supervisor_acts_for_his_company(people: People, client_of: ClientOf, opened: int) -> None:
    assert client_of(people.carol).post(f"/tickets/{opened}/resolve").status_code == 409
    carol = db.session.get(Person, people.carol.id)
    assert carol is not None
    carol.is_supervisor = True
    db.session.commit()
    assert client_of(carol).post(f"/tickets/{opened}/resolve").status_code == 303  # S71
