"""The promises of the regulations at work (S92–S97): counted from the events, and told of before they are broken."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, select, update

from extensions import db
from models import Contract, Event, EventKind, Person, Role, Ticket
from rules.lengths import Length
from rules.sla import Happened, Level, Target, drafts, policy, promised_until
from rules.sla_clock import Clock, Outcome, measured
from rules.statuses import ACTIVE, Status
from rules.support import Term, term
from rules.weeks import worded
from services import events, people
from services.clockwork import Clockwork, clockwork

COUNTED = (EventKind.COMMENTED, EventKind.STATUS, EventKind.ASSIGNED, EventKind.IDENTIFIED, EventKind.DEADLINE)
OF_TICKET = (
    *(Ticket.id, Ticket.number, Ticket.status, Ticket.team, Ticket.status_since, Ticket.created_at),
    *(Ticket.company_id, Ticket.sla_look_at),
)
ENTRIES = (
    select(Event.ticket_id, Event.kind, Event.at, Event.data, Person.role)
    .join(Person, Person.id == Event.actor_id)
    .where(Event.kind.in_(COUNTED))
    .order_by(Event.ticket_id, Event.id)
)


@dataclass(frozen=True, slots=True)
class Ledger:
    """All promises of a ticket, oldest first, and the level that they were made at."""

    level: Level
    clocks: tuple[Clock, ...]
    told: frozenset[tuple[str, str]]  # (clock, began) of those whose specialist was told

    @property
    def next_warning(self) -> tuple[Clock, datetime] | None:
        """Return the clock that somebody is to hear of next, and when."""
        waiting = [
            (clock, clock.warn_at)
            for clock in self.clocks
            if clock.outcome == Outcome.RUNS and clock.warn_at is not None and _mark(clock) not in self.told
        ]
        return min(waiting, key=lambda found: found[1]) if waiting else None


def _mark(clock: Clock) -> tuple[str, str]:
    return str(clock.target), clock.began_at.isoformat()


def ledger(ticket_id: int, *, at: datetime) -> Ledger | None:
    """Return the promises of one ticket as they stand at `at`; three statements. None when it is gone."""
    return ledgers([ticket_id], at=at).get(ticket_id)


def ledgers(ticket_ids: Sequence[int], *, at: datetime) -> dict[int, Ledger]:
    """Return the promises of several tickets by their ids, in the same three statements."""
    tickets = db.session.execute(select(*OF_TICKET).where(Ticket.id.in_(ticket_ids))).all()
    entries: dict[int, list[Any]] = {row.id: [] for row in tickets}
    for entry in db.session.execute(ENTRIES.where(Event.ticket_id.in_(ticket_ids))):
        entries[entry.ticket_id].append(entry)
    contracts = _contracts({row.company_id for row in tickets if row.company_id is not None})
    work = clockwork()
    return {row.id: _ledger(row, entries[row.id], contracts.get(row.company_id, ()), work, at) for row in tickets}


def _ledger(
    ticket: Any,
    entries: Sequence[Any],
    contracts: Sequence[tuple[date | None, date | None]],
    work: Clockwork,
    at: datetime,
) -> Ledger:
    level = _level(contracts, ticket.created_at, work)
    lengths = policy(level, work.lengths)
    happened = [_happened(entry) for entry in entries if entry.kind != EventKind.DEADLINE]
    found = drafts(
        ticket.created_at, happened, status=Status(ticket.status), since=ticket.status_since, team=ticket.team
    )
    percent = work.lengths["sla_warn_percent"].value
    clocks = tuple(
        measured(draft, lengths[draft.target], work.calendars, now=at, warn_percent=percent) for draft in found
    )
    told = {(entry.data["clock"], entry.data["began"]) for entry in entries if entry.kind == EventKind.DEADLINE}
    return Ledger(level, clocks, frozenset(told))


def _happened(entry: Any) -> Happened:
    to = entry.data.get("to")
    moved = entry.kind in (EventKind.COMMENTED, EventKind.STATUS) and to in set(Status)
    return Happened(
        at=entry.at,
        kind=entry.kind,
        by_staff=entry.role in (Role.AGENT, Role.ADMIN),
        to=Status(to) if moved else None,
        verb=entry.data.get("verb", ""),
        gives=bool(to),
    )


def _contracts(company_ids: set[int]) -> dict[int, list[tuple[date | None, date | None]]]:
    """Return the terms of the contracts of these companies."""
    found: dict[int, list[tuple[date | None, date | None]]] = {}
    if company_ids:
        query = select(Contract.company_id, Contract.starts_on, Contract.ends_on)
        for company_id, starts_on, ends_on in db.session.execute(query.where(Contract.company_id.in_(company_ids))):
            found.setdefault(company_id, []).append((starts_on, ends_on))
    return found


def _level(contracts: Sequence[tuple[date | None, date | None]], opened_at: datetime, work: Clockwork) -> Level:
    """S72: the support that the company had on the day on which the ticket was opened."""
    day = opened_at.astimezone(work.calendar.zone).date()
    runs = any(term(starts_on, ends_on, day) == Term.RUNS for starts_on, ends_on in contracts)
    return Level.EXTENDED if runs else Level.BASIC


def level_of(company_id: int | None, opened_at: datetime) -> Level:
    """Return how a ticket of this company that was opened then is supported (S72)."""
    contracts = _contracts({company_id}).get(company_id, []) if company_id is not None else []
    return _level(contracts, opened_at, clockwork())


@dataclass(frozen=True, slots=True)
class Reaction:
    """By when somebody reacts to a ticket (S92), and by what level of support that is (S72)."""

    until: datetime
    level: Level


def reaction(company_id: int | None, opened_at: datetime) -> Reaction:
    """Return what is promised to a ticket of this company that is opened then: on the form before it is sent, on its page
    after that. The ledger counts the same from the ticket's events."""
    work, level = clockwork(), level_of(company_id, opened_at)
    return Reaction(promised_until(opened_at, level, work.lengths, work.calendar), level)


