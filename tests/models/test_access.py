"""Who may see a ticket and in which capacity he acts on it (S70–S71, S125)."""

import pytest
from sqlalchemy import select

from extensions import db
from models import Company, CompanyObserver, Person, Role, Ticket, Visibility
from models.access import actors, visible_to
from rules.statuses import Actor
from services import people as registered
from tests import factories
from tests.conftest import People


def seen_by(person: Person) -> set[int]:
    return set(db.session.scalars(select(Ticket.id).where(visible_to(person))))


@pytest.fixture
def three(people: People) -> tuple[Ticket, Ticket, Ticket]:
    """Bob's, Carol's and Mallory's."""
    return factories.ticket(people.bob), factories.ticket(people.carol), factories.ticket(people.mallory)


def ids(*tickets: Ticket) -> set[int]:
    return {ticket.id for ticket in tickets}


def test_contacts_of_an_open_company_see_all_its_tickets_and_no_others(
    people: People, three: tuple[Ticket, ...]
) -> None:
    bobs, carols, mallorys = three
    assert seen_by(people.bob) == seen_by(people.carol) == ids(bobs, carols)  # S70
    assert seen_by(people.mallory) == ids(mallorys)


def test_contacts_of_a_closed_company_see_their_own(people: People, three: tuple[Ticket, ...]) -> None:  # S71
    people.company.contacts_see_all = False
    assert seen_by(people.bob) == ids(three[0])
    assert seen_by(people.carol) == ids(three[1])


def test_a_supervisor_of_a_closed_company_sees_all_its_tickets(
    people: People, three: tuple[Ticket, ...]
) -> None:  # S71
    people.company.contacts_see_all = False
    people.carol.is_supervisor = True
    assert seen_by(people.carol) == ids(three[0], three[1])
    assert seen_by(people.bob) == ids(three[0])


def test_one_person_is_limited_to_his_own_although_the_company_shows_all(
    people: People, three: tuple[Ticket, ...]
) -> None:  # S71
    people.carol.visibility = Visibility.OWN
    assert seen_by(people.carol) == ids(three[1]) and not people.carol.sees_company_tickets
    assert seen_by(people.bob) == ids(three[0], three[1])
    people.carol.visibility = Visibility.COMPANY
    assert seen_by(people.carol) == ids(three[0], three[1])


@pytest.mark.parametrize("shows_all", [False, True])
@pytest.mark.parametrize("chosen", list(Visibility))
def test_the_persons_right_and_the_companys_switch(
    people: People, three: tuple[Ticket, ...], chosen: Visibility, shows_all: bool
) -> None:  # S71
    people.company.contacts_see_all, people.carol.visibility = shows_all, chosen
    sees_all = chosen == Visibility.ALL or (chosen == Visibility.COMPANY and shows_all)
    assert seen_by(people.carol) == (ids(three[0], three[1]) if sees_all else ids(three[1]))
    assert people.carol.visibility == chosen


def test_an_observer_sees_all_of_his_company_and_of_no_other(people: People, three: tuple[Ticket, ...]) -> None:  # S75
    people.company.contacts_see_all, people.carol.visibility = False, Visibility.OWN
    watched = (people.company.id, people.mallory.company_id)
    db.session.add_all(CompanyObserver(company_id=company, person_id=people.carol.id) for company in watched)
    db.session.commit()
    db.session.expire_all()
    assert seen_by(people.carol) == ids(three[0], three[1])
    assert actors(people.carol, three[0]) == {Actor.COLLEAGUE}
    people.carol.company = None
    db.session.commit()
    db.session.expire_all()
    assert seen_by(people.carol) == ids(three[1])


def test_a_supervisor_without_a_company_sees_no_more_than_his_own(people: People, three: tuple[Ticket, ...]) -> None:
    loner = factories.person("Одиночкин", is_supervisor=True)
    other = factories.ticket(factories.person("Другой"))  # neither has a company
    own = factories.ticket(loner)
    assert other.company_id is None
    assert seen_by(loner) == ids(own)


def test_who_changes_companies_keeps_his_tickets_and_loses_the_others(
    people: People, three: tuple[Ticket, ...]
) -> None:
    people.bob.company = db.session.get_one(Company, people.mallory.company_id)
    db.session.flush()
    assert seen_by(people.bob) == ids(three[0])
    people.bob.is_supervisor = True
    assert seen_by(people.bob) == ids(three[0], three[2])
    assert seen_by(people.carol) == ids(three[0], three[1])  # the ticket stays the company's


def test_staff_and_the_robot_see_all(people: People, three: tuple[Ticket, ...]) -> None:
    for who in (people.alice, people.sergey, people.anna, registered.robot()):
        assert seen_by(who) == ids(*three)


def test_an_unknown_role_sees_nothing(people: People, three: tuple[Ticket, ...]) -> None:
    people.bob.role = "guest"
    assert seen_by(people.bob) == set()


def test_each_acts_in_his_own_capacity(people: People, three: tuple[Ticket, ...]) -> None:
    bobs = three[0]
    assert actors(people.bob, bobs) == {Actor.CONTACT}
    assert actors(people.carol, bobs) == {Actor.COLLEAGUE}
    people.carol.is_supervisor = True
    assert actors(people.carol, bobs) == {Actor.SUPERVISOR}
    assert actors(people.carol, three[1]) == {Actor.CONTACT}
    assert actors(people.alice, bobs) == {Actor.AGENT}
    assert actors(people.sergey, bobs) == {Actor.SERVICE}
    assert actors(people.anna, bobs) == {Actor.ADMIN}
    assert actors(registered.robot(), bobs) == {Actor.ROBOT}


def test_a_member_of_staff_acts_as_staff_on_his_own_ticket_too(people: People) -> None:
    assert actors(people.alice, factories.ticket(people.alice)) == {Actor.AGENT}


def test_the_supervisors_flag_of_a_member_of_staff_means_nothing(people: People, three: tuple[Ticket, ...]) -> None:
    people.alice.is_supervisor = True
    assert actors(people.alice, three[0]) == {Actor.AGENT}
    assert people.alice.role == Role.AGENT and not people.alice.sees_company_tickets
