"""Working time by the table of S90. Holidays, other zones and properties have files of their own beside this one."""

import timeit
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from time import process_time
from zoneinfo import ZoneInfo

import pytest

from rules.calendar import MIDNIGHT, YEKATERINBURG, Calendar, Hours
from rules.holidays import russian

PLAIN = Calendar()
HOUR = timedelta(hours=1)


def local(text: str, zone: ZoneInfo = YEKATERINBURG) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


# 14 June 2023 is a Wednesday; no calendar but russian() knows holidays.
@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2023-06-16 16:00", 18, "2023-06-20 16:00"),  # D2: Friday 16:00 and two working days: Tuesday 16:00
        ("2023-06-14 10:00", 2, "2023-06-14 12:00"),
        ("2023-06-14 16:30", 2, "2023-06-15 09:30"),  # over a night
        ("2023-06-16 16:30", 2, "2023-06-19 09:30"),  # over a weekend
        ("2023-06-14 08:30", 9, "2023-06-14 17:30"),  # a whole day ends with the day, not with the next morning
        ("2023-06-14 17:30", 9, "2023-06-15 17:30"),
        ("2023-12-29 08:30", 9, "2023-12-29 17:30"),  # the last moment of a year is still of that year
        ("2023-06-14 03:00", 1, "2023-06-14 09:30"),  # before opening
        ("2023-06-14 22:00", 1, "2023-06-15 09:30"),  # after closing
        ("2023-06-17 12:00", 18, "2023-06-20 17:30"),  # from a Saturday: all of Monday and of Tuesday
        ("2023-06-18 23:59", 1, "2023-06-19 09:30"),
        ("2023-12-29 16:30", 2, "2024-01-01 09:30"),  # over the end of a year
        ("2023-06-14 10:00", 9 * 5 * 52, "2024-06-12 10:00"),
    ],
)
def test_working_hours_pass_only_while_the_desk_is_open(start: str, hours: int, end: str) -> None:  # S90
    assert PLAIN.add(local(start), timedelta(hours=hours)) == local(end)
    assert PLAIN.between(local(start), local(end)) == timedelta(hours=hours)


def test_no_working_time_passes_at_once() -> None:
    assert PLAIN.add(local("2023-06-17 12:00"), timedelta()) == local("2023-06-17 12:00")


def test_working_time_before_the_start_is_counted_backwards() -> None:
    assert PLAIN.between(local("2023-06-15 09:30"), local("2023-06-14 16:30")) == -2 * HOUR


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        ("2023-06-14 08:29:59.999999", False),
        ("2023-06-14 08:30", True),
        ("2023-06-14 17:29:59.999999", True),
        ("2023-06-14 17:30", False),
        ("2023-06-17 12:00", False),
        ("2023-06-18 12:00", False),
    ],
)
def test_desk_opens_at_half_past_eight_and_closes_at_half_past_five(at: str, is_open: bool) -> None:  # S90
    assert PLAIN.is_working(local(at)) == is_open


@pytest.mark.parametrize(
    ("at", "opening"),
    [
        ("2023-06-14 12:00", "2023-06-14 12:00"),  # it is open
        ("2023-06-14 08:30", "2023-06-14 08:30"),
        ("2023-06-14 17:30", "2023-06-15 08:30"),
        ("2023-06-16 18:00", "2023-06-19 08:30"),
        ("2022-12-31 12:00", "2023-01-02 08:30"),
    ],
)
def test_next_opening(at: str, opening: str) -> None:
    assert PLAIN.next_opening(local(at)) == local(opening)


def test_working_day_has_nine_hours() -> None:  # D2
    assert PLAIN.day_length == 9 * HOUR


def test_answers_are_utc_whatever_zone_asks() -> None:
    start = datetime(2023, 6, 14, 5, 0, tzinfo=UTC)
    for zone in (UTC, YEKATERINBURG, ZoneInfo("Asia/Vladivostok"), ZoneInfo("America/New_York")):
        rings = PLAIN.add(start.astimezone(zone), HOUR)
        assert (rings, rings.utcoffset()) == (datetime(2023, 6, 14, 6, 0, tzinfo=UTC), timedelta())


