"""The ways back and their last moments (D1), and «Отвечу позже»."""

from datetime import datetime, timedelta

import pytest

from extensions import db
from models import LengthSetting, Person
from rules.errors import InvalidMove
from rules.statuses import Status
from services import clockwork, comments, tickets
from tests import factories
from tests.conftest import People
from tests.services.played import DAY, FRIDAY, NOW, QUESTION, TUESDAY, do, events, refused, ticket_in, told

S = Status
MOMENT = timedelta(microseconds=1)


def set_length(key: str, value: int, unit: str) -> None:
    db.session.merge(LengthSetting(key=key, value=value, unit=unit))
    db.session.flush()
    clockwork.forget()


@pytest.fixture
def boss(people: People) -> Person:
    return factories.person("Начальникова", company_id=people.company.id, is_supervisor=True)


def test_the_customer_may_reopen_to_the_last_moment_of_the_fifth_day(
    people: People, boss: Person
) -> None:  # S41, S57, D1
    for who in (people.bob, boss):
        ticket = ticket_in(S.RESOLVED, people)
        do("reopen", ticket, who, NOW + 5 * DAY)
        assert ticket.status == S.REOPENED


def test_a_moment_later_the_customer_is_told_until_when_it_was(people: People, boss: Person) -> None:  # D1
    ticket = ticket_in(S.RESOLVED, people)
    for who in (people.bob, boss):
        error = refused(InvalidMove, lambda who=who: do("reopen", ticket, who, NOW + 5 * DAY + MOMENT))
        assert (error.code, error.values) == ("too_late_to_reopen", {"until": NOW + 5 * DAY})


def test_five_days_are_of_the_calendar_and_end_on_a_weekend_too(people: People) -> None:  # D2
    ticket = ticket_in(S.RESOLVED, people, at=TUESDAY)
    assert ticket.robot_due_at == TUESDAY + 5 * DAY  # a Sunday
    do("reopen", ticket, people.bob, TUESDAY + 5 * DAY)


def test_staff_may_reopen_a_resolved_ticket_whenever_it_is_still_there(people: People) -> None:  # D1
    for who in (people.alice, people.sergey, people.anna):
        ticket = ticket_in(S.RESOLVED, people)
        do("reopen", ticket, who, NOW + 30 * DAY)
        assert ticket.status == S.REOPENED


def test_an_administrator_may_reopen_a_closed_ticket_for_three_days(people: People) -> None:  # S123, D1
    ticket = ticket_in(S.CLOSED, people)
    do("reopen", ticket, people.anna, NOW + 3 * DAY)
    assert (ticket.status, ticket.closed_at) == (S.REOPENED, None)
    assert told(events(ticket)[-1]) == {(people.bob.id, "email"): "status"}


def test_nobody_reopens_a_closed_ticket_after_that(people: People) -> None:  # S42, S58, S123
    ticket = ticket_in(S.CLOSED, people)
    error = refused(InvalidMove, lambda: do("reopen", ticket, people.anna, NOW + 3 * DAY + MOMENT))
    assert (error.code, error.values) == ("too_late_to_reopen", {"until": NOW + 3 * DAY})


def test_the_three_days_of_a_closed_ticket_begin_when_it_was_closed(people: People) -> None:
    ticket = ticket_in(S.RESOLVED, people)
    do("close", ticket, people.anna, NOW + 4 * DAY)
    do("reopen", ticket, people.anna, NOW + 7 * DAY)
    assert ticket.status == S.REOPENED


def test_nobody_else_reopens_a_closed_ticket_at_all(people: People, boss: Person) -> None:  # S58
    ticket = ticket_in(S.CLOSED, people)
    for who in (people.bob, boss, people.carol, people.alice, people.sergey):
        assert refused(InvalidMove, lambda who=who: do("reopen", ticket, who, NOW)).code == "move_not_allowed"


def test_the_ways_back_are_as_long_as_the_administrator_says(people: People) -> None:  # D1
    set_length("resolved_reopen_days", 1, "working_day")
    ticket = ticket_in(S.RESOLVED, people, at=FRIDAY)
    monday = FRIDAY + 3 * DAY
    refused(InvalidMove, lambda: do("reopen", ticket, people.bob, monday + MOMENT))
    do("reopen", ticket, people.bob, monday)


def test_a_comment_after_the_five_days_reopens_while_the_robot_has_not_closed(people: People) -> None:
    """The table of moves gives a comment in «Решена» no term: closing alone ends it."""
    ticket = ticket_in(S.RESOLVED, people)
    do("comment", ticket, people.bob, NOW + 6 * DAY)
    assert ticket.status == S.REOPENED


def test_later_starts_the_robots_clock_anew_and_staff_see_it(people: People) -> None:  # table of moves
    ticket = ticket_in(S.WAITING, people)
    ticket.warned_at = NOW + DAY
    tickets.later(ticket, by=people.bob, at=NOW + DAY)
    assert (ticket.warned_at, ticket.status_since) == (None, NOW + DAY)
    assert ticket.robot_due_at == NOW + 3 * DAY
    assert ticket.staff_updated_at == NOW + DAY
    assert events(ticket)[-1].kind == "postponed"


def test_later_is_three_times_a_ticket_not_three_times_a_wait(people: People) -> None:
    ticket, at = ticket_in(S.WAITING, people), NOW
    for _ in range(3):
        tickets.later(ticket, by=people.bob, at=at)
        comments.reply(ticket, QUESTION, by=people.bob, at=at)
        comments.reply(ticket, QUESTION, by=people.alice, at=at)
        at += timedelta(hours=1)
    refused(InvalidMove, lambda: tickets.later(ticket, by=people.bob, at=at))


def test_how_often_later_is_a_setting(people: People) -> None:
    set_length("later_limit", 0, "count")
    ticket = ticket_in(S.WAITING, people)
    refused(InvalidMove, lambda: tickets.later(ticket, by=people.bob, at=NOW))


@pytest.mark.parametrize("who", ["alice", "carol", "anna"])
def test_later_is_the_contacts_own(people: People, who: str) -> None:
    ticket = ticket_in(S.WAITING, people)
    refused(InvalidMove, lambda: tickets.later(ticket, by=getattr(people, who), at=NOW))
    assert ticket.later_count == 0


def test_a_deferral_may_be_given_in_any_zone(people: People) -> None:
    ticket = ticket_in(S.OPEN, people)
    until = datetime.fromisoformat("2026-07-05T09:00+05:00")
    tickets.defer(ticket, until=until, text="Ждём прошивку.", by=people.alice, at=NOW)
    db.session.flush()
    db.session.expire(ticket)
    assert ticket.deferred_until == ticket.robot_due_at == until
