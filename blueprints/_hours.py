"""Working hours in words, from the calendars that drive the clocks: «Понедельник – Пятница 8:30 - 17:30» (S90)."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from babel.dates import get_day_names, get_timezone_location
from flask_babel import get_locale
from flask_babel import gettext as _

from rules.calendar import Calendar, Hours

MINUTE = timedelta(minutes=1)


def week(calendar: Calendar) -> list[str]:
    """Return a line for each run of days with the same hours; the days off stand among them."""
    runs: list[tuple[int, int, tuple[Hours, ...]]] = []
    for weekday in range(7):
        hours = calendar.week.get(weekday, ())
        if runs and runs[-1][2] == hours:
            runs[-1] = runs[-1][0], weekday, hours
        else:
            runs.append((weekday, weekday, hours))
    return [f"{_days(first, last)} {_openings(hours)}" for first, last, hours in runs]


def zone(calendar: Calendar, at: datetime) -> str:
    """Return «Часовой пояс Екатеринбург (GMT+5)»; of a zone that changes its clocks, as it is at `at`."""
    locale = get_locale() or "ru"
    city = get_timezone_location(calendar.zone, locale=locale, return_city=True)
    ahead = (at.astimezone(calendar.zone).utcoffset() or timedelta()) // MINUTE
    hours, minutes = divmod(abs(ahead), 60)
    offset = f"{'-' if ahead < 0 else '+'}{hours}{f':{minutes:02d}' if minutes else ''}"
    return str(_("Time zone: %(city)s (GMT%(offset)s)", city=city, offset=offset))


def of(calendar: Calendar, at: datetime) -> tuple[list[str], str]:
    """Return the week and the zone of a calendar."""
    return week(calendar), zone(calendar, at)


def key(calendar: Calendar) -> tuple[object, ...]:
    """Return what two calendars of the same hours have in common."""
    place = calendar.zone.key if isinstance(calendar.zone, ZoneInfo) else str(calendar.zone)
    return tuple(calendar.week.items()), place


def _days(first: int, last: int) -> str:
    names = get_day_names("wide", context="stand-alone", locale=get_locale() or "ru")
    begin, end = names[first].capitalize(), names[last].capitalize()
    return begin if first == last else f"{begin} – {end}"


def _openings(hours: tuple[Hours, ...]) -> str:
    if not hours:
        return str(_("Days off"))
    return ", ".join(f"{_clock(opens)} - {_clock(closes, is_end=True)}" for opens, closes in hours)


def _clock(at: time, *, is_end: bool = False) -> str:
    return "24:00" if is_end and at == time(0) else f"{at.hour}:{at.minute:02d}"
