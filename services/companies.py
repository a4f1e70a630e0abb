"""Reading companies: the card, its people, equipment and contracts (S70, S72, S75), and the administrator's list."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from extensions import db
from models import Company, CompanyObserver, Contract, Equipment, Person, Role, Ticket
from models.numbers import fits
from rules.statuses import ACTIVE
from services.matching import holds

PAGE_ROWS = 30
LONGEST = 200  # letters of what is looked for
STAFF = (Role.AGENT, Role.ADMIN)


@dataclass(frozen=True, slots=True)
class CompanyRow:
    """A line of the administrator's list."""

    id: int
    name: str
    domain: str
    phone: str
    contacts_count: int


def find(company_id: int) -> Company | None:
    return db.session.get(Company, company_id, populate_existing=True) if fits(company_id) else None


def page(q: str, *, after: int = 0) -> tuple[list[CompanyRow], int | None]:
    """Return companies by name, and the id after which the next page begins, None at the end."""
    contacts = select(func.count()).select_from(Person).where(Person.company_id == Company.id).scalar_subquery()
    wanted = _looked_for(q)
    if after and fits(after):
        last = select(Company.name).where(Company.id == after).scalar_subquery()
        wanted.append(or_(Company.name > last, and_(Company.name == last, Company.id > after)))
    rows = db.session.execute(
        select(Company.id, Company.name, Company.domain, Company.phone, contacts)
        .where(*wanted)
        .order_by(Company.name, Company.id)
        .limit(PAGE_ROWS + 1)
    ).all()
    shown = [CompanyRow(*row) for row in rows[:PAGE_ROWS]]
    return shown, shown[-1].id if len(rows) > PAGE_ROWS else None


def _looked_for(q: str) -> list[ColumnElement[bool]]:
    words = q.strip()[:LONGEST]
    columns = (Company.name, Company.other_names, Company.domain, Company.site, Company.email, Company.inn)
    return [or_(*(holds(column, words) for column in columns))] if words else []


def contacts(company: Company, *, with_blocked: bool = False) -> list[Person]:
    """Return its people by name; who is blocked is nobody's colleague."""
    query = select(Person).where(Person.company_id == company.id).order_by(Person.last_name, Person.id)
    return list(db.session.scalars(query if with_blocked else query.where(Person.blocked_at.is_(None))))


def equipment(company: Company) -> list[tuple[Equipment, Contract | None]]:
    """Return its devices, each with the contract that it is supported by."""
    rows = db.session.execute(
        select(Equipment, Contract)
        .outerjoin(Contract, Contract.id == Equipment.contract_id)
        .where(Equipment.company_id == company.id)
        .order_by(Equipment.site, Equipment.model, Equipment.serial_number)
    )
    return [(thing, contract) for thing, contract in rows]


def contracts(company: Company) -> list[Contract]:
    return list(db.session.scalars(select(Contract).where(Contract.company_id == company.id).order_by(Contract.number)))


def one_device(company: Company, equipment_id: int) -> Equipment | None:
    """Return the device if it is this company's."""
    found = db.session.get(Equipment, equipment_id, populate_existing=True) if fits(equipment_id) else None
    return found if found is not None and found.company_id == company.id else None


def one_contract(company: Company, contract_id: int) -> Contract | None:
    """Return the contract if it is this company's."""
    found = db.session.get(Contract, contract_id, populate_existing=True) if fits(contract_id) else None
    return found if found is not None and found.company_id == company.id else None


def observers(company: Company) -> list[Person]:
    """Return «Наблюдатели заявок по умолчанию» who may still be told: its contacts, and staff (S75)."""
    named = select(CompanyObserver.person_id).where(CompanyObserver.company_id == company.id)
    allowed = or_(Person.company_id == company.id, Person.role.in_(STAFF))
    query = select(Person).where(Person.id.in_(named), allowed, Person.blocked_at.is_(None))
    return list(db.session.scalars(query.order_by(Person.last_name, Person.id)))


def staff() -> list[Person]:
    """Return whom a company may be given to: specialists and administrators who are not blocked."""
    query = select(Person).where(Person.role.in_(STAFF), Person.blocked_at.is_(None))
    return list(db.session.scalars(query.order_by(Person.last_name, Person.first_name, Person.id)))


def in_charge(company: Company) -> dict[str, Person]:
    """Return «Ответственный за компанию» and «Менеджер», those that are set, by field."""
    wanted = {"responsible": company.responsible_id, "manager": company.manager_id}
    found = {one.id: one for one in db.session.scalars(select(Person).where(Person.id.in_(wanted.values())))}
    return {name: found[person_id] for name, person_id in wanted.items() if person_id in found}


def ticket_counts(company: Company) -> tuple[int, int]:
    """Return how many tickets the company has, and how many of them are active (S76)."""
    active: Any = func.count().filter(Ticket.status.in_(ACTIVE))
    row = db.session.execute(
        select(func.count(), active).select_from(Ticket).where(Ticket.company_id == company.id)
    ).one()
    return row[0], row[1]
