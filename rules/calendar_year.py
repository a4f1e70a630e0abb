"""One year of a calendar laid out: a table of its openings with the working time before each of them.

A question to it costs one binary search. All numbers are microseconds, moments count from 1970.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Year:
    """The openings of one year, in order. All numbers are microseconds, moments count from 1970.

    `before[i]` is the time worked in the year before `opens[i]`; `total` that of the whole year.
    """

    opens: list[int]
    closes: list[int]
    before: list[int]
    total: int

    def worked(self, at: int) -> int:
        index = bisect_right(self.opens, at) - 1
        return self.before[index] + min(at, self.closes[index]) - self.opens[index] if index >= 0 else 0

    def moment(self, worked: int) -> int:
        """Return the earliest moment at which `worked` (above 0, at most `total`) has been worked."""
        index = bisect_left(self.before, worked) - 1
        return self.opens[index] + worked - self.before[index]

    def last_moment(self, worked: int) -> int:
        """Return the latest moment at which no more than `worked` (at least 0, below `total`) has been worked."""
        index = bisect_right(self.before, worked) - 1
        return self.opens[index] + worked - self.before[index]


def laid_out(openings: Iterable[tuple[int, int]]) -> Year:
    """Return the year whose desk opens and closes at these moments, which stand in order."""
    opens: list[int] = []
    closes: list[int] = []
    before: list[int] = []
    total = 0
    for start, end in openings:
        # Where the zone's clocks jump, two openings may claim the same hour: the earlier one has it.
        start = max(start, closes[-1]) if closes else start
        if start < end:
            opens.append(start)
            closes.append(end)
            before.append(total)
            total += end - start
    return Year(opens, closes, before, total)


def micros(at: datetime) -> int:
    """Return an aware moment as a number."""
    return (at - EPOCH) // MICROSECOND


def instant(moment: int) -> datetime:
    """Return the moment of a number, in UTC."""
    return EPOCH + timedelta(microseconds=moment)