def test_moment_without_a_zone_is_refused() -> None:
    naive = datetime(2023, 6, 14, 12, 0)
    for question in (PLAIN.is_working, PLAIN.next_opening):
        with pytest.raises(TypeError):
            question(naive)
    with pytest.raises(TypeError):
        PLAIN.add(naive, HOUR)
    with pytest.raises(TypeError):
        PLAIN.between(naive, local("2023-06-14 12:00"))


def test_lunch_is_no_working_time() -> None:
    lunch = Calendar({day: [(time(8, 30), time(12, 30)), (time(13, 30), time(17, 30))] for day in range(5)})
    assert lunch.day_length == 8 * HOUR
    assert lunch.add(local("2023-06-14 12:00"), HOUR) == local("2023-06-14 14:00")
    assert lunch.add(local("2023-06-14 12:00"), HOUR / 2) == local("2023-06-14 12:30")
    assert lunch.between(local("2023-06-14 12:45"), local("2023-06-14 13:15")) == timedelta()
    assert not lunch.is_working(local("2023-06-14 13:00"))
    assert lunch.next_opening(local("2023-06-14 13:00")) == local("2023-06-14 13:30")


def test_night_shift_goes_on_across_midnight() -> None:
    night = Calendar({day: [(MIDNIGHT, time(6)), (time(22), MIDNIGHT)] for day in range(7)})
    assert night.day_length == 8 * HOUR
    assert night.add(local("2023-06-14 23:00"), 3 * HOUR) == local("2023-06-15 02:00")
    assert night.is_working(local("2023-06-15 00:00"))
    assert night.add(local("2023-12-31 23:00"), 7 * HOUR) == local("2024-01-01 06:00")


@pytest.mark.parametrize(
    "hours",
    [
        {},
        {0: []},
        {7: [(time(9), time(10))]},
        {0: [(time(10), time(9))]},
        {0: [(time(9), time(9))]},
        {0: [(time(9), time(12)), (time(11), time(13))]},
        {0: [(time(13), time(14)), (time(9), time(10))]},
        {0: [(time(20), MIDNIGHT), (time(21), time(22))]},
    ],
)
def test_impossible_hours_are_refused(hours: dict[int, list[Hours]]) -> None:
    with pytest.raises(ValueError, match=r"weekday|opening"):
        Calendar(hours)


def test_negative_working_time_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        PLAIN.add(local("2023-06-14 12:00"), -HOUR)


def test_calendar_that_never_opens_says_so_instead_of_searching_for_ever() -> None:
    @cache
    def all_off(year: int) -> dict[date, bool]:
        return {date(year, 1, 1) + timedelta(days): False for days in range(366)}

    closed = Calendar(holidays=all_off)
    with pytest.raises(ValueError, match="no opening"):
        closed.next_opening(local("2023-06-14 12:00"))
    with pytest.raises(ValueError, match="never passes"):
        closed.add(local("2023-06-14 12:00"), HOUR)
    assert closed.between(local("2023-06-14 12:00"), local("2025-06-14 12:00")) == timedelta()


def test_working_time_of_a_year_costs_less_than_fifty_microseconds() -> None:
    calendar, start, end = russian(), local("2026-01-15 09:00"), local("2027-01-15 09:00")
    times = 500
    spent = timeit.repeat(lambda: calendar.between(start, end), timer=process_time, number=times, repeat=5)
    assert min(spent) / times < 50e-6


def test_a_year_is_laid_out_once() -> None:
    asked: list[date] = []

    class Noted(Calendar):
        def is_working_day(self, day: date) -> bool:
            asked.append(day)
            return super().is_working_day(day)

    calendar = Noted()
    for _ in range(3):
        calendar.between(local("2023-01-01 00:00"), local("2023-12-31 00:00"))
        calendar.add(local("2023-02-01 00:00"), 100 * HOUR)
    assert len(asked) == 365
