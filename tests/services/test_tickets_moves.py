"""Each row of the table of moves lived through by the services: status, clocks, events, who is told.

The table here is typed from docs/requirements.md, not taken from rules/statuses.py.
"""

from datetime import datetime, timedelta

import pytest

from extensions import db
from models import Event, EventKind, Person, Role, Team, Ticket
from rules.errors import InvalidMove
from rules.statuses import Status
from services import people as registered
from services import tickets
from tests import factories
from tests.conftest import People
from tests.services.played import DEFERRED_FOR, NOW, do, events, said, ticket_in, told

S = Status
STAYS = None
STAFF = {"alice", "sergey", "anna"}
CUSTOMERS = {"bob", "boss", "carol"}  # contact, supervisor, colleague
OWNERS = {"bob", "boss"}
WORKING = {S.OPEN, S.REOPENED, S.WAITING, S.DEFERRED}

Row = tuple[set[Status], Status | None, set[str]]
TABLE: dict[str, list[Row]] = {
    "comment": [
        (WORKING, S.WAITING, STAFF),  # S38, S45
        ({S.SERVICE_CENTER, S.RESOLVED}, STAYS, STAFF),
        ({S.WAITING, S.DEFERRED}, S.OPEN, CUSTOMERS),  # S45
        ({S.OPEN, S.REOPENED, S.SERVICE_CENTER}, STAYS, CUSTOMERS),
        ({S.RESOLVED}, S.REOPENED, CUSTOMERS),
    ],
    "thanks": [
        (WORKING, S.WAITING, STAFF),
        ({S.SERVICE_CENTER, S.RESOLVED}, STAYS, STAFF),
        ({S.WAITING, S.DEFERRED}, S.OPEN, CUSTOMERS),
        ({S.OPEN, S.REOPENED, S.SERVICE_CENTER, S.RESOLVED}, STAYS, CUSTOMERS),
    ],
    "defer": [({S.OPEN, S.REOPENED, S.WAITING}, S.DEFERRED, STAFF)],  # S39, S97, S99
    "wake": [({S.DEFERRED}, S.OPEN, {"robot"})],  # S100
    "take-back": [({S.WAITING, S.DEFERRED}, S.OPEN, STAFF)],
    "service-center": [(WORKING, S.SERVICE_CENTER, STAFF)],  # S40, S102
    "accept": [({S.SERVICE_CENTER}, S.OPEN, {"sergey"})],  # S40
    "resolve": [
        (WORKING | {S.SERVICE_CENTER}, S.RESOLVED, OWNERS | STAFF),  # S33, D10
        ({S.WAITING}, S.RESOLVED, {"robot"}),  # S49
    ],
    "reopen": [({S.RESOLVED}, S.REOPENED, OWNERS | STAFF), ({S.CLOSED}, S.REOPENED, {"anna"})],  # S57, D1
    "close": [({S.RESOLVED}, S.CLOSED, {"robot", "anna"})],  # S52, D10
    "later": [({S.WAITING}, STAYS, {"bob"})],
}
KINDS = {"comment": EventKind.COMMENTED, "thanks": EventKind.COMMENTED, "later": EventKind.POSTPONED}
TEMPLATES = {EventKind.COMMENTED: "comment", EventKind.STATUS: "status"}


def crowd(people: People) -> dict[str, Person]:
    boss = factories.person("Начальникова", company_id=people.company.id, is_supervisor=True)
    named = {name: getattr(people, name) for name in ("alice", "bob", "carol", "sergey", "anna")}
    return named | {"boss": boss, "robot": registered.robot()}


def wanted(action: str, status: Status, who: str) -> Status | None:
    """Return where the table leads, or None when it has no such row."""
    rows = [row for row in TABLE[action] if status in row[0] and who in row[2]]
    assert len(rows) < 2
    return (rows[0][1] or status) if rows else None


@pytest.mark.parametrize("status", list(Status))
def test_every_move_of_the_table_and_no_other_is_made(people: People, status: Status) -> None:  # S37–S58, D6, D10
    known, later = crowd(people), NOW + timedelta(hours=1)
    ticket = ticket_in(status, people)
    db.session.commit()
    made = 0
    for action in TABLE:
        for name, who in known.items():
            to = wanted(action, status, name)
            if to is None:
                with pytest.raises(InvalidMove):
                    do(action, ticket, who, later)
            else:
                made += 1
                check(action, ticket, who, later, to, people)
            db.session.rollback()
            assert ticket.status == status
    assert made == sum(len(who) for rows in TABLE.values() for sources, _, who in rows if status in sources)


