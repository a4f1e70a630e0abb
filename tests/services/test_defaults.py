"""What every desk starts with, its demo, its load, its companies."""

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from extensions import db
from jobs import committed
from models import (
    Comment,
    ConsentText,
    Contract,
    Counter,
    Delivery,
    DeliveryState,
    Equipment,
    Person,
    Priority,
    Role,
    Ticket,
    TicketType,
)
from rules.statuses import Status
from services import companies, defaults, demo, people
from services import load as heavy
from tests import factories
from tests.conftest import People
from tests.services.played import DAY, NOW, everything


def test_what_is_there_is_not_made_again(app: Flask) -> None:
    before = everything()
    for _ in range(2):
        defaults.ensure(at=NOW + DAY)
    assert everything() == before


def test_what_the_administrator_changed_stays_changed(app: Flask) -> None:
    db.session.scalars(select(TicketType)).first().name = "Свой вид"  # type: ignore[union-attr]
    db.session.scalars(select(Priority).where(Priority.code == "low")).one().is_default = True
    db.session.add(ConsentText(version="2027-01", body_html="<p>Новое</p>", created_at=NOW))
    db.session.get_one(Counter, "ticket").value = 200_000
    before = everything()
    defaults.ensure(at=NOW)
    assert everything() == before
    assert defaults.consent().version == "2027-01"  # S12: the newest is in force
    assert factories.ticket(factories.person("Первый")).number == 200_001


def test_the_robot_cannot_sign_in(app: Flask) -> None:
    robot = people.robot()
    assert people.authenticate(robot.email, "") is None and people.code_of(robot) == ""


def test_the_demo_desk_shows_every_status_and_writes_to_nobody(app: Flask) -> None:
    with committed():
        assert demo.load(at=NOW)
    statuses = set(db.session.scalars(select(Ticket.status)))
    assert statuses == set(Status)
    states = set(db.session.scalars(select(Delivery.state).where(Delivery.event_id.is_not(None))))
    assert states == {DeliveryState.SENT}
    newest = db.session.scalar(select(func.max(Comment.at)))
    assert newest is not None and newest <= NOW


def test_the_demo_desk_is_loaded_once_and_never_into_a_desk_in_use(app: Flask) -> None:
    factories.person("Настоящий")
    assert not demo.load(at=NOW)
    assert db.session.scalar(select(func.count()).select_from(Ticket)) == 0


def test_the_demo_people_can_all_sign_in_and_only_contacts_have_codes(app: Flask) -> None:
    demo.load(at=NOW)
    shown = demo.people_with_codes()
    assert len(shown) == 6
    for row in shown:
        person = people.authenticate(row["email"], row["password"])
        assert person is not None and person.role == row["role"]
        assert (people.by_code(row["code"]) is person) == (row["role"] == Role.CONTACT)


def test_the_demos_clocks_run_from_now(app: Flask) -> None:
    demo.load(at=NOW)
    due = list(db.session.scalars(select(Ticket.robot_due_at).where(Ticket.robot_due_at.is_not(None))))
    assert due and min(due) > NOW, "the first pass of the robot must not change what the guide describes"


def test_load_makes_what_was_asked_and_tells_nobody(app: Flask) -> None:
    db.session.commit()
    assert list(heavy.generate(7, seed=1, at=NOW)) == [7]
    assert db.session.scalar(select(func.count()).select_from(Ticket)) == 7
    assert db.session.scalar(select(func.count()).select_from(Comment)) == 28
    assert db.session.scalar(select(func.count()).select_from(Delivery)) == 0
    numbers = list(db.session.scalars(select(Ticket.number)))
    db.session.commit()
    assert list(heavy.generate(3, seed=2, at=NOW)) == [3]
    fresh = factories.ticket(factories.person("Живой")).number
    assert fresh == max(numbers) + 4


def test_a_company_shows_its_own_people_things_and_contracts(people: People) -> None:  # S70, S72
    ours, theirs = people.company, db.session.get_one(Person, people.mallory.id).company
    assert theirs is not None
    for company, mark in ((ours, "A"), (theirs, "B")):
        db.session.add(Contract(company_id=company.id, number=mark))
        db.session.add(Equipment(company_id=company.id, serial_number=mark, model="SNR"))
    db.session.flush()
    assert companies.contacts(ours) == [people.bob, people.carol]
    assert [(thing.serial_number, contract) for thing, contract in companies.equipment(ours)] == [("A", None)]
    assert [one.number for one in companies.contracts(theirs)] == ["B"]


def test_an_address_belongs_to_one_person(people: People) -> None:
    with pytest.raises(IntegrityError):
        factories.person("Второй", email=people.bob.email)
    db.session.rollback()
