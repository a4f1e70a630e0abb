"""What a new ticket is told about the serial numbers it names: which device, and who deals with it already (S25, S129)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute

from extensions import db
from models import Equipment, Person, Ticket, TicketSerial
from models.access import visible_to
from rules.statuses import ACTIVE

OFFERED = 200  # a longer list helps nobody to choose


@dataclass(frozen=True, slots=True)
class Device:
    """A device of somebody's company."""

    serial_number: str
    model: str
    warranty_until: date | None


@dataclass(frozen=True, slots=True)
class Named:
    """An open ticket that names a serial number already."""

    serial_number: str
    number: int
    subject: str


COLUMNS = select(Equipment.serial_number, Equipment.manufacturer, Equipment.model, Equipment.warranty_until)


def offered(person: Person) -> list[Device]:
    """Return the devices of his company, to choose a serial number from."""
    if person.company_id is None:
        return []
    query = COLUMNS.where(Equipment.company_id == person.company_id).order_by(Equipment.serial_number).limit(OFFERED)
    return [_device(*row) for row in db.session.execute(query)]


def known(person: Person, serials: Collection[str]) -> list[Device]:
    """Return those of the serial numbers that are devices of his company: another's are as unknown as a slip."""
    if person.company_id is None or not serials:
        return []
    query = COLUMNS.where(Equipment.company_id == person.company_id, _is_one_of(Equipment.serial_number, serials))
    return [_device(*row) for row in db.session.execute(query.order_by(Equipment.serial_number))]


def already_open(person: Person, serials: Collection[str]) -> Sequence[Named]:
    """Return the open tickets that name one of the serial numbers, of those that `person` may see (S71)."""
    if not serials:
        return []
    query = (
        select(TicketSerial.serial_number, Ticket.number, Ticket.subject)
        .join(Ticket, Ticket.id == TicketSerial.ticket_id)
        .where(_is_one_of(TicketSerial.serial_number, serials), Ticket.status.in_(ACTIVE), visible_to(person))
        .order_by(Ticket.number.desc())
        .limit(5)
    )
    return [Named(*row) for row in db.session.execute(query)]


def _is_one_of(column: InstrumentedAttribute[str], serials: Collection[str]) -> ColumnElement[bool]:
    """Compare without regard to case, by the spellings that an index finds: as typed, all large, all small."""
    return column.in_({form for serial in serials for form in (serial, serial.upper(), serial.lower())})


def _device(serial_number: str, manufacturer: str, model: str, warranty_until: date | None) -> Device:
    has_maker = not manufacturer or model.startswith(manufacturer)
    return Device(serial_number, model if has_maker else f"{manufacturer} {model}".strip(), warranty_until)
