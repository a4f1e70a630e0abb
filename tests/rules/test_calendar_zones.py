"""Working time in zones whose clocks change, and what must hold for any moment in any calendar."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from rules.calendar import MIDNIGHT, YEKATERINBURG, Calendar
from rules.holidays import russian

PLAIN = Calendar()
HOUR = timedelta(hours=1)


def local(text: str, zone: ZoneInfo = YEKATERINBURG) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


BERLIN = ZoneInfo("Europe/Berlin")  # 26 March 2023: 2:00 becomes 3:00; 29 October: 3:00 becomes 2:00
ALL_DAY = {day: [(MIDNIGHT, MIDNIGHT)] for day in range(7)}


def test_day_on_which_clocks_change_is_an_hour_shorter_or_longer() -> None:
    calendar = Calendar(ALL_DAY, BERLIN)
    assert calendar.between(local("2023-03-26 00:00", BERLIN), local("2023-03-27 00:00", BERLIN)) == 23 * HOUR
    assert calendar.between(local("2023-10-29 00:00", BERLIN), local("2023-10-30 00:00", BERLIN)) == 25 * HOUR


def test_opening_follows_the_clock_on_the_wall() -> None:
    calendar = Calendar(zone=BERLIN)
    winter, summer = (calendar.next_opening(local(f"{day} 00:00", BERLIN)) for day in ("2023-03-24", "2023-03-27"))
    assert (winter.hour, summer.hour) == (7, 6)  # 8:30 in Berlin, seen from UTC
    assert calendar.add(local("2023-03-24 16:30", BERLIN), 2 * HOUR) == local("2023-03-27 09:30", BERLIN)


def test_time_that_the_clocks_skip_is_worked_once_at_most() -> None:
    split = Calendar({6: [(time(1), time(2, 30)), (time(2, 30), time(4))]}, BERLIN)
    assert split.between(local("2023-03-26 00:00", BERLIN), local("2023-03-27 00:00", BERLIN)) == 2 * HOUR
    apart = Calendar({6: [(time(1), time(2, 45)), (time(3), time(4))]}, BERLIN)
    assert apart.between(local("2023-03-26 00:00", BERLIN), local("2023-03-27 00:00", BERLIN)) == 2 * HOUR
    assert split.between(local("2023-10-29 00:00", BERLIN), local("2023-10-30 00:00", BERLIN)) == 4 * HOUR


def test_day_that_a_zone_skipped_takes_no_time() -> None:
    apia = ZoneInfo("Pacific/Apia")  # crossed the date line: after 29 December 2011 came the 31st
    calendar = Calendar(ALL_DAY, apia)
    assert calendar.between(local("2011-12-29 00:00", apia), local("2012-01-01 00:00", apia)) == 48 * HOUR


CALENDARS = st.sampled_from(
    [
        PLAIN,
        russian(),
        Calendar({day: [(time(8, 30), time(12, 30)), (time(13, 30), time(17, 30))] for day in range(6)}, BERLIN),
        Calendar({0: [(MIDNIGHT, time(6)), (time(22), MIDNIGHT)], 5: [(time(1, 30), time(3, 30))]}, BERLIN),
        Calendar(ALL_DAY, ZoneInfo("America/New_York")),
        Calendar(zone=ZoneInfo("Australia/Lord_Howe")),  # its clocks change by half an hour
        Calendar({day: [(time(9), time(23, 30))] for day in range(7)}, ZoneInfo("Asia/Kathmandu")),
    ]
)
MOMENTS = st.datetimes(datetime(2019, 1, 1), datetime(2031, 1, 1), timezones=st.just(UTC))
WORKING = st.timedeltas(timedelta(), timedelta(hours=2500))


@given(CALENDARS, MOMENTS, WORKING)
def test_added_time_lies_between(calendar: Calendar, start: datetime, working: timedelta) -> None:
    assert calendar.between(start, calendar.add(start, working)) == working


@given(CALENDARS, MOMENTS, st.timedeltas(timedelta(microseconds=1), timedelta(hours=2500)))
def test_added_time_ends_at_the_earliest_moment(calendar: Calendar, start: datetime, working: timedelta) -> None:
    just_before = calendar.add(start, working) - timedelta(microseconds=1)
    assert calendar.between(start, just_before) == working - timedelta(microseconds=1)
    assert calendar.is_working(just_before)


@given(CALENDARS, st.lists(MOMENTS, min_size=3, max_size=6))
def test_parts_make_the_whole(calendar: Calendar, moments: list[datetime]) -> None:
    parts = sum((calendar.between(start, end) for start, end in pairwise(moments)), timedelta())
    assert parts == calendar.between(moments[0], moments[-1])


@given(CALENDARS, MOMENTS, MOMENTS, WORKING)
def test_later_start_never_ends_earlier(calendar: Calendar, one: datetime, other: datetime, working: timedelta) -> None:
    early, late = sorted((one, other))
    assert calendar.add(early, working) <= calendar.add(late, working) or not working
    assert timedelta() <= calendar.between(early, late) <= late - early


@given(CALENDARS, MOMENTS, WORKING, WORKING)
def test_waits_add_up(calendar: Calendar, start: datetime, one: timedelta, other: timedelta) -> None:
    assert calendar.add(calendar.add(start, one), other) == calendar.add(start, one + other) or not other


@given(CALENDARS, MOMENTS)
def test_nothing_is_worked_until_the_next_opening(calendar: Calendar, at: datetime) -> None:
    opening = calendar.next_opening(at)
    assert opening >= at
    assert calendar.is_working(opening)
    assert calendar.between(at, opening) == timedelta()
    assert (opening == at) == calendar.is_working(at)


@settings(max_examples=20, deadline=None)
@given(CALENDARS, st.datetimes(datetime(2021, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)))
def test_prefix_sums_agree_with_counting_minute_by_minute(calendar: Calendar, start: datetime) -> None:
    start = start.replace(second=0, microsecond=0)
    minutes = (start + timedelta(minutes=minute) for minute in range(3 * 24 * 60))
    counted = sum(calendar.is_working(at) for at in minutes)
    assert calendar.between(start, start + timedelta(days=3)) == timedelta(minutes=counted)
