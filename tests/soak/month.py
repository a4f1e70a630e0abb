"""A month of the desk, played: people act at random, clocks pass, and everything that can fail does, at random too."""

import random
from abc import ABC, abstractmethod
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from extensions import db
from models import Ticket
from tests.soak import guide
from tests.soak.cast import Cast
from tests.soak.faults import World

BEGINS = datetime.fromisoformat("2026-06-15T08:00+05:00")  # a Monday; no holiday until November
QUIET_ROUNDS = 12
BY_CUSTOMER = ("reply", "thank", "customer resolves", "customer reopens", "later")
BY_STAFF = ("assign", "answer", "answer", "answer", "defer", "take-back", "send in", "accept", "resolve", "reopen")
BY_ADMIN = ("administrator reopens",)


@dataclass(frozen=True)
class Phone:
    """A browser that is rung. `told`: how much its owner had been told of each of his tickets when he took it."""

    person_id: int
    told: dict[int, int]


@dataclass
class Month(ABC):
    """The course of it; who does what is asked for, and how clocks pass, say those who play it (`forked`, `running`).

    `tickets`: what the guide says of each, by its number; `owners`: their customers and specialists; `killed`: how many
    processes died, by what they were at.
    """

    source: random.Random
    cast: Cast
    world: World
    hours: tuple[int, ...] = (1, 2, 3, 5, 9, 26)  # between two rounds of the clocks
    tickets: dict[int, guide.Ticket] = field(default_factory=dict)
    owners: dict[int, tuple[int, int]] = field(default_factory=dict)
    of_person: dict[int, list[int]] = field(default_factory=dict)
    phones: dict[str, Phone] = field(default_factory=dict)
    killed: Counter[str] = field(default_factory=Counter)
    acted: Counter[str] = field(default_factory=Counter)

    def play(self, days: int, actions_a_day: int) -> None:
        """Play so many days: between two rounds of the clocks some hours pass, in which people act."""
        at, ends = BEGINS, BEGINS + timedelta(days=days)
        for person_id in [*self.cast.customers, *self.cast.specialists]:
            if self.source.random() < 0.6:
                self.take_phone(person_id, at)
        while at < ends:
            hours = self.source.choice(self.hours)
            count = max(1, actions_a_day * hours // 24)
            for _ in range(count):
                at += timedelta(hours=hours) / count
                self.act(at)
            at += timedelta(seconds=1)
            self.clocks(at)
            print(f"{at:%d.%m %H:%M}", len(self.tickets), "tickets", self.acted.total(), "actions", flush=True)
        self.finish(at)

    def act(self, at: datetime) -> None:
        """Let somebody do something with a ticket that he has, or open one; the guide knows whether he may."""
        if not self.tickets or self.source.random() < 0.15:
            self._open(at)
            return
        number = self.source.choice(list(self.tickets))
        action = self.source.choice(BY_CUSTOMER + BY_STAFF + BY_STAFF + BY_ADMIN)
        days = timedelta(days=self.source.randrange(1, 9))
        until = at.replace(second=0, microsecond=0) + days if action == "defer" else None
        is_done = self.compared(number, action, at, until)
        self.acted[action if is_done else "refused"] += 1

    def _open(self, at: datetime) -> None:
        customer, specialist = self.source.choice(self.cast.customers), self.source.choice(self.cast.specialists)
        number = self.open_ticket(customer, at)
        self.tickets[number] = guide.Ticket(since=at)
        self.owners[number] = customer, specialist
        for person_id in (customer, specialist):
            self.of_person.setdefault(person_id, []).append(number)

    def take_phone(self, person_id: int, at: datetime) -> None:
        """Have somebody's browser ask to be rung."""
        subscription = self.world.push.subscribe()
        self.subscribe(person_id, subscription, at)
        self.phones[subscription["endpoint"].rpartition("/")[2]] = Phone(person_id, self._told(person_id))

    def _told(self, person_id: int) -> dict[int, int]:
        is_customer = person_id in self.cast.customers
        of = {number: self.tickets[number] for number in self.of_person.get(person_id, [])}
        if is_customer:
            return {number: one.told_customer for number, one in of.items()}
        return {number: one.told_specialist - one.told_service for number, one in of.items()}

    def heard_since(self, phone: Phone) -> dict[int, int]:
        """Return what the phone's owner was told since he has it, by the numbers of his tickets."""
        told = self._told(phone.person_id)
        return {number: times - phone.told.get(number, 0) for number, times in told.items()}

    def renew_phones(self, at: datetime) -> None:
        """Let those whose browsers have gone take new ones."""
        for name in self.world.push.gone - self.cast.renewed:
            if self.source.random() < 0.5:
                self.cast.renewed.add(name)
                self.take_phone(self.phones[name].person_id, at)

    def pass_by_model(self, at: datetime) -> None:
        for model in self.tickets.values():
            model.robot(at)

    def differences(self) -> list[Any]:
        """Return the tickets that do not stand where the guide says."""
        db.session.rollback()
        found = db.session.execute(select(Ticket.number, Ticket.status, Ticket.warned_at)).all()
        model = {number: (one.status, one.warned) for number, one in self.tickets.items()}
        assert len(found) == len(model)
        return [(number, status, at, model[number]) for number, status, at in found if (status, at) != model[number]]

    def figures(self) -> dict[str, Any]:
        done = {"actions": self.acted.total(), "tickets": len(self.tickets), "browsers": len(self.phones)}
        return done | {"browsers gone": len(self.world.push.gone), "killed": dict(self.killed)}

    def compared(self, number: int, action: str, at: datetime, until: datetime | None) -> bool:
        """Attempt it, and have the guide say the same; return whether it was done."""
        model = self.tickets[number]
        allowed = model.may(action, at)
        is_done = self.attempt(number, action, at, until)
        assert is_done == allowed, (number, action, model, at)
        if is_done:
            model.do(action, at, until)
        return is_done

    @abstractmethod
    def open_ticket(self, customer: int, at: datetime) -> int:
        """Have a customer open a ticket; return its number."""

    @abstractmethod
    def subscribe(self, person_id: int, subscription: dict[str, Any], at: datetime) -> None:
        """Have somebody's browser ask to be rung."""

    @abstractmethod
    def attempt(self, number: int, action: str, at: datetime, until: datetime | None) -> bool:
        """Have somebody try it; return whether the desk let him."""

    @abstractmethod
    def clocks(self, at: datetime) -> None:
        """Let every clock and the outbox pass; compare all tickets with the guide."""

    @abstractmethod
    def finish(self, at: datetime) -> None:
        """Have whatever was refused go out in the end."""
