"""Quiet hours by the reader's own clock: over midnight, in another zone, on the nights when the clocks change."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from rules.errors import Invalid
from rules.quiet import checked, quiet_until

YEKATERINBURG, BERLIN = ZoneInfo("Asia/Yekaterinburg"), ZoneInfo("Europe/Berlin")


def at(text: str, zone: ZoneInfo = YEKATERINBURG) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("moment", "until"),
    [
        ("2026-06-15T21:59", None),
        ("2026-06-15T22:00", "2026-06-16T08:00"),
        ("2026-06-15T23:59", "2026-06-16T08:00"),
        ("2026-06-16T00:00", "2026-06-16T08:00"),
        ("2026-06-16T07:59", "2026-06-16T08:00"),
        ("2026-06-16T08:00", None),
        ("2026-12-31T23:00", "2027-01-01T08:00"),
    ],
)
def test_quiet_hours_may_go_over_midnight(moment: str, until: str | None) -> None:
    assert quiet_until(at(moment).astimezone(UTC), "22:00", "08:00", YEKATERINBURG) == (until and at(until))


def test_quiet_hours_of_the_day_and_of_nobody() -> None:
    assert quiet_until(at("2026-06-15T13:30"), "13:00", "14:00", YEKATERINBURG) == at("2026-06-15T14:00")
    assert quiet_until(at("2026-06-15T14:00"), "13:00", "14:00", YEKATERINBURG) is None
    assert quiet_until(at("2026-06-15T23:00"), "", "", YEKATERINBURG) is None


@pytest.mark.parametrize(
    ("moment", "hours"), [("2026-03-28T22:00", 9), ("2026-10-24T22:00", 11), ("2026-06-20T22:00", 10)]
)
def test_a_night_when_the_clocks_change_ends_by_the_readers_clock(moment: str, hours: int) -> None:
    begin = at(moment, BERLIN)
    until = quiet_until(begin, "22:00", "08:00", BERLIN)
    assert until is not None and (until.astimezone(UTC) - begin.astimezone(UTC)).total_seconds() == hours * 3600


@pytest.mark.parametrize(("start", "end", "kept"), [("", "", ("", "")), (" 22:00", "08:00:00", ("22:00", "08:00"))])
def test_hours_are_kept_as_a_clock_shows_them(start: str, end: str, kept: tuple[str, str]) -> None:
    assert checked(start, end) == kept


@pytest.mark.parametrize(
    ("start", "end", "field", "code"),
    [
        ("22:00", "", "quiet_end", "required"),
        ("", "08:00", "quiet_start", "required"),
        ("24:00", "08:00", "quiet_start", "not_a_time"),
        ("22:00", "вечер", "quiet_end", "not_a_time"),
        ("08:00", "08:00", "quiet_end", "quiet_all_day"),
    ],
)
def test_hours_that_are_none_are_refused_beside_their_field(start: str, end: str, field: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked(start, end)
    assert (refused.value.field, refused.value.code) == (field, code)
