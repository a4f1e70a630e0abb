"""Russia's public holidays, the days that the government moves, and the administrator's own (S90)."""

from datetime import date, datetime, timedelta

import pytest

from rules.calendar import WEEK, YEKATERINBURG
from rules.holidays import DayOff, days_off, russian, russian_holidays

HOUR = timedelta(hours=1)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=YEKATERINBURG)


ALWAYS_OFF = [*((1, day) for day in range(1, 9)), (2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4)]


@pytest.mark.parametrize("year", [2023, 2026, 2027, 2035])
def test_desk_is_closed_on_public_holidays(year: int) -> None:
    assert [day for day in ALWAYS_OFF if russian().is_working_day(date(year, *day))] == []


# Working days of the official production calendars.
@pytest.mark.parametrize(("year", "days"), [(2022, 247), (2023, 247), (2024, 248), (2025, 247), (2026, 247)])
def test_year_has_as_many_working_days_as_the_government_says(year: int, days: int) -> None:
    every_day = (date(year, 1, 1) + timedelta(day) for day in range(366))
    assert sum(day.year == year and russian().is_working_day(day) for day in every_day) == days


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2025-12-30 17:00", 1, "2026-01-12 09:00"),  # 31 December and 9 January are days moved
        ("2026-05-08 16:30", 2, "2026-05-12 09:30"),  # Victory Day on a Saturday: Monday is off
        ("2024-04-26 16:30", 2, "2024-04-27 09:30"),  # a working Saturday, with the hours of any day
        ("2023-11-03 16:30", 2, "2023-11-07 09:30"),
        ("2023-06-09 16:00", 18, "2023-06-14 16:00"),  # D2 with 12 June in between
    ],
)
def test_clock_stands_still_on_holidays_and_moved_days(start: str, hours: int, end: str) -> None:
    assert russian().add(local(start), timedelta(hours=hours)) == local(end)
    assert russian().between(local(start), local(end)) == timedelta(hours=hours)


def test_administrators_days_win_over_holidays_and_the_week() -> None:
    extra = {date(2026, 6, 12): True, date(2026, 6, 15): False, date(2026, 6, 20): True, date(2024, 4, 27): False}
    calendar = russian(extra)
    assert {day: calendar.is_working_day(day) for day in extra} == extra
    assert calendar.hours_on(date(2026, 6, 20)) == tuple(WEEK[0])  # a Saturday has a weekday's hours
    assert calendar.hours_on(date(2026, 6, 15)) == ()
    assert calendar.add(local("2026-06-12 16:30"), 2 * HOUR) == local("2026-06-16 09:30")


def test_same_days_give_the_same_calendar_and_others_another() -> None:
    day = date(2026, 6, 15)
    assert russian() is russian({})
    assert russian({day: False}) is russian({day: False})
    assert russian({day: False}) is not russian({day: True})


def test_holidays_of_a_year_stay_within_it() -> None:
    for year in range(2020, 2030):
        assert {day.year for day in russian_holidays(year)} == {year}


def test_holidays_and_moved_days_have_names_in_both_languages() -> None:
    ours, theirs = days_off(2026, "ru"), days_off(2026, "en")
    assert ours[date(2026, 11, 4)] == DayOff("День народного единства")
    assert theirs[date(2026, 11, 4)] == DayOff("Unity Day")
    for names in (ours, theirs):
        assert names[date(2026, 12, 31)].moved_from == date(2026, 1, 4)
        assert names.keys() == {day for day, is_worked in russian_holidays(2026).items() if not is_worked}
        assert {day.moved_from for day in names.values()} == {None, date(2026, 1, 3), date(2026, 1, 4)}


def test_a_day_is_special_by_the_administrators_word_first() -> None:
    calendar = russian({date(2026, 11, 4): True, date(2026, 11, 5): False})
    days = [date(2026, 11, day) for day in (3, 4, 5)] + [date(2024, 4, 27), date(2024, 4, 29)]
    assert [calendar.special(day) for day in days] == [None, True, False, True, False]
