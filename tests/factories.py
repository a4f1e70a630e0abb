"""Valid rows with one override each. The stock people: Alice answers, Bob asks, Carol is his colleague, Mallory a
stranger of another company, Sergey works in the service center, Anna administers."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from werkzeug.security import generate_password_hash

from extensions import db
from models import Company, Person, Role, Team, Ticket
from rules.tickets import NewTicket
from services import opening, people
from services.messages import NOTHING, Enclosed

NOW = datetime(2026, 6, 15, 6, 0, tzinfo=UTC)  # a Monday, 11:00 in Yekaterinburg: a working hour
DAY = timedelta(days=1)
PASSWORD = "correct horse"
PASSWORD_HASH = generate_password_hash(PASSWORD, method="scrypt:2048:8:1")  # once, and not the demo desk's
_numbers = itertools.count(1)


def company(name: str = "Ромашка", **values: Any) -> Company:
    made = Company(name=name, **values)
    db.session.add(made)
    db.session.flush()
    return made


def person(last_name: str, **values: Any) -> Person:
    """A contact unless told otherwise, activated, with PASSWORD as the password."""
    email = values.pop("email", f"{next(_numbers)}@{values.pop('domain', 'romashka')}.example")
    values = {
        "role": Role.CONTACT,
        "first_name": "Иван",
        "created_at": NOW - 30 * DAY,
        "activated_at": NOW - 30 * DAY,
        "password_hash": PASSWORD_HASH,
    } | values
    made = Person(last_name=last_name, email=email, **values)
    db.session.add(made)
    db.session.flush()
    if made.role == Role.CONTACT and made.activated_at:
        people.new_code(made)
    return made


def agent(last_name: str = "Алексеев", **values: Any) -> Person:
    return person(
        last_name, **({"role": Role.AGENT, "team": Team.SUPPORT, "first_name": "Степан", "domain": "desk"} | values)
    )


def new_ticket(**values: Any) -> NewTicket:
    """A checked form with the guide's own sample (S21–S28)."""
    filled: dict[str, Any] = {
        "subject": "SNR-S2962-24T обновление прошивки",
        "type": "setup-help",
        "priority": "normal",
        "invoice_number": "",
        "serial_numbers": ("OE4423DS23",),
        "order_number": "0000012345",
        "order_year": 2023,
        "description": "Хотим обновить коммутатор, пришлите инструкцию и файл обновления.",
        "continues": None,
    }
    return NewTicket(**(filled | values))


def ticket(contact: Person, *, at: datetime = NOW, enclosed: Enclosed = NOTHING, **values: Any) -> Ticket:
    """A ticket that `contact` opened at `at`."""
    return opening.open_ticket(contact, new_ticket(**values), at=at, enclosed=enclosed)
