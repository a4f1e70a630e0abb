"""A team's week in words and back (S90)."""

from datetime import time

import pytest

from rules.calendar import WEEK, Calendar
from rules.weeks import parsed, worded


@pytest.mark.parametrize(
    "words",
    [
        ["mon-fri=8:30-17:30"],
        ["mon-thu=8:30-12:30,13:30-17:30", "fri=8:30-12:30", "sun=10:00-14:00"],
        ["mon-sun=0:00-24:00"],
        ["sat=22:00-24:00"],
    ],
)
def test_a_week_is_read_as_it_is_written(words: list[str]) -> None:
    assert worded(parsed(words)) == words
    Calendar(parsed(words))


def test_the_week_of_the_guide() -> None:  # S90
    assert worded(WEEK) == ["mon-fri=8:30-17:30"] and parsed(["MON-FRI=8:30-17:30"]) == {
        day: ((time(8, 30), time(17, 30)),) for day in range(5)
    }


@pytest.mark.parametrize("part", ["mon", "mon=", "mon=8-17", "mon=8:30-25:10", "xyz=8:30-17:30", "mon-xyz=8:30-17:30"])
def test_nonsense_is_refused(part: str) -> None:
    with pytest.raises(ValueError, match=r"not like|hour|closes|empty"):
        parsed([part])
