"""The week of a team in words: mon-fri=8:30-12:30,13:30-17:30 (S90)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import time

from rules.calendar import Hours

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_PART = re.compile(r"([a-z]{3})(?:-([a-z]{3}))?=(\S+)")
_OPENING = re.compile(r"(\d{1,2}):(\d\d)-(\d{1,2}):(\d\d)")


def parsed(parts: Iterable[str]) -> dict[int, tuple[Hours, ...]]:
    """Return the week that the parts describe. Raises ValueError on what is no day or no time; 24:00 ends a day."""
    week: dict[int, tuple[Hours, ...]] = {}
    for part in parts:
        found = _PART.fullmatch(part.lower())
        if found is None or not {found[1], found[2] or found[1]} <= set(DAYS):
            raise ValueError(f"{part!r} is not like mon-fri=8:30-17:30")
        first, last = DAYS.index(found[1]), DAYS.index(found[2] or found[1])
        for weekday in range(first, last + 1):
            week[weekday] = tuple(_opening(text) for text in found[3].split(","))
    return week


def _opening(text: str) -> Hours:
    found = _OPENING.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not like 8:30-17:30")
    opens_hour, opens, closes_hour, closes = (int(number) for number in found.groups())
    return time(opens_hour, opens), time(closes_hour % 24 if not closes else closes_hour, closes)


def worded(week: Mapping[int, Sequence[Hours]]) -> list[str]:
    """Return the week as `parsed` takes it; days in a row with the same hours stand together."""
    runs: list[tuple[int, int, str]] = []
    for weekday, day in sorted(week.items()):
        hours = ",".join(f"{_clock(opens)}-{_clock(closes) if closes > opens else '24:00'}" for opens, closes in day)
        if runs and runs[-1][1] == weekday - 1 and runs[-1][2] == hours:
            runs[-1] = runs[-1][0], weekday, hours
        else:
            runs.append((weekday, weekday, hours))
    return [f"{DAYS[first]}{'' if first == last else '-' + DAYS[last]}={hours}" for first, last, hours in runs]


def _clock(at: time) -> str:
    return f"{at.hour}:{at.minute:02d}"
