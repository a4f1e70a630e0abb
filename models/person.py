"""Whoever speaks on a ticket: a contact, a specialist, an administrator or the robot."""

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from flask_login import UserMixin
from sqlalchemy import ForeignKey, Index, String, exists, false
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from extensions import db
from models.company_observer import CompanyObserver
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


class Visibility(StrEnum):
    """S71: whose tickets a contact may see."""

    COMPANY = "company"  # as the company says: all of its tickets, or his own
    ALL = "all"  # all of the company's, and he acts on them: a supervisor
    OWN = "own"  # his own, even where the company shows all


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
    sees_only_own: Mapped[bool] = mapped_column(default=False)  # S71: even where the company shows all
    binding_note: Mapped[str] = mapped_column(String(300), default="")  # S117: how he was made sure of
    blocked_at: Mapped[datetime | None]  # signs nobody in, and no message goes to him
    consent_at: Mapped[datetime | None]
    consent_version: Mapped[str] = mapped_column(String(32), default="")
    created_at: Mapped[datetime]
    activated_at: Mapped[datetime | None]
    code_hash: Mapped[str | None] = mapped_column(String(64), unique=True)  # D12: keyed, to find the person
    code_sealed: Mapped[str | None] = mapped_column(String(200))  # D12: encrypted, to show it to its owner
    locale: Mapped[str | None] = mapped_column(String(5))
    timezone: Mapped[str | None] = mapped_column(String(64))
    notices_off: Mapped[str] = mapped_column(String(200), default="", server_default="")  # rules.notices
    rings_once: Mapped[bool] = mapped_column(default=False, server_default=false())  # a letter only if no push was read
    push_is_brief: Mapped[bool] = mapped_column(default=False, server_default=false())  # no words of it in a push
    quiet_start: Mapped[str] = mapped_column(String(5), default="", server_default="", deferred=True)  # rules.quiet
    quiet_end: Mapped[str] = mapped_column(String(5), default="", server_default="", deferred=True)

    company: Mapped["Company | None"] = relationship(foreign_keys=[company_id])
    # S75: he is one of his company's observers. Loaded when asked for; `services.devices.owner` brings it along.
    observes_company: Mapped[bool] = column_property(
        exists()
        .where(CompanyObserver.person_id == id, CompanyObserver.company_id == company_id)  # noqa: A003
        .correlate_except(CompanyObserver),
        deferred=True,
    )

    __table_args__ = (Index("ix_person_role_team", "role", "team"), Index("ix_person_name", "last_name", "id"))

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
        """S71: by the person's own right, or because the company shows all tickets to all its contacts.

        Who is limited to his own tickets sees no others, unless he is to hear of all as an observer (S75).
        """
        if self.company is None:
            return False
        by_right = not self.sees_only_own and (self.is_supervisor or self.company.contacts_see_all)
        return by_right or bool(self.observes_company)

    @property
    def visibility(self) -> Visibility:
        if self.sees_only_own:
            return Visibility.OWN
        return Visibility.ALL if self.is_supervisor else Visibility.COMPANY

    @visibility.setter
    def visibility(self, chosen: Visibility) -> None:
        self.is_supervisor, self.sees_only_own = chosen == Visibility.ALL, chosen == Visibility.OWN

    @property
    def is_staff(self) -> bool:
        return self.role in (Role.AGENT, Role.ADMIN)

    @property
    def is_admin(self) -> bool:
        return self.role == Role.ADMIN

    @property
    def is_contact(self) -> bool:
        return self.role == Role.CONTACT
