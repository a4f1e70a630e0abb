"""Every length of the specification, and what an administrator may make of it."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from rules.calendar import YEKATERINBURG, Calendar
from rules.lengths import DEFAULTS, LENGTHS, Length, Unit, after, lengths, reopen_until
from rules.statuses import Status

CALENDAR = Calendar()
FRIDAY_16 = datetime(2023, 6, 16, 16, 0, tzinfo=YEKATERINBURG)


@pytest.mark.parametrize(
    ("key", "value", "unit"),
    [
        ("robot_warn_after", 2, Unit.WORKING_DAY),  # S47, D2
        ("robot_resolve_after", 2, Unit.WORKING_DAY),  # S49, D2
        ("resolved_close_after", 5, Unit.CALENDAR_DAY),  # S52, D2
        ("resolved_reopen_days", 5, Unit.CALENDAR_DAY),  # S41, D1
        ("closed_reopen_days", 3, Unit.CALENDAR_DAY),  # S123, D1
        ("later_limit", 3, Unit.COUNT),
        ("first_reaction", 2, Unit.WORKING_HOUR),  # S92
        ("first_answer", 1, Unit.WORKING_DAY),  # S94, D9
        ("next_contact", 1, Unit.WORKING_DAY),  # S96, D9
        ("link_valid_hours", 24, Unit.HOUR),
        ("last_comments", 5, Unit.COUNT),  # S64
        ("max_file_mib", 75, Unit.MEBIBYTE),  # S34, D8
        ("max_files", 20, Unit.COUNT),
        ("page_rows", 20, Unit.COUNT),  # S78
    ],
)
def test_default_is_what_the_specification_says(key: str, value: int, unit: Unit) -> None:
    assert (DEFAULTS[key].value, DEFAULTS[key].unit) == (value, unit)


def test_each_length_stands_once_and_names_a_requirement() -> None:
    requirements = (Path(__file__).resolve().parents[2] / "docs" / "requirements.md").read_text(encoding="utf-8")
    assert len(DEFAULTS) == len(LENGTHS)
    assert [length for length in LENGTHS if f'<a id="{length.source}"></a>' not in requirements] == []
    assert [length for length in LENGTHS if not re.fullmatch(r"[a-z_]{1,64}", length.key)] == []


@pytest.mark.parametrize(
    ("value", "unit", "rings"),
    [
        (2, Unit.WORKING_DAY, datetime(2023, 6, 20, 16, 0, tzinfo=YEKATERINBURG)),  # D2: Tuesday
        (2, Unit.WORKING_HOUR, datetime(2023, 6, 19, 9, 0, tzinfo=YEKATERINBURG)),
        (5, Unit.CALENDAR_DAY, datetime(2023, 6, 21, 16, 0, tzinfo=YEKATERINBURG)),  # D2: over the weekend as well
        (24, Unit.HOUR, datetime(2023, 6, 17, 16, 0, tzinfo=YEKATERINBURG)),
        (0, Unit.WORKING_DAY, FRIDAY_16),
    ],
)
def test_length_passes_in_its_unit(value: int, unit: Unit, rings: datetime) -> None:
    found = after(Length("any", value, unit, "D2"), FRIDAY_16, CALENDAR)
    assert (found, found.utcoffset()) == (rings, timedelta())


def test_calendar_days_keep_the_time_on_the_wall_where_clocks_change() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    start = datetime(2023, 3, 24, 12, 0, tzinfo=berlin).astimezone(UTC)
    closes = after(DEFAULTS["resolved_close_after"], start, Calendar(zone=berlin))
    assert closes == datetime(2023, 3, 29, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize("key", ["later_limit", "max_file_mib"])
def test_what_is_no_time_never_passes(key: str) -> None:
    with pytest.raises(ValueError, match=key):
        after(DEFAULTS[key], FRIDAY_16, CALENDAR)


def test_administrators_values_and_units_lie_over_the_defaults() -> None:  # D2
    found = lengths({"robot_warn_after": (36, "working_hour"), "max_files": (5, "count"), "forgotten": (1, "count")})
    assert (found["robot_warn_after"].value, found["robot_warn_after"].unit) == (36, Unit.WORKING_HOUR)
    assert found["max_files"].value == 5
    assert found["robot_resolve_after"] == DEFAULTS["robot_resolve_after"]
    assert set(found) == set(DEFAULTS)


@pytest.mark.parametrize("changed", [(2, "fortnight"), (-1, "working_day"), (2, "count"), (2, "mebibyte")])
def test_nonsense_is_refused(changed: tuple[int, str]) -> None:
    with pytest.raises(ValueError, match=r"fortnight|robot_warn_after"):
        lengths({"robot_warn_after": changed})


@pytest.mark.parametrize(
    ("status", "days"),
    [
        (Status.RESOLVED, 5),  # S41, S57, D1
        (Status.CLOSED, 3),  # S123, D1
    ],
)
def test_ended_ticket_may_be_reopened_for_some_days(status: Status, days: int) -> None:
    assert reopen_until(status, FRIDAY_16, DEFAULTS, CALENDAR) == FRIDAY_16 + timedelta(days=days)


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.RESOLVED, Status.CLOSED}))
def test_ticket_in_work_has_nothing_to_reopen(status: Status) -> None:
    assert reopen_until(status, FRIDAY_16, DEFAULTS, CALENDAR) is None
