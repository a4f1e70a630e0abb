"""Equipment and contracts as pages show them on a day: what still runs, and which support that means (S72, S129)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from models import Contract, Equipment
from rules.calendar import YEKATERINBURG
from rules.support import Term, is_over, term


@dataclass(frozen=True, slots=True)
class ShownContract:
    """A contract and whether it runs today."""

    id: int
    number: str
    name: str
    starts_on: date | None
    ends_on: date | None
    term: Term


@dataclass(frozen=True, slots=True)
class ShownDevice:
    """A device; `contract` is None without one. `is_extended`: a contract that runs supports it (S72)."""

    id: int
    name: str
    serial_number: str
    site: str
    contract: ShownContract | None
    warranty_until: date | None
    is_over: bool

    @property
    def is_extended(self) -> bool:
        return self.contract is not None and self.contract.term == Term.RUNS


def contracts_shown(contracts: Sequence[Contract], at: datetime) -> list[ShownContract]:
    """Return the contracts in their order, as of `at` in Yekaterinburg."""
    return [_contract(contract, at.astimezone(YEKATERINBURG).date()) for contract in contracts]


def _contract(contract: Contract, today: date) -> ShownContract:
    return ShownContract(
        id=contract.id,
        number=contract.number,
        name=contract.name,
        starts_on=contract.starts_on,
        ends_on=contract.ends_on,
        term=term(contract.starts_on, contract.ends_on, today),
    )


def equipment_shown(rows: Sequence[tuple[Equipment, Contract | None]], at: datetime) -> list[ShownDevice]:
    """Return the devices in their order, as of `at` in Yekaterinburg."""
    today = at.astimezone(YEKATERINBURG).date()
    return [
        ShownDevice(
            id=thing.id,
            name=_name(thing),
            serial_number=thing.serial_number,
            site=thing.site,
            contract=_contract(contract, today) if contract else None,
            warranty_until=thing.warranty_until,
            is_over=is_over(thing.warranty_until, today),
        )
        for thing, contract in rows
    ]


def _name(thing: Equipment) -> str:
    """Return «SNR S2962», the maker once, however the model is written."""
    maker = "" if thing.model.startswith(thing.manufacturer) else thing.manufacturer
    return " ".join(part for part in (maker, thing.model) if part)
