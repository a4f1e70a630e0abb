"""The month played from outside, at a running desk: people over HTTP, clocks by its own scheduler and workers."""

import dataclasses
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from urllib3.exceptions import HTTPError

from extensions import db
from models import Event, EventKind, Ticket
from services import deliveries
from tests.soak.browser import TICKET, Answer, Browsers, form_of
from tests.soak.faults import TAKE
from tests.soak.killing import NAMES, Killer
from tests.soak.month import BY_CUSTOMER, QUIET_ROUNDS, Month
from tests.soak.told_clock import ToldClock
from tests.support.waiting import until as wait_until

STEPS = {"resolve": "resolved", "close": "closed", "wake": "woken"}
PATIENCE = 120.0  # seconds for what has to happen, on a machine that may have much else to do
ROUND_SECONDS = 4.0  # for the outbox, whatever the mail server's mood
REQUEST_DIES, REQUEST_SECONDS = 0.01, 0.03
PART_DIES, ROUND_DIES_SECONDS = 0.3, 2.0


@dataclass(kw_only=True)
class RunningMonth(Month):
    """The robot of the desk passes whenever it likes; the guide says of each of its steps whether it was due."""

    browsers: Browsers
    clock: ToldClock
    killer: Killer
    robot: int
    seen: dict[int, int] = field(default_factory=dict)  # by a ticket's number: its newest event that the guide knows of
    retried: int = 0
    rounds: int = 0

    def open_ticket(self, customer: int, at: datetime) -> int:
        self.clock.tell(at)
        answer = self._insisted(customer, "/tickets", TICKET | {"client_id": str(uuid.uuid4())})
        assert answer.status == 303, answer.text[:2000]
        return int(answer.place.rpartition("/")[2].partition("?")[0])

    def _insisted(self, person_id: int, path: str, fields: dict[str, str]) -> Answer:
        """Post it until there is an answer, as a browser does that has the form still open."""
        while True:
            try:
                return self.browsers.post(person_id, path, fields)
            except HTTPError:
                self._await_web()

    def _await_web(self) -> None:
        self.retried += 1
        wait_until(self.browsers.is_answered, "the web server again", PATIENCE)

    def subscribe(self, person_id: int, subscription: dict[str, Any], at: datetime) -> None:
        self.clock.tell(at)
        while True:
            try:
                answer = self.browsers.post_json(person_id, "/push/subscriptions", subscription)
            except HTTPError:
                self._await_web()
                continue
            assert answer.status == 201, answer.text[:2000]
            return

    def compared(self, number: int, action: str, at: datetime, until: datetime | None) -> bool:
        model = self.tickets[number]
        self._follow(number)
        allowed = model.may(action, at)
        is_done = self.attempt(number, action, at, until)
        is_told = self._follow(number, (action, at, until))
        if is_done and not is_told:  # what it asked for was so already
            assert model.may(action, at), (number, action, model, at)
            model.do(action, at, until)
        assert is_done or not (allowed and model.may(action, at)), (number, action, model, at)
        return is_done or is_told

    def attempt(self, number: int, action: str, at: datetime, until: datetime | None) -> bool:
        """Do it, some of the time at a server that dies over it, and then the browser sends it again."""
        self.clock.tell(at)
        customer, specialist = self.owners[number]
        people = {"accept": self.cast.service, "administrator reopens": self.cast.admin}
        who = people.get(action, customer if action in BY_CUSTOMER else specialist)
        verb, fields = form_of(action, specialist, until)
        if self.source.random() < REQUEST_DIES:
            self.killer.soon(self.source.choice(("web", "web", "redis")), REQUEST_SECONDS)
        while True:
            try:
                answer = self.browsers.post(who, f"/tickets/{number}/{verb}", fields)
            except HTTPError:
                self._await_web()
                if any(event.actor_id != self.robot for event in self._news(number)):
                    return True
                continue
            assert answer.status in {303, 409, 422}, (action, answer.status, answer.text[:2000])
            return answer.status == 303

    def _news(self, number: int) -> list[Event]:
        db.session.rollback()
        query = select(Event).join(Ticket, Ticket.id == Event.ticket_id).where(Ticket.number == number)
        return list(db.session.scalars(query.where(Event.id > self.seen.get(number, 0)).order_by(Event.id)))

    def _follow(self, number: int, own: tuple[str, datetime, datetime | None] | None = None) -> bool:
        """Let the guide's ticket go the way of the desk's, each step of the robot when it was due and none else; return
        whether what a person has just done, `own`, was on it."""
        model, is_told = self.tickets[number], False
        for event in self._news(number):
            self.seen[number] = event.id
            if event.actor_id == self.robot:
                self._step(model, event)
            elif own is not None and not is_told:
                assert model.may(own[0], own[1]), (number, own, model)
                model.do(*own)
                is_told = True
        return is_told

    def _step(self, model: Any, event: Event) -> None:
        step = "warned" if event.kind == EventKind.WARNED else STEPS.get(event.data.get("verb", ""), "")
        if step:
            before = dataclasses.replace(model)
            assert model.robot(event.at) == step, (step, event.at, before)

    def _idle(self, at: datetime) -> Iterator[int]:
        """Return the tickets with which the robot has something to do."""
        return (number for number, model in self.tickets.items() if dataclasses.replace(model).robot(at))

    def clocks(self, at: datetime) -> None:
        """Let the desk's clocks pass while its processes die; compare all tickets with the guide."""
        mood = self.world.turn(self.source)
        self.clock.tell(at)
        for kind in NAMES:
            if self.rounds == 0 or self.source.random() < PART_DIES:
                self.killer.soon(kind, ROUND_DIES_SECONDS)
        self.rounds += 1
        wait_until(lambda: self._is_settled(at), "the robot's pass", PATIENCE, every=0.2)
        self.renew_phones(at)  # when the guide knows of all that was told before
        self.killer.join()
        self._let_letters_go(at, ROUND_SECONDS if mood == TAKE else ROUND_SECONDS / 2)
        assert self.differences() == [], at

    def _is_settled(self, at: datetime) -> bool:
        for number in list(self._idle(at)):
            self._follow(number)
        return not any(self._idle(at))

    def _let_letters_go(self, at: datetime, seconds: float) -> None:
        """Wait until nothing is to be sent now, so long at most: where the mail server fails something always is."""
        ends = time.monotonic() + seconds
        while self._due_count(at) and time.monotonic() < ends:
            time.sleep(0.1)

    def finish(self, at: datetime) -> None:
        """Whatever was refused goes out in the end, asked for by the administrator on his page."""
        self.world.turn(None)
        for quiet in range(1, QUIET_ROUNDS):
            if self._sends_all_again(at + timedelta(hours=4 * quiet)) and quiet > 1:
                return

    def _sends_all_again(self, at: datetime) -> bool:
        """Return whether nothing waits any more."""
        self.clock.tell(at)
        answer = self._insisted(self.cast.admin, "/admin/deliveries/repeat", {})
        assert answer.status == 303, answer.text[:2000]
        wait_until(lambda: self._is_settled(at), "the robot's pass", PATIENCE, every=0.2)
        due, ends = float("inf"), time.monotonic() + PATIENCE
        while left := self._due_count(at):  # as long as it grows less
            due, ends = min(due, left), time.monotonic() + PATIENCE if left < due else ends
            assert time.monotonic() < ends, f"{left} messages are due, and nobody sends them"
            time.sleep(0.2)
        return not deliveries.waiting_count()

    def _due_count(self, at: datetime) -> int:
        db.session.rollback()
        return deliveries.due_count(at=at)

    def figures(self) -> dict[str, Any]:
        return super().figures() | {"killed": dict(self.killer.killed), "requests sent again": self.retried}
