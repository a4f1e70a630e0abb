"""Time as the calendar sees it, stretch by stretch: the desk works, or it rests and why (S90)."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum

from rules.calendar import Calendar
from rules.calendar_year import MICROSECOND

FAR_ENOUGH = 31  # days off in a row that are looked at; more of them tell nothing new


class Spell(StrEnum):
    """What a stretch of time is to the desk."""

    WORKING = "working"
    BREAK = "break"  # between two openings of one day
    NIGHT = "night"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"  # with a day off that the week would have worked


def spells(calendar: Calendar, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime, Spell]]:
    """Yield what the time from `start` to `end` is made of, in order: begin, end, and what it is."""
    at = start
    while at < end:
        if calendar.is_working(at):
            spell, until = Spell.WORKING, _closing(calendar, at, end)
        else:
            spell, until = _rest(calendar, at), _opening(calendar, at, end)
        yield at, min(until, end), spell
        at = until


def _closing(calendar: Calendar, at: datetime, end: datetime) -> datetime:
    """Return when work ends: a night shift goes on across midnight, where one opening ends and another begins."""
    until = calendar.closing(at)
    while until < end and calendar.is_working(until):
        until = calendar.closing(until)
    return until


def _opening(calendar: Calendar, at: datetime, end: datetime) -> datetime:
    try:
        return calendar.next_opening(at)
    except ValueError:  # a calendar that never opens again
        return end


def _rest(calendar: Calendar, at: datetime) -> Spell:
    """Return why the desk is closed. The nights beside days off belong to them."""
    there = at.astimezone(calendar.zone)
    opens = [start for start, _ in calendar.hours_on(there.date())]
    is_before = not opens or there.time() < opens[0]
    is_after = not opens or there.time() >= opens[-1]
    if not is_before and not is_after:
        return Spell.BREAK
    off = [] if opens else [there.date()]
    off += _days_off(calendar, there.date(), -1) if is_before else []
    off += _days_off(calendar, there.date(), 1) if is_after else []
    if any(day.weekday() in calendar.week for day in off):
        return Spell.HOLIDAY
    return Spell.WEEKEND if off else Spell.NIGHT


def special_days(calendar: Calendar, start: datetime, end: datetime, spell: Spell) -> tuple[date, ...]:
    """Return the days that make a stretch what it is, against the week: holidays and days off of a rest, a day that is
    worked though the week says no. A night beside days off has those that it belongs to."""
    first, last = (at.astimezone(calendar.zone).date() for at in (start, end - MICROSECOND))
    is_worked = spell == Spell.WORKING
    within = (first + timedelta(days=number) for number in range((last - first).days + 1))
    found = tuple(day for day in within if calendar.special(day) is is_worked)
    if found or spell != Spell.HOLIDAY:
        return found
    beside = [*reversed(_days_off(calendar, first, -1)), *_days_off(calendar, last, 1)]
    return tuple(day for day in beside if calendar.special(day) is False)


def _days_off(calendar: Calendar, day: date, step: int) -> list[date]:
    """Return the days without openings right before or after a day."""
    found: list[date] = []
    while len(found) < FAR_ENOUGH and not calendar.hours_on(day + timedelta(days=step)):
        day += timedelta(days=step)
        found.append(day)
    return found
