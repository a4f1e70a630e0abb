"""Working time: Monday to Friday 8:30–17:30 in Yekaterinburg, without holidays (S90, D2, D9).

Every moment that comes in is aware (a naive one is a TypeError), every moment that goes out is UTC.
A year is laid out once (`rules.calendar_year`), so a question costs two binary searches however many days
lie between, and is exact to the microsecond. Russia's public holidays: `rules.holidays`.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import pairwise
from zoneinfo import ZoneInfo

from rules.calendar_year import MICROSECOND, Year, instant, laid_out, micros

YEKATERINBURG = ZoneInfo("Asia/Yekaterinburg")  # S90: GMT+5, no daylight saving time
MIDNIGHT = time(0)  # as an end: the end of that day

Hours = tuple[time, time]  # opening and closing by the clock on the wall, within one day
WEEK: Mapping[int, Sequence[Hours]] = {weekday: [(time(8, 30), time(17, 30))] for weekday in range(5)}  # S90

YEARS_AHEAD = 100  # how far `add` and `next_opening` look before they give up on a calendar without openings


def no_holidays(year: int) -> Mapping[date, bool]:
    """Return no special day at all."""
    return {}


class Calendar:
    """Opening hours of a desk, and the working time that passes within them.

    `hours`: by weekday (Monday is 0), each day's openings in order; several make a lunch break.
    `holidays`: year -> its special days; False: closed, True: works though the week says no.
    `extra`: what the administrator adds; wins over `holidays`, which win over the week.
    A working day at a weekend keeps the hours of the first working weekday. Raises ValueError on
    hours that overlap, run backwards or are none at all.
    """

    def __init__(
        self,
        hours: Mapping[int, Sequence[Hours]] = WEEK,
        zone: tzinfo = YEKATERINBURG,
        holidays: Callable[[int], Mapping[date, bool]] = no_holidays,
        extra: Mapping[date, bool] | None = None,
    ) -> None:
        self.week = {weekday: tuple(day) for weekday, day in sorted(hours.items()) if day}
        for weekday, day in self.week.items():
            _check(weekday, day)
        if not self.week:
            raise ValueError("a calendar needs at least one opening a week")
        self.zone = zone
        self._usual = next(iter(self.week.values()))
        self._holidays = holidays
        self._extra = dict(extra or {})
        self._years: dict[int, Year] = {}

    @property
    def day_length(self) -> timedelta:
        """The length of one working day: the hours of the first working weekday, 9 by S90 (D2)."""
        return sum((_length(opening) for opening in self._usual), timedelta())

    def special(self, day: date) -> bool | None:
        """Return what overrules the week on `day`: False: it is off, True: it is worked; None: nothing does."""
        return self._extra.get(day, self._holidays(day.year).get(day))

    def is_working_day(self, day: date) -> bool:
        """Tell whether the desk opens on `day`, a date of the calendar's own zone."""
        special = self.special(day)
        return day.weekday() in self.week if special is None else special

    def hours_on(self, day: date) -> tuple[Hours, ...]:
        """Return the openings of `day` by the clock on the wall; none on a day off."""
        return self.week.get(day.weekday(), self._usual) if self.is_working_day(day) else ()

    def is_working(self, at: datetime) -> bool:
        """Tell whether the desk is open at `at`: the opening moment belongs to it, the closing one doesn't."""
        moment, year = micros(at), self._year_of(at)
        index = bisect_right(year.opens, moment) - 1
        return index >= 0 and moment < year.closes[index]

    def closing(self, at: datetime) -> datetime:
        """Return when the opening ends that `at` lies in; `at` itself when the desk is closed."""
        moment, year = micros(at), self._year_of(at)
        index = bisect_right(year.opens, moment) - 1
        return instant(max(moment, year.closes[index])) if index >= 0 else instant(moment)

    def next_opening(self, at: datetime) -> datetime:
        """Return the first moment from `at` on when the desk is open: `at` itself if it is open then.

        Raises ValueError when it doesn't open within a hundred years.
        """
        moment = micros(at)
        for year in self._years_from(at):
            index = bisect_right(year.closes, moment)
            if index < len(year.opens):
                return instant(max(moment, year.opens[index]))
        raise ValueError(f"no opening after {at}")

    def add(self, start: datetime, working: timedelta) -> datetime:
        """Return the earliest moment by which `working` time has passed since `start`.

        18 working hours from Friday 16:00 is Tuesday 16:00 (D2); 9 from Monday 8:30 is Monday 17:30.
        No time at all is `start`. Raises ValueError when `working` is negative or never passes.
        """
        if working < timedelta():
            raise ValueError(f"working time can't be negative: {working}")
        moment = micros(start)
        if not working:
            return instant(moment)
        left = self._year_of(start).worked(moment) + working // MICROSECOND
        for year in self._years_from(start):
            if left <= year.total:
                return instant(year.moment(left))
            left -= year.total
        raise ValueError(f"{working} of working time never passes after {start}")

    def subtract(self, end: datetime, working: timedelta) -> datetime:
        """Return the latest moment from which `working` time passes until `end`.

        18 working hours before Tuesday 16:00 is Friday 16:00; no time at all is `end`. Raises ValueError when
        `working` is negative or never passed.
        """
        if working < timedelta():
            raise ValueError(f"working time can't be negative: {working}")
        moment, number = micros(end), self._number(end)
        if not working:
            return instant(moment)
        left = self._year(number).worked(moment) - working // MICROSECOND
        for earlier in range(number - 1, number - YEARS_AHEAD, -1):
            if left >= 0:
                break
            number = earlier
            left += self._year(number).total
        if left < 0:
            raise ValueError(f"{working} of working time never passed before {end}")
        return instant(self._year(number).last_moment(left))

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Return the working time that passes from `start` to `end`; negative when `end` is the earlier."""
        begun, ended = micros(start), micros(end)
        if ended < begun:
            return -self.between(end, start)
        first, last = self._number(start), self._number(end)
        worked = self._year(last).worked(ended) - self._year(first).worked(begun)
        return timedelta(microseconds=worked + sum(self._year(number).total for number in range(first, last)))

    def _number(self, at: datetime) -> int:
        return at.astimezone(self.zone).year

    def _year_of(self, at: datetime) -> Year:
        return self._year(self._number(at))

    def _years_from(self, at: datetime) -> Iterator[Year]:
        first = self._number(at)
        return (self._year(number) for number in range(first, first + YEARS_AHEAD))

    def _year(self, number: int) -> Year:
        year = self._years.get(number)
        if year is None:
            year = self._years[number] = laid_out(self._openings(number))
        return year

    def _openings(self, number: int) -> Iterator[tuple[int, int]]:
        day = date(number, 1, 1)
        while day.year == number:
            tomorrow = day + timedelta(days=1)
            for start, end in self.hours_on(day):
                yield self._micros_at(day, start), self._micros_at(tomorrow if end == MIDNIGHT else day, end)
            day = tomorrow

    def _micros_at(self, day: date, clock: time) -> int:
        return micros(datetime.combine(day, clock, tzinfo=self.zone))


def _check(weekday: int, day: Sequence[Hours]) -> None:
    if weekday not in range(7):
        raise ValueError(f"weekday {weekday}: must be 0 (Monday) to 6 (Sunday)")
    if any(_length(opening) <= timedelta() for opening in day):
        raise ValueError(f"weekday {weekday}: an opening must end after it starts")
    if any(end > start or end == MIDNIGHT for (_, end), (start, _) in pairwise(day)):
        raise ValueError(f"weekday {weekday}: openings must stand in order and not overlap")


def _length(opening: Hours) -> timedelta:
    start, end = (timedelta(hours=at.hour, minutes=at.minute, seconds=at.second) for at in opening)
    return (end or timedelta(days=1)) - start