def check(action: str, ticket: Ticket, who: Person, at: datetime, to: Status, people: People) -> None:
    before, since, past = Status(ticket.status), ticket.status_since, len(events(ticket))
    do(action, ticket, who, at)
    db.session.flush()
    db.session.refresh(ticket)
    assert ticket.status == to
    restarts = to != before or action == "later" or (to == S.WAITING and who.is_staff)
    check_clocks(ticket, before, at if restarts else since, at)
    *old, event = events(ticket)
    assert len(old) == past, "a move is one event"
    check_event(event, action, who, before, to, at)
    heard = {people.bob.id} | (set() if who.is_staff else {people.alice.id})
    template = TEMPLATES.get(EventKind(event.kind))
    wanted_told = {(reader, "email"): template for reader in heard - {who.id}} if template else {}
    if action == "wake":
        wanted_told[people.alice.id, "email"] = "reminder"
    assert told(event) == wanted_told
    assert ticket.updated_at == ticket.staff_updated_at == at


def check_clocks(ticket: Ticket, before: Status, since: datetime, at: datetime) -> None:
    assert ticket.status_since == since and ticket.warned_at is None
    due = {
        S.WAITING: since + timedelta(days=2),  # two working days in the middle of a week
        S.DEFERRED: since + DEFERRED_FOR,
        S.RESOLVED: since + timedelta(days=5),
    }
    assert ticket.robot_due_at == due.get(Status(ticket.status))  # S47, S52, S55, S100
    assert ticket.deferred_until == (due[S.DEFERRED] if ticket.status == S.DEFERRED else None)
    assert ticket.closed_at == (at if ticket.status == S.CLOSED else None)
    if ticket.status == S.RESOLVED:
        assert ticket.resolved_at == since  # S56


def check_event(event: Event, action: str, who: Person, before: Status, to: Status, at: datetime) -> None:
    kind = KINDS.get(action, EventKind.STATUS)
    assert (event.kind, event.actor_id, event.at) == (kind, who.id, at)
    moved = {"from": before, "to": to} if to != before else {}
    if kind == EventKind.STATUS:
        moved |= {"verb": action}
    if to == S.DEFERRED and action == "defer":
        moved |= {"until": (at + DEFERRED_FOR).isoformat()}
    assert event.data == moved


def test_deferring_says_why_and_until_when_in_one_event(people: People) -> None:  # S39, S97, S99
    ticket = ticket_in(S.OPEN, people)
    do("defer", ticket, people.alice, NOW)
    assert events(ticket)[-1].comment_id == said(ticket)[-1].id
    assert said(ticket)[-1].kind == "public"


def test_sending_in_tells_the_customer_how_to_ship(people: People) -> None:  # S102
    ticket = ticket_in(S.WAITING, people)
    tickets.send_in(ticket, confirmed=True, shipping="  СДЭК, Новинская, 12\n", by=people.alice, at=NOW)
    assert ticket.shipping == said(ticket)[-1].body_text == "СДЭК, Новинская, 12"
    assert events(ticket)[-1].comment_id == said(ticket)[-1].id
    assert ticket.team == Team.SUPPORT


def test_what_the_service_center_accepts_is_in_its_queue_from_then_on(people: People) -> None:  # S40
    ticket = ticket_in(S.SERVICE_CENTER, people)
    do("accept", ticket, people.sergey, NOW)
    assert (ticket.team, ticket.assignee_id) == (Team.SERVICE_CENTER, people.sergey.id)
    do("comment", ticket, people.sergey, NOW)
    do("comment", ticket, people.bob, NOW)
    assert (ticket.team, ticket.assignee_id) == (Team.SERVICE_CENTER, people.sergey.id)
    assert told(events(ticket)[-1]) == {(people.sergey.id, "email"): "comment"}


def test_an_administrator_of_the_service_centers_team_accepts_nothing(people: People) -> None:
    chief = factories.agent("Главный", role=Role.ADMIN, team=Team.SERVICE_CENTER)
    ticket = ticket_in(S.SERVICE_CENTER, people)
    with pytest.raises(InvalidMove):
        do("accept", ticket, chief, NOW)


@pytest.mark.parametrize("action", ["comment", "thanks"])
def test_a_comment_in_resolved_does_not_start_the_five_days_anew(people: People, action: str) -> None:  # S56
    ticket = ticket_in(S.RESOLVED, people)
    due = ticket.robot_due_at
    for who in (people.alice, people.bob if action == "thanks" else people.anna):
        do(action, ticket, who, NOW + timedelta(days=2))
    assert (ticket.status, ticket.robot_due_at, ticket.resolved_at) == (S.RESOLVED, due, NOW)


def test_a_second_answer_of_staff_starts_the_robots_clock_anew(people: People) -> None:
    ticket = ticket_in(S.WAITING, people)
    ticket.warned_at = NOW + timedelta(days=1)
    do("comment", ticket, people.anna, NOW + timedelta(days=1))
    assert ticket.warned_at is None
    assert ticket.robot_due_at == NOW + timedelta(days=3)


def test_resolving_again_after_reopening_starts_its_own_five_days(people: People) -> None:  # S56
    ticket = ticket_in(S.REOPENED, people)
    do("resolve", ticket, people.bob, NOW + timedelta(days=1))
    assert ticket.resolved_at == ticket.status_since == NOW + timedelta(days=1)
    assert ticket.robot_due_at == NOW + timedelta(days=6)
