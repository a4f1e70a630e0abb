"""The robot's steps: exact moments, exact words, nobody closed out unheard (S47–S58)."""

from datetime import datetime, timedelta

import pytest

from extensions import db
from jobs import committed, robot
from models import CalendarDay, EventKind, LengthSetting, Ticket
from rules.statuses import Status
from services import clockwork, comments, tickets
from services import people as registered
from services import robot as steps
from tests.conftest import People
from tests.services.played import (
    ANSWER,
    DAY,
    DEFERRED_FOR,
    FRIDAY,
    NOW,
    TUESDAY,
    do,
    events,
    said,
    ticket_in,
)

S = Status
MOMENT = timedelta(microseconds=1)
NOTHING: dict[str, list[int]] = {"warned": [], "resolved": [], "closed": [], "woken": []}
WARNING = (
    "Мы не получили от Вас ответ. Если ответа не будет, робот переведет заявку в статус Решена через 2 рабочих дня"
)
FAREWELL = "К сожалению, мы так и не получили от Вас ответ. Если вопрос всё ещё актуален, просьба создать новую заявку"
THURSDAY = TUESDAY + 2 * DAY


@pytest.fixture
def silent(people: People) -> Ticket:
    """A ticket that Alice answered on Friday at 16:00 in Yekaterinburg, and Bob says nothing."""
    ticket = ticket_in(S.WAITING, people, at=FRIDAY)
    db.session.commit()
    return ticket


def now(ticket: Ticket) -> Ticket:
    """Return the ticket as it stands in the table."""
    db.session.refresh(ticket)
    return ticket


def test_friday_at_four_is_followed_by_tuesday_at_four(silent: Ticket) -> None:  # S47, D2
    assert robot.run(TUESDAY - MOMENT) == NOTHING
    assert now(silent).warned_at is None
    assert robot.run(TUESDAY) == NOTHING | {"warned": [silent.number]}
    assert (now(silent).status, silent.warned_at, silent.robot_due_at) == (S.WAITING, TUESDAY, THURSDAY)
    assert silent.status_since == FRIDAY


def test_two_working_days_after_the_warning_the_ticket_is_resolved(silent: Ticket) -> None:  # S49, S51
    robot.run(TUESDAY)
    assert robot.run(THURSDAY - MOMENT) == NOTHING
    assert robot.run(THURSDAY) == NOTHING | {"resolved": [silent.number]}
    assert (now(silent).status, silent.resolved_at, silent.status_since) == (S.RESOLVED, THURSDAY, THURSDAY)


def test_five_days_after_that_it_is_closed_on_a_weekend_too(silent: Ticket) -> None:  # S52
    for at in (TUESDAY, THURSDAY):
        robot.run(at)
    closes = THURSDAY + 5 * DAY
    assert robot.run(closes - MOMENT) == NOTHING
    assert robot.run(closes) == NOTHING | {"closed": [silent.number]}
    assert (now(silent).status, silent.closed_at, silent.robot_due_at) == (S.CLOSED, closes, None)
    assert robot.run(closes + 365 * DAY) == NOTHING


def test_the_robot_says_what_the_guide_says_letter_for_letter(silent: Ticket) -> None:  # S48, S50, S53
    for at in (TUESDAY, THURSDAY, THURSDAY + 5 * DAY):
        robot.run(at)
    *_, warning, farewell = said(silent)
    assert [warning.body_text, farewell.body_text] == [WARNING, FAREWELL]
    assert warning.body_html == f"<p>{WARNING}</p>"
    assert {warning.kind, farewell.kind} == {"public"}
    assert {warning.author_id, farewell.author_id} == {registered.robot().id}
    assert [(event.kind, event.data, event.comment_id) for event in events(silent)[-3:]] == [
        (EventKind.WARNED, {}, warning.id),
        (EventKind.STATUS, {"from": S.WAITING, "to": S.RESOLVED, "verb": "resolve"}, farewell.id),
        (EventKind.STATUS, {"from": S.RESOLVED, "to": S.CLOSED, "verb": "close"}, None),
    ]


def test_a_robot_that_stood_still_for_a_week_gives_each_wait_its_full_length(silent: Ticket) -> None:
    late = TUESDAY + 7 * DAY
    assert robot.run(late) == NOTHING | {"warned": [silent.number]}
    assert robot.run(late) == NOTHING
    assert robot.run(late + 2 * DAY - MOMENT) == NOTHING
    later = late + 9 * DAY  # and another week
    assert robot.run(later) == NOTHING | {"resolved": [silent.number]}
    assert robot.run(later) == NOTHING
    assert robot.run(later + 5 * DAY - MOMENT) == NOTHING
    assert robot.run(later + 5 * DAY) == NOTHING | {"closed": [silent.number]}


