"""Quiet hours: from when until when, by his own clock, somebody wants to be told of nothing."""

import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from rules.errors import Invalid

CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


def checked(start: str, end: str) -> tuple[str, str]:
    """Return the two as they are kept, «22:00» and «08:00», or two empty ones. Raises Invalid on the field it is about."""
    start, end = start.strip()[:5], end.strip()[:5]
    if not start and not end:
        return "", ""
    for field, value in (("quiet_start", start), ("quiet_end", end)):
        if not CLOCK.fullmatch(value):
            raise Invalid(field, "required" if not value else "not_a_time")
    if start == end:
        raise Invalid("quiet_end", "quiet_all_day")
    return start, end


def quiet_until(at: datetime, start: str, end: str, zone: ZoneInfo) -> datetime | None:
    """Return when the quiet hours that `at` falls into end, None when it falls into none.

    They may go over midnight. Where the clocks change in between, they end when his clock shows the end.
    """
    if not start or not end:
        return None
    here = at.astimezone(zone)
    begin, finish, moment = _clock(start), _clock(end), here.time()
    is_over_midnight = begin > finish
    is_quiet = (moment >= begin or moment < finish) if is_over_midnight else begin <= moment < finish
    if not is_quiet:
        return None
    day = here.date() + timedelta(days=1 if is_over_midnight and moment >= begin else 0)
    return max(datetime.combine(day, finish, zone), at)


def _clock(text: str) -> time:
    hours, minutes = text.split(":")
    return time(int(hours), int(minutes))
