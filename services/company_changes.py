"""What the administrator does to a company: its card, who is in charge and who is told, equipment, contracts.

Each change leaves its line in the book (services.audit).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, or_, select, update

from extensions import db
from models import Company, CompanyObserver, Contract, Equipment, Person
from rules.errors import Invalid
from services import audit, companies


@dataclass(frozen=True)
class Card:
    """A checked card: its texts (rules.company_forms), the privacy switch of S71, who is in charge, who observes."""

    texts: Mapping[str, str]
    contacts_see_all: bool
    responsible_id: int | None
    manager_id: int | None
    observer_ids: frozenset[int]


def create(card: Card, *, by: Person, at: datetime) -> Company:
    """Make a company (S69). Raises Invalid when somebody in charge is not staff."""
    company = Company(name=card.texts["name"])
    db.session.add(company)
    db.session.flush()
    audit.record(company, "created", by=by, at=at)
    save(company, card, by=by, at=at)
    return company


def save(company: Company, card: Card, *, by: Person, at: datetime) -> None:
    """Change the card. Raises Invalid when somebody named may not be."""
    before = _state(company)
    for name, text in card.texts.items():
        setattr(company, name, text)
    company.contacts_see_all = card.contacts_see_all
    company.responsible_id = _staff(card.responsible_id, "responsible")
    company.manager_id = _staff(card.manager_id, "manager")
    _set_observers(company, card.observer_ids)
    db.session.flush()
    changes = audit.difference(before, _state(company))
    if changes:
        audit.record(company, "changed", by=by, at=at, changes=changes)


def _state(company: Company) -> dict[str, Any]:
    """Return the card as the book keeps it: people by their names."""
    columns = (column.key for column in Company.__table__.columns if column.key != "id")
    state = {name: getattr(company, name) for name in columns if not name.endswith("_id")}
    named = companies.in_charge(company)
    for field in ("responsible", "manager"):
        state[field] = named[field].full_name if field in named else ""
    state["observers"] = ", ".join(person.full_name for person in companies.observers(company))
    return state


def _staff(person_id: int | None, field: str) -> int | None:
    if person_id is None:
        return None
    person = db.session.get(Person, person_id)
    if person is None or not person.is_staff or person.blocked_at is not None:
        raise Invalid(field, "unknown")
    return person.id


def _set_observers(company: Company, wanted: Collection[int]) -> None:
    """S75: contacts of this company and staff only."""
    allowed = or_(Person.company_id == company.id, Person.role.in_(companies.STAFF))
    known = set(db.session.scalars(select(Person.id).where(Person.id.in_(wanted), allowed)))
    if known != set(wanted):
        raise Invalid("observers", "unknown")
    db.session.execute(delete(CompanyObserver).where(CompanyObserver.company_id == company.id))
    db.session.add_all(CompanyObserver(company_id=company.id, person_id=person_id) for person_id in sorted(known))
    db.session.flush()


def save_equipment(
    company: Company,
    thing: Equipment | None,
    texts: Mapping[str, str],
    *,
    warranty_until: date | None,
    contract_id: int | None,
    by: Person,
    at: datetime,
) -> None:
    """Add a device, or change `thing` (S129). Raises Invalid: serial_taken within the company, unknown contract."""
    same = select(Equipment.id).where(
        Equipment.company_id == company.id, Equipment.serial_number == texts["serial_number"]
    )
    twin = db.session.scalar(same.where(Equipment.id != (thing.id if thing else 0)))
    if twin is not None:
        raise Invalid("serial_number", "serial_taken")
    if contract_id is not None and companies.one_contract(company, contract_id) is None:
        raise Invalid("contract", "unknown")
    is_new = thing is None
    thing = thing or Equipment(company_id=company.id)
    values = {**texts, "warranty_until": warranty_until, "contract_id": contract_id}
    _write(company, thing, values, "equipment", is_new=is_new, by=by, at=at)


def save_contract(
    company: Company,
    contract: Contract | None,
    texts: Mapping[str, str],
    *,
    starts_on: date | None,
    ends_on: date | None,
    by: Person,
    at: datetime,
) -> None:
    """Add an agreement on extended support, or change one (S72)."""
    is_new = contract is None
    contract = contract or Contract(company_id=company.id)
    values = {**texts, "starts_on": starts_on, "ends_on": ends_on}
    _write(company, contract, values, "contract", is_new=is_new, by=by, at=at)


def _write(
    company: Company,
    row: Equipment | Contract,
    values: Mapping[str, Any],
    kind: str,
    *,
    is_new: bool,
    by: Person,
    at: datetime,
) -> None:
    before = {} if is_new else {name: getattr(row, name) for name in values}
    for name, value in values.items():
        setattr(row, name, value)
    db.session.add(row)
    db.session.flush()
    changes = _named(audit.difference({name: before.get(name, "") for name in values}, values))
    if changes or is_new:
        audit.record(
            company, f"{kind}_added" if is_new else f"{kind}_changed", by=by, at=at, changes=_which(row) | changes
        )


def _named(changes: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Put contracts' numbers in the place of their ids."""
    if "contract_id" not in changes:
        return changes
    numbers = [_contract_number(contract_id) for contract_id in changes.pop("contract_id")]
    return changes | ({"contract": numbers} if any(numbers) else {})


def _contract_number(contract_id: int | None) -> str:
    contract = db.session.get(Contract, contract_id) if contract_id else None
    return contract.number if contract else ""


def _which(row: Equipment | Contract) -> dict[str, list[Any]]:
    """Name the device or contract in every line about it."""
    if isinstance(row, Equipment):
        return {"serial_number": [row.serial_number, row.serial_number]}
    return {"number": [row.number, row.number]}


def remove_equipment(company: Company, thing: Equipment, *, by: Person, at: datetime) -> None:
    audit.record(company, "equipment_removed", by=by, at=at, changes={"serial_number": [thing.serial_number, ""]})
    db.session.delete(thing)


def remove_contract(company: Company, contract: Contract, *, by: Person, at: datetime) -> None:
    """Take a contract away; its devices stay, under basic warranty support."""
    db.session.execute(update(Equipment).where(Equipment.contract_id == contract.id).values(contract_id=None))
    audit.record(company, "contract_removed", by=by, at=at, changes={"number": [contract.number, ""]})
    db.session.delete(contract)
