"""Moments in the reader's language and time zone: «14 июня 2023, 13:50» (S127)."""

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from babel.dates import format_date, format_datetime
from flask import g, has_request_context, request
from flask_babel import get_locale
from flask_login import current_user

DESK_ZONE = ZoneInfo("Asia/Yekaterinburg")  # S90


def reader_zone() -> ZoneInfo:
    """Return the reader's zone: his profile's, else his browser's (a cookie), else the desk's."""
    if not has_request_context():
        return DESK_ZONE
    zone: ZoneInfo | None = g.get("zone")
    if zone is None:
        wanted = getattr(current_user, "timezone", None) or request.cookies.get("tz", "")
        zone = g.zone = ZoneInfo(wanted) if wanted in _zones() else DESK_ZONE
    return zone


@lru_cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def moment(at: datetime | None) -> str:
    """Return «14 июня 2023, 13:50»."""
    return _moment(_minute(at, reader_zone()), _locale(), "d MMMM y, HH:mm") if at else ""


def moment_with_zone(at: datetime) -> str:
    """Return the moment in Yekaterinburg's time and, where it differs, the reader's own (D2)."""
    desk = _moment(_minute(at, DESK_ZONE), _locale(), "EEE, d MMMM, HH:mm")
    zone = reader_zone()
    if at.astimezone(zone).utcoffset() == at.astimezone(DESK_ZONE).utcoffset():
        return desk
    own = _moment(_minute(at, zone), _locale(), "d MMMM, HH:mm")
    yekaterinburg = "Екатеринбург" if _locale() == "ru" else "Yekaterinburg"
    return f"{desk} ({yekaterinburg}), {own}"


def day(at: datetime | date | None) -> str:
    """Return «14 июня 2023»."""
    if at is None:
        return ""
    there = at.astimezone(reader_zone()).date() if isinstance(at, datetime) else at
    return _day(there, _locale())


def clock(at: datetime | None) -> str:
    """Return «13:50»."""
    return at.astimezone(reader_zone()).strftime("%H:%M") if at else ""


def clock_seconds(at: datetime | None) -> str:
    """Return «13:50:07»."""
    return at.astimezone(reader_zone()).strftime("%H:%M:%S") if at else ""


def short(at: datetime) -> str:
    """Return the time of today, the day of this year, else the full date: for lists."""
    there = at.astimezone(reader_zone())
    today = datetime.now(reader_zone()).date()
    if there.date() == today:
        return there.strftime("%H:%M")
    pattern = "d MMM" if there.year == today.year else "d MMM y"
    return _moment(_minute(at, reader_zone()), _locale(), pattern)


def _locale() -> str:
    locale = get_locale()
    return locale.language if locale else "ru"


def _minute(at: datetime, zone: ZoneInfo) -> datetime:
    """Return what the clock on the wall shows, without its zone: as a key one moment is the same in every zone."""
    return at.astimezone(zone).replace(second=0, microsecond=0, tzinfo=None)


@lru_cache(maxsize=4096)
def _moment(at: datetime, locale: str, pattern: str) -> str:
    return format_datetime(at, pattern, locale=locale)


@lru_cache(maxsize=1024)
def _day(at: date, locale: str) -> str:
    return format_date(at, "d MMMM y", locale=locale)
