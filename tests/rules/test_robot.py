"""The robot's steps and their moments, S47–S58."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.calendar import YEKATERINBURG, Calendar
from rules.lengths import DEFAULTS, lengths
from rules.robot import RESOLVED_TEXT, WARNING_TEXT, Step, due
from rules.statuses import MOVES, SUBJECT_TO_ROBOT, Actor, Status

CALENDAR = Calendar()


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=YEKATERINBURG)


def next_step(
    status: Status, since: str, warned: str | None = None, until: str | None = None
) -> tuple[Step, datetime] | None:
    began, warning, date = (moment(text) if text else None for text in (since, warned, until))
    assert began is not None
    return due(status, began, warning, date, DEFAULTS, CALENDAR)


def test_texts_are_the_guides_letter_for_letter() -> None:
    assert WARNING_TEXT == (  # S48
        "Мы не получили от Вас ответ. Если ответа не будет, робот переведет заявку в статус Решена через 2 рабочих дня"
    )
    assert RESOLVED_TEXT == (  # S50
        "К сожалению, мы так и не получили от Вас ответ. Если вопрос всё ещё актуален, просьба создать новую заявку"
    )


@pytest.mark.parametrize(
    ("since", "rings"),
    [
        ("2023-06-16 16:00", "2023-06-20 16:00"),  # D2: Friday to Tuesday
        ("2023-06-14 10:00", "2023-06-16 10:00"),
        ("2023-06-17 12:00", "2023-06-20 17:30"),
    ],
)
def test_silence_of_two_working_days_is_warned_of(since: str, rings: str) -> None:  # S47
    assert next_step(Status.WAITING, since) == (Step.WARN, moment(rings))


def test_two_working_days_after_the_warning_the_ticket_is_resolved() -> None:  # S49
    assert next_step(Status.WAITING, "2023-06-12 10:00", warned="2023-06-16 16:00") == (
        Step.RESOLVE,
        moment("2023-06-20 16:00"),
    )


def test_wait_counts_from_the_warning_that_was_really_given() -> None:
    """The robot stood still for a month: the customer still has his two days from the late warning on."""
    assert next_step(Status.WAITING, "2023-05-01 10:00", warned="2023-06-14 10:00") == (
        Step.RESOLVE,
        moment("2023-06-16 10:00"),
    )


def test_new_answer_or_later_starts_the_clock_anew() -> None:
    """A warning from before the wait began belongs to an earlier one."""
    assert next_step(Status.WAITING, "2023-06-14 10:00", warned="2023-06-13 10:00") == (
        Step.WARN,
        moment("2023-06-16 10:00"),
    )


@pytest.mark.parametrize("warned", [None, "2023-06-09 16:00"])
def test_resolved_ticket_closes_after_five_calendar_days(warned: str | None) -> None:  # S52, S56, D2
    assert next_step(Status.RESOLVED, "2023-06-16 16:00", warned) == (Step.CLOSE, moment("2023-06-21 16:00"))


def test_deferred_ticket_wakes_on_its_date() -> None:  # S100
    assert next_step(Status.DEFERRED, "2023-06-14 10:00", until="2023-07-05 08:30") == (
        Step.WAKE,
        moment("2023-07-05 08:30"),
    )


def test_deferred_ticket_without_a_date_does_not_sleep_for_ever() -> None:
    assert next_step(Status.DEFERRED, "2023-06-14 10:00") == (Step.WAKE, moment("2023-06-14 10:00"))


@pytest.mark.parametrize("status", [Status.OPEN, Status.REOPENED, Status.SERVICE_CENTER, Status.CLOSED])
def test_robot_leaves_the_others_alone(status: Status) -> None:  # S51, S55, S58
    assert status not in SUBJECT_TO_ROBOT
    assert next_step(status, "2023-06-01 10:00", warned="2023-06-06 10:00", until="2023-06-05 10:00") is None


def test_lengths_are_the_administrators() -> None:
    changed = lengths({"robot_warn_after": (4, "working_hour"), "resolved_close_after": (1, "working_day")})
    start = moment("2023-06-14 10:00")
    assert due(Status.WAITING, start, None, None, changed, CALENDAR) == (Step.WARN, moment("2023-06-14 14:00"))
    assert due(Status.RESOLVED, start, None, None, changed, CALENDAR) == (Step.CLOSE, moment("2023-06-15 10:00"))


def test_each_step_but_the_warning_is_a_move_of_the_robot() -> None:
    verbs = {move.verb for move in MOVES if Actor.ROBOT in move.by}
    assert verbs == set(Step) - {Step.WARN}


def test_story_of_a_silent_customer() -> None:  # S47–S52
    answered = "2023-06-16 16:00"
    warned = next_step(Status.WAITING, answered)
    assert warned == (Step.WARN, moment("2023-06-20 16:00"))
    resolved = due(Status.WAITING, moment(answered), warned[1], None, DEFAULTS, CALENDAR)
    assert resolved == (Step.RESOLVE, moment("2023-06-22 16:00"))
    closed = due(Status.RESOLVED, resolved[1], warned[1], None, DEFAULTS, CALENDAR)
    assert closed == (Step.CLOSE, moment("2023-06-27 16:00"))
    assert due(Status.CLOSED, closed[1], warned[1], None, DEFAULTS, CALENDAR) is None


@given(
    st.sampled_from(Status),
    st.datetimes(datetime(2023, 1, 1), datetime(2026, 1, 1), timezones=st.just(YEKATERINBURG)),
    st.none() | st.timedeltas(timedelta(days=-30), timedelta(days=30)),
)
def test_no_step_is_due_before_its_wait_began(status: Status, since: datetime, later: timedelta | None) -> None:
    warned = None if later is None else since + later
    found = due(status, since, warned, since, DEFAULTS, CALENDAR)
    assert found is None or found[1] >= since
