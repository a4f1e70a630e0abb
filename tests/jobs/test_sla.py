"""Specialists hear before a promise is broken: once, in working hours, whoever else is at work (S92–S97)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from threading import Barrier
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from extensions import db
from jobs import committed, sla
from models import Contract, Event, EventKind, PushSubscription, Team, Ticket
from rules.sla import Level, Target
from rules.sla_clock import Outcome
from rules.weeks import parsed
from services import clockwork, comments, phones, robot, settings, tickets
from services import sla as promises
from tests import factories
from tests.conftest import People
from tests.services.played import ANSWER, DAY, QUESTION, told

MONDAY = factories.NOW  # 11:00 in Yekaterinburg
HOUR = timedelta(hours=1)
NOBODY: dict[str, list[int]] = {"first_reaction": [], "first_answer": [], "next_contact": []}


@pytest.fixture
def owed(people: People) -> Ticket:
    """A ticket that Alice took on Monday at 11:00: she owes a word until Tuesday 11:00, and hears of it at 8:45."""
    ticket = factories.ticket(people.bob, at=MONDAY - HOUR)
    tickets.assign(ticket, people.alice, by=people.alice, at=MONDAY)
    db.session.commit()
    return ticket


def warnings_of(ticket: Ticket) -> list[Event]:
    query = select(Event).where(Event.ticket_id == ticket.id, Event.kind == EventKind.DEADLINE).order_by(Event.id)
    return list(db.session.scalars(query))


def test_the_specialist_hears_once_when_three_quarters_are_used(owed: Ticket, people: People) -> None:  # S95–S96
    hears = datetime.fromisoformat("2026-06-16T08:45+05:00")  # 6 h 45 min of the nine
    assert sla.run(hears - timedelta(seconds=1)) == NOBODY
    before = owed.staff_updated_at
    assert sla.run(hears) == NOBODY | {"next_contact": [owed.number]}
    assert sla.run(hears) == sla.run(hears + HOUR) == NOBODY
    [event] = warnings_of(owed)
    assert event.data == {
        "clock": "next_contact",
        "began": MONDAY.isoformat(),
        "until": (MONDAY + DAY).isoformat(),
    }
    assert told(event) == {(people.alice.id, "email"): "deadline"}
    db.session.refresh(owed)
    assert owed.staff_updated_at == before, "nothing new stands in the ticket"


def test_an_answer_in_between_makes_the_warning_needless(owed: Ticket, people: People) -> None:
    late = MONDAY + DAY - HOUR
    with committed():
        assert promises.settle([owed.id], at=late) == [owed.id]
    comments.reply(owed, ANSWER, by=people.alice, at=late)
    db.session.commit()
    with committed():
        assert promises.warn(owed.id, at=late) is None
    assert warnings_of(owed) == [] and sla.run(late) == NOBODY


def test_each_turn_is_warned_of_anew(owed: Ticket, people: People) -> None:
    assert sla.run(MONDAY + DAY - HOUR)["next_contact"] == [owed.number]
    comments.reply(owed, ANSWER, by=people.alice, at=MONDAY + DAY)
    comments.reply(owed, QUESTION, by=people.bob, at=MONDAY + 2 * DAY)
    db.session.commit()
    assert sla.run(MONDAY + 2 * DAY) == NOBODY
    assert sla.run(MONDAY + 3 * DAY - HOUR)["next_contact"] == [owed.number]
    assert len(warnings_of(owed)) == 2


def test_nobody_hears_at_night_or_at_a_weekend(people: People) -> None:  # S90, S95
    friday = datetime.fromisoformat("2026-06-19T16:00+05:00")
    ticket = factories.ticket(people.bob, at=friday)  # nobody has it: a reaction is due on Monday at 9:00
    db.session.commit()
    assert sla.run(friday + HOUR) == NOBODY
    settings.set_length("sla_warn_percent", "80", "count")  # 96 minutes: Monday 8:36
    db.session.commit()
    for at in (friday + 2 * HOUR, friday + DAY, friday + 2 * DAY):
        assert sla.run(at) == NOBODY
    assert sla.run(datetime.fromisoformat("2026-06-22T08:36+05:00"))["first_reaction"] == [ticket.number]


@pytest.mark.parametrize("has_responsible", [True, False])
def test_of_a_ticket_that_nobody_has_those_in_charge_hear(people: People, has_responsible: bool) -> None:  # S126
    if has_responsible:
        people.company.responsible_id = people.anna.id
    other = factories.agent("Сидоров")
    ticket = factories.ticket(people.bob, at=MONDAY)
    db.session.commit()
    assert sla.run(MONDAY + 1.6 * HOUR)["first_reaction"] == [ticket.number]
    heard = {reader for reader, _ in told(warnings_of(ticket)[0])}
    assert heard == ({people.anna.id} if has_responsible else {people.alice.id, other.id})


def test_a_phone_rings_too(owed: Ticket, people: People) -> None:
    keys = {"p256dh": "BPoint", "auth": "secret"}
    phones.subscribe(people.alice, {"endpoint": "https://fcm.googleapis.com/fcm/send/1", "keys": keys}, at=MONDAY)
    db.session.commit()
    sla.run(MONDAY + DAY - HOUR)
    assert told(warnings_of(owed)[0])[people.alice.id, "web_push"] == "deadline"
    assert db.session.scalar(select(PushSubscription.id)) is not None


def test_a_pass_that_stood_still_warns_of_nothing_that_is_broken_already(owed: Ticket) -> None:
    assert sla.run(MONDAY + 7 * DAY) == NOBODY
    found = promises.ledger(owed.id, at=MONDAY + 7 * DAY)
    assert found is not None and found.clocks[-1].outcome == Outcome.LATE
    db.session.refresh(owed)
    assert owed.sla_look_at is None


def test_a_length_that_is_changed_moves_every_deadline(owed: Ticket) -> None:
    sla.run(MONDAY)
    with committed():
        settings.set_length("next_contact", "2", "working_hour")
    assert sla.run(MONDAY + HOUR) == NOBODY
    assert sla.run(MONDAY + 1.6 * HOUR)["next_contact"] == [owed.number]


def test_a_day_off_moves_every_deadline(owed: Ticket) -> None:
    sla.run(MONDAY)
    with committed():
        clockwork.set_day(date(2026, 6, 16), is_working=False, name="Авария")
    assert sla.run(MONDAY + DAY - HOUR) == NOBODY
    found = promises.ledger(owed.id, at=MONDAY)
    assert found is not None and found.clocks[-1].due_at == MONDAY + 2 * DAY
    assert sla.run(MONDAY + 2 * DAY - HOUR)["next_contact"] == [owed.number]


def test_a_team_has_a_calendar_of_its_own(people: People) -> None:
    with committed():
        week = parsed(["mon-sat=10:00-14:00"])
        clockwork.set_week(Team.SERVICE_CENTER, week, ZoneInfo("Europe/Moscow"))
    ticket = factories.ticket(people.bob, at=MONDAY)
    tickets.send_in(ticket, confirmed=True, shipping="СДЭК", by=people.alice, at=MONDAY)
    tickets.move(ticket, "accept", by=people.sergey, at=MONDAY + HOUR)
    db.session.commit()
    found = promises.ledger(ticket.id, at=MONDAY + 2 * HOUR)
    assert found is not None
    turn = found.clocks[-1]
    assert (turn.goal, turn.due_at) == (4 * HOUR, datetime.fromisoformat("2026-06-15T14:00+03:00"))
    comments.reply(ticket, ANSWER, by=people.sergey, at=MONDAY + 2 * HOUR)
    db.session.commit()
    assert ticket.robot_due_at == datetime.fromisoformat("2026-06-17T11:00+03:00"), (
        "8 hours of its week, by the robot too"
    )


def test_a_contract_of_the_day_on_which_it_was_opened_decides(people: People) -> None:  # S72
    ticket = factories.ticket(people.bob, at=MONDAY)
    db.session.flush()
    terms = {"company_id": people.company.id, "number": "1"}
    contract = Contract(**terms, starts_on=date(2026, 6, 16), ends_on=None)
    db.session.add(contract)
    for starts_on, level in ((date(2026, 6, 16), Level.BASIC), (date(2026, 6, 15), Level.EXTENDED)):
        contract.starts_on = starts_on
        db.session.commit()
        found = promises.ledger(ticket.id, at=MONDAY)
        assert found is not None and found.level == level
    assert found is not None and found.clocks[0].due_at == MONDAY + HOUR
    assert promises.reaction(people.company.id, MONDAY) == promises.Reaction(MONDAY + HOUR, Level.EXTENDED)
    assert promises.reaction(None, MONDAY) == promises.Reaction(MONDAY + 2 * HOUR, Level.BASIC)


def test_two_passes_at_once_warn_once(app: Flask, people: People) -> None:
    made = [factories.ticket(people.bob, at=MONDAY) for _ in range(4)]
    db.session.commit()
    barrier = Barrier(2)

    def one(_: int) -> dict[str, list[int]]:
        with app.app_context():
            barrier.wait(timeout=30)
            return sla.run(MONDAY + 1.6 * HOUR)

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(one, range(2)))
    assert sorted(number for result in results for number in result["first_reaction"]) == [one.number for one in made]
    assert [len(warnings_of(ticket)) for ticket in made] == [1] * 4


def test_a_ticket_that_is_over_is_looked_at_no_more(owed: Ticket, people: People) -> None:
    tickets.move(owed, "resolve", by=people.alice, at=MONDAY + HOUR)
    db.session.commit()
    assert sla.run(MONDAY + 2 * HOUR) == NOBODY
    db.session.refresh(owed)
    assert owed.sla_look_at is None
    assert robot.due(at=MONDAY + 2 * HOUR) == [] and promises.warn(owed.id, at=MONDAY + 2 * HOUR) is None


def test_of_a_ticket_that_is_gone_there_is_nothing(app: Flask) -> None:
    assert promises.warn(999, at=MONDAY) is None and promises.ledger(999, at=MONDAY) is None
    assert set(promises.policies()) == set(Level) and set(promises.policies()[Level.BASIC]) == set(Target)
