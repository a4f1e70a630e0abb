"""The specialists' queue (S40, S44, S78–S80, S126)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from extensions import db
from jobs.clock import utc_now
from models import Delivery
from rules.statuses import Status
from services import tickets
from tests import factories
from tests.blueprints.conftest import ClientOf, anew
from tests.blueprints.html import Page, typed
from tests.blueprints.test_tickets_list import rows
from tests.conftest import People
from tests.services.played import ticket_in

Queue = Callable[[str], set[int]]


@pytest.fixture
def made(people: People) -> dict[str, int]:
    """A ticket in each status, one of a stranger, one that nobody answers for."""
    at = utc_now() - timedelta(hours=1)
    numbers = {status.value: ticket_in(status, people, at=at).number for status in Status}
    numbers["new"] = factories.ticket(people.mallory, at=at, type="malfunction", priority="critical").number
    db.session.commit()
    return numbers


@pytest.fixture
def queue(made: dict[str, int], people: People, client_of: ClientOf) -> Queue:
    alice = client_of(people.alice)

    def ask(query: str) -> set[int]:
        answer = alice.get(f"/desk{query}")
        assert answer.status_code == 200
        return set(rows(Page(answer)))

    return ask


def test_what_is_over_is_hidden_unless_it_is_asked_for(made: dict[str, int], queue: Queue) -> None:
    over = {made["resolved"], made["closed"]}
    active = set(made.values()) - over
    assert queue("") == active  # S44
    assert queue("?view=resolved") == {made["resolved"]}
    assert queue("?view=all") == active | over
    assert queue("?status=closed") == {made["closed"]}
    assert queue(f"?q={made['closed']}") == {made["closed"]}  # search finds what is over too
    assert queue("?view=service") == {made["service_center"]}  # S40
    assert queue("?view=new") == {made["new"]}
    assert queue("?view=mine") == active - {made["new"]}


def test_filters_narrow_the_queue(made: dict[str, int], queue: Queue, people: People) -> None:
    active = set(made.values()) - {made["resolved"], made["closed"]}
    mine = active - {made["new"]}
    for query, wanted in [
        (f"assignee={people.alice.id}", mine),
        ("assignee=none", {made["new"]}),
        (f"assignee={people.sergey.id}", set()),
        (f"company={people.company.id}", mine),
        (f"company={people.mallory.company_id}", {made["new"]}),
        ("company=none", set()),
        ("type=malfunction", {made["new"]}),
        ("type=nonsense", set()),
        ("priority=critical", {made["new"]}),
        ("status=waiting", {made["waiting"]}),
        ("status=nonsense&view=nonsense&sort=nonsense", active),
        ("q=василёк", {made["new"]}),
        ("q=ВАСИЛЁК", {made["new"]}),
        (f"q=ромашка&company={people.mallory.company_id}", set()),
    ]:
        assert queue(f"?{query}") == wanted, query


def test_views_are_counted_and_rows_are_what_the_guide_wants(
    made: dict[str, int], people: People, client_of: ClientOf
) -> None:
    page = Page(client_of(people.alice).get("/desk"))
    counts = [link.text for link in page.one("nav", class_="tabs queue-views").all("a")]
    assert counts[:4] == ["Все активные 6", "Мои 5", "Без ответственного 1", "Сервисный центр 1"]
    for name in ("№ заявки", "Тема", "Клиент", "Ответственный", "Автор", "Контактное лицо", "Прогресс", "Статус"):
        assert name in [cell.text for cell in page.all("th")]  # S79
    text = page.one("tbody").text
    for words in ("Алексеев С.", "Тестинг Т.", "Ромашка Телеком", "Отложена до", "Критический"):  # S80
        assert words in text
    fragment = Page(client_of(people.alice).get("/desk?view=new", headers={"HX-Request": "true"}))
    assert rows(fragment) == [made["new"]] and not fragment.all("html")


def test_forty_five_tickets_come_page_by_page_in_either_order(people: People, client_of: ClientOf) -> None:
    at = utc_now() - timedelta(days=1)
    made = [factories.ticket(people.bob, at=at + timedelta(seconds=place // 7)) for place in range(45)]
    for ticket in made[:9]:
        tickets.assign(ticket, people.alice, by=people.alice, at=at + timedelta(hours=1))
    db.session.commit()
    numbers = [ticket.number for ticket in made]
    alice: FlaskClient = client_of(people.alice)
    for sort, wanted in (("created", numbers[::-1]), ("", numbers[:9][::-1] + numbers[9:][::-1])):
        seen, address = list[int](), f"/desk?sort={sort}"
        while address:
            page = Page(alice.get(address))
            seen += rows(page)
            address = next((link for link in page.links() if "cursor=" in link), "")
        assert seen == wanted, sort


def test_the_service_center_accepts_what_waits_for_it(
    made: dict[str, int], people: People, client_of: ClientOf
) -> None:
    sergey = client_of(people.sergey)
    number = made["service_center"]
    assert rows(Page(sergey.get("/desk?view=service"))) == [number]
    assert sergey.post(f"/tickets/{number}/accept").status_code == 303
    assert rows(Page(sergey.get("/desk?view=service"))) == [number]  # in its queue from then on
    assert rows(Page(sergey.get("/desk?view=mine"))) == [number]


def test_who_answers_for_a_company_and_its_tickets_stands_where_it_is_asked(
    people: People, client_of: ClientOf
) -> None:  # S126
    anna, alice, bob = client_of(people.anna), client_of(people.alice), client_of(people.bob)
    card = f"/admin/companies/{people.company.id}"
    form = typed(
        Page(anna.get(f"{card}/edit")).form(card),
        responsible=str(people.alice.id),
        manager=str(people.anna.id),
        observers=[str(people.sergey.id)],
    )
    assert anna.post(card, data=form).status_code == 303
    for page in (Page(anna.get(card)), Page(bob.get("/company"))):
        facts = page.one(id="company-facts").text
        assert all(one.full_name in facts for one in (people.alice, people.anna, people.sergey))
    made = bob.post("/tickets", data={"subject": "Потери", "type": "malfunction", "priority": "normal"})
    anew()
    told = db.session.scalars(select(Delivery.person_id).where(Delivery.template == "opened")).all()
    assert told == [people.sergey.id]  # observers by default hear of a new ticket
    assert alice.post(f"{made.location}/assign", data={"assignee": str(people.alice.id)}).status_code == 303
    row = Page(alice.get("/desk?view=mine")).one("tbody")
    assert row.one("td", class_="row-card__assignee").text.endswith("Алексеев С.")
    assert row.one("td", class_="row-card__progress").one("span", class_="progress")["data-step"] == "2"
    assert people.alice.full_name in Page(bob.get(made.location)).one(id="ticket-facts").text


def test_customers_and_guests_have_no_queue(people: People, client_of: ClientOf) -> None:
    for person in (people.bob, people.mallory):
        for path in ("/desk", "/desk?view=all", "/desk?cursor=1-1"):
            assert client_of(person).get(path).status_code == 404
    assert client_of(None).get("/desk").status_code == 303
    assert "/desk" not in Page(client_of(people.bob).get("/tickets")).links()
