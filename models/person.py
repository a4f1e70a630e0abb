"""Whoever speaks on a ticket: a contact, a specialist, an administrator or the robot."""

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from flask_login import UserMixin
from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from extensions import db
from rules import names

if TYPE_CHECKING:
    from models.company import Company


class Role(StrEnum):
    """S125: what somebody is to the desk. A guest has no row."""

    CONTACT = "contact"
    AGENT = "agent"
    ADMIN = "admin"
    ROBOT = "robot"


class Team(StrEnum):
    """S40: technical support and the service center work in queues of their own."""

    SUPPORT = "support"
    SERVICE_CENTER = "service_center"


class Person(UserMixin, db.Model):
    """A person (or the robot). The login is the e-mail address, kept in lower case (S7, S10)."""

    __tablename__ = "person"
    __allow_unmapped__ = True  # the two device attributes below are of this request, not of the table

    id: Mapped[int] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(String(16), default=Role.CONTACT)
    team: Mapped[str | None] = mapped_column(String(16))
    last_name: Mapped[str] = mapped_column(String(100))
    first_name: Mapped[str] = mapped_column(String(100), default="")
    patronymic: Mapped[str] = mapped_column(String(100), default="")
    email: Mapped[str] = mapped_column(String(254), unique=True)
    phone: Mapped[str] = mapped_column(String(50), default="")
    password_hash: Mapped[str | None] = mapped_column(String(200))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("company.id"), index=True)
    is_supervisor: Mapped[bool] = mapped_column(default=False)  # S71: sees and acts on the company's tickets
    consent_at: Mapped[datetime | None]
    consent_version: Mapped[str] = mapped_column(String(32), default="")
    created_at: Mapped[datetime]
    activated_at: Mapped[datetime | None]
    code_hash: Mapped[str | None] = mapped_column(String(64), unique=True)  # D12: keyed, to find the person
    code_sealed: Mapped[str | None] = mapped_column(String(200))  # D12: encrypted, to show it to its owner
    locale: Mapped[str | None] = mapped_column(String(5))
    timezone: Mapped[str | None] = mapped_column(String(64))

    company: Mapped["Company | None"] = relationship(foreign_keys=[company_id])

    __table_args__ = (Index("ix_person_role_team", "role", "team"),)

    device_key: str | None = None  # of the browser that this request came from; the cookie carries it
    device_id: int | None = None

    def get_id(self) -> str:
        """Return what the session cookie carries: the key of the device, not the person's number."""
        return self.device_key or ""

    @property
    def full_name(self) -> str:
        """«Алексеев Степан» (S64)."""
        return names.full(self.last_name, self.first_name)

    @property
    def short_name(self) -> str:
        """«Алексеев С.» (S80)."""
        return names.short(self.last_name, self.first_name, self.patronymic)

    @property
    def initials(self) -> str:
        return names.initials(self.last_name, self.first_name)

    @property
    def sees_company_tickets(self) -> bool:
        """S71: by the person's own right, or because the company shows all tickets to all its contacts."""
        return self.company is not None and (self.is_supervisor or self.company.contacts_see_all)

    @property
    def is_staff(self) -> bool:
        return self.role in (Role.AGENT, Role.ADMIN)

    @property
    def is_admin(self) -> bool:
        return self.role == Role.ADMIN

    @property
    def is_contact(self) -> bool:
        return self.role == Role.CONTACT
