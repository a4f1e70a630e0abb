"""The lengths and the calendar in force: the specification's defaults under what the administrator changed.

Every hot page and each write asks for them, and they change a few times a year, so a process keeps them for a
few seconds; a change made by another process is seen after that.
"""

import time
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, update

from extensions import db
from models import CalendarDay, LengthSetting, Ticket
from rules.calendar import Calendar, russian
from rules.lengths import Lengths, lengths
from rules.statuses import Status

KEPT_SECONDS = 5.0


@dataclass(frozen=True)
class Clockwork:
    lengths: Lengths
    calendar: Calendar


_kept: tuple[float, Clockwork] | None = None


def clockwork() -> Clockwork:
    """Return the lengths and the calendar in force."""
    global _kept
    if _kept is None or time.monotonic() - _kept[0] > KEPT_SECONDS:
        _kept = time.monotonic(), _load()
    return _kept[1]


def forget() -> None:
    """Load anew at the next question: something was changed here."""
    global _kept
    _kept = None


def _load() -> Clockwork:
    changed = {row.key: (row.value, row.unit) for row in db.session.scalars(select(LengthSetting))}
    extra = {row.date: row.is_working for row in db.session.scalars(select(CalendarDay))}
    return Clockwork(lengths(changed), russian(extra))


def days() -> list[CalendarDay]:
    """Return the administrator's days, in order."""
    return list(db.session.scalars(select(CalendarDay).order_by(CalendarDay.date)))


def set_day(day: date, *, is_working: bool, name: str) -> None:
    db.session.merge(CalendarDay(date=day, is_working=is_working, name=name))
    _changed()


def remove_day(day: date) -> None:
    found = db.session.get(CalendarDay, day)
    if found is not None:
        db.session.delete(found)
    _changed()


def _changed() -> None:
    """Let the robot look at what waits when it passes next: by the new calendar a step may be due sooner."""
    waiting = Ticket.status == Status.WAITING  # the only clock that runs in working days
    db.session.execute(update(Ticket).where(waiting).values(robot_due_at=Ticket.status_since))
    forget()
