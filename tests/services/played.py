"""Tickets that real moves took where a test wants them, and what was left behind in the tables."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from extensions import db
from jobs import committed
from models import Comment, Delivery, Event, Person, Ticket
from rules.errors import DeskError
from rules.statuses import Status
from services import comments, tickets
from tests import factories
from tests.conftest import People

NOW, DAY = factories.NOW, factories.DAY
FRIDAY = datetime.fromisoformat("2026-06-19T16:00+05:00")  # 16:00 in Yekaterinburg, D2's own example
TUESDAY = datetime.fromisoformat("2026-06-23T16:00+05:00")
NEXT_TUESDAY = TUESDAY + 7 * DAY
ANSWER, QUESTION, THANKS = "Обновите загрузчик.", "А если не поможет?", "Спасибо!"
DEFERRED_FOR = timedelta(days=9)


def ticket_in(status: Status, people: People, *, at: datetime = NOW, assignee: bool = True) -> Ticket:
    """Return a ticket of Bob's, opened the day before, that entered `status` at `at`. Alice's, if `assignee`."""
    ticket = factories.ticket(people.bob, at=at - DAY)
    if assignee:
        tickets.assign(ticket, people.alice, by=people.alice, at=at - DAY)
    match status:
        case Status.WAITING:
            comments.reply(ticket, ANSWER, by=people.alice, at=at)
        case Status.DEFERRED:
            tickets.defer(ticket, until=at + DEFERRED_FOR, text=ANSWER, by=people.alice, at=at)
        case Status.SERVICE_CENTER:
            tickets.send_in(ticket, confirmed=True, shipping="Екатеринбург, до двери", by=people.alice, at=at)
        case Status.RESOLVED | Status.CLOSED | Status.REOPENED:
            tickets.move(ticket, "resolve", by=people.alice, at=at)
    if status == Status.CLOSED:
        tickets.move(ticket, "close", by=people.anna, at=at)
    if status == Status.REOPENED:
        tickets.move(ticket, "reopen", by=people.alice, at=at)
    db.session.flush()
    assert ticket.status == status
    return ticket


def do(action: str, ticket: Ticket, by: Person, at: datetime) -> None:
    """Do what a screen or the robot would: `comment`, `thanks`, or a verb of the table of moves."""
    match action:
        case "comment" | "thanks":
            comments.reply(ticket, QUESTION if action == "comment" else THANKS, by=by, at=at)
        case "defer":
            tickets.defer(ticket, until=at + DEFERRED_FOR, text=ANSWER, by=by, at=at)
        case "service-center":
            tickets.send_in(ticket, confirmed=True, shipping="СДЭК", by=by, at=at)
        case "later":
            tickets.later(ticket, by=by, at=at)
        case _:
            tickets.move(ticket, action, by=by, at=at)


def everything() -> dict[str, list[Any]]:
    """Return all rows of all tables."""
    db.session.flush()
    return {table.name: sorted(map(repr, db.session.execute(select(table)))) for table in db.metadata.sorted_tables}


def refused(kind: type[DeskError], action: Callable[[], object]) -> DeskError:
    """Do it as the edge does; it must be refused, leave no trace in any table and wake nobody."""
    db.session.commit()
    before = everything()
    with pytest.raises(kind) as caught, committed():
        action()
    assert type(caught.value) is kind
    assert everything() == before
    assert not db.session.info
    return caught.value


def events(ticket: Ticket) -> list[Event]:
    return list(db.session.scalars(select(Event).where(Event.ticket_id == ticket.id).order_by(Event.id)))


def said(ticket: Ticket) -> list[Comment]:
    return list(db.session.scalars(select(Comment).where(Comment.ticket_id == ticket.id).order_by(Comment.id)))


def told(event: Event) -> dict[tuple[int, str], str]:
    """Return who is told of the event: (person, channel) -> template."""
    found = db.session.scalars(select(Delivery).where(Delivery.event_id == event.id))
    return {(delivery.person_id, delivery.channel): delivery.template for delivery in found}
