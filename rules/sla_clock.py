"""How a clock of `rules.sla` stands at a moment: how much is used, when it is due, when somebody has to hear of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from rules.calendar import Calendar
from rules.lengths import Length, Unit
from rules.sla import RUNNING, Draft, Span, Target

LAST_CALL = timedelta(minutes=15)  # before closing time, where the deadline comes before the next opening


class Outcome(StrEnum):
    """How a clock stands."""

    RUNS = "runs"
    STANDS = "stands"  # it waits for the customer, a date, the equipment
    LATE = "late"  # the deadline has passed, and it is not over yet
    KEPT = "kept"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Clock:
    """A promise at a moment. `due_at`: the deadline as things stand, None while it stands still; `late_at`: when the time
    was used up; `warn_at`: when its specialist is to hear of it, if it still runs then."""

    target: Target
    length: Length
    spans: Sequence[Span]
    began_at: datetime
    ended_at: datetime | None
    goal: timedelta
    used: timedelta
    due_at: datetime | None
    late_at: datetime | None
    warn_at: datetime | None
    outcome: Outcome

    @property
    def left(self) -> timedelta:
        return max(self.goal - self.used, timedelta())


def is_working_time(length: Length) -> bool:
    return length.unit in (Unit.WORKING_DAY, Unit.WORKING_HOUR)


def measured(
    draft: Draft, length: Length, calendars: Mapping[str, Calendar], *, now: datetime, warn_percent: int = 100
) -> Clock:
    """Return the clock of a draft at the moment `now`."""
    hands = _Hands(length, _goal(length, calendars[draft.spans[0].team]))
    warn_at = None
    share = hands.goal * min(warn_percent, 100) / 100
    for span in draft.spans:
        if span.status in RUNNING:
            calendar = calendars[span.team]
            if span.end is None:
                hands.due_at = hands.moment_of(hands.goal, span, calendar)
                warn_at = _heard(calendar, hands.moment_of(share, span, calendar), span.start, hands.due_at)
            hands.run(span, calendar, now)
    ended_at = draft.spans[-1].end if draft.is_over else None
    return Clock(
        target=draft.target,
        length=length,
        spans=draft.spans,
        began_at=draft.spans[0].start,
        ended_at=ended_at,
        goal=hands.goal,
        used=hands.used,
        due_at=hands.due_at or hands.late_at,
        late_at=hands.late_at,
        warn_at=warn_at,
        outcome=_outcome(ended_at, hands, draft.spans[-1]),
    )


def _goal(length: Length, calendar: Calendar) -> timedelta:
    match length.unit:
        case Unit.WORKING_DAY:
            return length.value * calendar.day_length
        case Unit.CALENDAR_DAY:
            return timedelta(days=length.value)
    return timedelta(hours=length.value)


class _Hands:
    """How far a clock has come."""

    def __init__(self, length: Length, goal: timedelta) -> None:
        self._is_working = is_working_time(length)
        self.goal, self.used = goal, timedelta()
        self.due_at: datetime | None = None
        self.late_at: datetime | None = None

    def moment_of(self, share: timedelta, span: Span, calendar: Calendar) -> datetime:
        """Return when `share` will have been used if the clock goes on from the beginning of a span."""
        left = share - self.used
        if left <= timedelta():
            return self.late_at or span.start
        return calendar.add(span.start, left) if self._is_working else span.start + left

    def run(self, span: Span, calendar: Calendar, now: datetime) -> None:
        end = max(span.start, min(now, span.end) if span.end else now)
        passed = calendar.between(span.start, end) if self._is_working else end - span.start
        if self.late_at is None and self.used + passed > self.goal:
            self.late_at = self.moment_of(self.goal, span, calendar)
        self.used += passed


def _outcome(ended_at: datetime | None, hands: _Hands, last: Span) -> Outcome:
    if ended_at is not None:
        return Outcome.MISSED if hands.late_at else Outcome.KEPT
    if hands.late_at:
        return Outcome.LATE
    return Outcome.RUNS if last.status in RUNNING else Outcome.STANDS


def _heard(calendar: Calendar, at: datetime, start: datetime, due_at: datetime) -> datetime:
    """Return when a specialist is told: in working hours only, and before the deadline where those allow it."""
    if calendar.is_working(at):
        return at
    opening = calendar.next_opening(at)
    if opening < due_at:
        return opening
    return max(calendar.subtract(at, LAST_CALL), start)
