"""Russia's public holidays, the days that its government moves, and the calendar that has them (S90)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from rules.calendar import WEEK, YEKATERINBURG, Calendar, Hours

RUSSIAN, ENGLISH = "ru", "en_US"  # as the package calls the languages of its names
MOVED_FROM = re.compile(r"\(\D*(\d\d)\.(\d\d)\.(\d{4})\)")  # «Выходной (перенесено с 03.01.2026)»


@dataclass(frozen=True, slots=True)
class DayOff:
    """A public holiday by its name, or a day off that was moved here from another day."""

    name: str
    moved_from: date | None = None


def russian(
    extra: Mapping[date, bool] | None = None,
    hours: Mapping[int, Sequence[Hours]] = WEEK,
    zone: ZoneInfo = YEKATERINBURG,
) -> Calendar:
    """Return the calendar of S90 with Russia's public holidays and the administrator's `extra` days; a team that works
    other `hours`, or in another zone, has a calendar of its own.

    The same days and hours give the same calendar, with the years that it has already laid out.
    """
    week = tuple((weekday, tuple(day)) for weekday, day in sorted(hours.items()))
    return _russian(frozenset((extra or {}).items()), week, zone)


@lru_cache(maxsize=16)
def _russian(
    extra: frozenset[tuple[date, bool]], week: tuple[tuple[int, tuple[Hours, ...]], ...], zone: ZoneInfo
) -> Calendar:
    return Calendar(dict(week), zone, holidays=russian_holidays, extra=dict(extra))


@cache
def russian_holidays(year: int) -> Mapping[date, bool]:
    """Return the special days of `year` in Russia: False: a holiday or a day off moved there, True: a working Saturday.

    Moved days are known for the years that the government has decided on; later ones follow the law's general rule.
    """
    known = _known(year, RUSSIAN)
    return dict.fromkeys(known, False) | {day: True for day in known.weekend_workdays if day.year == year}


@cache
def days_off(year: int, language: str) -> Mapping[date, DayOff]:
    """Return the public holidays and moved days off of `year` in Russia, named in Russian ("ru") or else in English."""
    russian_names = _known(year, RUSSIAN)
    names = russian_names if language == RUSSIAN else _known(year, ENGLISH)
    return {day: DayOff(names[day], _moved_from(name)) for day, name in sorted(russian_names.items())}


def _moved_from(name: str) -> date | None:
    found = MOVED_FROM.search(name)
    return date(int(found[3]), int(found[2]), int(found[1])) if found else None


def _known(year: int, language: str) -> Any:
    from holidays import country_holidays  # Brings 150 countries with it, 0.2 s: not before it is needed.

    return country_holidays("RU", years=year, language=language)
