"""What a clock of `rules.sla` went through, stretch by stretch: it ran, or why it stood still."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from rules.calendar import Calendar
from rules.sla import RUNNING, Span
from rules.sla_clock import Clock, is_working_time
from rules.spells import Spell, special_days, spells
from rules.statuses import Status


class Reason(StrEnum):
    """Why time counts, or doesn't."""

    RUNNING = "running"
    NIGHT = "night"
    BREAK = "break"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    CUSTOMER = "customer"
    DEFERRED = "deferred"
    SERVICE_CENTER = "service_center"
    RESOLVED = "resolved"


_OF_SPELL = {Spell.WORKING: Reason.RUNNING} | {
    spell: Reason(spell.value) for spell in (Spell.NIGHT, Spell.BREAK, Spell.WEEKEND, Spell.HOLIDAY)
}
_OF_STATUS = {
    Status.WAITING: Reason.CUSTOMER,
    Status.DEFERRED: Reason.DEFERRED,
    Status.SERVICE_CENTER: Reason.SERVICE_CENTER,
    Status.RESOLVED: Reason.RESOLVED,
    Status.CLOSED: Reason.RESOLVED,
}


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a clock's life. `used`: how much of the promised time it took; `days`: what differs from the week in it,
    holidays, moved days and the administrator's own."""

    reason: Reason
    start: datetime
    end: datetime
    used: timedelta = timedelta()
    days: tuple[date, ...] = ()


def stretches(clock: Clock, calendars: Mapping[str, Calendar], *, now: datetime) -> tuple[Stretch, ...]:
    """Return the clock's life up to its end, or up to `now`. What the stretches used is what the clock has used."""
    merged: list[Stretch] = []
    for part in _parts(clock, calendars, now):
        last = merged[-1] if merged else None
        if last is not None and last.reason == part.reason and last.end == part.start:
            days = last.days + tuple(day for day in part.days if day not in last.days)
            merged[-1] = Stretch(part.reason, last.start, part.end, last.used + part.used, days)
        elif part.end > part.start or not merged:
            merged.append(part)
    return tuple(merged)


def _parts(clock: Clock, calendars: Mapping[str, Calendar], now: datetime) -> Iterator[Stretch]:
    for span in clock.spans:
        end = max(span.start, min(span.end or now, now))
        if span.status not in RUNNING:
            yield Stretch(_OF_STATUS[span.status], span.start, end)
        elif not is_working_time(clock.length) or end == span.start:
            yield Stretch(Reason.RUNNING, span.start, end, end - span.start)
        else:
            yield from _by_calendar(span, end, calendars[span.team])


def _by_calendar(span: Span, end: datetime, calendar: Calendar) -> Iterator[Stretch]:
    for start, until, spell in spells(calendar, span.start, end):
        used = until - start if spell == Spell.WORKING else timedelta()
        yield Stretch(_OF_SPELL[spell], start, until, used, special_days(calendar, start, until, spell))