@pytest.mark.parametrize(("answered", "pass_at"), [(TUESDAY - MOMENT, TUESDAY), (THURSDAY - MOMENT, THURSDAY)])
def test_an_answer_in_the_last_moment_stops_the_robot(
    silent: Ticket, people: People, answered: datetime, pass_at: datetime
) -> None:  # S51
    if pass_at == THURSDAY:
        robot.run(TUESDAY)
    do("comment", silent, people.carol, answered)
    db.session.commit()
    assert robot.run(pass_at) == NOTHING
    assert (now(silent).status, silent.warned_at, silent.robot_due_at) == (S.OPEN, None, None)


def test_an_answer_that_comes_in_between_the_look_and_the_step_wins(silent: Ticket, people: People) -> None:
    [found] = steps.due(at=TUESDAY)
    do("comment", silent, people.bob, TUESDAY)
    db.session.commit()
    with committed():
        assert steps.step(found, at=TUESDAY) is None
    assert len(said(silent)) == 3 and now(silent).status == S.OPEN


def test_after_an_answer_and_a_new_question_the_wait_begins_again_with_a_warning(
    silent: Ticket, people: People
) -> None:
    robot.run(TUESDAY)
    do("comment", silent, people.bob, TUESDAY + timedelta(hours=1))
    comments.reply(silent, ANSWER, by=people.alice, at=THURSDAY)
    db.session.commit()
    assert robot.run(THURSDAY + 4 * DAY - MOMENT) == NOTHING
    assert robot.run(THURSDAY + 4 * DAY) == NOTHING | {"warned": [silent.number]}  # Monday


def test_later_buys_a_full_wait_even_after_the_warning(silent: Ticket, people: People) -> None:
    robot.run(TUESDAY)
    tickets.later(silent, by=people.bob, at=THURSDAY - MOMENT)
    db.session.commit()
    assert robot.run(THURSDAY) == NOTHING
    assert now(silent).robot_due_at == FRIDAY + 10 * DAY - MOMENT  # Monday
    assert robot.run(FRIDAY + 10 * DAY) == NOTHING | {"warned": [silent.number]}


def test_a_deferred_ticket_wakes_on_its_date(people: People) -> None:  # S100
    ticket = ticket_in(S.DEFERRED, people)
    db.session.commit()
    assert robot.run(NOW + DEFERRED_FOR - MOMENT) == NOTHING
    assert robot.run(NOW + DEFERRED_FOR) == NOTHING | {"woken": [ticket.number]}
    assert (now(ticket).status, ticket.deferred_until, ticket.robot_due_at) == (S.OPEN, None, None)
    assert events(ticket)[-1].data == {"from": S.DEFERRED, "to": S.OPEN, "verb": "wake"}
    assert len(said(ticket)) == 2, "waking says nothing: the specialist will"


def test_a_longer_wait_counts_for_tickets_that_wait_already(silent: Ticket) -> None:  # S54
    db.session.merge(LengthSetting(key="robot_warn_after", value=3, unit="working_day"))
    db.session.commit()
    clockwork.forget()
    assert robot.run(TUESDAY, dry_run=True) == robot.run(TUESDAY) == NOTHING
    assert now(silent).robot_due_at == TUESDAY + DAY
    assert robot.run(TUESDAY + DAY) == NOTHING | {"warned": [silent.number]}


def test_a_day_off_that_the_administrator_adds_makes_the_robot_wait(silent: Ticket) -> None:
    db.session.add(CalendarDay(date=TUESDAY.date(), is_working=False, name="Авария в офисе"))
    db.session.commit()
    clockwork.forget()
    assert robot.run(TUESDAY) == NOTHING
    assert robot.run(TUESDAY + DAY) == NOTHING | {"warned": [silent.number]}


def test_a_saturday_that_the_administrator_makes_a_working_day_brings_the_step_forward(silent: Ticket) -> None:
    with committed():
        clockwork.set_day((FRIDAY + DAY).date(), is_working=True, name="Рабочая суббота")
    assert robot.run(TUESDAY - DAY - MOMENT) == NOTHING
    assert now(silent).robot_due_at == TUESDAY - DAY
    assert robot.run(TUESDAY - DAY) == NOTHING | {"warned": [silent.number]}
    with committed():
        clockwork.remove_day((FRIDAY + DAY).date())
    assert robot.run(TUESDAY) == NOTHING, "the warning gave two working days from when it was said"
    assert now(silent).robot_due_at == TUESDAY + DAY
