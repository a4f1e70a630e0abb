"""The administrator's list of people, a page at a time by keyset."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select

from extensions import db
from models import Company, Person, Role
from models.numbers import fits
from rules import names
from services.matching import holds

PAGE_ROWS = 30
LONGEST = 200
VIEWS: dict[str, ColumnElement[bool]] = {
    "contacts": Person.role == Role.CONTACT,
    "staff": Person.role.in_((Role.AGENT, Role.ADMIN)),
    "blocked": Person.blocked_at.is_not(None),
}


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A line of the list."""

    id: int
    full_name: str
    initials: str
    email: str
    role: str
    company_name: str
    is_confirmed: bool
    blocked_at: datetime | None


def page(q: str, *, view: str = "", after: int = 0) -> tuple[list[PersonRow], int | None]:
    """Return people by name, and the id after which the next page begins, None at the end."""
    wanted = [Person.role != Role.ROBOT, *_looked_for(q)]
    if view in VIEWS:
        wanted.append(VIEWS[view])
    if after and fits(after):
        last = select(Person.last_name).where(Person.id == after).scalar_subquery()
        wanted.append(or_(Person.last_name > last, and_(Person.last_name == last, Person.id > after)))
    rows = db.session.execute(
        select(
            Person.id,
            Person.last_name,
            Person.first_name,
            Person.email,
            Person.role,
            Company.name.label("company_name"),
            Person.activated_at,
            Person.blocked_at,
        )
        .outerjoin(Company, Company.id == Person.company_id)
        .where(*wanted)
        .order_by(Person.last_name, Person.id)
        .limit(PAGE_ROWS + 1)
    ).all()
    shown = [
        PersonRow(
            id=row.id,
            full_name=names.full(row.last_name, row.first_name),
            initials=names.initials(row.last_name, row.first_name),
            email=row.email,
            role=row.role,
            company_name=row.company_name or "",
            is_confirmed=row.activated_at is not None,
            blocked_at=row.blocked_at,
        )
        for row in rows[:PAGE_ROWS]
    ]
    return shown, shown[-1].id if len(rows) > PAGE_ROWS else None


def _looked_for(q: str) -> list[ColumnElement[bool]]:
    """Every word must be found in the name, the address, the telephone or the company: «иванов ромашка»."""
    words = q.strip()[:LONGEST].split()[:8]
    columns = (Person.last_name, Person.first_name, Person.patronymic, Person.email, Person.phone, Company.name)
    return [or_(*(holds(column, word) for column in columns)) for word in words]
