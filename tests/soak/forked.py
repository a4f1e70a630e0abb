"""The month played in this process and in forks of it that are killed before one of their statements."""

import logging
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from extensions import db, redis
from jobs import committed, deliver, robot, sla
from models import Event, Person, Ticket
from rules.errors import DeskError
from services import comments, dead_letters, deliveries, phones, tickets
from tests import factories
from tests.soak.month import QUIET_ROUNDS, Month
from tests.support.dying import die_before

CHILD_SECONDS = 20
SAID = {"answer": "Обновите прошивку и пришлите журнал.", "reply": "Не помогло, журнал приложу.", "thank": "Спасибо!"}


@dataclass
class ForkedMonth(Month):
    """Passes and requests are called as the desk's processes call them. `mood_changed` hears of the mail server's."""

    mood_changed: Callable[[str], None] = lambda mood: None

    def open_ticket(self, customer: int, at: datetime) -> int:
        with committed():
            return factories.ticket(_person(customer), at=at).number

    def subscribe(self, person_id: int, subscription: dict[str, Any], at: datetime) -> None:
        with committed():
            phones.subscribe(_person(person_id), subscription, at=at)

    def attempt(self, number: int, action: str, at: datetime, until: datetime | None) -> bool:
        """Do it, some of the time in a server that dies over it, and then the browser sends it again."""
        client_id = f"soak-{self.acted.total()}-{self.killed.total()}"
        if self.source.random() < 0.04:
            self._killed("web", lambda: self._do(number, action, at, until, client_id))
        return self._is_done(number, client_id) or self._do(number, action, at, until, client_id)

    def _is_done(self, number: int, client_id: str) -> bool:
        """Tell whether what was killed had been committed: the mark of the action stands on the ticket's newest event."""
        ticket_id = db.session.scalar(select(Ticket.id).where(Ticket.number == number))
        newest = select(Event.data).where(Event.ticket_id == ticket_id).order_by(Event.id.desc()).limit(1)
        return (db.session.scalar(newest) or {}).get("soak") == client_id

    def _do(self, number: int, action: str, at: datetime, until: datetime | None, client_id: str) -> bool:
        try:
            with committed():
                ticket = tickets.find(number, _person(self.cast.admin), to_write=True)
                assert ticket is not None
                before = ticket.staff_updated_at
                self._verb(ticket, action, at, until)
                if ticket.staff_updated_at != before:
                    _mark(ticket.id, client_id)
        except DeskError:
            return False
        return True

    def _verb(self, ticket: Ticket, action: str, at: datetime, until: datetime | None) -> None:
        customer, specialist = (_person(one) for one in self.owners[ticket.number])
        if action in SAID:
            comments.reply(ticket, SAID[action], by=specialist if action == "answer" else customer, at=at)
            return
        match action:
            case "assign":
                tickets.assign(ticket, specialist, by=specialist, at=at)
            case "defer":
                tickets.defer(ticket, until=until, text="Проверим в лаборатории.", by=specialist, at=at)
            case "send in":
                tickets.send_in(ticket, confirmed=True, shipping="СДЭК, Екатеринбург", by=specialist, at=at)
            case "accept":
                tickets.move(ticket, "accept", by=_person(self.cast.service), at=at)
            case "later":
                tickets.later(ticket, by=customer, at=at)
            case "customer resolves" | "customer reopens" | "administrator reopens":
                by = _person(self.cast.admin) if action.startswith("admin") else customer
                tickets.move(ticket, action.split()[1].removesuffix("s"), by=by, at=at)
            case _:
                tickets.move(ticket, action, by=specialist, at=at)

    def clocks(self, at: datetime) -> None:
        """Let every clock and the outbox pass, in processes that may die; compare all tickets with the guide."""
        if self.source.random() < 0.2:
            redis.client.flushall()
        self.mood_changed(self.world.turn(self.source))
        self.renew_phones(at)
        for name, passing in (("robot", robot.run), ("promises", sla.run), ("deliveries", deliver.drain)):
            if self.source.random() < 0.35:
                self._killed(name, lambda passing=passing: passing(at))
            if name == "robot":
                robot.run(at)
            passing(at)
        self.pass_by_model(at)
        assert self.differences() == [], at

    def finish(self, at: datetime) -> None:
        """Whatever was refused goes out in the end, asked for by an administrator where it was given up."""
        self.mood_changed(self.world.turn(None))
        for quiet in range(1, QUIET_ROUNDS):
            moment = at + timedelta(hours=4 * quiet)
            with committed():
                dead_letters.repeat_all(at=moment)
            deliver.drain(moment)
            if not deliveries.waiting_count() and quiet > 1:
                return

    def _killed(self, name: str, work: Callable[[], Any]) -> None:
        """Do the work in a process of its own that is killed before one of its statements, early more often than late."""
        statement = int(2 ** self.source.uniform(0, 8))
        db.session.commit()
        db.session.remove()
        child = os.fork()
        if child == 0:
            _work_and_die(work, statement)
        status = _ended(child)
        self.killed[name] += os.WIFSIGNALED(status)
        assert os.WIFSIGNALED(status) or status == 0, f"a traceback in {name}"


def _person(person_id: int) -> Person:
    return db.session.get_one(Person, person_id)


def _mark(ticket_id: int, client_id: str) -> None:
    """Write on the newest event which action it was, in its own transaction."""
    newest = db.session.scalars(select(Event).where(Event.ticket_id == ticket_id).order_by(Event.id.desc())).first()
    assert newest is not None
    newest.data = newest.data | {"soak": client_id}


class _Complaints(logging.Handler):
    """Sees what a child logs, since its log ends with it."""

    seen = False

    def emit(self, record: logging.LogRecord) -> None:
        self.seen = self.seen or record.exc_info is not None


def _work_and_die(work: Callable[[], Any], statement: int) -> None:
    complaints = _Complaints()
    logging.getLogger().addHandler(complaints)
    code = 1
    try:
        die_before(statement)
        work()
        code = int(complaints.seen)
    finally:
        os._exit(code)


def _ended(child: int) -> int:
    """Return how it ended; one that hangs is killed."""
    ends = time.monotonic() + CHILD_SECONDS
    while True:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return status
        if time.monotonic() > ends:
            os.kill(child, signal.SIGKILL)
        time.sleep(0.005)
