"""The robot's passes: exact moments, exact words, one step at a time, nobody closed out unheard (S47–S58)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import select, update

from extensions import db
from jobs import committed, robot
from models import CalendarDay, Comment, EventKind, LengthSetting, Role, Ticket
from rules.robot import Step
from rules.statuses import Status
from services import clockwork, comments, tickets
from services import people as registered
from services import robot as steps
from tests import factories
from tests.conftest import People
from tests.services.played import (
    ANSWER,
    DAY,
    DEFERRED_FOR,
    FRIDAY,
    NOW,
    QUESTION,
    TUESDAY,
    do,
    events,
    everything,
    said,
    ticket_in,
)

S = Status
MOMENT = timedelta(microseconds=1)
NOTHING: dict[str, list[int]] = {"warned": [], "resolved": [], "closed": [], "woken": []}
WARNING = "Мы не получили от Вас ответ. Если ответа не будет, робот переведет заявку в статус Решена через 2 рабочих дня"
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


def test_after_an_answer_and_a_new_question_the_wait_begins_again_with_a_warning(silent: Ticket, people: People) -> None:
    robot.run(TUESDAY)
    do("comment", silent, people.bob, TUESDAY + timedelta(hours=1))
    comments.reply(silent, ANSWER, by=people.alice, at=THURSDAY)
    db.session.commit()
    assert robot.run(THURSDAY + DAY) == NOTHING  # Friday 16:00
    assert robot.run(THURSDAY + 5 * DAY) == NOTHING | {"warned": [silent.number]}  # Monday would be Saturday's


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


@pytest.mark.parametrize("status", [S.OPEN, S.REOPENED, S.SERVICE_CENTER, S.CLOSED])
def test_the_robot_touches_no_other_status(people: People, status: Status) -> None:  # S55
    ticket = ticket_in(status, people)
    db.session.execute(update(Ticket).values(robot_due_at=NOW))  # even if its clock were left running
    db.session.commit()
    before = len(events(ticket))
    assert robot.run(NOW + 365 * DAY, dry_run=True) == robot.run(NOW + 365 * DAY) == NOTHING
    assert (now(ticket).status, len(events(ticket))) == (status, before)


def test_a_pass_takes_the_steps_of_all_tickets_and_says_which(people: People) -> None:
    warned, resolved = ticket_in(S.WAITING, people, at=FRIDAY), ticket_in(S.WAITING, people, at=FRIDAY - 7 * DAY)
    db.session.commit()
    robot.run(FRIDAY - DAY)
    closed, woken = ticket_in(S.RESOLVED, people, at=NOW), ticket_in(S.DEFERRED, people, at=NOW)
    db.session.commit()
    assert robot.run(NOW + DEFERRED_FOR) == {
        "warned": [warned.number],
        "resolved": [resolved.number],
        "closed": [closed.number],
        "woken": [woken.number],
    }


def test_a_dry_run_says_the_same_and_changes_nothing(people: People) -> None:  # S54
    for status in Status:
        ticket_in(status, people)
    db.session.commit()
    before = everything()
    foretold = robot.run(NOW + 30 * DAY, dry_run=True)
    assert everything() == before
    assert foretold == robot.run(NOW + 30 * DAY)
    assert {kind: len(numbers) for kind, numbers in foretold.items()} == {
        "warned": 1, "resolved": 0, "closed": 1, "woken": 1
    }  # fmt: skip


def test_a_pass_finds_more_tickets_than_it_looks_at_at_once(people: People) -> None:
    first = ticket_in(S.RESOLVED, people)
    values = {column.name: getattr(first, column.name) for column in Ticket.__table__.columns if column.name != "id"}
    db.session.add_all(Ticket(**values | {"number": first.number + extra}) for extra in range(1, 205))
    db.session.commit()
    assert robot.run(NOW + 5 * DAY, dry_run=True)["closed"] == list(range(first.number, first.number + 205))


def test_a_ticket_that_cannot_be_stepped_does_not_hold_up_the_others(people: People) -> None:
    broken, sound = ticket_in(S.RESOLVED, people), ticket_in(S.RESOLVED, people)
    db.session.execute(update(Ticket).where(Ticket.id == broken.id).values(status="no-such"))
    db.session.commit()
    assert robot.run(NOW + 5 * DAY) == NOTHING | {"closed": [sound.number]}
    assert now(sound).status == S.CLOSED


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


def at_once(app: Flask, *jobs: Callable[[], object]) -> list[object]:
    """Do the jobs in a thread each, started together, each in a context and a session of its own."""
    barrier = Barrier(len(jobs))

    def one(job: Callable[[], object]) -> object:
        with app.app_context():
            barrier.wait(timeout=30)
            return job()

    db.session.commit()
    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(one, jobs))


def test_two_passes_at_once_take_each_step_once(app: Flask, people: People) -> None:
    made = [ticket_in(S.WAITING, people, at=FRIDAY) for _ in range(6)]
    results = at_once(app, *[lambda: robot.run(TUESDAY)] * 3)
    warned = [number for result in results for number in result["warned"]]  # type: ignore[index]
    assert sorted(warned) == [ticket.number for ticket in made]
    assert [len(said(ticket)) for ticket in made] == [3] * 6
    assert db.session.scalars(select(Ticket.warned_at)).all() == [TUESDAY] * 6


def test_a_customer_who_answers_during_the_pass_has_the_last_word(app: Flask, people: People) -> None:  # S51
    made = [ticket_in(S.WAITING, people, at=FRIDAY) for _ in range(6)]
    numbers, bob = [ticket.number for ticket in made], people.bob

    def answer() -> None:
        for number in reversed(numbers):
            with committed():
                ticket = tickets.find(number, bob, to_write=True)
                assert ticket is not None
                comments.reply(ticket, QUESTION, by=bob, at=TUESDAY)

    at_once(app, lambda: robot.run(TUESDAY), answer)
    for ticket in made:
        assert (now(ticket).status, ticket.warned_at, ticket.robot_due_at) == (S.OPEN, None, None)
        assert said(ticket)[-1].body_text == QUESTION or said(ticket)[-1].body_text == WARNING
        words = [comment.body_text for comment in said(ticket)]
        assert words.count(QUESTION) == 1 and words.count(WARNING) <= 1
        assert WARNING not in words or words.index(WARNING) < words.index(QUESTION)


def test_the_step_of_a_ticket_that_is_gone_is_none(app: Flask) -> None:
    assert steps.step(999, at=NOW) is steps.preview(999, at=NOW) is None


def test_due_pages_on_in_order(people: People) -> None:
    made = [ticket_in(S.RESOLVED, people).id for _ in range(3)]
    assert steps.due(at=NOW + 5 * DAY, limit=2) == made[:2]
    assert steps.due(at=NOW + 5 * DAY, after_id=made[1]) == made[2:]
    assert steps.due(at=NOW + 5 * DAY - MOMENT) == []


def test_there_is_one_robot_and_it_signs_as_the_guide_calls_it(app: Flask) -> None:  # S47
    robots = registered.robot()
    assert (robots.full_name, robots.role, robots.password_hash) == ("Робот-информатор", Role.ROBOT, None)
    assert list(Step) == ["warn", "resolve", "close", "wake"]
    assert db.session.scalar(select(Comment.id)) is None
