"""A pass that is killed anywhere: run again, it has taken each step once, and told of each once (S47–S53)."""

import os
import signal

import pytest
from sqlalchemy import func, select

from extensions import db
from jobs import robot
from models import Comment, Delivery, Event, EventKind, Ticket
from rules.statuses import Status
from services import people as registered
from tests.conftest import People
from tests.services.played import DAY, FRIDAY, TUESDAY, ticket_in
from tests.support.dying import die_before

S = Status


def pass_killed_at(statement: int) -> bool:
    """Run a pass in a process of its own that is killed before it sends its Nth statement; tell whether it was."""
    db.session.commit()
    db.session.remove()
    child = os.fork()
    if child == 0:
        try:
            die_before(statement)
            robot.run(TUESDAY)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


@pytest.fixture
def silent(people: People) -> list[Ticket]:
    """Tickets that are to be warned of, and one that was warned of and is to be resolved."""
    resolved = ticket_in(S.WAITING, people, at=FRIDAY - 7 * DAY)
    db.session.commit()
    robot.run(FRIDAY - 2 * DAY)
    warned = [ticket_in(S.WAITING, people, at=FRIDAY) for _ in range(robot.TOGETHER + 2)]
    db.session.commit()
    return [resolved, *warned]


def said_by_robot() -> dict[int, int]:
    """Return how many comments of the robot each ticket has."""
    query = select(Comment.ticket_id, func.count()).where(Comment.author_id == registered.robot().id)
    return {ticket: count for ticket, count in db.session.execute(query.group_by(Comment.ticket_id))}  # noqa: C416


def test_a_pass_that_is_killed_anywhere_takes_each_step_once(silent: list[Ticket]) -> None:
    ids = [ticket.id for ticket in silent]
    numbers = [ticket.number for ticket in silent]
    killed = 0
    while pass_killed_at(19 * killed):
        killed += 1
    assert killed > 5
    done = robot.run(TUESDAY)
    assert set(done["warned"]) <= set(numbers[1:]) and set(done["resolved"]) <= {numbers[0]}
    assert robot.run(TUESDAY) == {"warned": [], "resolved": [], "closed": [], "woken": []}
    stand = {ticket.id: ticket for ticket in db.session.scalars(select(Ticket))}
    assert said_by_robot() == {ids[0]: 2} | dict.fromkeys(ids[1:], 1)
    assert stand.pop(ids[0]).status == S.RESOLVED
    assert {(ticket.status, ticket.warned_at) for ticket in stand.values()} == {(S.WAITING, TUESDAY)}
    steps = select(Event).where(Event.actor_id == registered.robot().id)
    kinds = [one.kind for one in db.session.scalars(steps)]
    assert sorted(kinds) == sorted([EventKind.STATUS] + [EventKind.WARNED] * len(silent))
    told = db.session.execute(select(Delivery.event_id, Delivery.person_id, Delivery.channel)).all()
    assert len(told) == len(set(told)), "nobody is told twice"
