"""A closed ticket (S42, S58): its way back for three days (S123, D1), its continuation (S124, D5), links by hand."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from extensions import db
from jobs.clock import utc_now
from models import Ticket, TicketRelation
from rules.statuses import Status
from tests import factories
from tests.blueprints.conftest import ClientOf, anew, count
from tests.blueprints.html import Page, typed
from tests.conftest import People
from tests.services.played import ticket_in

HTMX = {"HX-Request": "true"}
KINDS = {"continues": ("Продолжение", "Продолжена"), "continued_by": ("Продолжена", "Продолжение")}


@pytest.fixture
def closed(people: People) -> int:
    number = ticket_in(Status.CLOSED, people, at=utc_now()).number
    db.session.commit()
    return number


def relations(page: Page) -> list[str]:
    return [line.text for line in page.one(id="ticket-header").all("p") if "data-relation" in line.attributes]


def test_the_administrator_closes_and_reopens_within_three_days(people: People, client_of: ClientOf) -> None:
    resolved = ticket_in(Status.RESOLVED, people, at=utc_now()).number
    late = ticket_in(Status.CLOSED, people, at=utc_now() - timedelta(days=3, minutes=1)).number
    db.session.commit()
    bob, alice, anna = client_of(people.bob), client_of(people.alice), client_of(people.anna)
    for client in (bob, alice):
        assert client.post(f"/tickets/{resolved}/close").status_code == 409  # D10
    assert anna.post(f"/tickets/{resolved}/close").status_code == 303
    for client in (bob, alice):
        assert client.post(f"/tickets/{resolved}/reopen").status_code == 409  # S58
        assert f"/tickets/{resolved}/reopen" not in Page(client.get(f"/tickets/{resolved}")).actions()
    assert anna.post(f"/tickets/{resolved}/reopen").status_code == 303  # S123
    assert Page(bob.get(f"/tickets/{resolved}")).one(id="ticket")["data-status"] == "reopened"
    page = Page(anna.post(f"/tickets/{late}/reopen"))
    assert page.status == 409 and "Возобновить заявку можно было до" in page.one(id="ticket-problem").text


def test_the_page_says_until_when_it_may_be_asked_for(people: People, client_of: ClientOf, closed: int) -> None:
    late = ticket_in(Status.CLOSED, people, at=utc_now() - timedelta(days=4)).number
    db.session.commit()
    bob = client_of(people.bob)
    assert "администратор может вернуть в работу эту же заявку" in Page(bob.get(f"/tickets/{closed}")).text  # D1, S123
    assert "администратор может вернуть" not in Page(bob.get(f"/tickets/{late}")).text
    for number in (closed, late):
        assert f"/tickets/new?continues={number}" in Page(bob.get(f"/tickets/{number}")).links()  # S42


def test_a_continuation_is_filled_in_and_linked_on_both_sides(people: People, client_of: ClientOf, closed: int) -> None:
    bob = client_of(people.bob)
    form = Page(bob.get(f"/tickets/new?continues={closed}")).form("/tickets")
    filled = dict(form)
    assert (filled["type"], filled["order_number"], filled["order_year"]) == ("setup-help", "0000012345", "2023")
    assert "OE4423DS23" in filled["serial_numbers"] and filled["continues"] == str(closed)  # S58, S124
    answer = bob.post("/tickets", data=typed(form, description="Снова не работает"))
    assert answer.status_code == 303
    new = int(answer.location.rsplit("/", 1)[1])
    for client in (bob, client_of(people.alice)):
        [line] = relations(Page(client.get(f"/tickets/{new}")))
        assert line.startswith(f"Продолжение заявки № {closed} ")
        [line] = relations(Page(client.get(f"/tickets/{closed}")))
        assert line.startswith(f"Продолжена в заявке № {new} ")


def test_who_may_not_see_the_old_one_cannot_tell_it_from_none(people: People, client_of: ClientOf, closed: int) -> None:
    mallory = client_of(people.mallory)
    pages = []
    for number in (closed, 999_999):  # D5
        form = Page(mallory.get(f"/tickets/new?continues={number}")).form("/tickets")
        assert not dict(form)["serial_numbers"] and not dict(form)["order_number"]
        sent = typed(form, subject="Продолжаю", type="consultation", priority="normal", description="x")
        answer = mallory.post("/tickets", data=sent)
        assert answer.status_code == 303
        new = answer.location.rsplit("/", 1)[1]
        page = Page(mallory.get(answer.location))
        assert relations(page) == [] and f"№ {number}" in page.one(id="ticket-facts").text
        pages.append(page.one(id="ticket").text.replace(str(number), "N").replace(new, "M"))
    assert pages[0] == pages[1]
    assert count(TicketRelation) == 0
    staff = Page(client_of(people.anna).get(f"/tickets/{new}"))
    assert "/tickets/999999" in staff.links() and dict(staff.form(f"/tickets/{new}/link"))["ticket"] == "999999"
    assert relations(Page(client_of(people.bob).get(f"/tickets/{closed}"))) == []


@pytest.mark.parametrize("kind", list(KINDS))
def test_the_administrator_links_two_tickets(kind: str, people: People, client_of: ClientOf, closed: int) -> None:
    new = factories.ticket(people.bob, at=utc_now()).number
    db.session.commit()
    anna, bob, path = client_of(people.anna), client_of(people.bob), f"/tickets/{new}/link"
    form = Page(anna.get(f"/tickets/{new}")).form(path)
    for text in (f"№ {closed}", f"https://desk.test/tickets/{closed}"):  # the second one changes nothing
        assert anna.post(path, data=typed(form, ticket=text, kind=kind)).status_code == 303
    assert count(TicketRelation) == 1
    here, there = KINDS[kind]
    for client in (bob, anna):  # S124: shown to both sides
        assert relations(Page(client.get(f"/tickets/{new}")))[0].startswith(here)
        assert relations(Page(client.get(f"/tickets/{closed}")))[0].startswith(there)
    for number, other in ((new, closed), (closed, new)):
        told = Page(anna.get(f"/tickets/{number}")).one(id="ticket-timeline").all("li", class_="timeline__event")
        assert [line.text for line in told if str(other) in line.text and "Миронова" in line.text]
    assert anna.post(path, data={"ticket": str(closed), "kind": "related"}).status_code == 303
    assert relations(Page(bob.get(f"/tickets/{new}")))[0].startswith("Связана с")


def test_a_link_that_leads_nowhere_comes_back(people: People, client_of: ClientOf, closed: int) -> None:
    anna, path = client_of(people.anna), f"/tickets/{closed}/link"
    for text in ("999999", str(closed), "слово", "", "9" * 40, "https://desk.test/tickets/" + "1" * 3000):
        for headers in ({}, HTMX):
            page = Page(anna.post(path, data={"ticket": text, "kind": "continues"}, headers=headers))
            assert page.status == 422 and page.error("link-ticket") == "Такой заявки нет. Проверьте номер.", text
            assert dict(page.form(path))["ticket"] == text
    assert anna.post(path, data={"ticket": "999999", "kind": "x"}).status_code == 422
    assert count(TicketRelation) == 0


def test_nobody_else_links(people: People, client_of: ClientOf, closed: int) -> None:
    other = factories.ticket(people.bob, at=utc_now()).number
    db.session.commit()
    path, sent = f"/tickets/{closed}/link", {"ticket": str(other), "kind": "continues"}
    for person, status in ((people.bob, 404), (people.carol, 404), (people.mallory, 404), (people.alice, 409)):
        client = client_of(person)
        assert client.post(path, data=sent).status_code == status, person.last_name
        if status == 409:
            assert path not in Page(client.get(f"/tickets/{closed}")).actions()
    anew()
    assert count(TicketRelation) == 0
    assert db.session.scalars(select(Ticket.status).where(Ticket.number == closed)).one() == "closed"
