"""Time stretch by stretch, and working time counted backwards (S90)."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.calendar import MIDNIGHT, YEKATERINBURG, Calendar
from rules.holidays import russian
from rules.spells import Spell, special_days, spells

PLAIN, RUSSIAN = Calendar(), russian()
HOUR = timedelta(hours=1)
BERLIN = ZoneInfo("Europe/Berlin")
LUNCH = Calendar({day: [(time(8, 30), time(12, 30)), (time(13, 30), time(17, 30))] for day in range(5)})
NIGHT_SHIFT = Calendar({day: [(MIDNIGHT, time(6)), (time(22), MIDNIGHT)] for day in range(5)}, BERLIN)
CALENDARS = st.sampled_from([PLAIN, RUSSIAN, LUNCH, NIGHT_SHIFT, Calendar(zone=ZoneInfo("Australia/Lord_Howe"))])
MOMENTS = st.datetimes(datetime(2022, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))
few = settings(max_examples=60, deadline=None, derandomize=True)


def local(text: str, zone: ZoneInfo = YEKATERINBURG) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("calendar", "start", "end", "found"),
    [
        (PLAIN, "2023-06-14 10:00", "2023-06-14 12:00", ["working"]),
        (PLAIN, "2023-06-14 16:00", "2023-06-15 10:00", ["working", "night", "working"]),
        (PLAIN, "2023-06-14 03:00", "2023-06-14 08:30", ["night"]),
        (PLAIN, "2023-06-16 16:00", "2023-06-19 10:00", ["working", "weekend", "working"]),
        (PLAIN, "2023-06-17 12:00", "2023-06-17 13:00", ["weekend"]),
        (LUNCH, "2023-06-14 12:00", "2023-06-14 14:00", ["working", "break", "working"]),
        (RUSSIAN, "2023-06-09 17:00", "2023-06-13 09:00", ["working", "holiday", "working"]),  # 12 June is a Monday
        (RUSSIAN, "2026-12-30 17:00", "2027-01-11 09:00", ["working", "holiday", "working"]),
        (NIGHT_SHIFT, "2023-06-14 23:00", "2023-06-15 07:00", ["working", "break"]),  # across midnight in one piece
    ],
)
def test_each_stretch_says_what_it_is(calendar: Calendar, start: str, end: str, found: list[str]) -> None:
    zone = calendar.zone if isinstance(calendar.zone, ZoneInfo) else YEKATERINBURG
    assert [spell for _, _, spell in spells(calendar, local(start, zone), local(end, zone))] == found


NOTED = russian({date(2026, 11, 5): False, date(2026, 11, 7): True})  # a day off after the holiday, a Saturday for it


@pytest.mark.parametrize(
    ("calendar", "start", "end", "found"),
    [
        (PLAIN, "2026-11-03 16:00", "2026-11-05 09:00", [[], [], [], [], []]),
        (RUSSIAN, "2026-11-03 16:00", "2026-11-05 09:00", [[], ["11-04"], []]),
        (RUSSIAN, "2026-11-03 19:00", "2026-11-03 20:00", [["11-04"]]),  # the evening before belongs to it
        (RUSSIAN, "2026-11-05 03:00", "2026-11-05 04:00", [["11-04"]]),  # so does the night after
        (RUSSIAN, "2026-11-04 12:00", "2026-11-04 13:00", [["11-04"]]),
        (NOTED, "2026-11-03 17:00", "2026-11-07 10:00", [[], ["11-04", "11-05"], [], [], ["11-07"]]),
        (RUSSIAN, "2026-03-06 17:00", "2026-03-10 09:00", [[], ["03-08", "03-09"], []]),  # a Sunday, and the day for it
        (RUSSIAN, "2024-04-27 09:00", "2024-04-27 10:00", [["04-27"]]),  # a Saturday worked for a Monday
        (RUSSIAN, "2023-06-16 16:00", "2023-06-19 10:00", [[], [], []]),
        (RUSSIAN, "2026-11-04 12:00", "2026-11-04 12:00", []),
    ],
)
def test_special_days_of_a_stretch_are_named(calendar: Calendar, start: str, end: str, found: list[list[str]]) -> None:
    parts = spells(calendar, local(start), local(end))
    assert [[f"{day:%m-%d}" for day in special_days(calendar, *part)] for part in parts] == found


def test_no_time_has_no_stretches() -> None:
    assert list(spells(PLAIN, local("2023-06-14 10:00"), local("2023-06-14 10:00"))) == []


@few
@given(CALENDARS, MOMENTS, st.timedeltas(timedelta(), timedelta(days=40)))
def test_stretches_make_up_the_time_and_the_work(calendar: Calendar, start: datetime, length: timedelta) -> None:
    end = start + length
    parts = list(spells(calendar, start, end))
    assert all(before[1] == after[0] and before[2] != after[2] for before, after in pairwise(parts))
    assert not parts or (parts[0][0], parts[-1][1]) == (start, end)
    worked = sum((until - at for at, until, spell in parts if spell == Spell.WORKING), timedelta())
    assert worked == calendar.between(start, end)


@pytest.mark.parametrize(
    ("end", "hours", "start"),
    [
        ("2023-06-20 16:00", 18, "2023-06-16 16:00"),  # D2 backwards
        ("2023-06-15 09:30", 2, "2023-06-14 16:30"),
        ("2023-06-14 17:30", 9, "2023-06-14 08:30"),
        ("2023-06-17 12:00", 1, "2023-06-16 16:30"),  # from a Saturday
        ("2024-01-01 09:30", 2, "2023-12-29 16:30"),  # over the end of a year
        ("2023-06-14 12:00", 0, "2023-06-14 12:00"),
    ],
)
def test_working_time_is_counted_backwards(end: str, hours: int, start: str) -> None:
    assert PLAIN.subtract(local(end), hours * HOUR) == local(start)


@few
@given(CALENDARS, MOMENTS, st.timedeltas(timedelta(microseconds=1), timedelta(hours=2500)))
def test_subtracted_time_begins_at_the_latest_moment(calendar: Calendar, end: datetime, working: timedelta) -> None:
    start = calendar.subtract(end, working)
    assert calendar.between(start, end) == working and calendar.is_working(start)
    assert calendar.add(start, working) <= end


@cache
def all_off(year: int) -> dict[date, bool]:
    return {date(year, 1, 1) + timedelta(days): False for days in range(366)}


def test_impossible_subtractions_say_so() -> None:
    with pytest.raises(ValueError, match="negative"):
        PLAIN.subtract(local("2023-06-14 12:00"), -HOUR)
    closed = Calendar(holidays=all_off)
    with pytest.raises(ValueError, match="never passed"):
        closed.subtract(local("2123-06-14 12:00"), HOUR)
    assert [spell for _, _, spell in spells(closed, local("2023-06-14 12:00"), local("2023-06-16 12:00"))] == [
        "holiday"
    ]
