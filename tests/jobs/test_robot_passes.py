"""The robot's passes: all that is due, each step once, whoever else is at work; a dry run (S54–S55)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import select, update

from extensions import db
from jobs import committed, robot
from models import Comment, Role, Ticket
from rules.robot import Step
from rules.statuses import Status
from services import comments, tickets
from services import people as registered
from services import robot as steps
from tests.conftest import People
from tests.services.played import (
    DAY,
    DEFERRED_FOR,
    FRIDAY,
    NOW,
    QUESTION,
    TUESDAY,
    events,
    everything,
    said,
    ticket_in,
)

S = Status
MOMENT = timedelta(microseconds=1)
NOTHING: dict[str, list[int]] = {"warned": [], "resolved": [], "closed": [], "woken": []}
WARNING = (
    "Мы не получили от Вас ответ. Если ответа не будет, робот переведет заявку в статус Решена через 2 рабочих дня"
)


def now(ticket: Ticket) -> Ticket:
    """Return the ticket as it stands in the table."""
    db.session.refresh(ticket)
    return ticket


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
    assert robot.run(NOW + 5 * DAY, dry_run=True) == NOTHING | {"closed": [sound.number]}
    assert robot.run(NOW + 5 * DAY) == NOTHING | {"closed": [sound.number]}
    assert now(sound).status == S.CLOSED


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
