"""Reading a company's card (S70, S72)."""

from sqlalchemy import select

from extensions import db
from models import Company, Contract, Equipment, Person


def contacts(company: Company) -> list[Person]:
    return list(db.session.scalars(select(Person).where(Person.company_id == company.id).order_by(Person.last_name)))


def equipment(company: Company) -> list[Equipment]:
    return list(
        db.session.scalars(
            select(Equipment)
            .where(Equipment.company_id == company.id)
            .order_by(Equipment.model, Equipment.serial_number)
        )
    )


def contracts(company: Company) -> list[Contract]:
    return list(db.session.scalars(select(Contract).where(Contract.company_id == company.id).order_by(Contract.number)))
