"""A ticket: what a customer asked, where it stands and which clock runs."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from extensions import db
from models.company import Company
from models.person import Person, Team
from rules.statuses import Status


class TicketType(db.Model):
    """A choice of «Тип заявки» (S22). The name and the hint are the administrator's words."""

    __tablename__ = "ticket_type"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    hint: Mapped[str] = mapped_column(String(500), default="")
    position: Mapped[int] = mapped_column(default=0)


class Priority(db.Model):
    """A choice of «Приоритет» (S23)."""

    __tablename__ = "priority"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    position: Mapped[int] = mapped_column(default=0)
    is_default: Mapped[bool] = mapped_column(default=False)


class Ticket(db.Model):
    """`number` is what people see (S31); `id` never leaves the server. `services/tickets.py` writes `status`."""

    __tablename__ = "ticket"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    subject: Mapped[str] = mapped_column(String(200))
    type_id: Mapped[int] = mapped_column(ForeignKey("ticket_type.id"))
    priority_id: Mapped[int] = mapped_column(ForeignKey("priority.id"))
    status: Mapped[str] = mapped_column(String(16), default=Status.OPEN)
    team: Mapped[str] = mapped_column(String(16), default=Team.SUPPORT)
    contact_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("company.id"))
    invoice_number: Mapped[str] = mapped_column(String(64), default="")  # S24
    order_number: Mapped[str] = mapped_column(String(64), default="")  # S26: a string, zeros lead
    order_year: Mapped[int | None]  # S27
    continues_text: Mapped[str] = mapped_column(String(200), default="")  # D5: as typed, when it is not his to see
    client_id: Mapped[str | None] = mapped_column(String(36))

    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]  # the last thing that the customer may see
    staff_updated_at: Mapped[datetime]  # the last thing of all, internal notes too
    status_since: Mapped[datetime]
    deferred_until: Mapped[datetime | None]
    warned_at: Mapped[datetime | None]  # S48 was said in this stretch of waiting
    resolved_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    robot_due_at: Mapped[datetime | None]  # when the robot has its next step to take
    sla_look_at: Mapped[datetime | None]  # when its promises are to be looked at (services.sla)
    later_count: Mapped[int] = mapped_column(default=0)  # «Отвечу позже»
    rating_grade: Mapped[int | None]  # 1–4, what the contact thinks of the solution (rules.ratings)
    rating_comment: Mapped[str] = mapped_column(String(300), default="", server_default="")
    rated_at: Mapped[datetime | None]
    first_reaction_at: Mapped[datetime | None]  # S92–S93
    identified_at: Mapped[datetime | None]  # S94
    shipping: Mapped[str] = mapped_column(String(2000), default="")  # S102
    version: Mapped[int] = mapped_column(default=1)

    type: Mapped[TicketType] = relationship(lazy="raise")
    priority: Mapped[Priority] = relationship(lazy="raise")
    contact: Mapped[Person] = relationship(foreign_keys=[contact_id], lazy="raise")
    author: Mapped[Person] = relationship(foreign_keys=[author_id], lazy="raise")
    assignee: Mapped[Person | None] = relationship(foreign_keys=[assignee_id], lazy="raise")
    company: Mapped[Company | None] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        UniqueConstraint("author_id", "client_id"),  # the same ticket sent twice is one ticket
        Index("ix_ticket_contact", "contact_id", "updated_at", "id"),
        Index("ix_ticket_company", "company_id", "updated_at", "id"),
        Index("ix_ticket_queue", "status", "staff_updated_at", "id"),
        Index("ix_ticket_assignee", "assignee_id", "status", "staff_updated_at", "id"),
        Index("ix_ticket_robot_due", "robot_due_at"),
        Index("ix_ticket_sla_look", "sla_look_at"),
    )


class TicketSerial(db.Model):
    """A serial number that a ticket names (S25)."""

    __tablename__ = "ticket_serial"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    serial_number: Mapped[str] = mapped_column(String(64), index=True)


class TicketRelation(db.Model):
    """`ticket` goes on where `earlier` ended (S124). Shown to both sides where they may see the other one."""

    __tablename__ = "ticket_relation"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True)
    earlier_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True, index=True)
    kind: Mapped[str] = mapped_column(String(16), default="continues")


class TicketRead(db.Model):
    """Up to when somebody has read a ticket; what is newer counts as unread."""

    __tablename__ = "ticket_read"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True)
    read_at: Mapped[datetime]


class Counter(db.Model):
    """A number that only grows: the ticket numbers (S31)."""

    __tablename__ = "counter"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    value: Mapped[int]
