"""What the administrator does to a company, and the line in the book that each change leaves (S75, S72, S129)."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from extensions import db
from models import Company, CompanyObserver, Contract, Equipment
from rules.company_forms import CARD
from rules.errors import Invalid
from services import audit, companies, company_changes
from services.company_changes import Card
from tests import factories
from tests.conftest import People
from tests.services.played import NOW

DEVICE = {"serial_number": "OE1", "manufacturer": "SNR", "model": "S2962", "site": "Крыша"}


def card(**texts: str) -> Card:
    filled = dict.fromkeys(CARD, "") | {"name": "Одуванчик"} | texts
    return Card(filled, contacts_see_all=False, responsible_id=None, manager_id=None, observer_ids=frozenset())


def lines(company: Company) -> list[tuple[str, dict[str, Any]]]:
    return [(entry.action, entry.changes) for entry in audit.of(company)][::-1]


def test_a_company_is_made_and_its_first_card_written_down(people: People) -> None:  # S69
    company = company_changes.create(card(inn="6658123456"), by=people.anna, at=NOW)
    db.session.flush()
    assert (company.name, company.inn, company.contacts_see_all) == ("Одуванчик", "6658123456", False)
    assert lines(company) == [("created", {}), ("changed", {"inn": ("", "6658123456")})]


def test_a_change_is_written_down_by_field_with_people_by_name(people: People) -> None:
    company = company_changes.create(card(), by=people.anna, at=NOW)
    contact = factories.person("Полевой", company_id=company.id)
    wanted = replace(
        card(phone="1"),
        contacts_see_all=True,
        responsible_id=people.alice.id,
        observer_ids=frozenset({contact.id, people.sergey.id}),
    )
    company_changes.save(company, wanted, by=people.anna, at=NOW)
    company_changes.save(company, wanted, by=people.anna, at=NOW)  # nothing changed: no line
    assert lines(company)[1:] == [
        (
            "changed",
            {
                "phone": ("", "1"),
                "contacts_see_all": (False, True),
                "responsible": ("", people.alice.full_name),
                "observers": ("", f"{people.sergey.full_name}, {contact.full_name}"),
            },
        )
    ]
    assert [entry.who for entry in audit.of(company)] == [people.anna.short_name] * 2
    assert companies.observers(company) == [people.sergey, contact]


def test_only_staff_are_in_charge_and_only_own_contacts_observe(people: People) -> None:
    company = company_changes.create(card(), by=people.anna, at=NOW)
    for field, wrong in (
        ("responsible", replace(card(), responsible_id=people.bob.id)),
        ("manager", replace(card(), manager_id=999)),
        ("observers", replace(card(), observer_ids=frozenset({people.bob.id}))),
    ):
        with pytest.raises(Invalid) as error:
            company_changes.save(company, wrong, by=people.anna, at=NOW)
        assert error.value.field == field


def test_observers_are_taken_away_again(people: People) -> None:
    company = people.company
    wanted = replace(card(), observer_ids=frozenset({people.bob.id}))
    company_changes.save(company, wanted, by=people.anna, at=NOW)
    company_changes.save(company, card(), by=people.anna, at=NOW)
    assert db.session.scalars(select(CompanyObserver)).all() == []


def save_device(people: People, thing: Equipment | None = None, contract: int | None = None, **texts: str) -> None:
    company_changes.save_equipment(
        people.company,
        thing,
        DEVICE | texts,
        warranty_until=date(2028, 6, 1),
        contract_id=contract,
        by=people.anna,
        at=NOW,
    )


def save_contract(people: People, **texts: str) -> Contract:
    company_changes.save_contract(
        people.company, None, {"number": "7", "name": ""} | texts, starts_on=None, ends_on=None, by=people.anna, at=NOW
    )
    return db.session.scalars(select(Contract).order_by(Contract.id.desc())).first()  # type: ignore[return-value]


def test_a_device_is_added_changed_and_removed(people: People) -> None:  # S129
    contract = save_contract(people)
    save_device(people)
    device = db.session.scalars(select(Equipment)).one()
    save_device(people, device, contract.id, site="Подвал")
    company_changes.remove_equipment(people.company, device, by=people.anna, at=NOW)
    db.session.flush()
    assert db.session.scalars(select(Equipment)).all() == []
    named = [(action, changes) for action, changes in lines(people.company) if action.startswith("equipment")]
    assert [action for action, _ in named] == ["equipment_added", "equipment_changed", "equipment_removed"]
    assert named[0][1]["warranty_until"] == ("", "2028-06-01")
    assert named[1][1] == {"serial_number": ("OE1", "OE1"), "site": ("Крыша", "Подвал"), "contract": ("", "7")}


def test_a_serial_number_stands_once_in_a_company(people: People) -> None:
    save_device(people)
    with pytest.raises(Invalid, match="serial_taken"):
        save_device(people)
    save_device(people, serial_number="OE2")
    second = db.session.scalars(select(Equipment).where(Equipment.serial_number == "OE2")).one()
    with pytest.raises(Invalid, match="serial_taken"):
        save_device(people, second)


def test_another_companys_contract_supports_nothing(people: People) -> None:
    foreign = Contract(company_id=people.mallory.company_id, number="1")
    db.session.add(foreign)
    db.session.flush()
    with pytest.raises(Invalid) as error:
        save_device(people, contract=foreign.id)
    assert error.value.field == "contract"


def test_a_contract_goes_and_its_devices_stay(people: People) -> None:  # S72
    contract = save_contract(people)
    save_device(people, contract=contract.id)
    company_changes.remove_contract(people.company, contract, by=people.anna, at=NOW)
    db.session.flush()
    db.session.expire_all()
    assert db.session.scalars(select(Equipment)).one().contract_id is None
    assert db.session.scalars(select(Contract)).all() == []
