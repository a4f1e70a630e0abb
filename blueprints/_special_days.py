"""Days that differ from the week, by name: «4 ноября — День народного единства», a moved day, the administrator's own (S90)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from babel.dates import format_date
from flask_babel import get_locale
from flask_babel import gettext as _

from rules.calendar import Calendar
from rules.calendar_year import MICROSECOND
from rules.holidays import DayOff, days_off
from rules.spells import special_days, spells
from services.clockwork import clockwork

Run = tuple[date, date, str]  # first day, last day, what they are called


def listed(days: Sequence[date]) -> str:
    """Return the days with their names, those in a row that share one together."""
    return "; ".join(line for _, line in lines(days))


def lines(days: Sequence[date]) -> list[tuple[date, str]]:
    """Return the same line by line, each with its first day."""
    return [(first, f"{_span(first, last)} — {called}") for first, last, called in _runs(days)]


def is_public(days: Iterable[date]) -> bool:
    """Tell whether a public holiday is among the days off, not only moved days and the desk's own."""
    notes = clockwork().notes
    return any(found.moved_from is None for day in days if day not in notes and (found := _day_off(day)))


def coming(today: date, days_count: int) -> list[date]:
    """Return the days from `today` on that the law sets apart from the week of support; not those that it has anyway."""
    calendar, notes = clockwork().calendar, clockwork().notes
    every = (today + timedelta(days=number) for number in range(days_count))
    return [day for day in every if day not in notes and calendar.special(day) is not None and _matters(calendar, day)]


def why_closed(calendar: Calendar, at: datetime) -> str:
    """Return the special days for which the desk rests at `at`; '' where it works, or rests as every week."""
    opens = calendar.next_opening(at)
    if opens == at:
        return ""
    [(_start, _end, spell)] = spells(calendar, at, at + MICROSECOND)
    return listed(special_days(calendar, at, opens, spell))


def _matters(calendar: Calendar, day: date) -> bool:
    found = _day_off(day)
    is_named = found is not None and found.moved_from is None
    return is_named or calendar.is_working_day(day) != (day.weekday() in calendar.week)


def words(day: date) -> str:
    """Return what a special day is called: by the administrator, by the law, or from where it was moved."""
    work = clockwork()
    is_worked = bool(work.calendar.special(day))
    if day in work.notes:
        usual = _("working day by our own decision") if is_worked else _("day off by our own decision")
        return work.notes[day] or str(usual)
    if is_worked:
        moved_to = [to for to, off in _of_year(day).items() if off.moved_from == day]
        usual = _("working day, its rest was moved to %(day)s", day=_day(moved_to[0])) if moved_to else _("working day")
        return str(usual)
    found = _day_off(day)
    if found is not None and found.moved_from is not None:
        return str(_("day off moved from %(day)s", day=_day(found.moved_from)))
    return found.name if found is not None else str(_("day off"))


def _day_off(day: date) -> DayOff | None:
    return _of_year(day).get(day)


def _of_year(day: date) -> Mapping[date, DayOff]:
    locale = get_locale()
    return days_off(day.year, locale.language if locale else "ru")


def _runs(days: Sequence[date]) -> list[Run]:
    runs: list[Run] = []
    for day in days:
        called = words(day)
        if runs and runs[-1][2] == called and runs[-1][1] == day - timedelta(days=1):
            runs[-1] = runs[-1][0], day, called
        else:
            runs.append((day, day, called))
    return runs


def _span(first: date, last: date) -> str:
    """Return «4 ноября», «1–6 января», «30 декабря – 2 января»."""
    if first == last:
        return _day(first)
    if first.month == last.month:
        return f"{first.day}–{_day(last)}"
    return f"{_day(first)} – {_day(last)}"


def _day(day: date) -> str:
    return str(format_date(day, "d MMMM", locale=get_locale()))
