"""The queue of people without a company, what speaks for one, binding (S69–S70, S116–S118, D7)."""

from typing import Any

import pytest
from sqlalchemy import select

from extensions import db
from models import Audit, Company, CompanyObserver, Equipment, Event, EventKind, Person, Ticket, Visibility
from rules.errors import Invalid
from rules.statuses import Status
from services import memberships, tickets
from services.memberships import Suggestion
from tests import factories
from tests.conftest import People
from tests.services.played import NOW


@pytest.fixture
def newcomer(people: People) -> Person:
    """Registered with an address at the domain of Bob's company."""
    return factories.person("Новиков", email="petr@romashka.example")


def suggested(person: Person) -> list[Suggestion]:
    return memberships.suggestions([person])[person.id]


def bind(person: Person, company: Company, people: People, grounds: str = "") -> int:
    return memberships.bind(person, company, grounds=grounds, by=people.anna, at=NOW)


def book(person: Person) -> list[tuple[str, dict[str, list[str]]]]:
    rows = db.session.scalars(select(Audit).where(Audit.subject == "person", Audit.subject_id == person.id))
    return [(row.action, row.changes) for row in rows]


def test_the_queue_shows_who_waits_with_his_first_ticket(people: People, newcomer: Person) -> None:  # S69
    first = factories.ticket(newcomer, subject="Первая")
    factories.ticket(newcomer, subject="Вторая")
    silent = factories.person("Молчалин", email="silent@mail.ru")
    factories.person("Неподтверждённый", activated_at=None)
    factories.person("Закрытый", blocked_at=NOW)
    rows, more = memberships.waiting()
    assert [(row.person, row.ticket_number, row.ticket_subject) for row in rows] == [
        (silent, None, ""),
        (newcomer, first.number, "Первая"),
    ]
    assert more is None and memberships.waiting_count() == 2
    assert [row.suggestions for row in rows] == [[], [Suggestion(people.company.id, "Ромашка Телеком", "domain")]]


def test_the_queue_goes_on_by_pages(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    everybody = [factories.person(f"Номер-{number}") for number in range(5)]
    monkeypatch.setattr(memberships, "PAGE_ROWS", 2)
    seen: list[Any] = []
    after: int | None = 0
    while after is not None:
        rows, after = memberships.waiting(after=after)
        seen += [row.person for row in rows]
    assert seen == everybody[::-1]


def test_a_domain_suggests_and_free_post_never_does(people: People, newcomer: Person) -> None:  # D7
    assert [one.company_name for one in suggested(newcomer)] == ["Ромашка Телеком"]
    factories.company("Почтовая", domain="mail.ru")
    assert suggested(factories.person("Свободин", email="a@mail.ru")) == []
    assert suggested(factories.person("Самозванец", email="ceo@romashka.example", activated_at=None)) == []


def test_a_serial_number_of_his_ticket_suggests(people: People) -> None:  # S118
    db.session.add(Equipment(company_id=people.company.id, serial_number="OE4423DS23"))
    owner = factories.person("Владимиров", email="v@mail.ru")
    factories.ticket(owner, serial_numbers=("XX", "oe4423ds23"))
    assert suggested(owner) == [Suggestion(people.company.id, "Ромашка Телеком", "serial", "OE4423DS23")]


def test_binding_takes_his_tickets_along_and_says_so_on_each(people: People, newcomer: Person) -> None:  # S69–S70
    open_one, closed = factories.ticket(newcomer), factories.ticket(newcomer)
    tickets.move(closed, "resolve", by=people.alice, at=NOW)
    tickets.move(closed, "close", by=people.anna, at=NOW)
    updated = closed.updated_at
    assert bind(newcomer, people.company, people) == 2
    db.session.flush()
    assert {open_one.company_id, closed.company_id, newcomer.company_id} == {people.company.id}
    bound = db.session.scalars(select(Event).where(Event.kind == EventKind.BOUND).order_by(Event.id)).all()
    assert [(event.ticket_id, event.actor_id, event.data) for event in bound] == [
        (one.id, people.anna.id, {"company": "Ромашка Телеком"}) for one in (open_one, closed)
    ]
    assert closed.status == Status.CLOSED and closed.updated_at == updated  # nothing new for the customer to read
    assert book(newcomer) == [("bound", {"company": ["", "Ромашка Телеком"]})]
    assert bind(newcomer, people.company, people) == 0 and len(book(newcomer)) == 1  # twice does no harm


@pytest.mark.parametrize("email", ["v@mail.ru", "v@vasilek.example"])
def test_another_domain_needs_to_be_made_sure_of(people: People, email: str) -> None:  # S117
    person = factories.person("Владимиров", email=email)
    with pytest.raises(Invalid, match="required") as error:
        bind(person, people.company, people)
    assert error.value.field == "grounds" and person.company_id is None
    bind(person, people.company, people, "Звонок директору 15 июня")
    bound = db.session.get_one(Person, person.id)
    assert (bound.company_id, bound.binding_note) == (people.company.id, "Звонок директору 15 июня")
    assert book(person)[0][1]["grounds"] == ["", "Звонок директору 15 июня"]


def test_a_company_without_a_domain_needs_to_be_made_sure_of(people: People, newcomer: Person) -> None:  # S117
    nameless = factories.company("Без домена")
    with pytest.raises(Invalid):
        bind(newcomer, nameless, people)
    assert bind(newcomer, nameless, people, "Договор № 5") == 0


def test_an_address_that_nobody_confirmed_proves_nothing(people: People) -> None:
    assert memberships.needs_grounds(
        factories.person("С", email="x@romashka.example", activated_at=None), people.company
    )


def test_rights_and_tickets_do_not_come_along_to_another_company(people: People) -> None:
    other = db.session.get_one(Company, people.mallory.company_id)
    ticket = factories.ticket(people.bob)
    people.bob.visibility = Visibility.ALL
    db.session.add(CompanyObserver(company_id=people.company.id, person_id=people.bob.id))
    db.session.flush()
    assert bind(people.bob, other, people, "Перешёл") == 0
    assert ticket.company_id == people.company.id and people.bob.visibility == Visibility.COMPANY
    assert db.session.scalars(select(CompanyObserver)).all() == []


def test_unbinding_leaves_the_tickets(people: People) -> None:
    ticket = factories.ticket(people.bob)
    memberships.unbind(people.bob, by=people.anna, at=NOW)
    memberships.unbind(people.bob, by=people.anna, at=NOW)
    db.session.flush()
    assert people.bob.company_id is None and db.session.get_one(Ticket, ticket.id).company_id == people.company.id
    assert [action for action, _ in book(people.bob)] == ["unbound"]


def test_staff_belong_to_no_company(people: People) -> None:
    with pytest.raises(Invalid):
        bind(people.alice, people.company, people, "x")
