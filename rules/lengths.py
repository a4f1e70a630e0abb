"""Every length and limit of the specification, once: its key, default, unit and the requirement it stems from.

An administrator may change a value and its unit (D2); `lengths` lays the changed rows over these.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from rules.calendar import Calendar
from rules.statuses import Status


class Unit(StrEnum):
    """What a length is counted in."""

    WORKING_DAY = "working_day"  # D2: the working hours of one day of the calendar, 9 by S90
    WORKING_HOUR = "working_hour"
    CALENDAR_DAY = "calendar_day"  # the same time by the clock on the wall, days later
    HOUR = "hour"  # of sixty minutes, at any time of day
    COUNT = "count"
    MEBIBYTE = "mebibyte"


@dataclass(frozen=True)
class Length:
    """A row of the settings table. `source` names the requirement in docs/requirements.md."""

    key: str
    value: int
    unit: Unit
    source: str


Lengths = Mapping[str, Length]

LENGTHS = (
    # The robot's clocks
    Length("robot_warn_after", 2, Unit.WORKING_DAY, "S47"),
    Length("robot_resolve_after", 2, Unit.WORKING_DAY, "S49"),
    Length("resolved_close_after", 5, Unit.CALENDAR_DAY, "S52"),
    Length("later_limit", 3, Unit.COUNT, "S51"),  # «Отвечу позже», by the table of moves
    # The ways back
    Length("resolved_reopen_days", 5, Unit.CALENDAR_DAY, "S41"),
    Length("closed_reopen_days", 3, Unit.CALENDAR_DAY, "S123"),
    # The regulations
    Length("first_reaction", 2, Unit.WORKING_HOUR, "S92"),
    Length("first_answer", 1, Unit.WORKING_DAY, "S94"),
    Length("next_contact", 1, Unit.WORKING_DAY, "S96"),
    # The same for companies with a contract of extended support (S72). The guide names no figures: these are ours
    Length("extended_first_reaction", 1, Unit.WORKING_HOUR, "S72"),
    Length("extended_first_answer", 4, Unit.WORKING_HOUR, "S72"),
    Length("extended_next_contact", 1, Unit.WORKING_DAY, "S72"),
    Length("sla_warn_percent", 75, Unit.COUNT, "S95"),  # of a clock's time, when its specialist hears of it
    # Letters, links and codes
    Length("link_valid_hours", 24, Unit.HOUR, "S15"),
    Length("last_comments", 5, Unit.COUNT, "S64"),
    Length("code_attempts", 10, Unit.COUNT, "D12"),  # wrong ones from one address within an hour
    Length("code_proof_after", 3, Unit.COUNT, "D12"),  # wrong ones before a proof of work is asked for
    # Attachments
    Length("max_file_mib", 75, Unit.MEBIBYTE, "S34"),
    Length("max_comment_mib", 300, Unit.MEBIBYTE, "D8"),
    Length("max_files", 20, Unit.COUNT, "S29"),
    # Lists
    Length("page_rows", 20, Unit.COUNT, "S78"),
)
DEFAULTS: Lengths = {length.key: length for length in LENGTHS}


def lengths(changed: Mapping[str, tuple[int, str]]) -> Lengths:
    """Return all lengths by key, with the `changed` (value, unit) in place of the defaults.

    Keys that the desk doesn't know (any more) are left out. Raises ValueError on an unknown unit, on a
    value below zero and on a unit of another kind: a count can't become days.
    """
    found = dict(DEFAULTS)
    for key, (value, unit) in changed.items():
        if key in found:
            found[key] = _changed(found[key], value, Unit(unit))
    return found


def _changed(length: Length, value: int, unit: Unit) -> Length:
    if value < 0:
        raise ValueError(f"{length.key}: must not be negative")
    if unit != length.unit and not {unit, length.unit} <= _OF_TIME:
        raise ValueError(f"{length.key}: can't be counted in {unit}")
    return replace(length, value=value, unit=unit)


_OF_TIME = {Unit.WORKING_DAY, Unit.WORKING_HOUR, Unit.CALENDAR_DAY, Unit.HOUR}


def after(length: Length, start: datetime, calendar: Calendar) -> datetime:
    """Return the moment (UTC) when `length` has passed since `start`, which is aware.

    Working days and hours pass by `calendar`; calendar days by the clock of its zone. Raises ValueError
    when `length` is not a time.
    """
    match length.unit:
        case Unit.WORKING_DAY:
            return calendar.add(start, length.value * calendar.day_length)
        case Unit.WORKING_HOUR:
            return calendar.add(start, timedelta(hours=length.value))
        case Unit.CALENDAR_DAY:
            return (start.astimezone(calendar.zone) + timedelta(days=length.value)).astimezone(UTC)
        case Unit.HOUR:
            return start.astimezone(UTC) + timedelta(hours=length.value)
    raise ValueError(f"{length.key} is a {length.unit}, not a time")


def reopen_until(status: Status, since: datetime, lengths: Lengths, calendar: Calendar) -> datetime | None:
    """Return until when a ticket that has been in `status` `since` may be reopened, or None (D1).

    While «Решена» that is the customer's own button (S57); while «Закрыта» only the administrator's (S123).
    """
    match status:
        case Status.RESOLVED:
            return after(lengths["resolved_reopen_days"], since, calendar)
        case Status.CLOSED:
            return after(lengths["closed_reopen_days"], since, calendar)
    return None
