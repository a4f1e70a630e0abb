"""The lengths and the calendars in force: the specification's defaults under what the administrator changed.

Every hot page and each write asks for them, and they change a few times a year, so a process keeps them for a
few seconds; a change made by another process is seen after that.
"""

import time as clock
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from extensions import db
from models import CalendarDay, LengthSetting, Team, TeamCalendar, Ticket
from rules.calendar import WEEK, YEKATERINBURG, Calendar, Hours
from rules.holidays import russian
from rules.lengths import Lengths, lengths
from rules.statuses import ACTIVE, Status

KEPT_SECONDS = 5.0
LOOKED_AT_ONCE = (Status.WAITING, Status.RESOLVED)  # whose clocks the lengths and the calendar drive


@dataclass(frozen=True)
class Clockwork:
    """`calendar` is that of technical support (S90); `calendars` has one for each team; `notes` what the administrator
    wrote to the days that he added, to each of them at least ''."""

    lengths: Lengths
    calendar: Calendar
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    notes: Mapping[date, str] = field(default_factory=dict)

    def calendar_of(self, team: str) -> Calendar:
        return self.calendars.get(team, self.calendar)


_kept: tuple[float, Clockwork] | None = None


def clockwork() -> Clockwork:
    """Return the lengths and the calendars in force."""
    global _kept
    if _kept is None or clock.monotonic() - _kept[0] > KEPT_SECONDS:
        _kept = clock.monotonic(), _load()
    return _kept[1]


def forget() -> None:
    """Load anew at the next question: something was changed here."""
    global _kept
    _kept = None


def _load() -> Clockwork:
    changed = {row.key: (row.value, row.unit) for row in db.session.scalars(select(LengthSetting))}
    added = db.session.scalars(select(CalendarDay)).all()
    extra = {row.date: row.is_working for row in added}
    weeks = {row.team: (hours_of(row.hours), ZoneInfo(row.zone)) for row in db.session.scalars(select(TeamCalendar))}
    calendars = {str(team): russian(extra, *weeks.get(team, (WEEK, YEKATERINBURG))) for team in Team}
    return Clockwork(lengths(changed), calendars[Team.SUPPORT], calendars, {row.date: row.name for row in added})


def hours_of(stored: Mapping[str, Sequence[Sequence[str]]]) -> dict[int, tuple[Hours, ...]]:
    """Return a week as `rules.calendar` takes it, of what models.TeamCalendar keeps."""
    return {
        int(weekday): tuple((time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in day)
        for weekday, day in stored.items()
    }


def set_week(team: Team, hours: Mapping[int, Sequence[Hours]], zone: ZoneInfo) -> None:
    """Let a team work these hours from now on. Raises ValueError on a week that can't be."""
    Calendar(hours, zone)
    stored = {
        str(weekday): [[opens.isoformat("minutes"), closes.isoformat("minutes")] for opens, closes in day]
        for weekday, day in hours.items()
    }
    db.session.merge(TeamCalendar(team=team, zone=zone.key, hours=stored))
    changed()


def days() -> list[CalendarDay]:
    """Return the administrator's days, in order."""
    return list(db.session.scalars(select(CalendarDay).order_by(CalendarDay.date)))


def set_day(day: date, *, is_working: bool, name: str) -> None:
    db.session.merge(CalendarDay(date=day, is_working=is_working, name=name))
    changed()


def remove_day(day: date) -> None:
    found = db.session.get(CalendarDay, day)
    if found is not None:
        db.session.delete(found)
    changed()


def changed() -> None:
    """Let every clock be counted anew when it is looked at next: a step or a deadline may come sooner now."""
    db.session.flush()
    running = Ticket.status.in_(LOOKED_AT_ONCE)
    db.session.execute(update(Ticket).where(running).values(robot_due_at=Ticket.status_since))
    db.session.execute(update(Ticket).where(Ticket.status.in_(ACTIVE)).values(sla_look_at=Ticket.status_since))
    forget()
