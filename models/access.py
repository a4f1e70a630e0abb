"""Which tickets somebody may see. Every look-up of a ticket goes through here, so a missing right looks like
a missing ticket."""

from typing import Protocol

from sqlalchemy import ColumnElement, false, or_, true

from models.numbers import fits
from models.person import Person, Role, Team
from models.ticket import Ticket
from rules.statuses import Actor


def visible_to(person: Person) -> ColumnElement[bool]:
    """Return the condition on `Ticket` that holds for what `person` may see (S70–S71)."""
    if person.is_staff or person.role == Role.ROBOT:
        return true()
    if not person.is_contact:
        return false()
    if person.sees_company_tickets:
        return or_(Ticket.contact_id == person.id, Ticket.company_id == person.company_id)
    return Ticket.contact_id == person.id


def numbered(number: int) -> ColumnElement[bool]:
    """Return the condition on `Ticket` that holds for the ticket of this number, however large somebody typed it."""
    return Ticket.number == number if fits(number) else false()


class Owned(Protocol):
    """What of a ticket tells whose it is."""

    @property
    def contact_id(self) -> int: ...


def actors(person: Person, ticket: Owned) -> frozenset[Actor]:
    """Return in which capacities `person` acts on a ticket that he may see."""
    if person.role == Role.ROBOT:
        return frozenset({Actor.ROBOT})
    if person.role == Role.ADMIN:
        return frozenset({Actor.ADMIN})
    if person.role == Role.AGENT:
        return frozenset({Actor.SERVICE if person.team == Team.SERVICE_CENTER else Actor.AGENT})
    if ticket.contact_id == person.id:
        return frozenset({Actor.CONTACT})
    return frozenset({Actor.SUPERVISOR if person.is_supervisor else Actor.COLLEAGUE})
