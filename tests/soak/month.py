"""A month of the desk, played: people act at random, clocks pass, and everything that can fail does, at random too."""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import event, select

from extensions import db, redis
from jobs import committed, deliver, robot, sla
from models import Event, EventKind, Person, Ticket
from rules.errors import DeskError
from services import comments, dead_letters, tickets
from services import people as registered
from tests import factories
from tests.soak import guide

BEGINS = datetime.fromisoformat("2026-06-15T08:00+05:00")  # a Monday; no holiday until November
CHILD_SECONDS = 20
BY_CUSTOMER = ("reply", "thank", "customer resolves", "customer reopens", "later")
BY_STAFF = ("assign", "answer", "answer", "answer", "defer", "take-back", "send in", "accept", "resolve", "reopen")
SAID = {"answer": "Обновите прошивку и пришлите журнал.", "reply": "Не помогло, журнал приложу.", "thank": "Спасибо!"}
BY_ADMIN = ("administrator reopens",)


@dataclass
class Month:
    """`tickets`: what the guide says of each, by its number; `killed`: how many processes died."""

    source: random.Random
    customers: list[int]
    specialists: list[int]
    service: int
    admin: int
    mood: Callable[[random.Random | None], None]  # of the mail server; None: it takes everything
    hours: tuple[int, ...] = (1, 2, 3, 5, 9, 26)  # between two rounds of the clocks
    tickets: dict[int, guide.Ticket] = field(default_factory=dict)
    owners: dict[int, tuple[int, int]] = field(default_factory=dict)
    killed: Counter[str] = field(default_factory=Counter)
    count: int = 0

    def play(self, days: int, actions_a_day: int) -> None:
        """Play so many days: between two rounds of the clocks some hours pass, in which people act."""
        at, ends = BEGINS, BEGINS + timedelta(days=days)
        while at < ends:
            hours = self.source.choice(self.hours)
            for _ in range(max(1, actions_a_day * hours // 24)):
                at += timedelta(hours=hours) / max(1, actions_a_day * hours // 24)
                self.act(at)
            at += timedelta(seconds=1)
            self.clocks(at)
        self.mood(None)
        for quiet in range(1, 5):  # whatever was refused goes out in the end
            with committed():
                dead_letters.repeat_all(at=at)
            deliver.drain(at + timedelta(hours=2 * quiet))

    def act(self, at: datetime) -> None:
        if not self.tickets or self.source.random() < 0.15:
            self._open(at)
            return
        number = self.source.choice(list(self.tickets))
        action = self.source.choice(BY_CUSTOMER + BY_STAFF + BY_STAFF + BY_ADMIN)
        model = self.tickets[number]
        until = at + timedelta(days=self.source.randrange(1, 9)) if action == "defer" else None
        allowed = model.may(action, at)
        client_id = f"soak-{self.count}"
        self.count += 1
        if self.source.random() < 0.04:  # the web server dies over it, and the browser sends it again
            self._killed("web", lambda: self._do(number, action, at, until, client_id))
        is_done = self._is_done(number, client_id) or self._do(number, action, at, until, client_id)
        assert is_done == allowed, (number, action, model, at)
        if allowed:
            model.do(action, at, until)

    def _open(self, at: datetime) -> None:
        customer, specialist = self.source.choice(self.customers), self.source.choice(self.specialists)
        with committed():
            ticket = factories.ticket(_person(customer), at=at)
        self.tickets[ticket.number] = guide.Ticket(since=at)
        self.owners[ticket.number] = customer, specialist

    def _is_done(self, number: int, client_id: str) -> bool:
        """Tell whether what was killed had been committed: the mark of the action stands on the ticket's newest event."""
        ticket_id = db.session.scalar(select(Ticket.id).where(Ticket.number == number))
        newest = select(Event.data).where(Event.ticket_id == ticket_id).order_by(Event.id.desc()).limit(1)
        return (db.session.scalar(newest) or {}).get("soak") == client_id

    def _do(self, number: int, action: str, at: datetime, until: datetime | None, client_id: str) -> bool:
        try:
            with committed():
                customer, specialist = (_person(one) for one in self.owners[number])
                ticket = tickets.find(number, _person(self.admin), to_write=True)
                assert ticket is not None
                before = ticket.staff_updated_at
                self._verb(ticket, action, customer, specialist, at, until)
                if ticket.staff_updated_at != before:
                    _mark(ticket.id, client_id)
        except DeskError:
            return False
        return True

    def _verb(
        self, ticket: Ticket, action: str, customer: Person, specialist: Person, at: datetime, until: datetime | None
    ) -> None:
        if action in SAID:
            by = specialist if action == "answer" else customer
            comments.reply(ticket, SAID[action], by=by, at=at)
            return
        match action:
            case "assign":
                tickets.assign(ticket, specialist, by=specialist, at=at)
            case "defer":
                tickets.defer(ticket, until=until, text="Проверим в лаборатории.", by=specialist, at=at)
            case "send in":
                tickets.send_in(ticket, confirmed=True, shipping="СДЭК, Екатеринбург", by=specialist, at=at)
            case "accept":
                tickets.move(ticket, "accept", by=_person(self.service), at=at)
            case "later":
                tickets.later(ticket, by=customer, at=at)
            case "customer resolves" | "customer reopens" | "administrator reopens":
                by = _person(self.admin) if action.startswith("admin") else customer
                tickets.move(ticket, action.split()[1].removesuffix("s"), by=by, at=at)
            case _:
                tickets.move(ticket, action, by=specialist, at=at)

    def clocks(self, at: datetime) -> None:
        """Let every clock and the outbox pass, in processes that may die; compare all tickets with the guide."""
        if self.source.random() < 0.2:
            redis.client.flushall()
        self.mood(self.source)
        for name, passing in (("robot", robot.run), ("promises", sla.run), ("deliveries", deliver.drain)):
            if self.source.random() < 0.15:
                self._killed(name, lambda passing=passing: passing(at))
            if name == "robot":
                robot.run(at)
                robot.run(at)
            else:
                passing(at)
        for model in self.tickets.values():
            model.robot(at)
        self.compare(at)

    def compare(self, at: datetime) -> None:
        db.session.rollback()
        for number, status, warned_at in db.session.execute(select(Ticket.number, Ticket.status, Ticket.warned_at)):
            model = self.tickets[number]
            assert (status, warned_at) == (model.status, model.warned), (number, status, warned_at, model, at)

    def _killed(self, name: str, work: Callable[[], Any]) -> None:
        """Do the work in a process of its own that is killed before one of its statements, or soon."""
        statement = self.source.randrange(1, 40)
        db.session.commit()
        db.session.remove()
        child = os.fork()
        if child == 0:
            try:
                _die_before(statement)
                work()
            finally:
                os._exit(0)
        ends = time.monotonic() + CHILD_SECONDS
        while os.waitpid(child, os.WNOHANG) == (0, 0):
            if time.monotonic() > ends:
                os.kill(child, signal.SIGKILL)
            time.sleep(0.005)
        self.killed[name] += 1


def _person(person_id: int) -> Person:
    return db.session.get_one(Person, person_id)


def _mark(ticket_id: int, client_id: str) -> None:
    """Write on the newest event which action it was, in its own transaction."""
    newest = db.session.scalars(select(Event).where(Event.ticket_id == ticket_id).order_by(Event.id.desc())).first()
    assert newest is not None
    newest.data = newest.data | {"soak": client_id}


def _die_before(statement: int) -> None:
    db.engine.dispose(close=False)  # the parent's connections stay the parent's
    left = iter(range(statement))

    def count(*_: object) -> None:
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)

    for moment in ("before_cursor_execute", "commit"):
        event.listen(db.engine, moment, count)


def people(customers: int, specialists: int) -> tuple[list[int], list[int], int, int]:
    """Return customers without companies, specialists, one of the service center, an administrator."""
    with committed():
        bought = [factories.person("Клиентов", first_name=f"Иван {n}") for n in range(customers)]
        staff = [factories.agent("Алексеев", first_name=f"Степан {n}") for n in range(specialists)]
        service = factories.agent("Кузнецов", team="service_center")
        admin = factories.agent("Миронова", role="admin", team="support")
    assert registered.robot() is not None
    return [one.id for one in bought], [one.id for one in staff], service.id, admin.id


def kinds() -> dict[int, tuple[str, int]]:
    """Return of each event its kind and its ticket's number."""
    query = select(Event.id, Event.kind, Ticket.number).join(Ticket, Ticket.id == Event.ticket_id)
    return {event_id: (kind, number) for event_id, kind, number in db.session.execute(query)}


WARNING = EventKind.DEADLINE
