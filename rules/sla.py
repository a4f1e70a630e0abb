"""The promises of the regulations as clocks over what happened to a ticket (S72, S92–S97).

Nothing of a clock is stored: it is counted anew from the events, so a calendar or a target that is changed moves every
deadline. What runs, runs in the working time of the team that has the ticket.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from rules.calendar import Calendar
from rules.lengths import Length, Lengths, after
from rules.statuses import ENDED, Status

SUPPORT, SERVICE_CENTER = "support", "service_center"  # whose calendar counts: models.person.Team
RUNNING = frozenset({Status.OPEN, Status.REOPENED})  # the desk's turn; in any other status the clocks stand still


class Level(StrEnum):
    """How a ticket is supported (S72): by a contract of its company, or by the warranty alone (S101)."""

    BASIC = "basic"
    EXTENDED = "extended"


class Target(StrEnum):
    """What is promised. The value is the key of its length; for another level the level stands before it."""

    FIRST_REACTION = "first_reaction"  # S92–S93: a specialist assigned, or a question asked
    FIRST_ANSWER = "first_answer"  # S94: once the equipment is identified
    NEXT_CONTACT = "next_contact"  # S96: each time that the customer waits for us


def key_of(target: Target, level: Level) -> str:
    """Return the key of `rules.lengths` that holds the target."""
    return str(target) if level == Level.BASIC else f"{level}_{target}"


def policy(level: Level, lengths: Lengths) -> dict[Target, Length]:
    """Return what is promised at a level."""
    return {target: lengths[key_of(target, level)] for target in Target}


@dataclass(frozen=True, slots=True)
class Happened:
    """An event as the clocks see it: `kind` and `verb` as models.event names them, `to` the status that it led to."""

    at: datetime
    kind: str
    by_staff: bool = False
    to: Status | None = None
    verb: str = ""
    gives: bool = False  # of an assignment: to a specialist, not to nobody

    @property
    def is_contact(self) -> bool:
        """The customer was told something by a specialist: an answer, a question, a date, how to ship (S95–S96)."""
        return self.by_staff and (self.kind == "commented" or self.verb in {"defer", "service-center"})

    @property
    def is_reaction(self) -> bool:
        """S93: somebody deals with it."""
        return self.is_contact or (self.kind == "assigned" and self.gives)

    @property
    def is_answer(self) -> bool:
        """A date alone is no answer yet (S96): until the ticket wakes, the clock of the answer stands still."""
        return self.is_contact and self.verb != "defer"


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a clock's life in one status, with the team that had the ticket. `end` None: it lasts."""

    status: Status
    team: str
    start: datetime
    end: datetime | None = None


@dataclass(slots=True)
class Draft:
    """A clock while its ticket's events are read: where it began, what it went through, whether it is over."""

    target: Target
    spans: list[Span] = field(default_factory=list)
    is_over: bool = False

    def enter(self, status: Status, team: str, at: datetime) -> None:
        self.leave(at)
        self.spans.append(Span(status, team, at))

    def leave(self, at: datetime) -> None:
        if self.spans and self.spans[-1].end is None:
            last = self.spans.pop()
            self.spans.append(Span(last.status, last.team, last.start, max(at, last.start)))

    def end(self, at: datetime) -> None:
        self.leave(at)
        self.is_over = True


class _Reading:
    """The events of one ticket being read, in their order."""

    def __init__(self, created_at: datetime) -> None:
        self.status, self.team, self.has_reacted = Status.OPEN, SUPPORT, False
        self.drafts: list[Draft] = []
        self.active: dict[Target, Draft] = {}
        self._begin(Target.FIRST_REACTION, created_at)

    def read(self, event: Happened) -> None:
        if event.is_reaction and not self.has_reacted:
            self.has_reacted = True
            self._end(Target.FIRST_REACTION, event.at)
        if event.is_contact:
            self._end(Target.NEXT_CONTACT, event.at)
        if event.is_answer:
            self._end(Target.FIRST_ANSWER, event.at)
        if event.kind == "identified":
            self._begin(Target.FIRST_ANSWER, event.at)
        if event.verb == "accept":
            self.team = SERVICE_CENTER
        if event.to is not None:
            self._enter(event.to, event.at)
        if self.status in RUNNING and self.has_reacted and Target.NEXT_CONTACT not in self.active:
            self._begin(Target.NEXT_CONTACT, event.at)

    def _enter(self, status: Status, at: datetime) -> None:
        self.status = status
        if status in ENDED:
            self.has_reacted = True  # whoever resolved it has dealt with it
            for target in list(self.active):
                self._end(target, at)
        for draft in self.active.values():
            draft.enter(status, self.team, at)

    def _begin(self, target: Target, at: datetime) -> None:
        if self.status not in ENDED and target not in self.active:
            draft = Draft(target)
            draft.enter(self.status, self.team, at)
            self.drafts.append(draft)
            self.active[target] = draft

    def _end(self, target: Target, at: datetime) -> None:
        draft = self.active.pop(target, None)
        if draft is not None:
            draft.end(at)


def drafts(
    created_at: datetime, happened: Iterable[Happened], *, status: Status, since: datetime, team: str = SUPPORT
) -> list[Draft]:
    """Return every clock that the events started, in the order in which they began.

    `status`, `since` and `team` are where the ticket stands now: they win where the events don't tell how it came
    there, as of a ticket that was brought over from another desk.
    """
    reading = _Reading(created_at)
    for event in happened:
        reading.read(event)
    if (reading.status, reading.team) != (status, team):
        reading.team = team
        reading.read(Happened(since, "status", to=status))
    return reading.drafts


def promised_until(created_at: datetime, level: Level, lengths: Lengths, calendar: Calendar) -> datetime:
    """Return by when the first reaction to a ticket is promised (S92)."""
    return after(lengths[key_of(Target.FIRST_REACTION, level)], created_at, calendar)
