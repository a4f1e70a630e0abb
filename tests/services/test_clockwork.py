"""The lengths and the calendar in force (D2): defaults, what was changed, when a change is seen."""

from datetime import date

import pytest
from flask import Flask

from extensions import db
from models import CalendarDay, LengthSetting
from rules.lengths import DEFAULTS
from services import clockwork

NEW_YEAR = date(2027, 1, 1)
SATURDAY = date(2026, 6, 20)


def test_an_unchanged_desk_runs_by_the_specification(app: Flask) -> None:
    work = clockwork.clockwork()
    assert work.lengths == DEFAULTS
    assert not work.calendar.is_working_day(NEW_YEAR) and not work.calendar.is_working_day(SATURDAY)


def test_a_changed_row_wins_and_the_others_stay(app: Flask) -> None:
    db.session.add(LengthSetting(key="robot_warn_after", value=3, unit="calendar_day"))
    db.session.flush()
    lengths = clockwork.clockwork().lengths
    assert (lengths["robot_warn_after"].value, lengths["robot_warn_after"].unit) == (3, "calendar_day")
    assert lengths["robot_resolve_after"] == DEFAULTS["robot_resolve_after"]


def test_a_row_of_a_length_that_is_no_more_is_left_alone(app: Flask) -> None:
    db.session.add(LengthSetting(key="no-such", value=3, unit="count"))
    db.session.flush()
    assert clockwork.clockwork().lengths == DEFAULTS


def test_a_process_asks_the_database_once_and_again_after_its_own_change(app: Flask, statements: list[str]) -> None:
    for _ in range(3):
        clockwork.clockwork()
    assert len(statements) == 3
    clockwork.set_day(SATURDAY, is_working=True, name="Рабочая суббота")
    assert clockwork.clockwork().calendar.is_working_day(SATURDAY)


def test_a_change_of_another_process_is_seen_in_the_end(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    clockwork.clockwork()
    db.session.add(CalendarDay(date=SATURDAY, is_working=True, name=""))
    db.session.flush()
    assert not clockwork.clockwork().calendar.is_working_day(SATURDAY)
    monkeypatch.setattr(clockwork, "KEPT_SECONDS", -1.0)
    assert clockwork.clockwork().calendar.is_working_day(SATURDAY)


def test_a_day_is_set_changed_and_taken_back(app: Flask) -> None:
    clockwork.set_day(SATURDAY, is_working=True, name="Перенос")
    db.session.commit()
    clockwork.set_day(SATURDAY, is_working=False, name="Передумали")
    clockwork.set_day(NEW_YEAR, is_working=True, name="Дежурство")
    db.session.commit()
    assert [(day.date, day.is_working, day.name) for day in clockwork.days()] == [
        (SATURDAY, False, "Передумали"),
        (NEW_YEAR, True, "Дежурство"),
    ]
    assert clockwork.clockwork().calendar.is_working_day(NEW_YEAR)
    for day in (SATURDAY, NEW_YEAR, date(2030, 1, 1)):
        clockwork.remove_day(day)
    db.session.commit()
    assert clockwork.days() == []
    assert not clockwork.clockwork().calendar.is_working_day(NEW_YEAR)
