"""The book of who changed what, and when: written in the transaction of the change, read on the card of the thing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from extensions import db
from models import Audit, Company, Person

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the book; `changes` holds field -> (before, after) as plain values."""

    at: datetime
    who: str
    action: str
    changes: dict[str, tuple[Any, Any]]


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return the fields that differ, with what they were and what they are."""
    return {
        name: [_plain(before.get(name)), _plain(value)] for name, value in after.items() if before.get(name) != value
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


def record(
    thing: Company | Person, action: str, *, by: Person, at: datetime, changes: Mapping[str, list[Any]] | None = None
) -> None:
    """Write a line about `thing`. Codes, passwords and links are never among the changes."""
    subject = "company" if isinstance(thing, Company) else "person"
    db.session.add(
        Audit(at=at, actor_id=by.id, subject=subject, subject_id=thing.id, action=action, changes=dict(changes or {}))
    )


def of(thing: Company | Person) -> list[Entry]:
    """Return the newest lines about `thing`, the last first."""
    subject = "company" if isinstance(thing, Company) else "person"
    lines = db.session.scalars(
        select(Audit)
        .where(Audit.subject == subject, Audit.subject_id == thing.id)
        .order_by(Audit.id.desc())
        .limit(SHOWN)
        .options(joinedload(Audit.actor))
    )
    return [
        Entry(line.at, line.actor.short_name, line.action, {name: (a, b) for name, (a, b) in line.changes.items()})
        for line in lines
    ]