def policies() -> dict[Level, dict[Target, Length]]:
    """Return what is promised at each level."""
    lengths = clockwork().lengths
    return {level: policy(level, lengths) for level in Level}


def policies_shown() -> dict[str, dict[str, str]]:
    """Return the same as plain words: level -> promise -> «2 working_hour»."""
    return {
        level.value: {target.value: f"{length.value} {length.unit}" for target, length in promised.items()}
        for level, promised in policies().items()
    }


def weeks_shown() -> dict[str, dict[str, Any]]:
    """Return whose hours count: team -> its zone and its week in words."""
    calendars = clockwork().calendars
    return {team: {"zone": str(one.zone), "week": worded(one.week)} for team, one in calendars.items()}


def due(*, at: datetime) -> list[int]:
    """Return the ids of the tickets to look at, through the index on `sla_look_at`."""
    query = select(Ticket.id).where(Ticket.sla_look_at <= at).order_by(Ticket.sla_look_at, Ticket.id)
    return list(db.session.scalars(query))


def settle(ticket_ids: Sequence[int], *, at: datetime) -> list[int]:
    """Write down when each of the tickets is to be looked at next; return those whose specialist is to hear now.

    An event that comes in between has set the mark anew, and that one stays.
    """
    query = select(Ticket.id, Ticket.sla_look_at).where(Ticket.id.in_(ticket_ids))
    seen = {row.id: row.sla_look_at for row in db.session.execute(query)}
    hear = []
    for ticket_id, found in sorted(ledgers(ticket_ids, at=at).items()):
        look_at = _next_look(found, at)
        if look_at is not None and look_at <= at:
            hear.append(ticket_id)
        else:
            unchanged = and_(Ticket.id == ticket_id, Ticket.sla_look_at == seen[ticket_id])
            db.session.execute(
                update(Ticket).where(unchanged).values(sla_look_at=look_at),
                execution_options={"synchronize_session": False},
            )
    return hear


def _next_look(found: Ledger, at: datetime) -> datetime | None:
    """Return when somebody is to hear of a promise: at `at` or before it means now. Working hours only."""
    warning = found.next_warning
    if warning is None:
        return None
    calendar = clockwork().calendar_of(warning[0].spans[-1].team)
    return calendar.next_opening(at) if warning[1] <= at else warning[1]


def warn(ticket_id: int, *, at: datetime) -> tuple[Target, int] | None:
    """Tell the specialist of a ticket that a promise runs out, once a clock; return which, and the ticket's number.

    The row is locked and its events are read again: an answer that came in between has stopped the clock.
    """
    locked = select(Ticket).where(Ticket.id == ticket_id, Ticket.status.in_(ACTIVE)).with_for_update()
    ticket = db.session.scalar(locked, execution_options={"populate_existing": True})
    found = ledger(ticket_id, at=at) if ticket is not None else None
    warning = found.next_warning if found is not None else None
    if ticket is None or found is None or warning is None or (_next_look(found, at) or at) > at:
        return None
    clock = warning[0]
    target, began = _mark(clock)
    until = clock.due_at.isoformat() if clock.due_at else None
    events.record(ticket, EventKind.DEADLINE, by=people.robot(), at=at, clock=target, began=began, until=until)
    ticket.sla_look_at = at + timedelta(microseconds=1)  # another promise of it may run out as well
    return clock.target, ticket.number
