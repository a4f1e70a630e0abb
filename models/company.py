"""A customer's company, its equipment and its contracts (S69–S75, S128–S129)."""

from datetime import date

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from extensions import db


class Company(db.Model):
    """The card of S75. `domain` is for matching only (S128)."""

    __tablename__ = "company"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    other_names: Mapped[str] = mapped_column(String(300), default="")
    site: Mapped[str] = mapped_column(String(200), default="")
    domain: Mapped[str] = mapped_column(String(200), default="", index=True)
    email: Mapped[str] = mapped_column(String(254), default="")
    phone: Mapped[str] = mapped_column(String(50), default="")
    address: Mapped[str] = mapped_column(String(500), default="")
    inn: Mapped[str] = mapped_column(String(12), default="")
    kpp: Mapped[str] = mapped_column(String(9), default="")
    tax_number: Mapped[str] = mapped_column(String(30), default="")
    comment: Mapped[str] = mapped_column(Text, default="")
    contacts_see_all: Mapped[bool] = mapped_column(default=False)  # S71
    # The two point back at people, who point here: added after both tables are there.
    responsible_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", use_alter=True))
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", use_alter=True))

    __table_args__ = (Index("ix_company_name", "name", "id"),)


class Equipment(db.Model):
    """A device of a company, known by its serial number (S129)."""

    __tablename__ = "equipment"

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), index=True)
    serial_number: Mapped[str] = mapped_column(String(64), index=True)
    manufacturer: Mapped[str] = mapped_column(String(100), default="")
    model: Mapped[str] = mapped_column(String(100), default="")
    site: Mapped[str] = mapped_column(String(200), default="")
    contract_id: Mapped[int | None] = mapped_column(ForeignKey("contract.id"))
    warranty_until: Mapped[date | None]


class Contract(db.Model):
    """An agreement on extended support (S72)."""

    __tablename__ = "contract"

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), index=True)
    number: Mapped[str] = mapped_column(String(50))
    name: Mapped[str] = mapped_column(String(200), default="")
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
